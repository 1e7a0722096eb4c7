//! `root` and `leaf`: the steps of the manual workflow, one at a time.

use pki_core::certificate::Certificate;
use pki_core::key::KeyPair;
use pki_core::password::Password;

use crate::support::{Room, json};

/// A room with a root for HOST4 in `out`.
fn with_root(further: &[&str]) -> Room {
    let room = Room::new();
    room.write("password.txt", "a password\n");
    let root = ["root", "--name", "mycompanyFirstReplica", "--for", "HOST4.atwork.at", "--out", "out"];
    room.done(&[&root[..], &["--key", "rsa-2048"], further].concat());
    room
}

fn leaf<'a>(host: &'a str, further: &[&'a str]) -> Vec<&'a str> {
    let fixed = [
        "leaf",
        host,
        "--root",
        "out/mycompanyFirstReplica.cer",
        "--root-key",
        "out/mycompanyFirstReplica.key.pem",
        "--out",
        "out",
        "--key",
        "rsa-2048",
        "--password-file",
        "password.txt",
    ];
    [&fixed[..], further].concat()
}

#[test]
fn a_root_and_its_leaf_pass_verification() {
    let room = with_root(&["--for", "broker.atwork.at"]);
    room.done(&leaf("HOST4.atwork.at", &["--also", "broker.atwork.at", "--windows", "2012r2"]));
    for host in ["HOST4.atwork.at", "broker.atwork.at"] {
        let root = ["--root", "out/mycompanyFirstReplica.cer", "--host", host];
        room.done(&[&["verify", "out/HOST4.atwork.at.cer"], &root[..]].concat());
    }
    let inspected = room.done(&["inspect", "out/HOST4.atwork.at.pfx", "--password-file", "password.txt", "--json"]);
    let pfx = &json(&inspected)[0];
    assert_eq!(pfx["oldest_windows_server"], "2012 R2");
    assert_eq!(pfx["keys"][0]["belongs_to"], "CN=HOST4.atwork.at");
    assert_eq!(pfx["certificates"][1]["subject"], "CN=mycompanyFirstReplica");
}

#[test]
fn a_leaf_that_the_root_may_not_sign_is_refused_with_the_reason() {
    let room = with_root(&["--for", "broker.atwork.at"]);
    for arguments in [leaf("HOST5.atwork.at", &[]), leaf("HOST4.atwork.at", &["--also", "HOST5.atwork.at"])] {
        let before = room.files();
        let ended = room.run(&arguments);
        assert_eq!(ended.code, 1);
        for expected in ["HOST5.atwork.at", "CN=mycompanyFirstReplica", "permit HOST4.atwork.at", "hint: "] {
            assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
        }
        assert_eq!(room.files(), before);
    }
}

#[test]
fn the_roots_key_is_taken_encrypted_too() {
    let room = with_root(&["--for", "broker.atwork.at"]);
    let pem = String::from_utf8(room.read("out/mycompanyFirstReplica.key.pem")).unwrap();
    let key = KeyPair::from_pkcs8_pem(&pem, None).unwrap();
    let password = Password::new("of the key".to_owned()).unwrap();
    let mut rng: chacha20::ChaCha20Rng = rand::SeedableRng::seed_from_u64(1);
    room.write("out/mycompanyFirstReplica.key.pem", key.encrypted_pkcs8_pem(&password, &mut rng).unwrap());
    room.write("key-password.txt", "of the key\n");

    let ended = room.run(&leaf("HOST4.atwork.at", &[]));
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("--root-key-password-file"), "{}", ended.stderr);
    room.done(&leaf("HOST4.atwork.at", &["--root-key-password-file", "key-password.txt"]));
}

#[test]
fn a_key_that_belongs_to_another_root_is_refused() {
    let room = with_root(&["--for", "broker.atwork.at"]);
    room.done(&["root", "--name", "Other", "--for", "HOST4.atwork.at", "--out", "out", "--key", "rsa-2048"]);
    let mut arguments = leaf("HOST4.atwork.at", &[]);
    arguments[5] = "out/Other.key.pem";
    let ended = room.run(&arguments);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("does not belong"), "{}", ended.stderr);
}

#[test]
fn a_leaf_never_outlives_its_root() {
    let room = with_root(&["--days", "10"]);
    let ended = room.run(&leaf("HOST4.atwork.at", &["--days", "3650"]));
    assert_eq!(ended.code, 0);
    assert!(ended.stderr.starts_with("warning: the certificate ends with its root, on 20"), "{}", ended.stderr);
    let end = |file: &str| Certificate::from_der(&room.read(file)).unwrap().validity().not_after;
    assert_eq!(end("out/HOST4.atwork.at.cer"), end("out/mycompanyFirstReplica.cer"));
}

#[test]
fn names_of_roots_become_file_names_or_are_refused() {
    let room = Room::new();
    for (name, code) in
        [("Root of Graz", 0), ("../Root", 1), ("a:b", 1), (".hidden", 1), ("CON", 1), ("nul.x", 1), ("", 2)]
    {
        let ended =
            room.run(&["root", "--name", name, "--for", "HOST4.atwork.at", "--out", "out", "--key", "rsa-2048"]);
        assert_eq!(ended.code, code, "{name}: {ended:?}");
    }
    assert_eq!(room.files().len(), 2);
}
