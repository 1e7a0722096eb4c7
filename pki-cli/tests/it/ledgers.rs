//! What the roots of a mesh know of revoked keys outlives the certificates, the roots and their lists.

use crate::support::mesh::{changes, edit, leaf, mesh, names};
use crate::support::{Room, json};

const ROOTS: &str = "replica-pki/private/roots";

/// How `crl` and `leaf` are told to sign with a root of the mesh.
fn signer(label: &str) -> [String; 4] {
    let path = |ending: &str| format!("{ROOTS}/{label}{ending}");
    ["--root".to_owned(), path(".cer"), "--root-key".to_owned(), path(".key.pem")]
}

fn with_signer<'a>(arguments: &[&'a str], signer: &'a [String; 4]) -> Vec<&'a str> {
    arguments.iter().copied().chain(signer.iter().map(String::as_str)).collect()
}

fn revoke(room: &Room, label: &str, certificate: &str) {
    let certificate = format!("{certificate}:keyCompromise");
    room.done(&with_signer(&["crl", "--out", &format!("{label}.crl"), "--revoke", &certificate], &signer(label)));
}

/// Asks a root to sign the request in `host`; says whether it did.
#[track_caller]
fn answers(room: &Room, label: &str, out: &str) -> bool {
    let ended = room.run(&with_signer(&["leaf", "--request", "host/a.test.csr", "--out", out], &signer(label)));
    let is_refused = ended.stderr.contains("a certificate of this request's key was revoked");
    assert_eq!((ended.code, is_refused), if ended.code == 0 { (0, false) } else { (1, true) }, "{ended:?}");
    assert_eq!(room.path(out).exists(), ended.code == 0);
    ended.code == 0
}

/// The newest root that signs for a.test, whatever it is called.
fn signer_of_a(room: &Room) -> String {
    let certificates = names(room, "private/roots").into_iter().filter(|name| name.ends_with(".cer"));
    let mut own = certificates.filter(|name| name.starts_with("a.test.root")).collect::<Vec<_>>();
    own.pop().unwrap().strip_suffix(".cer").unwrap().to_owned()
}

fn ledger(room: &Room, label: &str) -> serde_json::Value {
    json(&String::from_utf8(room.read(&format!("{ROOTS}/{label}.revoked.json"))).unwrap())
}

/// A mesh whose root took back the certificate of a request that it had answered.
fn with_revoked_request(more: &[&str]) -> Room {
    let room = mesh(&[&["a.test", "b.test"], more].concat());
    room.done(&["request", "a.test", "--key", "rsa-2048", "--out", "host"]);
    assert!(answers(&room, "a.test.root", "first"));
    revoke(&room, "a.test.root", "first/a.test.cer");
    assert!(!answers(&room, "a.test.root", "second"));
    room
}

#[test]
fn the_successor_of_a_root_does_not_answer_a_request_with_a_revoked_key() {
    let room = with_revoked_request(&["--root-days", "40"]);
    edit(&room, "root_days = 40", "root_days = 900");
    room.done(&["renew"]);
    assert!(!answers(&room, "a.test.root2", "third"));
    room.done(&["renew", "--roots-installed"]);
    room.done(&["renew", "--finish"]);
    assert!(!answers(&room, "a.test.root2", "third"));
    room.done(&["request", "a.test", "--key", "rsa-2048", "--out", "other"]);
    let request = ["leaf", "--request", "other/a.test.csr", "--out", "third"];
    room.done(&with_signer(&request, &signer("a.test.root2")));
}

/// What stands in it counts for every root.
#[test]
fn a_request_is_not_answered_while_a_ledger_of_the_mesh_cannot_be_read() {
    let room = mesh(&["a.test", "b.test"]);
    room.done(&["request", "a.test", "--key", "rsa-2048", "--out", "host"]);
    room.write(&format!("{ROOTS}/b.test.root.revoked.json"), "garbage");
    let before = room.files();
    let request = ["leaf", "--request", "host/a.test.csr", "--out", "first"];
    let ended = room.run(&with_signer(&request, &signer("a.test.root")));
    assert!(ended.code == 1 && ended.stderr.contains("b.test.root.revoked.json is damaged"), "{ended:?}");
    assert!(ended.stderr.contains("\nhint: bring it back from a copy"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);
}

#[test]
fn a_root_that_takes_another_ones_place_knows_its_revoked_keys_and_begins_its_lists_anew() {
    for forgets_keys in [false, true] {
        let room = with_revoked_request(&[]);
        let revoked = leaf(&room, "b.test");
        revoke(&room, "b.test.root", "replica-pki/hosts/b.test/b.test.cer");
        if forgets_keys {
            // As with a list that was made before there were such files: the serial number alone is known.
            std::fs::remove_file(room.path(&format!("{ROOTS}/b.test.root.revoked.json"))).unwrap();
        }
        let keys = ledger(&room, "a.test.root")["revoked_keys"].clone();
        room.done(&["issue", "--replace", "a.test", "--replace", "b.test"]);
        room.done(&["status"]);
        assert!(names(&room, "private/roots").iter().all(|name| !name.ends_with(".crl")));
        let label = signer_of_a(&room);
        assert!(!answers(&room, &label, "third"));
        assert_eq!(ledger(&room, &label), serde_json::json!({ "last_list": 0, "revoked_keys": keys }));
        let of_b = names(&room, "private/roots").into_iter().find(|it| it.starts_with("b.") && it.ends_with(".json"));
        let of_b = ledger(&room, of_b.unwrap().strip_suffix(".revoked.json").unwrap());
        assert_eq!(of_b["revoked_keys"].as_array().unwrap().len(), 1, "{of_b}");
        assert_ne!(leaf(&room, "b.test").public_key(), revoked.public_key());

        room.done(&["issue", "--replace", "a.test"]);
        let label = signer_of_a(&room);
        assert!(!answers(&room, &label, "third"));
        let said = room.done(&with_signer(&["crl", "--out", "anew.crl", "--json"], &signer(&label)));
        assert_eq!(json(&said)["number"], 1);
        room.done(&["renew", "a.test"]);
        assert!(!answers(&room, &label, "third"));
    }
}

/// Both of its roots go, and what each knew stays.
#[test]
fn a_root_that_ends_a_rollover_by_its_replacement_knows_the_keys_of_both() {
    let room = mesh(&["a.test", "--root-days", "40"]);
    edit(&room, "root_days = 40", "root_days = 900");
    room.done(&["request", "a.test", "--key", "rsa-2048", "--out", "host"]);
    room.done(&["renew"]);
    room.done(&["renew", "--roots-installed"]);
    assert!(answers(&room, "a.test.root2", "first"));
    revoke(&room, "a.test.root2", "first/a.test.cer");
    revoke(&room, "a.test.root", "replica-pki/hosts/a.test/previous/a.test.cer");
    room.done(&["issue", "--replace", "a.test"]);
    let label = signer_of_a(&room);
    let kept = ledger(&room, &label);
    assert_eq!((&kept["last_list"], kept["revoked_keys"].as_array().unwrap().len()), (&json("0"), 2), "{kept}");
    assert_eq!(names(&room, "private/roots").len(), 3);
    assert!(!answers(&room, &label, "third"));
    room.done(&["status"]);
    room.done(&["renew", "a.test"]);
}

/// What stands in it would be lost with the root.
#[test]
fn a_root_with_a_damaged_ledger_does_not_go_before_that_is_back() {
    let room = mesh(&["a.test", "--root-days", "40"]);
    edit(&room, "root_days = 40", "root_days = 900");
    room.done(&["renew"]);
    room.done(&["renew", "--roots-installed"]);
    revoke(&room, "a.test.root", "replica-pki/hosts/a.test/previous/a.test.cer");
    let path = format!("{ROOTS}/a.test.root.revoked.json");
    let good = room.read(&path);
    room.write(&path, "garbage");
    assert!(room.run(&["status"]).stdout.contains("a.test.root.revoked.json is damaged"));
    for arguments in [&["renew", "--finish"][..], &["issue", "--replace", "a.test"]] {
        let before = room.files();
        let ended = room.run(arguments);
        assert!(ended.code == 1 && ended.stderr.contains("a.test.root.revoked.json is damaged"), "{ended:?}");
        assert!(ended.stderr.contains("\nhint: bring it back from a copy"), "{ended:?}");
        assert_eq!(changes(&before, &room.files()), [""; 0]);
    }
    room.write(&path, good);
    room.done(&["renew", "--finish"]);
    let ended = room.run(&["renew", "a.test"]);
    assert!(ended.code == 1 && ended.stderr.contains("the new one would have the same key"), "{ended:?}");
}

/// Only that root could go on with its list, if it ever comes back; its keys concern every root.
#[test]
fn a_new_root_does_not_take_the_list_of_a_lost_one_for_its_own() {
    let room = mesh(&["a.test", "b.test"]);
    revoke(&room, "b.test.root", "replica-pki/hosts/b.test/b.test.cer");
    let keys = ledger(&room, "b.test.root")["revoked_keys"].clone();
    std::fs::remove_dir_all(room.path("replica-pki/hosts/b.test")).unwrap();
    for file in ["roots/b.test.root.cer", "roots/b.test.root.key.pem", "passwords/b.test.txt"] {
        std::fs::remove_file(room.path(&format!("replica-pki/private/{file}"))).unwrap();
    }
    let before = room.files();
    let ended = room.run(&["issue"]);
    assert!(
        ended.code == 1 && ended.stderr.contains("b.test.root.crl is there, and the root that signed it"),
        "{ended:?}"
    );
    let hint = ended.stderr.split_once("\nhint: nothing was written; ").unwrap().1;
    assert!(hint.contains("move the list to another place") && hint.contains("b.test.root.revoked.json can stay"));
    assert_eq!(changes(&before, &room.files()), [""; 0]);

    std::fs::rename(room.path(&format!("{ROOTS}/b.test.root.crl")), room.path("lost.crl")).unwrap();
    room.done(&["issue"]);
    assert_eq!(ledger(&room, "b.test.root"), serde_json::json!({ "last_list": 0, "revoked_keys": keys }));
    room.done(&["status"]);
    room.done(&["renew", "b.test"]);
    let said = room.done(&with_signer(&["crl", "--out", "anew.crl", "--json"], &signer("b.test.root")));
    assert_eq!(json(&said)["number"], 1);
    assert_eq!(ledger(&room, "b.test.root")["revoked_keys"], keys);
}
