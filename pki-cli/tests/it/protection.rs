//! A protected folder: keys and passwords under one passphrase, and every command goes on working.

mod lost_mark;
mod passwords;

use std::time::{Duration, Instant};

use pki_core::key::{KeyAlgorithm, KeyPair};
use rand::SeedableRng as _;

use crate::support::{Ended, Room, json};

const KEY: &str = "replica-pki/private/roots/a.test.root.key.pem";
const PASSWORD: &str = "replica-pki/private/passwords/a.test.txt";
const MARK: &str = "replica-pki/private/protected.pem";
const PASSPHRASE: [&str; 2] = ["--passphrase-file", "passphrase.txt"];

/// Two hosts, and two passphrases in files.
fn mesh() -> Room {
    let room = Room::new();
    room.done(&["issue", "a.test", "b.test", "--key", "rsa-2048"]);
    room.write("passphrase.txt", "correct horse battery staple\n");
    room.write("other.txt", "staple battery horse correct\r\n");
    room
}

fn protected() -> Room {
    let room = mesh();
    room.done(&[&["protect"], &PASSPHRASE[..]].concat());
    room
}

fn text(room: &Room, path: &str) -> String {
    String::from_utf8(room.read(path)).unwrap()
}

#[test]
fn protect_seals_every_secret_and_unprotect_gives_each_back_as_it_was() {
    let room = mesh();
    let before = room.files();
    let said = json(&room.done(&[&["protect", "--json"], &PASSPHRASE[..]].concat()));
    assert_eq!(said["dir"], "replica-pki");
    let numbers = ["keys", "passwords", "changed"].map(|name| said[name].as_u64().unwrap());
    assert_eq!((said["protected"].as_bool(), numbers), (Some(true), [2, 2, 4]));
    for (path, contents) in room.files() {
        let (name, old) = (path.to_str().unwrap(), before.get(&path));
        let text = String::from_utf8_lossy(&contents);
        if name.ends_with(".key.pem") {
            assert!(text.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"), "{name}: {text}");
        } else if name.contains("passwords") {
            assert!(text.starts_with("-----BEGIN PROTECTED PASSWORD-----"), "{name}: {text}");
        } else if name.ends_with("protected.pem") {
            assert!(text.starts_with("-----BEGIN PROTECTED FOLDER-----"), "{name}: {text}");
        } else {
            assert_eq!(Some(&contents), old, "{name}");
        }
    }
    let said = room.done(&[&["unprotect"], &PASSPHRASE[..]].concat());
    assert!(said.contains("2, not encrypted") && said.contains("4 files"), "{said}");
    assert_eq!(room.files(), before);
    // There is nothing to do, so nobody is asked.
    assert!(room.done(&["unprotect"]).contains("0 files"));
    assert_eq!(room.files(), before);
}

#[test]
fn a_second_protect_changes_nothing_but_what_lies_there_plain() {
    let room = mesh();
    let plain = room.read(KEY);
    let protect = [&["protect"], &PASSPHRASE[..]].concat();
    room.done(&protect);
    let before = room.files();
    assert!(room.done(&protect).contains("0 files"));
    assert_eq!(room.files(), before);
    room.write(KEY, &plain);
    assert!(room.done(&protect).contains("1 file"));
    assert_ne!(room.read(KEY), plain);
    room.done(&[&["unprotect"], &PASSPHRASE[..]].concat());
    assert_eq!(room.read(KEY), plain);
}

#[test]
fn a_wrong_passphrase_or_none_is_noticed_before_anything_is_made_or_changed() {
    let room = protected();
    room.write("empty.txt", "\n");
    let before = room.files();
    for command in [
        &["issue", "c.test"][..],
        &["issue", "--replace", "a.test"],
        &["renew", "a.test"],
        &["renew", "--new-key", "a.test", "b.test"],
        &["protect"],
        &["protect", "--change", "other.txt"],
        &["unprotect"],
        &["unprotect", "a.test", "--out", "a.txt"],
    ] {
        let refusals = [
            (room.run(&[command, &["--passphrase-file", "other.txt"]].concat()), "wrong passphrase for replica-pki"),
            (room.run(command), "a passphrase is needed, and there is no terminal"),
            (room.run(&[command, &["--passphrase-file", "empty.txt"]].concat()), "a password has 1 to 1024 bytes"),
            (room.run(&[command, &["--passphrase-file", "missing.txt"]].concat()), "missing.txt"),
        ];
        for (ended, problem) in refusals {
            assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{command:?}: {ended:?}");
            assert!(ended.stderr.contains(problem) && ended.stderr.contains("\nhint: "), "{command:?}: {ended:?}");
            assert_eq!(room.files(), before, "{command:?}");
        }
    }
}

#[test]
fn what_needs_no_secret_asks_for_no_passphrase() {
    let room = protected();
    assert!(room.done(&["issue"]).starts_with("nothing to do"));
    room.done(&["verify", "replica-pki/hosts/a.test"]);
    room.done(&["renew"]);
    let said = room.done(&["status"]);
    assert!(said.contains("protected by a passphrase"), "{said}");
    assert_eq!(json(&room.done(&["status", "--json"]))["protected"], true);
    room.write(
        "replica-pki/inventory.toml",
        text(&room, "replica-pki/inventory.toml").replace("\n[[host]]\nfqdn = \"b.test\"\n", ""),
    );
    room.done(&["issue", "--prune"]);
    assert!(!room.path("replica-pki/private/passwords/b.test.txt").exists());
    let room = mesh();
    assert!(!room.done(&["status"]).contains("protected"));
    assert_eq!(json(&room.done(&["status", "--json"]))["protected"], false);
}

#[test]
fn what_later_commands_make_is_sealed_too() {
    let room = protected();
    let mut issue = room.command(&["issue", "c.test"]);
    issue.env("REPLICA_PKI_PASSPHRASE", "correct horse battery staple");
    let ended = Ended::of(issue);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(text(&room, "replica-pki/private/roots/c.test.root.key.pem").contains("ENCRYPTED PRIVATE KEY"));
    assert!(text(&room, "replica-pki/private/passwords/c.test.txt").contains("PROTECTED PASSWORD"));
    room.done(&[&["renew", "c.test", "--new-key"], &PASSPHRASE[..]].concat());
    room.done(&[&["issue", "--replace", "a.test"], &PASSPHRASE[..]].concat());
    let key = KEY.replace("a.test.root", "a.test.root2");
    assert!(text(&room, &key).contains("ENCRYPTED PRIVATE KEY"));
    for host in ["a.test", "b.test", "c.test"] {
        let (kit, password) =
            (format!("replica-pki/hosts/{host}"), format!("replica-pki/private/passwords/{host}.txt"));
        let mut verify = room.command(&["verify", &kit, "--password-file", &password]);
        verify.env("REPLICA_PKI_PASSPHRASE", "correct horse battery staple");
        let ended = Ended::of(verify);
        assert_eq!(ended.code, 0, "{ended:?}");
        let ended = room.run(&["verify", &kit, "--password-file", &password]);
        assert!(ended.code == 1 && ended.stderr.contains("passphrase is needed"), "{ended:?}");
    }
}

#[test]
fn another_passphrase_takes_the_place_of_the_first() {
    let room = mesh();
    let plain = room.files();
    let change = [&["protect", "--change", "other.txt"], &PASSPHRASE[..]].concat();
    let ended = room.run(&change);
    assert!(ended.code == 1 && ended.stderr.contains("not protected yet"), "{ended:?}");
    assert_eq!(room.files(), plain);
    room.done(&[&["protect"], &PASSPHRASE[..]].concat());
    let mark = room.read(MARK);
    room.done(&change);
    assert_ne!(room.read(MARK), mark);
    assert_eq!(room.run(&[&["unprotect"], &PASSPHRASE[..]].concat()).code, 1);
    room.done(&["unprotect", "--passphrase-file", "other.txt"]);
    assert_eq!(room.files(), plain);
}

#[test]
fn a_protected_key_signs_by_its_passphrase_as_any_encrypted_key() {
    let room = protected();
    let root = "replica-pki/hosts/a.test/trust/a.test.root.cer";
    let leaf =
        ["leaf", "a.test", "--root", root, "--root-key", KEY, "--out", "out", "--password-file", "passphrase.txt"];
    let ended = room.run(&leaf);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("--root-key-password-file") && ended.stderr.contains("passphrase"), "{ended:?}");
    room.done(&[&leaf[..], &["--root-key-password-file", "passphrase.txt"]].concat());
    let signer = ["--root-key", KEY, "--root-key-password-file", "passphrase.txt"];
    room.done(&[&["crl", "--root", root, "--out", "1.crl"], &signer[..]].concat());
}

/// Not under Wine, where there is none; the files are the same.
#[cfg(unix)]
#[test]
fn signing_by_hand_with_a_protected_key_takes_the_passphrase_as_every_command_does() {
    let room = protected();
    let signer = ["--root", "replica-pki/private/roots/a.test.root.cer", "--root-key", KEY];
    let with = |arguments: &[&str], passphrase: &str| {
        let mut command = room.command(&[arguments, &signer[..]].concat());
        command.env("REPLICA_PKI_PASSPHRASE", passphrase);
        Ended::of(command)
    };
    for (number, arguments) in [
        &["crl", "--out", "1.crl"][..],
        &["leaf", "a.test", "--key", "rsa-2048", "--out", "out", "--password-file", "passphrase.txt"],
    ]
    .iter()
    .enumerate()
    {
        let before = room.files();
        let ended = with(arguments, "staple battery horse correct");
        assert!(ended.code == 1 && ended.stderr.contains("passphrase") && room.files() == before, "{ended:?}");
        let ended = room.run(&[arguments, &signer[..]].concat());
        assert!(ended.code == 1 && ended.stderr.contains("REPLICA_PKI_PASSPHRASE"), "{number}: {ended:?}");
        let ended = with(arguments, "correct horse battery staple");
        assert_eq!(ended.code, 0, "{ended:?}");
    }
}

/// Deriving the key takes a good part of a second; for each file it would take many minutes.
#[test]
fn a_thousand_files_cost_one_derivation() {
    let room = mesh();
    let key = KeyPair::generate(KeyAlgorithm::Rsa2048, &mut chacha20::ChaCha20Rng::seed_from_u64(1)).unwrap();
    let pem = key.secret_pkcs8_pem().unwrap();
    for number in 0..500 {
        room.write(&format!("replica-pki/private/roots/{number}.key.pem"), pem.as_bytes());
        room.write(&format!("replica-pki/private/passwords/{number}.txt"), "a password\n");
    }
    let begun = Instant::now();
    let said = json(&room.done(&[&["protect", "--json"], &PASSPHRASE[..]].concat()));
    assert_eq!(said["changed"], 1004);
    let taken = begun.elapsed();
    assert!(taken < Duration::from_secs(60), "{taken:?}");
}

#[test]
fn what_cannot_be_sealed_stops_protect_before_it_changes_anything() {
    let room = mesh();
    for (path, contents, problem) in [
        (KEY, "garbage", "damaged"),
        (PASSWORD, "\n", "1 to 1024 bytes"),
        (KEY, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n", "encrypted"),
    ] {
        let whole = room.read(path);
        room.write(path, contents);
        let before = room.files();
        let ended = room.run(&[&["protect"], &PASSPHRASE[..]].concat());
        assert!(ended.code == 1 && ended.stderr.contains(problem), "{ended:?}");
        assert!(ended.stderr.contains(path.rsplit('/').next().unwrap()), "{ended:?}");
        assert_eq!(room.files(), before);
        room.write(path, whole);
    }
    let ended = Room::new().run(&["protect"]);
    assert!(ended.code == 1 && ended.stderr.contains("there is no"), "{ended:?}");
}

fn room_path(path: &str) -> std::path::PathBuf {
    path.split('/').collect()
}

#[test]
fn without_a_terminal_another_passphrase_comes_from_a_file_alone() {
    let room = protected();
    let ended = room.run(&[&["protect", "--change"], &PASSPHRASE[..]].concat());
    assert!(ended.code == 1 && ended.stderr.contains("hint: name a file with --change\n"), "{ended:?}");
}
