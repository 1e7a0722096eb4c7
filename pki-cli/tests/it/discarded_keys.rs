//! `--discard-root-keys`: a root's key is gone when it has signed, and every command knows what that means.

use std::process::Stdio;
use std::time::Duration;

use crate::support::mesh::{changes, edit, every_kit_passes, inventory, leaf, mesh, names};
use crate::support::{Room, json, spawn};

/// Which roots have a key, after making sure that no other file holds one.
fn keys(room: &Room) -> Vec<String> {
    let marker = b"PRIVATE KEY-----";
    let files = room.files();
    let with_key = files.iter().filter(|(_, bytes)| bytes.windows(marker.len()).any(|window| window == marker));
    with_key
        .map(|(path, _)| {
            let path = path.to_str().unwrap().replace('\\', "/");
            let label = path.strip_prefix("replica-pki/private/roots/").and_then(|name| name.strip_suffix(".key.pem"));
            label.unwrap_or_else(|| panic!("{path}")).to_owned()
        })
        .collect()
}

#[test]
fn a_new_mesh_has_no_root_key_and_remembers_to_keep_none() {
    let room = Room::new();
    let said = json(&room.done(&["issue", "a.test", "b.test", "--key", "rsa-2048", "--discard-root-keys", "--json"]));
    assert_eq!(said["discarded_keys"], json(r#"["a.test.root", "b.test.root"]"#));
    assert!(said["roots"][0]["key"].is_null());
    assert_eq!(keys(&room), [""; 0]);
    assert!(inventory(&room).contains("\ndiscard_root_keys = true"), "{}", inventory(&room));
    every_kit_passes(&room, &["a.test", "b.test"]);

    let said = room.done(&["issue", "c.test"]);
    assert!(said.contains("c.test.root: its key is discarded") && !said.contains("a.test.root: its key"), "{said}");
    assert_eq!(keys(&room), [""; 0]);
    every_kit_passes(&room, &["a.test", "b.test", "c.test"]);
    assert!(room.done(&["issue"]).starts_with("nothing to do: 3 hosts"));
}

/// Wherever a run stands, also in what it has not put into place yet.
#[test]
fn a_run_that_is_killed_leaves_no_root_key_either() {
    let mut killed = 0;
    for step in 0..20 {
        let room = Room::new();
        let mut command = room.command(&["issue", "a.test", "b.test", "--key", "rsa-2048", "--discard-root-keys"]);
        let mut child = spawn(command.stdout(Stdio::null()).stderr(Stdio::null()));
        std::thread::sleep(Duration::from_millis(40 * step));
        child.kill().unwrap();
        killed += usize::from(!child.wait().unwrap().success());
        assert_eq!(keys(&room), [""; 0]);
    }
    assert!(killed > 0);
}

#[test]
fn the_keys_of_roots_that_are_there_go_and_nothing_else_changes() {
    let room = mesh(&["a.test", "b.test"]);
    let before = room.files();
    let ended = room.run(&["issue", "--discard-root-keys"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stderr.contains("note: ") && ended.stderr.contains("discard_root_keys = true"), "{ended:?}");
    let gone = ["a.test", "b.test"].map(|host| format!("replica-pki/private/roots/{host}.root.key.pem"));
    let notes = ["a.test", "b.test"].map(|host| format!("replica-pki/private/roots/{host}.root.no-key"));
    let mut changed = [gone, notes].concat();
    changed.sort();
    assert_eq!(changes(&before, &room.files()), changed);
    assert!(!ended.stdout.contains("Next:"), "{ended:?}");
    assert_eq!(keys(&room), [""; 0]);
    assert!(room.done(&["issue"]).starts_with("nothing to do"));
    room.done(&["issue", "c.test"]);
    assert_eq!(keys(&room), ["c.test.root"]);
}

#[test]
fn status_says_so_without_calling_it_wrong() {
    let room = mesh(&["a.test", "b.test", "--discard-root-keys"]);
    let said = json(&room.done(&["status", "--json"]));
    let row = &said["hosts"][0];
    assert_eq!((&row["root_key"], &row["problems"]), (&false.into(), &json("[]")));
    assert!(row["notes"][0].as_str().unwrap().contains("will need a new root"), "{row}");
    assert!(room.done(&["status"]).contains("good; the key of its root was discarded"));

    let ended = room.run(&["status", "--within", "730d", "--json"]);
    assert_eq!(ended.code, 3);
    let problem = json(&ended.stdout)["hosts"][0]["problems"][0].as_str().unwrap().to_owned();
    assert!(
        problem.contains("ends in 729 days") && problem.ends_with("replica-pki issue --replace a.test"),
        "{problem}"
    );
}

/// A folder that came back from a copy without its keys is no folder whose keys were discarded.
#[test]
fn a_key_that_was_lost_is_not_taken_for_a_discarded_one() {
    let room = mesh(&["a.test", "b.test"]);
    std::fs::remove_file(room.path("replica-pki/private/roots/a.test.root.key.pem")).unwrap();
    let ended = room.run(&["status"]);
    assert!(
        ended.code == 3 && ended.stdout.contains("the key of its root is missing and was not discarded"),
        "{ended:?}"
    );
    assert!(ended.stdout.contains("replica-pki issue --replace a.test"), "{ended:?}");
    room.done(&["issue", "--replace", "a.test"]);
    room.done(&["status"]);
    assert_eq!(names(&room, "private/roots").iter().filter(|name| name.ends_with(".no-key")).count(), 0);
}

#[test]
fn a_key_that_should_be_gone_is_found() {
    let room = mesh(&["a.test"]);
    edit(&room, "discard_root_keys = false", "discard_root_keys = true");
    let ended = room.run(&["status"]);
    assert!(ended.code == 3 && ended.stdout.contains("discard_root_keys is true: replica-pki issue"), "{ended:?}");
    room.done(&["issue"]);
    room.done(&["status"]);
}

#[test]
fn renewal_needs_a_new_root_which_replace_makes() {
    let room = mesh(&["a.test", "b.test", "--discard-root-keys"]);
    let before = room.files();
    let ended = room.run(&["renew", "a.test"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    for part in ["the key of the root a.test.root was discarded", "a new root", "replica-pki issue --replace a.test"] {
        assert!(ended.stderr.contains(part), "{part}: {ended:?}");
    }
    assert_eq!(changes(&before, &room.files()), [""; 0]);
    let old = leaf(&room, "a.test");
    room.done(&["issue", "--replace", "a.test"]);
    assert_ne!(old, leaf(&room, "a.test"));
    assert_eq!(keys(&room), [""; 0]);
    every_kit_passes(&room, &["a.test", "b.test"]);
}

#[test]
fn what_has_to_be_signed_by_a_root_without_key_is_refused_with_the_way_out() {
    let room = mesh(&["a.test", "b.test", "--discard-root-keys"]);
    std::fs::remove_dir_all(room.path("replica-pki/hosts/b.test")).unwrap();
    let ended = room.run(&["issue"]);
    assert!(ended.code == 1 && ended.stderr.contains("--replace b.test"), "{ended:?}");
    room.done(&["issue", "--replace", "b.test"]);
    room.done(&["status"]);
}

#[test]
fn another_encoding_needs_no_root() {
    let room = mesh(&["a.test", "--discard-root-keys"]);
    edit(&room, "windows = \"2019\"", "windows = \"2016\"");
    room.done(&["issue"]);
    room.done(&["status"]);
    every_kit_passes(&room, &["a.test"]);
}

/// The old root has nothing to sign any more; the new one keeps its key until it has signed.
#[test]
fn a_root_is_rolled_over_without_the_key_of_the_old_one() {
    for trust in ["per-host", "shared"] {
        let room = mesh(&["a.test", "b.test", "--root-days", "40", "--discard-root-keys", "--trust", trust]);
        edit(&room, "root_days = 40", "root_days = 900");
        room.done(&["renew"]);
        let new: &[&str] = if trust == "shared" { &["shared.root2"] } else { &["a.test.root2", "b.test.root2"] };
        assert_eq!(keys(&room), new, "{trust}");
        assert!(room.done(&["issue"]).starts_with("nothing to do"), "{trust}");
        let ended = room.run(&["issue", "--discard-root-keys"]);
        assert!(ended.stdout.starts_with("nothing to do"), "{trust}: {ended:?}");
        let note = format!("note: the key of {} stays until the rollover of its root has ended", new[0]);
        assert!(ended.stderr.contains(&note), "{trust}: {ended:?}");
        room.done(&["renew", "--roots-installed", "a.test"]);
        assert_eq!(keys(&room), [new.last().unwrap().to_owned()], "{trust}");
        let said = json(&room.done(&["renew", "--roots-installed", "--json"]));
        assert_eq!(said["discarded_keys"].as_array().unwrap().len(), 1, "{trust}");
        assert_eq!(keys(&room), [""; 0], "{trust}");
        room.done(&["renew", "--finish"]);
        every_kit_passes(&room, &["a.test", "b.test"]);
        room.done(&["status"]);
        let left: Vec<_> =
            new.iter().flat_map(|label| [".cer", ".no-key"].map(|end| format!("{label}{end}"))).collect();
        assert_eq!(names(&room, "private/roots"), left);
    }
}
