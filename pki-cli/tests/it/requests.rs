//! `request`, `leaf --request` and `accept`: the key never leaves its host.

use pki_core::certificate::Certificate;
use pki_core::key::KeyPair;
use pki_core::request::CertificationRequest;

use crate::support::{Room, json};

const ROOT: [&str; 4] = ["--root", "out/mycompanyFirstReplica.cer", "--root-key", "out/mycompanyFirstReplica.key.pem"];

/// A room with a root for HOST4 and its broker in `out`, and a request of both in `here`.
fn with_request() -> Room {
    let room = Room::new();
    room.write("password.txt", "a password\n");
    let root = ["root", "--name", "mycompanyFirstReplica", "--for", "HOST4.atwork.at", "--for", "broker.atwork.at"];
    room.done(&[&root[..], &["--out", "out", "--key", "rsa-2048"]].concat());
    room.done(&["request", "HOST4.atwork.at", "--also", "broker.atwork.at", "--out", "here", "--key", "rsa-2048"]);
    room
}

fn answer<'a>(request: &'a str, further: &[&'a str]) -> Vec<&'a str> {
    [&["leaf", "--request", request, "--out", "answer"], &ROOT[..], further].concat()
}

fn accept<'a>(key: &'a str, root: &'a str) -> Vec<&'a str> {
    let certificate = ["accept", "--certificate", "answer/HOST4.atwork.at.cer", "--key", key, "--root", root];
    [&certificate[..], &["--out", "here", "--password-file", "password.txt"]].concat()
}

#[test]
fn a_key_made_on_the_host_ends_in_a_pfx_and_its_answer_holds_no_key() {
    let room = with_request();
    let request = CertificationRequest::from_der_or_pem(&room.read("here/HOST4.atwork.at.csr")).unwrap();
    let pem = String::from_utf8(room.read("here/HOST4.atwork.at.key.pem")).unwrap();
    assert_eq!(KeyPair::from_pkcs8_pem(&pem, None).unwrap().public_key(), request.public_key());

    let answered = room.done(&answer("here/HOST4.atwork.at.csr", &["--json"]));
    let answered = json(&answered);
    assert_eq!(answered["names"], serde_json::json!(["HOST4.atwork.at", "broker.atwork.at"]));
    assert_eq!(answered["key_algorithm"], "rsa-2048");
    let made: Vec<_> = room.files().into_keys().filter(|path| path.starts_with("answer")).collect();
    assert_eq!(made, [std::path::Path::new("answer").join("HOST4.atwork.at.cer")]);
    let leaf = Certificate::from_der(&room.read("answer/HOST4.atwork.at.cer")).unwrap();
    assert_eq!(leaf.public_key(), request.public_key());
    assert_eq!(leaf.dns_names(), ["HOST4.atwork.at", "broker.atwork.at"]);

    let root = "out/mycompanyFirstReplica.cer";
    room.done(&accept("here/HOST4.atwork.at.key.pem", root));
    let inspected = room.done(&["inspect", "here/HOST4.atwork.at.pfx", "--password-file", "password.txt", "--json"]);
    let pfx = &json(&inspected)[0];
    assert_eq!(pfx["keys"][0]["belongs_to"], "CN=HOST4.atwork.at");
    assert_eq!(pfx["certificates"][1]["subject"], "CN=mycompanyFirstReplica");
    room.done(&["verify", "answer/HOST4.atwork.at.cer", "--root", root, "--host", "broker.atwork.at"]);
}

#[test]
#[cfg(unix)]
fn the_key_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let room = with_request();
    let mode = room.path("here/HOST4.atwork.at.key.pem").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_request_of_names_that_the_root_may_not_sign_is_refused() {
    let room = with_request();
    room.done(&["request", "HOST5.atwork.at", "--out", "there", "--key", "rsa-2048"]);
    let ended = room.run(&answer("there/HOST5.atwork.at.csr", &[]));
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("HOST5.atwork.at") && ended.stderr.contains("hint: "), "{}", ended.stderr);
    assert!(!room.path("answer").exists());
}

#[test]
fn a_request_that_was_changed_is_refused() {
    let room = with_request();
    let pem = String::from_utf8(room.read("here/HOST4.atwork.at.csr")).unwrap();
    let mut der = CertificationRequest::from_pem(&pem).unwrap().as_der().to_vec();
    let at = der.windows(5).position(|window| window == b"HOST4").unwrap();
    der[at + 4] = b'5';
    room.write("changed.csr", der);
    let ended = room.run(&answer("changed.csr", &[]));
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("changed.csr: the request is damaged: its signature"), "{}", ended.stderr);
}

#[test]
fn what_a_request_decides_cannot_be_given_beside_it() {
    let room = with_request();
    let request = "here/HOST4.atwork.at.csr";
    for further in [
        &["HOST4.atwork.at"][..],
        &["--also", "x.atwork.at"],
        &["--key", "rsa-2048"],
        &["--windows", "2019"],
        &["--password-file", "password.txt"],
    ] {
        let ended = room.run(&answer(request, further));
        assert_eq!(ended.code, 2, "{further:?}: {ended:?}");
    }
    assert_eq!(room.run(&[&["leaf", "--out", "answer"], &ROOT[..]].concat()).code, 2);
}

#[test]
fn a_certificate_is_joined_with_its_own_key_and_root_alone() {
    let room = with_request();
    room.done(&answer("here/HOST4.atwork.at.csr", &[]));
    room.done(&["root", "--name", "Other", "--for", "HOST4.atwork.at", "--out", "out", "--key", "rsa-2048"]);
    let root = "out/mycompanyFirstReplica.cer";
    let ended = room.run(&accept("out/Other.key.pem", root));
    assert!(ended.code == 1 && ended.stderr.contains("does not belong"), "{ended:?}");
    let ended = room.run(&accept("here/HOST4.atwork.at.key.pem", "out/Other.cer"));
    assert!(ended.code == 1 && ended.stderr.contains("was not signed by CN=Other"), "{ended:?}");
    assert!(!room.path("here/HOST4.atwork.at.pfx").exists());
}

#[test]
fn nothing_that_exists_is_overwritten() {
    let room = with_request();
    room.done(&answer("here/HOST4.atwork.at.csr", &[]));
    room.done(&accept("here/HOST4.atwork.at.key.pem", "out/mycompanyFirstReplica.cer"));
    let before = room.files();
    for arguments in [
        vec!["request", "HOST4.atwork.at", "--out", "here"],
        answer("here/HOST4.atwork.at.csr", &[]),
        accept("here/HOST4.atwork.at.key.pem", "out/mycompanyFirstReplica.cer"),
    ] {
        let ended = room.run(&arguments);
        assert!(ended.code == 1 && ended.stderr.contains("never overwritten"), "{arguments:?}: {ended:?}");
    }
    assert_eq!(room.files(), before);
}
