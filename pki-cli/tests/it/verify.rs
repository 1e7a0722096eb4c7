//! `verify` ends with 3 when something is wrong, and says what.

use serde_json::json as value;

use crate::support::{Ended, KIT, Room, json};

/// The checks that failed, after making sure that the exit code says so.
fn failures(ended: &Ended) -> Vec<String> {
    let verdict = json(&ended.stdout);
    let results = verdict["results"].as_array().unwrap();
    let failed = results.iter().filter(|line| line["outcome"] == "failed");
    let failed: Vec<_> = failed.map(|line| line["check"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ended.code, if failed.is_empty() { 0 } else { 3 }, "{ended:?}");
    assert_eq!(verdict["passed"], failed.is_empty());
    failed
}

#[test]
fn a_fresh_kit_passes_also_with_its_password() {
    let room = Room::with_kits();
    assert!(failures(&room.run(&["verify", KIT, "--json"])).is_empty());
    let password = "replica-pki/private/passwords/HOST4.atwork.at.txt";
    let ended = room.run(&["verify", KIT, "--json", "--password-file", password]);
    assert!(failures(&ended).is_empty());
    assert!(ended.stdout.contains("holds the key of this leaf"), "{}", ended.stdout);
    let text = room.done(&["verify", KIT]);
    assert!(text.contains("passed, judged at "), "{text}");
}

#[test]
fn a_wrong_password_is_found() {
    let room = Room::with_kits();
    let password = "replica-pki/private/passwords/HOST5.atwork.at.txt";
    assert_eq!(failures(&room.run(&["verify", KIT, "--json", "--password-file", password])), ["pfx"]);
}

#[test]
fn a_pfx_of_another_identity_is_found() {
    let room = Room::new();
    room.write("password", "the same for both\n");
    for dir in ["replica-pki", "other"] {
        let more = ["--key", "rsa-2048", "--dir", dir, "--password-file", "password"];
        room.done(&[&["issue", "HOST4.atwork.at"][..], &more].concat());
    }
    room.slip_in("HOST4.atwork.at.pfx", &room.read("other/hosts/HOST4.atwork.at/HOST4.atwork.at.pfx"));
    let ended = room.run(&["verify", KIT, "--json", "--password-file", "password"]);
    assert_eq!(failures(&ended), ["pfx"]);
    assert!(ended.stdout.contains("holds another certificate than the one beside it"), "{}", ended.stdout);
}

#[test]
fn a_changed_file_is_found() {
    let room = Room::with_kits();
    let path = format!("{KIT}/HOST4.atwork.at.pfx");
    let mut pfx = room.read(&path);
    *pfx.last_mut().unwrap() ^= 1;
    room.write(&path, pfx);
    assert_eq!(failures(&room.run(&["verify", KIT, "--json"])), ["file"]);
}

#[test]
fn a_root_that_was_slipped_in_is_found() {
    let room = Room::with_kits();
    room.done(&["root", "--name", "Evil", "--for", "HOST4.atwork.at", "--out", "evil", "--key", "rsa-2048"]);
    room.write(&format!("{KIT}/trust/evil.root.cer"), room.read("evil/Evil.cer"));
    assert_eq!(failures(&room.run(&["verify", KIT, "--json"])), ["file", "manifest"]);
}

#[test]
fn a_root_whose_hash_was_slipped_in_with_it_is_found() {
    let room = Room::with_kits();
    room.done(&["root", "--name", "Evil", "--for", "HOST4.atwork.at", "--out", "evil", "--key", "rsa-2048"]);
    room.slip_in("trust/evil.cer", &room.read("evil/Evil.cer"));
    let ended = room.run(&["verify", KIT, "--json"]);
    assert_eq!(failures(&ended), ["manifest"]);
    assert!(ended.stdout.contains("trust/evil.cer") && ended.stdout.contains("CN=Evil"), "{}", ended.stdout);
}

#[test]
fn what_is_no_root_is_found_among_the_roots() {
    let room = Room::with_kits();
    room.slip_in("trust/leaf.cer", &room.read("replica-pki/hosts/HOST5.atwork.at/HOST5.atwork.at.cer"));
    let ended = room.run(&["verify", KIT, "--json"]);
    assert_eq!(failures(&ended), ["manifest", "trusted-root", "trusted-root", "trusted-root"]);
    for expected in ["not self-signed", "no CA", "keyCertSign", "not limited"] {
        assert!(ended.stdout.contains(expected), "{expected}: {}", ended.stdout);
    }
    assert!(ended.stdout.contains("may sign for HOST4.atwork.at only"), "{}", ended.stdout);
}

/// Roots that this program would never make.
#[test]
fn a_weak_root_of_another_program_is_found() {
    let room = Room::with_kits();
    room.slip_in("trust/weak.cer", include_bytes!("vectors/weak-root.cer"));
    let ended = room.run(&["verify", KIT, "--json"]);
    assert_eq!(failures(&ended), ["manifest", "trusted-root", "trusted-root"]);
    for expected in ["lacks keyCertSign", "not RSA of at least 2048 bits", "made with SHA-1", "not limited"] {
        assert!(ended.stdout.contains(expected), "{expected}: {}", ended.stdout);
    }
}

#[test]
fn facts_of_the_manifest_that_are_not_the_files_are_found() {
    let zeros = "0".repeat(40);
    for (place, fact) in [
        ("/leaf/thumbprint_sha1", value!(zeros)),
        ("/leaf/not_after", value!("2099-01-01T00:00:00Z")),
        ("/trust/1/thumbprint_sha1", value!(zeros)),
        ("/trust/1/file", value!("trust/other.cer")),
        ("/names", value!(["HOST4.atwork.at", "HOST9.atwork.at"])),
    ] {
        let room = Room::with_kits();
        room.edit_manifest(|manifest| *manifest.pointer_mut(place).unwrap() = fact);
        let failed = failures(&room.run(&["verify", KIT, "--json"]));
        assert!(!failed.is_empty() && failed.iter().all(|check| check == "manifest"), "{place}: {failed:?}");
    }
    let room = Room::with_kits();
    room.edit_manifest(|manifest| manifest["host"] = value!("HOST5.atwork.at"));
    assert_eq!(failures(&room.run(&["verify", KIT, "--json"])), ["manifest", "host-name"]);
}

#[test]
fn without_a_password_the_pfx_is_said_to_be_unopened() {
    let room = Room::with_kits();
    let verdict = json(&room.done(&["verify", KIT, "--json"]));
    let pfx = verdict["results"].as_array().unwrap().iter().find(|line| line["check"] == "pfx").unwrap();
    assert_eq!(pfx["outcome"], "warning");
    assert!(pfx["detail"].as_str().unwrap().contains("--password-file"), "{pfx}");
}

/// A pipe that nobody writes to would be waited for without end.
#[cfg(unix)]
#[test]
fn pipes_and_links_in_a_kit_are_named_and_not_read() {
    for file in ["manifest.json", "HOST4.atwork.at.pfx", "trust/HOST5.atwork.at.root.cer"] {
        let room = Room::with_kits();
        let path = room.path(&format!("{KIT}/{file}"));
        std::fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let ended = room.run(&["verify", KIT]);
        assert_eq!(ended.code, 1, "{file}");
        assert!(ended.stderr.contains(file) && ended.stderr.contains("no plain file"), "{}", ended.stderr);
        assert!(ended.stderr.contains("\nhint: "), "{}", ended.stderr);
    }
    let room = Room::with_kits();
    std::fs::rename(room.path(&format!("{KIT}/trust")), room.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(room.path("elsewhere"), room.path(&format!("{KIT}/trust"))).unwrap();
    let ended = room.run(&["verify", KIT]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("no plain folder"), "{}", ended.stderr);
}

#[test]
fn text_of_a_kit_cannot_steer_the_terminal() {
    let room = Room::with_kits();
    room.edit_manifest(|manifest| manifest["sha256"]["\u{1b}[2Jfile\nerror"] = value!("00"));
    let ended = room.run(&["verify", KIT]);
    assert_eq!(ended.code, 1);
    assert!(!ended.stderr.contains('\u{1b}') && ended.stderr.contains("\\u{1b}[2Jfile\\u{a}error"), "{}", ended.stderr);
}

#[test]
fn a_kit_that_is_not_there_is_said_to_be_missing() {
    let ended = Room::new().run(&["verify", "missing"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("cannot read missing: "), "{}", ended.stderr);
    assert!(ended.stderr.contains("hint: a kit is one folder below DIR/hosts"), "{}", ended.stderr);
}

#[test]
fn the_end_of_leaf_and_roots_is_found() {
    let room = Room::with_kits();
    let at = |time: &str| failures(&room.run(&["verify", KIT, "--json", "--at", time]));
    // By itself a root that has ended is a warning. That the leaf's own has ended is what its chain fails by.
    assert_eq!(at("2100-01-01"), ["validity", "validity"]);
    assert_eq!(at("2000-01-01T00:00:00Z"), ["validity", "validity", "trusted-root", "trusted-root"]);
}

#[test]
fn a_kit_for_another_host_is_found() {
    let room = Room::with_kits();
    assert_eq!(failures(&room.run(&["verify", KIT, "--json", "--host", "HOST5.atwork.at"])), ["host-name"]);
}

#[test]
fn a_leaf_is_judged_against_the_roots_that_are_named() {
    let room = Room::with_kits();
    let leaf = format!("{KIT}/HOST4.atwork.at.cer");
    let (own, foreign) =
        (format!("{KIT}/trust/HOST4.atwork.at.root.cer"), format!("{KIT}/trust/HOST5.atwork.at.root.cer"));
    let with = |roots: &[&str]| {
        let roots: Vec<&str> = roots.iter().flat_map(|root| ["--root", root]).collect();
        room.run(&[&["verify", &leaf, "--json", "--host", "host4.atwork.AT"], roots.as_slice()].concat())
    };
    assert!(failures(&with(&[&own])).is_empty());
    assert!(failures(&with(&[&foreign, &own])).is_empty());
    assert!(failures(&with(&[&foreign])).contains(&"root-found".to_owned()));
    assert_eq!(with(&[]).code, 1);
}

#[test]
fn what_is_no_kit_is_said_to_be_none() {
    let room = Room::with_kits();
    for (break_it, message) in
        [("not json", "manifest.json is damaged"), ("{\"format\": 1}", "manifest.json is damaged")]
    {
        room.write(&format!("{KIT}/manifest.json"), break_it);
        let ended = room.run(&["verify", KIT]);
        assert_eq!(ended.code, 1);
        assert!(ended.stderr.contains(message) && ended.stderr.contains("hint: "), "{}", ended.stderr);
    }
    assert_eq!(room.run(&["verify", "replica-pki"]).code, 1);
}

#[test]
fn a_manifest_cannot_point_outside_its_kit() {
    let room = Room::with_kits();
    let path = format!("{KIT}/manifest.json");
    let manifest = String::from_utf8(room.read(&path)).unwrap();
    for outside in ["../HOST5.atwork.at/HOST5.atwork.at.cer", "trust/../manifest.json", "C:\\\\secret", "/etc/passwd"] {
        room.write(&path, manifest.replace("HOST4.atwork.at.cer", outside));
        let ended = room.run(&["verify", KIT]);
        assert_eq!(ended.code, 1, "{outside}");
        assert!(ended.stderr.contains("outside the kit"), "{}", ended.stderr);
    }
}
