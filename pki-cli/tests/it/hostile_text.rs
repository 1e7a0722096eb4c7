//! Text that others wrote, file names among it, reaches a terminal as text: it moves no cursor, rings no bell, reads from
//! left to right and begins no line of its own. JSON holds it escaped.

use std::time::{SystemTime, UNIX_EPOCH};

use pki_core::authority::Identity;
use pki_core::certificate::Certificate;
use pki_core::key::KeyPair;
use pki_core::name::printable;
use pki_core::password::Password;
use pki_core::pfx::{self, SealOptions};
use rand::SeedableRng as _;
use rsa::PrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use serde_json::json as value;

use crate::support::foreign::{Key, Recipe};
use crate::support::mesh::{edit, inventory, mesh};
use crate::support::{Ended, KIT, Room, json};

/// What terminals obey or do not show, in ASCII and beyond: escape sequences of one and two bytes, a bell, ends of lines,
/// changes of direction, nothing at all.
const EVIL: &str = "Evil\u{1b}[2J\u{7}\r\nINJECTED\u{7f}\u{9b}2J\u{85}\u{200b}\u{202e}\u{2028}\u{2066}";
/// The same as far as ASCII goes.
const EVIL_ASCII: &str = "Evil\u{1b}[2J\u{7}\r\nINJECTED\u{7f}";
/// The same in a string of TOML.
const EVIL_TOML: &str = r"Evil\u001b[2J\u0007\r\nINJECTED\u007f\u009b2J\u0085\u200b\u202e\u2028\u2066";
/// What of it is text.
const MARK: &str = "INJECTED";

#[test]
fn certificates_and_pfx_files() {
    let room = with_evil_certificates();
    let password = ["--password-file", "password.txt"];
    let commands = [
        vec!["inspect", "root.cer"],
        vec!["inspect", "leaf.cer"],
        vec!["verify", "leaf.cer", "--root", "root.cer"],
        vec!["verify", "leaf.cer", "--root", "leaf.cer", "--host", "HOST4.atwork.at"],
        [&["inspect", "evil.pfx"], &password[..]].concat(),
    ];
    for command in commands {
        shown_both_ways(&room, &command);
    }
    for (out, json) in [("1.pfx", None), ("2.pfx", Some("--json"))] {
        let command = [&["convert", "evil.pfx", "--out", out], &password[..], json.as_slice()].concat();
        assert_shown(&room.run(&command));
    }
}

#[test]
fn revocation_lists_and_what_is_beside_them() {
    let room = with_evil_certificates();
    let crl = |more: &[&str]| {
        let command = ["crl", "--root", "root.cer", "--root-key", "root.key.pem", "--revoke", "leaf.cer"];
        room.run(&[&command, more].concat())
    };
    for more in [&["--out", "1.crl"][..], &["--out", "2.crl", "--json"], &["--out", "leaf.cer"]] {
        assert_shown(&crl(more));
    }
    let pem = format!("-----BEGIN {EVIL_ASCII}-----\nAA==\n-----END {EVIL_ASCII}-----\n");
    room.write("root.crl", &pem);
    assert_harmless(&crl(&["--out", "3.crl"]));
    std::fs::remove_file(room.path("root.crl")).unwrap();
    room.write("root.revoked.json", value!({ EVIL: 1 }).to_string());
    assert_shown(&crl(&["--out", "3.crl"]));
    room.write("root.key.pem", pem);
    assert_harmless(&crl(&["--out", "3.crl"]));
}

#[test]
fn answers_that_do_not_name_a_host() {
    let room = with_evil_certificates();
    let parts = ["--certificate", "leaf.cer", "--key", "leaf.key.pem", "--root", "root.cer"];
    assert_shown(&room.run(&[&["accept"], &parts[..], &["--out", "out", "--password-file", "password.txt"]].concat()));
    let signer = ["--root", "root.cer", "--root-key", "root.key.pem", "--out", "out"];
    for request in ["leaf.cer", "password.txt"] {
        assert_harmless(&room.run(&[&["leaf", "--request", request], &signer[..]].concat()));
    }
}

/// A root may say what it likes about the names that it may sign for, and `install.cmd` runs as administrator.
#[test]
fn names_that_a_root_permits_are_no_commands() {
    let room = mesh(&["HOST4.atwork.at"]);
    let permitted =
        vec!["x&calc", "x|calc", "%calc%", "$(calc)", "x;calc", "x calc", "", ".calc", "*.calc.at", EVIL_ASCII];
    let root = Recipe { permitted, ..Recipe::ca("CN=Evil", now()) }.self_signed(Key::Root);
    room.write("replica-pki/private/roots/evil.cer", root);
    room.done(&["issue"]);
    for script in ["install.cmd", "uninstall.cmd"] {
        let text = String::from_utf8(room.read(&format!("{KIT}/{script}"))).unwrap();
        assert!(!text.contains("calc") && !text.contains(MARK), "{text}");
    }
    let text = String::from_utf8(room.read(&format!("{KIT}/install.cmd"))).unwrap();
    assert!(text.contains("-ReplicaServerName PARTNER -"), "{text}");
}

#[test]
fn manifests() {
    let room = mesh(&["HOST4.atwork.at", "HOST5.atwork.at"]);
    let path = format!("{KIT}/manifest.json");
    let whole = room.read(&path);
    for field in [
        "/made_by",
        "/host",
        "/names/0",
        "/pfx/file",
        "/pfx/encoding",
        "/pfx/oldest_windows_server",
        "/leaf/file",
        "/leaf/subject",
        "/leaf/thumbprint_sha256",
        "/trust/0/file",
        "/trust/1/subject",
        "/sha256/trust~1HOST5.atwork.at.root.cer",
        "/format",
    ] {
        room.edit_manifest(|manifest| *manifest.pointer_mut(field).unwrap() = value!(EVIL));
        for command in [&["verify", KIT][..], &["status"], &["install", KIT, "--dry-run"]] {
            both_ways(&room, command);
        }
        room.write(&path, &whole);
    }
    room.edit_manifest(|manifest| manifest["pfx"]["encoding"] = value!(EVIL));
    shown_both_ways(&room, &["status"]);
    room.edit_manifest(|manifest| manifest["host"] = value!(EVIL));
    shown_both_ways(&room, &["verify", KIT]);
    shown_both_ways(&room, &["status"]);
    room.write(&path, &whole);
    room.edit_manifest(|manifest| manifest["sha256"][EVIL] = value!("00"));
    shown_both_ways(&room, &["verify", KIT]);
}

#[test]
fn inventories() {
    let room = mesh(&["HOST4.atwork.at"]);
    let (whole, host) = (inventory(&room), "[[host]]\nfqdn = \"HOST4.atwork.at\"\n");
    let defaults = "[defaults]\n";
    for (place, line) in [
        (defaults, format!("\"{EVIL_TOML}\" = 1")),
        (defaults, format!("crl_url = \"{EVIL_TOML}\"")),
        (host, format!("\"{EVIL_TOML}\" = 1")),
        (host, format!("root = \"{EVIL_TOML}\"")),
        (host, format!("also = [\"{EVIL_TOML}\"]")),
        (host, format!("windows = \"{EVIL_TOML}\"")),
        (host, format!("[[host]]\nfqdn = \"{EVIL_TOML}\"")),
        (host, format!("[\"{EVIL_TOML}\"]\nx = 1")),
    ] {
        edit(&room, place, &format!("{place}{line}\n"));
        shown_both_ways(&room, &["status"]);
        shown_both_ways(&room, &["issue"]);
        shown_both_ways(&room, &["renew"]);
        room.write("replica-pki/inventory.toml", &whole);
    }
    for line in ["key = \"rsa-2048\"", "leaf_days = 730", "trust = \"per-host\"", "name_constraints = true"] {
        let (key, _) = line.split_once(" = ").unwrap();
        edit(&room, line, &format!("{key} = \"{EVIL_TOML}\""));
        shown_both_ways(&room, &["status"]);
        room.write("replica-pki/inventory.toml", &whole);
    }
    room.write("replica-pki/inventory.toml", format!("{whole}\n{EVIL}"));
    both_ways(&room, &["status"]);
}

#[test]
fn the_command_line() {
    let room = Room::new();
    let option = format!("--{EVIL}");
    let commands = [
        vec![EVIL],
        vec!["inspect", &option],
        vec!["inspect", EVIL],
        vec!["verify", EVIL],
        vec!["verify", "x", "--at", EVIL],
        vec!["verify", "x", "--host", EVIL],
        vec!["issue", EVIL],
        vec!["issue", "--key", EVIL],
        vec!["issue", "HOST4.atwork.at", "--trust", EVIL],
        vec!["status", "--dir", EVIL],
        vec!["status", "--within", EVIL],
        vec!["explain", EVIL],
        vec!["leaf", "HOST4.atwork.at", "--crl-url", EVIL],
        vec!["unprotect", EVIL, "--out", EVIL],
        vec!["completions", EVIL],
    ];
    for command in commands {
        let ended = room.run(&command);
        assert_shown(&ended);
        assert_ne!(ended.code, 0, "{command:?}");
    }
}

/// Windows has no such names.
#[cfg(unix)]
#[test]
fn file_names() {
    let room = mesh(&["HOST4.atwork.at", "HOST5.atwork.at"]);
    let kit = format!("replica-pki/hosts/{EVIL}");
    let rename = |from: &str, to: &str| std::fs::rename(room.path(from), room.path(to)).unwrap();
    let remove = |path: &str| std::fs::remove_file(room.path(path)).unwrap();

    room.write(EVIL, room.read(&format!("{KIT}/HOST4.atwork.at.cer")));
    shown_both_ways(&room, &["inspect", EVIL]);
    shown_both_ways(&room, &["verify", EVIL, "--root", EVIL]);
    shown_both_ways(&room, &["verify", KIT, "--password-file", EVIL]);

    // A file that somebody added to a kit, and one beside the kits.
    let stray = format!("{KIT}/{EVIL}");
    room.write(&stray, "");
    shown_both_ways(&room, &["verify", KIT]);
    shown_both_ways(&room, &["status"]);
    remove(&stray);
    room.write(&kit, "");
    shown_both_ways(&room, &["status"]);
    remove(&kit);

    // A kit that somebody gave another name, with which its files do not agree, and do.
    rename("replica-pki/hosts/HOST5.atwork.at", &kit);
    for command in ["status", "issue", "renew"] {
        shown_both_ways(&room, &[command]);
    }
    rename(&format!("{kit}/HOST5.atwork.at.cer"), &format!("{kit}/{EVIL}.cer"));
    for command in ["status", "issue"] {
        shown_both_ways(&room, &[command]);
    }
    std::fs::remove_dir_all(room.path(&kit)).unwrap();

    // A root that somebody put there.
    let root = room.read(&format!("{KIT}/trust/HOST5.atwork.at.root.cer"));
    let path = format!("replica-pki/private/roots/{EVIL}.cer");
    room.write(&path, root);
    shown_both_ways(&room, &["status"]);
    shown_both_ways(&room, &["issue"]);
    remove(&path);
    room.done(&["issue", "--prune"]);
    room.done(&["status"]);
}

/// A room with a root and a host's certificate below it, each with its key, and both in a PFX. Every name is hostile.
fn with_evil_certificates() -> Room {
    let room = Room::new();
    let subject = format!("CN={EVIL}");
    let root = Recipe::ca(&subject, now()).self_signed(Key::Root);
    let recipe = Recipe {
        subject: format!("CN=host {EVIL}"),
        names: vec![EVIL_ASCII.to_owned()],
        revocation_list: Some(EVIL_ASCII),
        ..Recipe::leaf("host", now())
    };
    let leaf = recipe.signed(Key::Host, &subject, Key::Root);
    room.write("root.cer", &root);
    room.write("leaf.cer", &leaf);
    room.write("root.key.pem", pem(Key::Root));
    room.write("leaf.key.pem", pem(Key::Host));
    room.write("password.txt", "a password\n");

    let [root, leaf] = [root, leaf].map(|der| Certificate::from_der(&der).unwrap());
    let identity = Identity::from_parts(leaf, KeyPair::from_pkcs8_pem(&pem(Key::Host), None).unwrap(), root).unwrap();
    let mut options = SealOptions::default();
    options.friendly_name = Some(EVIL.to_owned());
    let password = Password::new("a password".to_owned()).unwrap();
    let mut rng = chacha20::ChaCha20Rng::seed_from_u64(1);
    room.write("evil.pfx", pfx::seal(&identity, &password, &options, &mut rng).unwrap());
    room
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn pem(key: Key) -> String {
    PrivateKey::from_pkcs1_der(&key.pkcs1()).unwrap().to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
}

/// Runs a command for people and for programs; both show the text.
#[track_caller]
fn shown_both_ways(room: &Room, command: &[&str]) {
    for ended in both_ways(room, command) {
        assert!(is_shown(&ended), "{command:?}: {ended:?}");
    }
}

/// Runs a command for people and for programs.
#[track_caller]
fn both_ways(room: &Room, command: &[&str]) -> [Ended; 2] {
    let (text, programs) = (room.run(command), room.run(&[command, &["--json"]].concat()));
    assert_harmless(&text);
    assert_harmless(&programs);
    if !programs.stdout.is_empty() {
        json(&programs.stdout);
    }
    [text, programs]
}

#[track_caller]
fn assert_shown(ended: &Ended) {
    assert_harmless(ended);
    assert!(is_shown(ended), "{ended:?}");
}

fn is_shown(ended: &Ended) -> bool {
    ended.stdout.contains(MARK) || ended.stderr.contains(MARK)
}

#[track_caller]
fn assert_harmless(ended: &Ended) {
    for line in ended.stdout.split('\n').chain(ended.stderr.split('\n')) {
        assert_eq!(printable(line), line, "{ended:?}");
        assert!(!line.starts_with(MARK), "{ended:?}");
    }
}
