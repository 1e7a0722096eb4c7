//! Passwords come from a file or a variable, never from an argument, and are never shown.

use std::ffi::OsString;
use std::fs;

use crate::support::{Ended, Room, json, mesh};

const ISSUE: [&str; 4] = ["issue", "HOST4.atwork.at", "--key", "rsa-2048"];
const PFX: &str = "replica-pki/hosts/HOST4.atwork.at/HOST4.atwork.at.pfx";

#[test]
fn a_given_password_opens_the_pfx_and_is_not_written_down() {
    let room = Room::new();
    room.write("password.txt", "a chosen password\r\nsecond line\n");
    let text = room.done(&[&ISSUE[..], &["--password-file", "password.txt"]].concat());
    assert!(!text.contains("a chosen password"));
    room.done(&["inspect", PFX, "--password-file", "password.txt"]);
    assert!(!room.path("replica-pki/private/passwords").exists());
    let needle = b"a chosen password";
    for (path, contents) in room.files().into_iter().filter(|(path, _)| path.as_os_str() != "password.txt") {
        assert!(!contents.windows(needle.len()).any(|window| window == needle), "{}", path.display());
    }
}

#[test]
fn the_variable_serves_as_well_and_the_file_goes_before_it() {
    let room = Room::new();
    room.write("password.txt", "from the file\n");
    let mut command = room.command(&[&ISSUE[..], &["--password-file", "password.txt"]].concat());
    command.env("REPLICA_PKI_PASSWORD", "from the variable");
    assert_eq!(Ended::of(command).code, 0);
    room.done(&["inspect", PFX, "--password-file", "password.txt"]);

    let mut command = room.command(&["inspect", PFX]);
    command.env("REPLICA_PKI_PASSWORD", "from the file");
    assert_eq!(Ended::of(command).code, 0);
}

#[test]
fn a_wrong_or_missing_password_is_told_with_the_way_out() {
    let room = Room::with_kits();
    room.write("wrong.txt", "wrong\n");
    for (arguments, message) in [
        (&["inspect", PFX, "--password-file", "wrong.txt"][..], "wrong password"),
        (&["inspect", PFX], "it needs a password"),
    ] {
        let ended = room.run(arguments);
        assert_eq!(ended.code, 1);
        assert!(ended.stderr.contains(message), "{}", ended.stderr);
        assert!(ended.stderr.contains("hint: ") && ended.stderr.contains("--password-file"), "{}", ended.stderr);
    }
}

#[test]
fn there_is_no_argument_for_a_password() {
    for command in ["issue", "leaf", "inspect", "verify"] {
        let help = Room::new().done(&[command, "--help"]);
        assert!(!help.contains("--password "), "{help}");
        assert_eq!(Room::new().run(&[command, "x.example.org", "--password", "secret"]).code, 2);
    }
}

#[test]
fn an_empty_password_is_refused_and_an_unusual_one_warned_about() {
    let room = Room::new();
    room.write("empty.txt", "\n");
    let ended = room.run(&[&ISSUE[..], &["--password-file", "empty.txt"]].concat());
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("empty.txt") && ended.stderr.contains("1 to 1024 bytes"), "{}", ended.stderr);

    room.write("umlaut.txt", "pässword\n");
    let ended = room.run(&[&ISSUE[..], &["--password-file", "umlaut.txt"]].concat());
    assert_eq!(ended.code, 0);
    assert!(ended.stderr.contains("warning: ") && !ended.stderr.contains("pässword"), "{}", ended.stderr);
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_password() {
    let room = Room::new();
    room.write("marked.txt", "\u{feff}a password\r\n");
    room.write("plain.txt", "a password\n");
    room.done(&[&ISSUE[..], &["--password-file", "marked.txt"]].concat());
    room.done(&["inspect", PFX, "--password-file", "plain.txt"]);
}

#[test]
fn a_password_file_of_another_encoding_is_refused_with_the_way_out() {
    let room = Room::new();
    let utf16: Vec<u8> = "secret\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    room.write("marked.txt", [&b"\xff\xfe"[..], &utf16].concat());
    room.write("unmarked.txt", utf16);
    room.write("tab.txt", "sec\tret\n");
    for (file, message) in
        [("marked.txt", "not UTF-8"), ("unmarked.txt", "control characters"), ("tab.txt", "control characters")]
    {
        let ended = room.run(&[&ISSUE[..], &["--password-file", file]].concat());
        assert_eq!(ended.code, 1);
        assert!(ended.stderr.contains(file) && ended.stderr.contains(message), "{}", ended.stderr);
        assert!(ended.stderr.contains("Set-Content -Encoding ascii"), "{}", ended.stderr);
    }
}

#[test]
fn a_password_that_is_no_text_is_refused_without_showing_it() {
    let room = Room::new();
    let mut command = room.command(&ISSUE);
    command.env("REPLICA_PKI_PASSWORD", no_text());
    let ended = Ended::of(command);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("REPLICA_PKI_PASSWORD") && !ended.stderr.contains("hidden"), "{}", ended.stderr);
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let room = Room::with_kits();
    let root = "replica-pki/hosts/HOST4.atwork.at/trust/HOST4.atwork.at.root.cer";
    let key = "replica-pki/private/roots/HOST4.atwork.at.root.key.pem";
    let ended =
        room.run(&["leaf", "HOST4.atwork.at", "--root", root, "--root-key", key, "--out", "out", "--key", "rsa-2048"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("no terminal") && ended.stderr.contains("hint: "), "{}", ended.stderr);
    assert!(!room.path("out").exists());
}

#[test]
fn generated_passwords_differ_from_host_to_host() {
    let room = Room::with_kits();
    let read = |host: &str| room.read(&format!("replica-pki/private/passwords/{host}.txt"));
    assert_ne!(read("HOST4.atwork.at"), read("HOST5.atwork.at"));
    let inspected =
        room.done(&["inspect", PFX, "--json", "--password-file", "replica-pki/private/passwords/HOST4.atwork.at.txt"]);
    assert_eq!(json(&inspected)[0]["mac"]["verified"], true);
}

/// To encode a PFX anew it has to be opened.
#[test]
fn another_encoding_needs_the_password_that_was_given() {
    let room = Room::new();
    room.write("password.txt", "a chosen password\n");
    room.write("wrong.txt", "another\n");
    room.done(&[&ISSUE[..], &["--password-file", "password.txt"]].concat());
    mesh::edit(&room, "windows = \"2019\"", "windows = \"2016\"");
    let before = room.files();
    for (more, message) in
        [(&[][..], "its password is not known"), (&["--password-file", "wrong.txt"], "wrong password")]
    {
        let ended = room.run(&[&["issue"], more].concat());
        assert!(ended.code == 1 && ended.stderr.contains(message) && ended.stderr.contains("hint: "), "{ended:?}");
        assert_eq!(room.files(), before);
    }
    room.done(&["issue", "--password-file", "password.txt"]);
    assert_ne!(room.read(PFX), before[&PFX.split('/').collect::<std::path::PathBuf>()]);
    room.done(&["inspect", PFX, "--password-file", "password.txt"]);
    room.done(&["status"]);
}

/// A byte that is never in UTF-8.
#[cfg(unix)]
fn no_text() -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(b"hidden\xff".to_vec())
}

/// Half of a surrogate pair.
#[cfg(windows)]
fn no_text() -> OsString {
    let units: Vec<u16> = "hidden".encode_utf16().chain([0xd800]).collect();
    std::os::windows::ffi::OsStringExt::from_wide(&units)
}

/// Nobody knows it but the file, so without it the PFX is lost. One that was given is kept by who gave it.
#[test]
fn a_generated_password_that_is_gone_is_found_and_mended_as_status_says() {
    let room = mesh(&["a.test", "b.test"]);
    room.write("given.txt", "given to all\n");
    room.done(&["issue", "c.test", "--password-file", "given.txt"]);
    room.done(&["status"]);
    let (password, copy) = (room.path("replica-pki/private/passwords/a.test.txt"), room.path("copy.txt"));
    fs::rename(&password, &copy).unwrap();
    let ended = room.run(&["status", "--json"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    let said = json(&ended.stdout);
    let problem = said["hosts"][0]["problems"][0].as_str().unwrap();
    for part in ["password that was generated", "passwords/a.test.txt back", "replica-pki renew a.test --new-key"] {
        assert!(problem.contains(part), "{part}: {problem}");
    }
    for row in 1..3 {
        assert_eq!(said["hosts"][row]["problems"], json("[]"), "{said}");
    }
    // The new root of another host changes the lists of this kit, and not what they say of it.
    room.done(&["issue", "d.test"]);
    assert_eq!(room.run(&["status"]).code, 3);
    fs::rename(&copy, &password).unwrap();
    room.done(&["status"]);

    fs::remove_file(&password).unwrap();
    room.done(&["renew", "a.test", "--new-key"]);
    room.done(&["status"]);
    assert!(password.exists());
    room.done(&["renew", "--finish"]);
    fs::remove_file(&password).unwrap();
    room.done(&["renew", "a.test", "--new-key", "--password-file", "given.txt"]);
    room.done(&["status"]);
}
