//! `status` tells how a mesh is, one line a host, changes nothing, and ends with 3 when something ends soon or does not
//! fit.

mod kits;

use std::fs;

use serde_json::Value;

use crate::support::mesh::{INVENTORY, changes, edit, inventory, leaf, mesh};
use crate::support::{Ended, Room, json};

/// What is said of one host, after making sure that the exit code fits and that nothing was changed.
#[track_caller]
fn status(room: &Room, more: &[&str], host: &str) -> Value {
    let before = room.files();
    let ended = room.run(&[&["status", "--json"], more].concat());
    assert_eq!(changes(&before, &room.files()), [""; 0]);
    let said = json(&ended.stdout);
    let rows = said["hosts"].as_array().unwrap();
    let is_good = rows.iter().all(|row| row["problems"].as_array().unwrap().is_empty());
    assert_eq!((ended.code, said["passed"].as_bool().unwrap()), if is_good { (0, true) } else { (3, false) }, "{said}");
    rows.iter().find(|row| row["host"] == host).unwrap_or_else(|| panic!("{host}: {said}")).clone()
}

/// The one problem of a host has all these parts.
#[track_caller]
fn problem(room: &Room, host: &str, parts: &[&str]) {
    let row = status(room, &[], host);
    let problems: Vec<_> = row["problems"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert!(problems.iter().any(|problem| parts.iter().all(|part| problem.contains(part))), "{parts:?}: {row}");
}

#[test]
fn a_mesh_that_is_as_it_should_be_passes() {
    let room = mesh(&["a.test", "b.test", "--windows", "2012r2"]);
    let row = status(&room, &[], "a.test");
    let leaf = leaf(&room, "a.test");
    for (fact, value) in [
        ("encoding", Value::from("legacy")),
        ("thumbprint_sha1", leaf.thumbprint().to_string().into()),
        ("leaf_ends", leaf.validity().not_after.to_string().into()),
        ("leaf_days_left", 729.into()),
        ("root", "a.test.root".into()),
        ("root_days_left", 3649.into()),
        ("root_key", true.into()),
        ("phase", "settled".into()),
        ("keeps_previous", false.into()),
        ("revocation_list", Value::Null),
        ("problems", json("[]")),
        ("notes", json("[]")),
    ] {
        assert_eq!(row[fact], value, "{fact}: {row}");
    }
    let text = room.done(&["status"]);
    let lines: Vec<Vec<_>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["host", "certificate", "root", "encoding", "state"]);
    assert_eq!(lines[1], ["a.test", "729", "days", "3649", "days", "legacy", "good"]);
    assert!(text.contains("replica-pki: passed, judged at "), "{text}");
}

#[test]
fn the_folder_can_be_named_by_argument_or_variable() {
    let room = mesh(&["a.test", "--dir", "some/where"]);
    room.done(&["status", "--dir", "some/where"]);
    for arguments in [&["status"][..], &["renew", "a.test"], &["renew", "--finish"]] {
        assert_eq!(room.run(arguments).code, 1, "{arguments:?}");
        let mut command = room.command(arguments);
        command.env("REPLICA_PKI_DIR", room.path("some/where"));
        let ended = Ended::of(command);
        assert_eq!(ended.code, 0, "{arguments:?}: {ended:?}");
    }
}

#[test]
fn what_ends_within_the_given_time_is_found() {
    let room = mesh(&["a.test", "b.test"]);
    assert_eq!(status(&room, &["--within", "729d"], "a.test")["problems"], json("[]"));
    let row = status(&room, &["--within", "730d"], "a.test");
    assert_eq!(row["problems"], json(r#"["its certificate ends in 729 days: replica-pki renew a.test"]"#));
    let row = status(&room, &["--within", "3650d"], "b.test");
    let both = "its certificate ends in 729 days, its root ends in 3649 days: replica-pki renew";
    assert_eq!(row["problems"][0], both);
    let ended = room.run(&["status", "--within", "730d"]);
    assert!(ended.code == 3 && ended.stdout.contains("replica-pki: FAILED, judged at "), "{ended:?}");
}

#[test]
fn what_was_found_is_mended_as_it_says() {
    let room = mesh(&["a.test", "b.test", "--days", "30"]);
    problem(&room, "a.test", &["its certificate ends in 29 days", "replica-pki renew a.test"]);
    edit(&room, "leaf_days = 30", "leaf_days = 700");
    room.done(&["renew", "a.test", "b.test"]);
    let row = status(&room, &[], "a.test");
    assert_eq!((&row["problems"], &row["keeps_previous"]), (&json("[]"), &true.into()));
    assert!(row["notes"][0].as_str().unwrap().contains("replica-pki renew --finish a.test"), "{row}");
    room.done(&["renew", "--finish"]);
    assert_eq!(status(&room, &[], "a.test")["notes"], json("[]"));
}

#[test]
fn a_key_that_is_not_the_one_of_its_root_is_found() {
    let room = mesh(&["a.test", "b.test"]);
    let key = |host: &str| format!("replica-pki/private/roots/{host}.root.key.pem");
    let own = room.read(&key("b.test"));
    for (contents, part) in [(room.read(&key("a.test")), "key"), (Vec::new(), "damaged")] {
        room.write(&key("b.test"), contents);
        let before = room.files();
        let ended = room.run(&["status", "--json"]);
        assert_eq!((ended.code, before), (3, room.files()), "{ended:?}");
        let said = json(&ended.stdout);
        let problem = said["problems"][0].as_str().unwrap();
        for part in [part, "b.test.root.key.pem", "from a copy", "replica-pki issue --replace HOST"] {
            assert!(problem.contains(part), "{part}: {problem}");
        }
        assert_eq!(said["problems"].as_array().unwrap().len(), 1, "{said}");
    }
    let ended = room.run(&["renew", "b.test"]);
    assert!(
        ended.code == 1 && ended.stderr.contains("hint: bring this file back") && !ended.stderr.contains("encrypted")
    );
    room.write(&key("b.test"), own);
    room.done(&["status"]);
}

#[test]
fn the_phase_of_a_rollover_is_told() {
    let room = mesh(&["a.test", "--root-days", "40"]);
    problem(&room, "a.test", &["its root ends in 39 days", "replica-pki renew"]);
    edit(&room, "root_days = 40", "root_days = 900");
    room.done(&["renew"]);
    let row = status(&room, &[], "a.test");
    assert_eq!(row["phase"], "spreading");
    assert!(row["problems"][0].as_str().unwrap().contains("replica-pki renew --roots-installed"), "{row}");
    room.done(&["renew", "--roots-installed"]);
    let row = status(&room, &[], "a.test");
    assert_eq!(
        (&row["phase"], &row["problems"], &row["root"]),
        (&"changed-over".into(), &json("[]"), &"a.test.root2".into())
    );
    assert!(row["notes"][0].as_str().unwrap().contains("replica-pki renew --finish"), "{row}");
    room.done(&["renew", "--finish"]);
    assert_eq!(status(&room, &[], "a.test")["phase"], "settled");
}

#[test]
fn without_an_inventory_there_is_nothing_to_judge() {
    let room = mesh(&["a.test"]);
    fs::remove_file(room.path(INVENTORY)).unwrap();
    let ended = room.run(&["status"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""));
    assert!(ended.stderr.contains("there is no ") && ended.stderr.contains("hint: "), "{ended:?}");
    room.write(INVENTORY, "[[host]\n");
    let ended = room.run(&["status", "--json"]);
    assert!(ended.code == 1 && ended.stderr.contains("inventory.toml, line 1: "), "{ended:?}");
}

#[test]
fn roots_that_are_gone_from_the_private_folder_are_found() {
    let room = mesh(&["a.test", "b.test"]);
    for file in ["b.test.root.cer", "b.test.root.key.pem"] {
        fs::remove_file(room.path(&format!("replica-pki/private/roots/{file}"))).unwrap();
    }
    problem(&room, "b.test", &["the root that signed its certificate is not in private/roots"]);
    let row = status(&room, &[], "a.test");
    assert_eq!(row["problems"][0], "its kit trusts b.test.root, which is not of this mesh", "issue is refused");
    let ended = room.run(&["issue"]);
    assert!(ended.code == 1 && ended.stderr.contains("--replace b.test"), "{ended:?}");
    let ended = room.run(&["renew", "b.test"]);
    assert!(ended.code == 1 && ended.stderr.contains("replica-pki issue --replace b.test"), "{ended:?}");
    room.done(&["issue", "--replace", "b.test"]);
    room.done(&["status"]);
}

#[test]
fn what_the_inventory_says_otherwise_is_found_and_mended_by_issue() {
    let room = mesh(&["a.test", "b.test"]);
    let text = inventory(&room);
    for (from, to, host, parts, mend) in [
        (
            "\"a.test\"",
            "\"a.test\"\nwindows = \"2012r2\"",
            "a.test",
            &["encoded for another Windows"][..],
            &["issue"][..],
        ),
        (
            "\"a.test\"",
            "\"a.test\"\nalso = [\"broker.test\"]",
            "a.test",
            &["name constraints do not permit", "broker.test", "--replace a.test"],
            &["issue", "--replace", "a.test"],
        ),
        (
            "\"a.test\"",
            "\"a.test\"\nroot = \"Another\"",
            "a.test",
            &["the inventory calls it Another", "--replace a.test"],
            &["issue", "--replace", "a.test"],
        ),
        ("[[host]]\nfqdn = \"b.test\"\n", "", "b.test", &["not in the inventory", "--prune"], &["issue", "--prune"]),
    ] {
        room.write(INVENTORY, text.replace(from, to));
        problem(&room, host, parts);
        room.done(mend);
        room.done(&["status"]);
        room.write(INVENTORY, &text);
        room.run(&["issue", "--replace", "a.test"]);
        room.done(&["status"]);
    }
}

#[test]
fn a_changed_shape_of_trust_is_found_and_refused() {
    let room = mesh(&["a.test", "b.test"]);
    edit(&room, "trust = \"per-host\"", "trust = \"shared\"");
    problem(&room, "a.test", &["another shape of trust"]);
    let ended = room.run(&["issue"]);
    assert!(ended.code == 1 && ended.stderr.contains("another folder"), "{ended:?}");
}

#[test]
fn what_to_type_names_the_folder() {
    let room = Room::new();
    let (plain, odd) = ("some/mesh", "the $HOME of 'it");
    for (dir, shown) in
        [(plain, plain), (odd, if cfg!(windows) { "\"the $HOME of 'it\"" } else { r"'the $HOME of '\''it'" })]
    {
        room.done(&["issue", "a.test", "b.test", "--key", "rsa-2048", "--days", "30", "--dir", dir]);
        let ended = room.run(&["status", "--dir", dir]);
        assert_eq!(ended.code, 3);
        assert!(ended.stdout.contains(&format!("replica-pki renew --dir {shown} a.test")), "{ended:?}");
        let ended = room.run(&["renew", "c.test", "--dir", dir]);
        assert_eq!(ended.code, 1);
        assert!(ended.stderr.contains(&format!("replica-pki issue --dir {shown} c.test")), "{ended:?}");
        room.done(&["renew", "a.test", "--dir", dir]);
        let said = room.done(&["renew", "a.test", "--dir", dir]);
        assert!(said.contains(&format!("replica-pki renew --dir {shown} --finish a.test")), "{said}");
        let said = json(&room.run(&["status", "--dir", dir, "--json"]).stdout);
        let note = said["hosts"][0]["notes"].to_string() + &said["hosts"][0]["problems"].to_string();
        assert!(note.contains("replica-pki renew --dir "), "{note}");
    }
}

/// Who issues is told at once, and once, what `status` would tell the next day.
#[test]
fn issue_warns_of_certificates_that_status_would_call_for_at_once() {
    for (days, is_short) in [("60", true), ("61", false)] {
        let room = Room::new();
        let ended = room.run(&["issue", "a.test", "b.test", "--key", "rsa-2048", "--days", days]);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert_eq!(ended.stderr.matches("look 60 days ahead").count(), usize::from(is_short), "{ended:?}");
        assert_eq!(room.run(&["status"]).code, if is_short { 3 } else { 0 });
        if is_short {
            for part in ["warning: ", "leaf_days", "root_days", "--within"] {
                assert!(ended.stderr.contains(part), "{part}: {ended:?}");
            }
        }
    }
    let room = Room::new();
    let ended = room.run(&["issue", "a.test", "--key", "rsa-2048", "--root-days", "30"]);
    assert!(ended.stderr.contains("ends in ") && ended.stderr.contains("look 60 days ahead"), "{ended:?}");
    edit(&room, "root_days = 30", "root_days = 3650");
    let ended = room.run(&["issue", "b.test"]);
    assert!(ended.code == 0 && !ended.stderr.contains("ahead"), "only of what is made: {ended:?}");
}
