//! `convert`: another encoding, another password, and nothing else.

use pki_core::password::Password;
use pki_core::pfx::{self, Contents, OpenOptions};

use crate::support::{Ended, Room, json};

/// A room with a modern PFX of a host in `out`, sealed with the password in `old.txt`.
fn with_pfx() -> Room {
    let room = Room::new();
    room.write("old.txt", "the old password\n");
    room.write("new.txt", "the new password\n");
    room.done(&["root", "--name", "First", "--for", "HOST4.atwork.at", "--out", "out", "--key", "rsa-2048"]);
    let root = ["--root", "out/First.cer", "--root-key", "out/First.key.pem", "--key", "rsa-2048", "--out", "out"];
    room.done(&[&["leaf", "HOST4.atwork.at", "--password-file", "old.txt"], &root[..]].concat());
    room
}

const FILE: &str = "out/HOST4.atwork.at.pfx";

fn convert<'a>(further: &[&'a str]) -> Vec<&'a str> {
    [&["convert", FILE, "--out", "new.pfx"], further].concat()
}

fn contents(room: &Room, file: &str, password: &str) -> Contents {
    let password = Password::new(password.to_owned()).unwrap();
    pfx::open(&room.read(file), &password, &OpenOptions::default()).unwrap()
}

#[test]
fn encoding_and_password_change_and_nothing_else() {
    let room = with_pfx();
    let before = room.files();
    let further = ["--password-file", "old.txt", "--new-password-file", "new.txt", "--windows", "2012r2", "--json"];
    let printed = json(&room.done(&convert(&further)));
    assert_eq!((&printed["encoding"], &printed["keys"]), (&"legacy".into(), &1.into()));
    assert_eq!(printed["certificates"], serde_json::json!(["CN=HOST4.atwork.at", "CN=First"]));
    assert_eq!(printed["left_out"], serde_json::json!([]));

    let (old, new) = (contents(&room, FILE, "the old password"), contents(&room, "new.pfx", "the new password"));
    assert_eq!(new.oldest_windows().unwrap().to_string(), "2012 R2");
    let (old_id, new_id) = (old.identity().unwrap(), new.identity().unwrap());
    assert_eq!((old_id.leaf(), old_id.root()), (new_id.leaf(), new_id.root()));
    let key = |id: &pki_core::authority::Identity| id.secret_key().secret_pkcs8_der().unwrap();
    assert_eq!(key(&old_id), key(&new_id));
    for (old, new) in old.keys.iter().zip(&new.keys) {
        assert_eq!(old.key_spec, new.key_spec);
        assert_eq!(old.attributes.provider, new.attributes.provider);
        assert_eq!(old.attributes.local_key_id, new.attributes.local_key_id);
        assert!(old.attributes.local_machine_key_set && new.attributes.local_machine_key_set);
    }
    let names = |contents: &Contents| {
        let entries = contents.certificates.iter();
        entries.map(|it| (it.attributes.friendly_name.clone(), it.attributes.local_key_id.clone())).collect::<Vec<_>>()
    };
    assert_eq!(names(&old), names(&new));

    let mut after = room.files();
    assert!(after.remove(std::path::Path::new("new.pfx")).is_some());
    assert_eq!(after, before);
}

#[test]
fn the_password_stays_unless_another_one_is_given() {
    let room = with_pfx();
    room.done(&convert(&["--password-file", "old.txt"]));
    contents(&room, "new.pfx", "the old password");

    let mut command = room.command(&["convert", FILE, "--out", "other.pfx"]);
    command.env("REPLICA_PKI_PASSWORD", "the old password").env("REPLICA_PKI_NEW_PASSWORD", "a third password");
    let ended = Ended::of(command);
    assert_eq!(ended.code, 0, "{ended:?}");
    contents(&room, "other.pfx", "a third password");
}

#[test]
fn nothing_is_written_where_something_is_wrong() {
    let room = with_pfx();
    room.write("empty.txt", "\n");
    room.write("there.pfx", "something");
    let before = room.files();
    let with_old = |further: &[&'static str]| [&["--password-file", "old.txt"], further].concat();
    for (arguments, code, expected) in [
        (convert(&[]), 1, "it needs a password"),
        (convert(&["--password-file", "new.txt"]), 1, "wrong password"),
        (convert(&with_old(&["--new-password-file", "empty.txt"])), 1, "empty.txt"),
        (convert(&with_old(&["--new-password-file", "lost.txt"])), 1, "cannot read lost.txt"),
        (convert(&with_old(&["--new-password"])), 1, "no terminal to ask on"),
        (convert(&with_old(&["--new-password", "--new-password-file", "new.txt"])), 2, "cannot be used with"),
        (convert(&with_old(&["--windows", "2008"])), 2, "2012r2"),
        (vec!["convert", "out/First.cer", "--out", "new.pfx"], 1, "out/First.cer: it is no PFX file"),
        (vec!["convert", "lost.pfx", "--out", "new.pfx"], 1, "cannot read lost.pfx"),
        (vec!["convert", FILE, "--out", "there.pfx", "--password-file", "old.txt"], 1, "never overwritten"),
        (vec!["convert", FILE, "--out", FILE, "--password-file", "old.txt"], 1, "never overwritten"),
    ] {
        let ended = room.run(&arguments);
        assert_eq!(ended.code, code, "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
    }
    assert_eq!(room.files(), before);
}

#[test]
fn a_file_without_a_mac_is_not_given_one() {
    let room = Room::new();
    let vectors = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../pki-core/tests/it/vectors");
    room.write("in.pfx", std::fs::read(vectors.join("without-mac.pfx")).unwrap());
    room.write("password.txt", "correct horse battery staple\n");
    let ended = room.run(&["convert", "in.pfx", "--out", "out.pfx", "--password-file", "password.txt"]);
    assert!(ended.code == 1 && ended.stderr.contains("MAC"), "{ended:?}");
    assert!(!room.path("out.pfx").exists());
    std::fs::write(room.path("in.pfx"), std::fs::read(vectors.join("pbmac1.pfx")).unwrap()).unwrap();
    room.done(&["convert", "in.pfx", "--out", "out.pfx", "--password-file", "password.txt", "--windows", "2012r2"]);
}
