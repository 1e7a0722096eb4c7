//! What `crl` remembers in the folder of a mesh: `status` tells it, and `renew` gives no new certificate to a key whose
//! certificate was taken back.

use crate::support::mesh::{changes, leaf, mesh};
use crate::support::{Room, json};

const SIGNER: [&str; 4] = [
    "--root",
    "replica-pki/private/roots/a.test.root.cer",
    "--root-key",
    "replica-pki/private/roots/a.test.root.key.pem",
];

fn list(room: &Room, more: &[&str]) {
    room.done(&[&["crl", "--out", "a.crl"], &SIGNER[..], more].concat());
}

#[test]
fn a_revoked_certificate_is_not_good_and_its_key_is_not_signed_for_again() {
    for reason in ["keyCompromise", "superseded"] {
        let room = mesh(&["a.test", "b.test"]);
        list(&room, &["--revoke", &format!("replica-pki/hosts/a.test/a.test.cer:{reason}")]);
        let ended = room.run(&["status", "--json"]);
        assert_eq!(ended.code, 3, "{ended:?}");
        let said = json(&ended.stdout);
        let problem = said["hosts"][0]["problems"][0].as_str().unwrap();
        assert!(problem.contains("its certificate was revoked on ") && problem.contains(reason), "{problem}");
        assert!(problem.ends_with("replica-pki renew a.test --new-key"), "{problem}");
        assert_eq!(said["hosts"][1]["problems"], json("[]"));

        let before = room.files();
        let ended = room.run(&["renew", "a.test"]);
        assert!(ended.code == 1 && ended.stderr.contains("was revoked on "), "{ended:?}");
        assert!(ended.stderr.contains("hint: replica-pki renew a.test --new-key"), "{ended:?}");
        assert_eq!(changes(&before, &room.files()), [""; 0]);

        let old = leaf(&room, "a.test");
        room.done(&["renew", "a.test", "--new-key"]);
        assert_ne!(old.public_key(), leaf(&room, "a.test").public_key());
        room.done(&["status"]);
        room.done(&["renew", "b.test"]);
    }
}

/// The new root has no list of its own, and signs for the same key.
#[test]
fn neither_does_a_new_root_sign_for_that_key() {
    let room = mesh(&["a.test", "b.test", "--root-days", "40"]);
    list(&room, &["--revoke", "replica-pki/hosts/a.test/a.test.cer:keyCompromise"]);
    crate::support::mesh::edit(&room, "root_days = 40", "root_days = 900");
    room.done(&["renew"]);
    let before = room.files();
    let ended = room.run(&["renew", "--roots-installed"]);
    assert!(ended.code == 1 && ended.stderr.contains("--roots-installed a.test --new-key"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);
    room.done(&["renew", "--roots-installed", "a.test", "--new-key"]);
    room.done(&["renew", "--roots-installed"]);
}

#[test]
fn a_list_that_ends_soon_or_cannot_be_read_is_told_with_the_way_out() {
    let room = mesh(&["a.test", "b.test"]);
    list(&room, &["--days", "30"]);
    let ended = room.run(&["status", "--json"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    let said = json(&ended.stdout);
    let problem = said["problems"][0].as_str().unwrap();
    assert!(
        problem.starts_with("the revocation list of a.test.root ends in 29 days: replica-pki crl --root "),
        "{said}"
    );
    room.done(&["status", "--within", "29d"]);
    list(&room, &[]);
    room.done(&["status"]);

    room.write("replica-pki/private/roots/a.test.root.crl", "garbage");
    let ended = room.run(&["status"]);
    assert!(ended.code == 3 && ended.stdout.contains("a.test.root.crl cannot be read"), "{ended:?}");
    let before = room.files();
    let ended = room.run(&["renew", "a.test"]);
    assert!(
        ended.code == 1 && ended.stderr.contains("\nhint: what was taken back stands in it: put a copy"),
        "{ended:?}"
    );
    assert_eq!(changes(&before, &room.files()), [""; 0]);
}

fn problems(room: &Room, host: usize) -> Vec<String> {
    let said = json(&room.run(&["status", "--json"]).stdout);
    let problems = said["hosts"][host]["problems"].as_array().unwrap().clone();
    problems.into_iter().map(|problem| problem.as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn refused(room: &Room, arguments: &[&str]) {
    let before = room.files();
    let ended = room.run(arguments);
    assert!(ended.code == 1 && ended.stderr.contains("the new one would have the same key"), "{ended:?}");
    assert!(ended.stderr.contains(" a.test --new-key"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);
}

/// The key is the same in both, so what became known of the one is known of the other.
#[test]
fn a_key_whose_earlier_certificate_was_revoked_is_not_good_and_is_never_signed_for_again() {
    for forgets_keys in [false, true] {
        let room = mesh(&["a.test", "b.test"]);
        room.done(&["renew", "a.test"]);
        list(&room, &["--revoke", "replica-pki/hosts/a.test/previous/a.test.cer:keyCompromise"]);
        let ledger = "replica-pki/private/roots/a.test.root.revoked.json";
        if forgets_keys {
            // As with a list that was made before there were such files: the serial number alone is known.
            std::fs::remove_file(room.path(ledger)).unwrap();
        }
        let said = problems(&room, 0);
        let way_out = "replica-pki renew --finish a.test, then: replica-pki renew a.test --new-key";
        assert_eq!(said, [format!("a certificate with the same key was revoked: {way_out}")]);
        assert_eq!(room.run(&["status"]).code, 3);

        room.done(&["renew", "--finish", "a.test"]);
        assert!(room.path(ledger).exists());
        let said = problems(&room, 0);
        assert_eq!(said, ["a certificate with the same key was revoked: replica-pki renew a.test --new-key"]);
        refused(&room, &["renew", "a.test"]);
        room.done(&["renew", "b.test"]);
        room.done(&["renew", "a.test", "--new-key"]);
        room.done(&["status"]);
        room.done(&["renew", "--finish"]);
        room.done(&["status"]);
    }
}

/// The old root goes, and what it knew stays.
#[test]
fn the_next_root_knows_the_keys_that_the_one_before_took_back() {
    let room = mesh(&["a.test", "--root-days", "40"]);
    crate::support::mesh::edit(&room, "root_days = 40", "root_days = 900");
    room.done(&["renew"]);
    room.done(&["renew", "--roots-installed"]);
    list(&room, &["--revoke", "replica-pki/hosts/a.test/previous/a.test.cer"]);
    assert!(problems(&room, 0)[0].starts_with("a certificate with the same key was revoked: "));
    room.done(&["renew", "--finish"]);
    let names = crate::support::mesh::names(&room, "private/roots");
    assert_eq!(names, ["a.test.root2.cer", "a.test.root2.key.pem", "a.test.root2.revoked.json"]);
    assert_eq!(problems(&room, 0).len(), 1);
    refused(&room, &["renew", "a.test"]);
    // The new root's first list is no later one of the old root's.
    let signer = ["--root", "replica-pki/private/roots/a.test.root2.cer"];
    let key = ["--root-key", "replica-pki/private/roots/a.test.root2.key.pem"];
    room.done(&[&["crl", "--out", "a2.crl"], &signer[..], &key[..]].concat());
    refused(&room, &["renew", "a.test"]);
    room.done(&["renew", "a.test", "--new-key"]);
    room.done(&["status"]);
}

/// Its hosts get other keys, and its lists begin anew; who asks again with the revoked key is known.
#[test]
fn so_they_do_when_the_root_is_replaced() {
    let room = mesh(&["a.test", "--root-days", "40"]);
    crate::support::mesh::edit(&room, "root_days = 40", "root_days = 900");
    room.done(&["renew"]);
    room.done(&["renew", "--roots-installed"]);
    list(&room, &["--revoke", "replica-pki/hosts/a.test/previous/a.test.cer"]);
    room.done(&["issue", "--replace", "a.test"]);
    let names = crate::support::mesh::names(&room, "private/roots");
    assert_eq!(names, ["a.test.root3.cer", "a.test.root3.key.pem", "a.test.root3.revoked.json"]);
    let ledger = room.read("replica-pki/private/roots/a.test.root3.revoked.json");
    let ledger: serde_json::Value = serde_json::from_slice(&ledger).unwrap();
    assert_eq!((&ledger["last_list"], ledger["revoked_keys"].as_array().unwrap().len()), (&0.into(), 1), "{ledger}");
    room.done(&["status"]);
    room.done(&["renew", "a.test"]);
    let root = "replica-pki/private/roots/a.test.root3";
    let signer = ["--root", &format!("{root}.cer"), "--root-key", &format!("{root}.key.pem")];
    room.done(&[&["crl", "--out", "a3.crl"], &signer[..]].concat());
    room.done(&["status"]);
}

#[test]
fn a_request_with_a_key_that_was_revoked_is_not_answered() {
    let room = Room::new();
    let signer = ["--root", "out/First.cer", "--root-key", "out/First.key.pem"];
    room.done(&["root", "--name", "First", "--for", "a.test", "--key", "rsa-2048", "--out", "out"]);
    room.done(&["request", "a.test", "--key", "rsa-2048", "--out", "host"]);
    let answer = |out: &str| room.run(&[&["leaf", "--request", "host/a.test.csr", "--out", out], &signer[..]].concat());
    assert_eq!(answer("1").code, 0);
    room.done(&[&["crl", "--out", "1.crl", "--revoke", "1/a.test.cer"], &signer[..]].concat());
    let ended = answer("2");
    assert!(ended.code == 1 && ended.stderr.contains("a certificate of this request's key was revoked"), "{ended:?}");
    assert!(ended.stderr.contains("\nhint: ") && !room.path("2").exists(), "{ended:?}");
}

/// Without the list nobody knows what stood in it.
#[test]
fn a_list_that_is_gone_is_found_and_nothing_is_renewed_until_it_is_back() {
    let room = mesh(&["a.test", "b.test"]);
    list(&room, &["--revoke", "replica-pki/hosts/a.test/a.test.cer"]);
    let remembered = room.path("replica-pki/private/roots/a.test.root.crl");
    std::fs::remove_file(&remembered).unwrap();
    let ended = room.run(&["status"]);
    assert!(ended.code == 3 && ended.stdout.contains("list 1 was made, and it is gone: "), "{ended:?}");
    let before = room.files();
    let ended = room.run(&["renew", "a.test"]);
    assert!(ended.code == 1 && ended.stderr.contains("list 1 was made, and it is gone"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);
    std::fs::copy(room.path("a.crl"), remembered).unwrap();
    refused(&room, &["renew", "a.test"]);
}
