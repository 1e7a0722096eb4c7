//! `status` finds kits that are missing, damaged, or without a root, and says what mends them.

use std::fs;

use super::{problem, status};
use crate::support::mesh::{edit, mesh};
use crate::support::{Room, copy, json};

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
        ("a.test.pfx", Some("x"), "not whole (a.test.pfx): bring it back"),
        ("a.test.pfx", None, "not whole (a.test.pfx): bring it back"),
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
    fs::create_dir(room.path("replica-pki/hosts/notes")).unwrap();
    room.write("replica-pki/hosts/notes/notes.txt", "mine");
    problem(&room, "notes", &["cannot be read"]);
    let ended = room.run(&["issue"]);
    assert!(ended.code == 1 && ended.stderr.contains("notes") && ended.stderr.contains("elsewhere"), "{ended:?}");
    assert_eq!(room.read("replica-pki/hosts/notes/notes.txt"), b"mine");
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

/// File managers leave such files in every folder that somebody opens.
#[test]
fn a_file_among_the_kits_is_told_of_and_left_alone() {
    let room = mesh(&["a.test"]);
    for file in [".DS_Store", "desktop.ini"] {
        room.write(&format!("replica-pki/hosts/{file}"), "theirs");
    }
    for command in [&["status"][..], &["issue", "b.test"], &["renew", "a.test"], &["renew", "--finish"], &["status"]] {
        let ended = room.run(command);
        assert_eq!(ended.code, 0, "{ended:?}");
        for file in [".DS_Store", "desktop.ini"] {
            assert_eq!(ended.stderr.matches(file).count(), 1, "{ended:?}");
        }
        assert!(ended.stderr.contains("note: ") && ended.stderr.contains("is no kit, and is left alone"), "{ended:?}");
        assert!(!ended.stdout.contains("desktop.ini"), "{ended:?}");
    }
    assert_eq!(room.read("replica-pki/hosts/desktop.ini"), b"theirs");
}

/// Also where a shell would take the folder's name for two.
#[test]
fn what_is_advised_can_be_typed_as_it_stands() {
    let dir = ["--dir", "sp ace"];
    let quoted = |path: &str| if cfg!(windows) { format!("\"{path}\"") } else { format!("'{path}'") };
    let room = Room::new();
    room.done(&[&["issue", "a.test", "--key", "rsa-2048"][..], &dir].concat());
    let path = |file: &str| ["sp ace", "private", "roots", file].iter().collect::<std::path::PathBuf>();
    let (root, key) = (path("a.test.root.cer"), path("a.test.root.key.pem"));
    let (root, key) = (root.to_str().unwrap(), key.to_str().unwrap());
    room.done(&["crl", "--root", root, "--root-key", key, "--out", "a.crl", "--days", "30"]);
    let said = room.run(&[&["status"][..], &dir].concat()).stdout;
    let line = format!("replica-pki crl --root {} --root-key {} --out ", quoted(root), quoted(key));
    assert!(said.contains(&line), "{line}: {said}");

    let inventory = String::from_utf8(room.read("sp ace/inventory.toml")).unwrap();
    room.write("sp ace/inventory.toml", inventory.replace("\"a.test\"", "\"a.test\"\nalso = [\"broker.test\"]"));
    let line = format!("replica-pki issue --dir {} --replace a.test", quoted("sp ace"));
    for command in ["status", "issue"] {
        let ended = room.run(&[&[command][..], &dir].concat());
        assert!(ended.stdout.contains(&line) || ended.stderr.contains(&line), "{line}: {ended:?}");
    }
    room.done(&[&["issue", "--replace", "a.test"][..], &dir].concat());
    let ended = room.run(&[&["status"][..], &dir].concat());
    assert!(!ended.stdout.contains("--replace"), "{ended:?}");
    for file in ["a.test.root2.cer", "a.test.root2.key.pem"] {
        fs::remove_file(room.path("").join(path(file))).unwrap();
    }
    let ended = room.run(&[&["issue"][..], &dir].concat());
    assert!(ended.code == 1 && ended.stderr.contains(&line), "{line}: {ended:?}");
}

#[test]
fn a_root_in_a_kit_that_the_mesh_does_not_know_is_found_and_taken_away() {
    let room = mesh(&["a.test", "b.test"]);
    edit(&room, "[[host]]\nfqdn = \"b.test\"\n", "");
    fs::remove_dir_all(room.path("replica-pki/hosts/b.test")).unwrap();
    for file in ["roots/b.test.root.cer", "roots/b.test.root.key.pem", "passwords/b.test.txt"] {
        fs::remove_file(room.path(&format!("replica-pki/private/{file}"))).unwrap();
    }
    let said = "its kit trusts b.test.root, which is not of this mesh: replica-pki issue takes it away";
    assert_eq!(status(&room, &[], "a.test")["problems"], json(&format!("[{said:?}]")));
    room.done(&["issue"]);
    room.done(&["status"]);
}
