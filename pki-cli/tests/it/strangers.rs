//! Roots and passwords of hosts that are in the inventory no more are found, also when nothing else is left of the host.

use std::fs;

use crate::support::mesh::{edit, every_kit_passes, mesh, names};
use crate::support::{Room, json};

const ROOT: &str = "c.test.root";

/// Two hosts, and what is left of a third one that was removed by hand.
fn remains() -> Room {
    let room = mesh(&["a.test", "b.test", "c.test"]);
    edit(&room, "[[host]]\nfqdn = \"c.test\"\n", "");
    fs::remove_dir_all(room.path("replica-pki/hosts/c.test")).unwrap();
    room
}

#[test]
fn a_root_whose_host_is_gone_is_told_of_until_it_is_pruned() {
    let room = remains();
    let before = room.files();
    let ended = room.run(&["issue", "--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stderr.contains("the root c.test.root is of no host") && ended.stderr.contains("--prune"));
    assert_eq!(json(&ended.stdout)["roots_without_host"], json(r#"["c.test.root"]"#));
    assert_eq!(room.files(), before);
    let ended = room.run(&["status", "--json"]);
    let problem = json(&ended.stdout)["problems"][0].as_str().unwrap().to_owned();
    assert!(ended.code == 3 && problem.contains(ROOT), "{problem}");
    assert!(problem.ends_with("replica-pki issue --prune removes it"), "{problem}");

    let said = json(&room.done(&["issue", "--prune", "--json"]));
    assert_eq!(said["removed"], json(r#"["c.test"]"#));
    assert_eq!(said["removed_roots"][0]["label"], ROOT);
    assert!(!room.files().keys().any(|path| path.to_str().unwrap().contains("c.test")));
    every_kit_passes(&room, &["a.test", "b.test"]);
    room.done(&["status"]);
    room.done(&["issue", "c.test"]);
    room.done(&["status"]);
}

#[test]
fn a_root_that_somebody_put_there_is_told_of_as_it_comes_into_every_kit() {
    let (room, other) = (mesh(&["a.test", "b.test"]), mesh(&["evil.test"]));
    let root = other.read("replica-pki/private/roots/evil.test.root.cer");
    for label in ["evil", "a.test.root.old"] {
        room.write(&format!("replica-pki/private/roots/{label}.cer"), &root);
        let ended = room.run(&["issue"]);
        assert!(ended.code == 0 && ended.stderr.contains(&format!("the root {label} is of no host")), "{ended:?}");
        assert_eq!(room.run(&["status"]).code, 3);
        room.done(&["issue", "--prune"]);
        assert_eq!(names(&room, "hosts/a.test/trust"), ["a.test.root.cer", "b.test.root.cer"]);
        room.done(&["status"]);
    }
}

/// A name in another case is the same host, and who keeps a kit without being listed is told of as before.
#[test]
fn nothing_of_a_host_that_is_there_goes() {
    let room = mesh(&["a.test", "b.test"]);
    edit(&room, "\"b.test\"", "\"B.Test\"");
    room.write("replica-pki/private/passwords/notes.and more.txt", "mine");
    let before = room.files();
    assert!(room.done(&["issue", "--prune"]).starts_with("nothing to do"));
    assert_eq!(room.files(), before);
    edit(&room, "[[host]]\nfqdn = \"B.Test\"\n", "");
    let said = json(&room.done(&["issue", "--json"]));
    assert_eq!(said["not_in_inventory"], json(r#"["b.test"]"#));
    assert_eq!(said["roots_without_host"], json("[]"));
}

#[test]
fn prune_takes_the_passwords_of_hosts_that_have_nothing_else() {
    let room = remains();
    fs::remove_file(room.path("replica-pki/private/roots/c.test.root.cer")).unwrap();
    fs::remove_file(room.path("replica-pki/private/roots/c.test.root.key.pem")).unwrap();
    room.write("replica-pki/private/passwords/c.test~previous.txt", "older\n");
    room.done(&["issue", "--prune"]);
    assert_eq!(names(&room, "private/passwords"), ["a.test.txt", "b.test.txt"]);
    room.done(&["issue", "c.test"]);
    every_kit_passes(&room, &["a.test", "b.test", "c.test"]);
}
