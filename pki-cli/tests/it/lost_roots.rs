//! The certificate of a root that is gone from `private/roots` is brought back from the kits, and its key is not lost for it.

use std::fs;

use crate::support::mesh::{changes, every_kit_passes, mesh, names};
use crate::support::{Room, copy, json};

const ROOT: &str = "replica-pki/private/roots/a.test.root.cer";
const KEY: &str = "replica-pki/private/roots/a.test.root.key.pem";

fn lose(room: &Room) -> Vec<u8> {
    let root = room.read(ROOT);
    fs::remove_file(room.path(ROOT)).unwrap();
    root
}

#[test]
fn issue_brings_the_certificate_back_and_all_else_says_so() {
    let room = mesh(&["a.test", "b.test"]);
    let before = room.files();
    let root = lose(&room);
    let ended = room.run(&["status", "--json"]);
    let said = json(&ended.stdout);
    let problem = "the certificate of the root a.test.root is gone from private/roots, and the kits bring it: ";
    assert_eq!(said["problems"], json(&format!("[\"{problem}replica-pki issue puts it back\"]")));
    assert_eq!(
        (ended.code, &said["hosts"][0]["problems"], &said["hosts"][1]["problems"]),
        (3, &json("[]"), &json("[]"))
    );
    for command in [&["renew"][..], &["renew", "a.test"], &["renew", "--finish"]] {
        let ended = room.run(command);
        assert!(ended.code == 1 && ended.stderr.contains("is put back by: replica-pki issue"), "{ended:?}");
    }
    let copy = copy(&room);
    assert_eq!(json(&copy.done(&["issue", "--json"]))["restored_roots"], json(r#"["a.test.root"]"#));

    let said = room.done(&["issue"]);
    assert!(said.contains("a.test.root: its certificate was gone from private/roots, and is back"), "{said}");
    assert_eq!(room.read(ROOT), root);
    assert_eq!(changes(&before, &room.files()), [""; 0]);
    room.done(&["status"]);
    assert!(room.done(&["issue"]).starts_with("nothing to do"));
    room.done(&["renew", "a.test"]);
    every_kit_passes(&room, &["a.test", "b.test"]);
}

#[test]
fn nothing_but_the_certificate_of_the_key_is_taken() {
    let room = mesh(&["a.test", "b.test"]);
    let root = lose(&room);
    // Self-signed and called so, but of another key.
    let other = mesh(&["a.test"]).read(ROOT);
    room.write("replica-pki/hosts/a.test/trust/a.test.root.cer", other);
    room.done(&["issue"]);
    assert_eq!(room.read(ROOT), root);
    every_kit_passes(&room, &["a.test", "b.test"]);
    room.done(&["status"]);
}

/// Without a key all kits have to agree.
#[test]
fn that_of_a_discarded_key_comes_back_too() {
    let room = mesh(&["a.test", "b.test", "--discard-root-keys"]);
    let root = lose(&room);
    let other = copy(&room);
    let said = room.run(&["status"]).stdout;
    assert!(said.contains("is gone from private/roots, and the kits bring it"), "{said}");
    assert!(room.done(&["issue"]).contains("a.test.root: its certificate was gone from private/roots, and is back"));
    assert_eq!(room.read(ROOT), root);
    room.done(&["status"]);

    other.write("replica-pki/hosts/b.test/trust/a.test.root.cer", mesh(&["a.test"]).read(ROOT));
    let ended = other.run(&["issue"]);
    assert!(ended.code == 1 && ended.stderr.contains("the root that signed for a.test is not in"), "{ended:?}");
    assert!(!other.path(ROOT).exists() && ended.stderr.contains("--replace a.test"), "{ended:?}");
    other.done(&["issue", "--replace", "a.test"]);
    every_kit_passes(&other, &["a.test", "b.test"]);
    other.done(&["status"]);
}

#[test]
fn a_protected_key_is_asked_too() {
    let room = mesh(&["a.test", "b.test"]);
    room.write("passphrase.txt", "correct horse battery staple\n");
    room.done(&["protect", "--passphrase-file", "passphrase.txt"]);
    let root = lose(&room);
    assert!(room.run(&["status"]).stdout.contains("is gone from private/roots, and the kits bring it"));
    let ended = room.run(&["issue"]);
    assert!(ended.code == 1 && ended.stderr.contains("a passphrase is needed"), "{ended:?}");
    assert!(!room.path(ROOT).exists());
    room.done(&["issue", "--passphrase-file", "passphrase.txt"]);
    assert_eq!(room.read(ROOT), root);
    room.done(&["status"]);
}

#[test]
fn what_is_asked_for_besides_is_done_as_if_it_had_been_there() {
    let room = mesh(&["a.test", "b.test"]);
    let root = lose(&room);
    room.done(&["issue", "c.test"]);
    assert_eq!(room.read(ROOT), root);
    every_kit_passes(&room, &["a.test", "b.test", "c.test"]);
    lose(&room);
    room.done(&["issue", "--replace", "a.test"]);
    assert!(!room.path(ROOT).exists() && !room.path(KEY).exists());
    assert_eq!(names(&room, "hosts/c.test/trust")[0], "a.test.root2.cer");
    every_kit_passes(&room, &["a.test", "b.test", "c.test"]);
    room.done(&["status"]);
}

/// Who has a copy of the certificate elsewhere still needs the key.
#[test]
fn a_key_whose_certificate_is_nowhere_is_kept() {
    let room = mesh(&["a.test", "b.test"]);
    let root = lose(&room);
    for host in ["a.test", "b.test"] {
        fs::remove_file(room.path(&format!("replica-pki/hosts/{host}/trust/a.test.root.cer"))).unwrap();
    }
    let key = room.read(KEY);
    let ended = room.run(&["issue", "--replace", "a.test"]);
    assert!(ended.code == 1 && ended.stderr.contains("is neither in private/roots nor in a kit"), "{ended:?}");
    assert!(ended.stderr.contains("\nhint: nothing was written; bring the certificate back"), "{ended:?}");
    assert!(!ended.stderr.contains("remove what it left"), "{ended:?}");
    assert_eq!(room.read(KEY), key);

    let copy = copy(&room);
    copy.write(ROOT, root);
    copy.done(&["issue"]);
    copy.done(&["status"]);
    fs::rename(room.path(KEY), room.path("elsewhere.pem")).unwrap();
    room.done(&["issue", "--replace", "a.test"]);
    assert_eq!(names(&room, "hosts/b.test/trust"), ["a.test.root.cer", "b.test.root.cer"]);
    room.done(&["status"]);
}
