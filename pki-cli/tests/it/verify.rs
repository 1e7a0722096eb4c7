//! `verify` ends with 3 when something is wrong, and says what.

use crate::support::{Ended, Room, json};

const KIT: &str = "replica-pki/hosts/HOST4.atwork.at";

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
    assert_eq!(failures(&room.run(&["verify", KIT, "--json"])), ["file"]);
}

#[test]
fn the_end_of_leaf_and_roots_is_found() {
    let room = Room::with_kits();
    let at = |time: &str| failures(&room.run(&["verify", KIT, "--json", "--at", time]));
    assert_eq!(at("2100-01-01"), ["validity", "validity", "trusted-root", "trusted-root"]);
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
