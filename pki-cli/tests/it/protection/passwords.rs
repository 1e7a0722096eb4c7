//! The passwords of a protected folder: one is taken out alone, and commands that need one open it or say how.

use pki_core::password::Password;
use pki_core::pfx::{self, OpenOptions};

use super::{PASSPHRASE, protected, room_path};
use crate::support::Ended;

#[test]
fn one_password_can_be_taken_out_alone() {
    let room = protected();
    let before = room.files();
    room.done(&[&["unprotect", "a.test", "--out", "out/a.txt"], &PASSPHRASE[..]].concat());
    let mut after = room.files();
    let line = String::from_utf8(after.remove(&room_path("out/a.txt")).unwrap()).unwrap();
    assert_eq!(after, before);
    let password = Password::new(line.trim_end().to_owned()).unwrap();
    pfx::open(&room.read("replica-pki/hosts/a.test/a.test.pfx"), &password, &OpenOptions::default()).unwrap();
    #[cfg(unix)]
    {
        let mode = std::fs::metadata(room.path("out/a.txt")).unwrap().permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
    }
    // Another case is no other host.
    room.done(&[&["unprotect", "A.Test", "--out", "other/A.txt"], &PASSPHRASE[..]].concat());
    for (host, out, problem) in [("a.test", "out/a.txt", "never overwritten"), ("z.test", "out/z.txt", "there is no")] {
        let ended = room.run(&[&["unprotect", host, "--out", out], &PASSPHRASE[..]].concat());
        assert!(ended.code == 1 && ended.stderr.contains(problem), "{ended:?}");
    }
    assert_eq!(room.run(&["unprotect", "a.test"]).code, 2);
    assert_eq!(room.run(&["unprotect", "--out", "x"]).code, 2);
}

#[test]
fn so_can_that_of_a_kit_that_a_renewal_kept() {
    let room = protected();
    let old = room.read("replica-pki/hosts/a.test/a.test.pfx");
    room.write("given.txt", "another password\n");
    room.done(&[&["renew", "a.test", "--password-file", "given.txt"], &PASSPHRASE[..]].concat());
    room.done(&[&["unprotect", "a.test", "--previous", "--out", "a.txt"], &PASSPHRASE[..]].concat());
    let line = String::from_utf8(room.read("a.txt")).unwrap();
    let password = Password::new(line.trim_end().to_owned()).unwrap();
    pfx::open(&old, &password, &OpenOptions::default()).unwrap();
    assert!(pfx::open(&room.read("replica-pki/hosts/a.test/a.test.pfx"), &password, &OpenOptions::default()).is_err());
    let none = room.run(&[&["unprotect", "b.test", "--previous", "--out", "b.txt"], &PASSPHRASE[..]].concat());
    assert!(none.code == 1 && none.stderr.contains("there is no"), "{none:?}");
    assert_eq!(room.run(&["unprotect", "--previous"]).code, 2);
}

/// None of these commands has an option for the passphrase.
#[test]
fn a_protected_password_is_opened_or_asked_for_by_a_way_that_exists() {
    let room = protected();
    let (kit, pfx) = ("replica-pki/hosts/a.test", "replica-pki/hosts/a.test/a.test.pfx");
    let password = ["--password-file", "replica-pki/private/passwords/a.test.txt"];
    let commands =
        [&["verify", kit][..], &["inspect", pfx], &["convert", pfx, "--windows", "2012r2", "--out", "old.pfx"]];
    for command in commands {
        let ended = room.run(&[command, &password].concat());
        assert_eq!(ended.code, 1, "{ended:?}");
        for way in ["hint: set REPLICA_PKI_PASSPHRASE, or ", "replica-pki unprotect HOST --out FILE"] {
            assert!(ended.stderr.contains(way) && !ended.stderr.contains("--passphrase-file"), "{way}: {ended:?}");
        }
        for (passphrase, code) in [("another passphrase", 1), ("correct horse battery staple", 0)] {
            let mut command = room.command(&[command, &password].concat());
            command.env("REPLICA_PKI_PASSPHRASE", passphrase);
            let ended = Ended::of(command);
            assert!(ended.code == code && !ended.stderr.contains("--passphrase-file"), "{ended:?}");
        }
    }
    room.done(&[&["unprotect", "a.test", "--out", "a.txt"], &PASSPHRASE[..]].concat());
    room.done(&["verify", kit, "--password-file", "a.txt"]);
}
