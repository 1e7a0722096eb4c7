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
    assert!(ended.code == 1 && ended.stderr.contains("\nhint: put a copy"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);
}
