//! `status` finds kits that are missing, damaged, or without a root, and says what mends them.

use std::fs;

use super::{problem, status};
use crate::support::mesh::{edit, mesh};
use crate::support::{copy, json};

#[test]
fn a_host_without_a_kit_is_found() {
    let room = mesh(&["a.test", "b.test"]);
    fs::remove_dir_all(room.path("replica-pki/hosts/b.test")).unwrap();
    problem(&room, "b.test", &["it has no kit", "replica-pki issue"]);
    let row = status(&room, &[], "b.test");
    assert!(row["root"].is_null(), "{row}");
    edit(&room, "\"a.test\"", "\"a.test\"\n[[host]]\nfqdn = \"c.test\"");
    problem(&room, "c.test", &["it has no kit"]);
    room.done(&["issue"]);
    room.done(&["status"]);
}

#[test]
fn a_kit_that_was_damaged_is_found() {
    for (file, contents, part) in [
        ("a.test.pfx", Some("x"), "fails replica-pki verify: file of a.test.pfx"),
        ("a.test.pfx", None, "not whole"),
        ("a.test.cer", Some("x"), "cannot be read"),
        ("a.test.cer", None, "cannot be read"),
        ("manifest.json", Some("{"), "cannot be read"),
        ("manifest.json", None, "cannot be read"),
        ("trust/slipped-in.cer", Some("x"), "fails replica-pki verify: file of trust/slipped-in.cer"),
    ] {
        let room = mesh(&["a.test", "b.test"]);
        let path = room.path(&format!("replica-pki/hosts/a.test/{file}"));
        match contents {
            Some(contents) => fs::write(&path, contents).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        problem(&room, "a.test", &[part]);
        assert_eq!(status(&room, &[], "b.test")["problems"], json("[]"), "{file}");
        // As it says: without the folder the kit is made anew.
        fs::remove_dir_all(room.path("replica-pki/hosts/a.test")).unwrap();
        room.done(&["issue"]);
        room.done(&["status"]);
    }
}

#[test]
fn what_can_be_made_again_is_made_again_by_issue_and_costs_no_certificate() {
    let whole = mesh(&["a.test", "b.test"]);
    for (file, contents) in [
        ("trust/b.test.root.cer", None),
        ("trust/b.test.root.cer", Some("x")),
        ("install.cmd", Some("format c:")),
        ("uninstall.cmd", None),
    ] {
        let room = copy(&whole);
        let path = room.path(&format!("replica-pki/hosts/a.test/{file}"));
        match contents {
            Some(contents) => fs::write(&path, contents).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        problem(&room, "a.test", &["not whole", file, "replica-pki issue"]);
        let said = json(&room.done(&["issue", "--json"]));
        assert_eq!(
            said["other_roots"],
            json(&format!(r#"[{{"host": "a.test", "added": [], "removed": [], "repaired": ["{file}"]}}]"#))
        );
        assert_eq!(room.files().keys().collect::<Vec<_>>(), whole.files().keys().collect::<Vec<_>>());
        let kept = ["a.test.pfx", "a.test.cer", "install.cmd", "uninstall.cmd", "trust/b.test.root.cer"];
        for file in kept.map(|file| format!("replica-pki/hosts/a.test/{file}")) {
            assert_eq!(room.read(&file), whole.read(&file), "{file}");
        }
        room.done(&["status"]);
        assert!(room.done(&["issue"]).starts_with("nothing to do"));
    }
}

#[test]
fn what_is_no_kit_among_the_kits_is_found() {
    let room = mesh(&["a.test"]);
    room.write("replica-pki/hosts/notes.txt", "mine");
    problem(&room, "notes.txt", &["cannot be read"]);
    let ended = room.run(&["issue"]);
    assert!(ended.code == 1 && ended.stderr.contains("notes.txt") && ended.stderr.contains("elsewhere"), "{ended:?}");
    assert_eq!(room.read("replica-pki/hosts/notes.txt"), b"mine");
}

/// As a backup that was brought back would be.
#[test]
fn a_kit_that_lacks_a_root_is_found_and_mended() {
    let room = mesh(&["a.test", "b.test"]);
    let kit = "replica-pki/hosts/a.test";
    let before = room.files();
    room.done(&["issue", "c.test"]);
    fs::remove_dir_all(room.path(kit)).unwrap();
    for (path, bytes) in
        before.iter().filter(|(path, _)| path.starts_with(room.path(kit).strip_prefix(room.path("")).unwrap()))
    {
        let path = room.path("").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    problem(&room, "a.test", &["its kit lacks the root c.test.root", "replica-pki issue"]);
    room.done(&["issue"]);
    room.done(&["status"]);
}
