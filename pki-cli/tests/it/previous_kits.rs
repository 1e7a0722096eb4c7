//! The kit that a renewal keeps is the way back, and brings no root that the others were rid of meanwhile.

use crate::support::mesh::{certificate, changes, edit, every_kit_passes, mesh, names};
use crate::support::{Room, json};

const PREVIOUS: &str = "hosts/b.test/previous";

/// The kit that b.test keeps trusts these roots, and is whole.
#[track_caller]
fn previous_trusts(room: &Room, roots: &[&str]) {
    assert_eq!(names(room, &format!("{PREVIOUS}/trust")), roots);
    let (kit, password) = (format!("replica-pki/{PREVIOUS}"), "replica-pki/private/passwords/b.test.txt");
    let ended = room.run(&["verify", &kit, "--password-file", password]);
    assert_eq!(ended.code, 0, "{ended:?}");
    for file in ["manifest.json", "install.cmd", "uninstall.cmd"] {
        let text = String::from_utf8(room.read(&format!("{kit}/{file}"))).unwrap();
        assert!(roots.iter().all(|root| text.contains(root)), "{file}: {text}");
        assert_eq!(text.contains("c.test.root.cer"), roots.contains(&"c.test.root.cer"), "{file}: {text}");
    }
}

#[test]
fn a_pruned_root_goes_from_it_too() {
    let room = mesh(&["a.test", "b.test", "c.test"]);
    room.done(&["renew", "b.test"]);
    let leaf = room.read(&format!("replica-pki/{PREVIOUS}/b.test.cer"));
    previous_trusts(&room, &["a.test.root.cer", "b.test.root.cer", "c.test.root.cer"]);
    edit(&room, "[[host]]\nfqdn = \"c.test\"\n", "");
    let copy = crate::support::copy(&room);
    let said = json(&copy.done(&["issue", "--prune", "--json"]));
    assert_eq!(said["other_roots"][1]["removed_from_previous"], json(r#"["c.test.root"]"#), "{said}");
    let said = room.done(&["issue", "--prune"]);
    assert!(said.contains("no longer  previous/trust/c.test.root.cer"), "{said}");
    previous_trusts(&room, &["a.test.root.cer", "b.test.root.cer"]);
    assert_eq!(room.read(&format!("replica-pki/{PREVIOUS}/b.test.cer")), leaf);
    room.done(&["status"]);
    let before = room.files();
    room.done(&["issue"]);
    assert_eq!(changes(&before, &room.files()), [""; 0]);
    room.done(&["renew", "--finish"]);
    every_kit_passes(&room, &["a.test", "b.test"]);
}

#[test]
fn so_it_is_when_the_kit_around_it_is_made_anew() {
    let room = mesh(&["a.test", "b.test", "c.test"]);
    room.done(&["renew", "b.test"]);
    edit(&room, "[[host]]\nfqdn = \"c.test\"\n", "");
    edit(&room, "\"b.test\"", "\"b.test\"\nwindows = \"2012r2\"");
    room.done(&["issue", "--prune"]);
    previous_trusts(&room, &["a.test.root.cer", "b.test.root.cer"]);
    room.done(&["status"]);
}

#[test]
fn the_old_root_of_a_finished_rollover_and_one_that_was_replaced_go_from_it() {
    let room = mesh(&["a.test", "b.test", "--root-days", "40"]);
    edit(&room, "root_days = 40", "root_days = 900");
    for command in [&["renew"][..], &["renew", "--roots-installed"], &["renew", "--finish", "a.test"]] {
        room.done(command);
    }
    previous_trusts(&room, &["a.test.root2.cer", "b.test.root.cer", "b.test.root2.cer"]);

    let old = certificate(&room, "private/roots/a.test.root2.cer");
    room.done(&["issue", "--replace", "a.test"]);
    let own = certificate(&room, "hosts/a.test/a.test.cer").issuer().to_string();
    let roots = names(&room, &format!("{PREVIOUS}/trust"));
    let trusted: Vec<_> = roots.iter().map(|name| certificate(&room, &format!("{PREVIOUS}/trust/{name}"))).collect();
    assert!(!trusted.contains(&old) && trusted.iter().any(|root| root.subject().to_string() == own), "{roots:?}");
    assert_eq!(room.run(&["verify", &format!("replica-pki/{PREVIOUS}")]).code, 0);
}

#[test]
fn one_that_cannot_be_read_stops_a_root_from_going_and_nothing_else() {
    let room = mesh(&["a.test", "b.test", "c.test"]);
    room.done(&["renew", "b.test"]);
    room.write(&format!("replica-pki/{PREVIOUS}/manifest.json"), "garbage");
    room.done(&["issue", "d.test"]);
    edit(&room, "[[host]]\nfqdn = \"c.test\"\n", "");
    let before = room.files();
    let ended = room.run(&["issue", "--prune"]);
    assert!(ended.code == 1 && ended.stderr.contains("manifest.json is damaged"), "{ended:?}");
    assert!(ended.stderr.contains("\nhint: nothing was written; a root has to be taken out of it"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);
}
