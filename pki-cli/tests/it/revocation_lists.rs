//! `crl`: lists that continue each other; `leaf --crl-url`: where they are found.

use pki_core::certificate::Certificate;
use pki_core::revocation::RevocationList;

use crate::support::{Room, json};

const ROOT: [&str; 4] = ["--root", "out/First.cer", "--root-key", "out/First.key.pem"];
const URL: &str = "http://pki.atwork.at/first.crl";

/// A room with a root and leaves of HOST4 and HOST5 in `out`.
fn with_leaves() -> Room {
    let room = Room::new();
    room.write("password.txt", "a password\n");
    let hosts = ["HOST4.atwork.at", "HOST5.atwork.at"];
    let small = ["--out", "out", "--key", "rsa-2048"];
    room.done(&[&["root", "--name", "First", "--for", hosts[0], "--for", hosts[1]], &small[..]].concat());
    for host in hosts {
        let further = ["--crl-url", URL, "--password-file", "password.txt"];
        room.done(&[&["leaf", host], &ROOT[..], &small[..], &further[..]].concat());
    }
    room
}

fn crl<'a>(further: &[&'a str]) -> Vec<&'a str> {
    [&["crl"], &ROOT[..], further].concat()
}

fn list(room: &Room, file: &str) -> RevocationList {
    RevocationList::from_der(&room.read(file)).unwrap()
}

#[test]
fn the_first_list_is_empty_and_the_next_one_remembers() {
    let room = with_leaves();
    let leaf = |host: &str| Certificate::from_der(&room.read(&format!("out/{host}.atwork.at.cer"))).unwrap();
    let root = Certificate::from_der(&room.read("out/First.cer")).unwrap();

    let ended = room.run(&crl(&["--out", "lists/1.crl"]));
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stderr.starts_with("note: without --remembered this is list 1"), "{ended:?}");
    let first = list(&room, "lists/1.crl");
    first.check_signed_by(&root).unwrap();
    assert_eq!((first.number(), first.revocations().len()), (1, 0));

    let revoke = ["--revoke", "out/HOST4.atwork.at.cer:keyCompromise"];
    let printed =
        room.done(&crl(&[&["--remembered", "lists/1.crl", "--out", "lists/2.crl", "--json"], &revoke[..]].concat()));
    let printed = json(&printed);
    assert_eq!(printed["number"], 2);
    assert_eq!(printed["revoked"][0]["reason"], "keyCompromise");
    let serial: String = leaf("HOST4").serial_number().iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(printed["revoked"][0]["serial_number"], serial);

    let again = ["--revoke", "out/HOST4.atwork.at.cer:superseded", "--revoke", "out/HOST5.atwork.at.cer"];
    let ended = room.run(&crl(&[&["--remembered", "lists/2.crl", "--out", "lists/3.crl"], &again[..]].concat()));
    assert!(ended.code == 0 && ended.stderr.contains("CN=HOST4.atwork.at was taken back before"), "{ended:?}");
    let third = list(&room, "lists/3.crl");
    assert_eq!(third.number(), 3);
    assert_eq!(third.revocation_of(&leaf("HOST4")), list(&room, "lists/2.crl").revocation_of(&leaf("HOST4")));
    assert_eq!(third.revocation_of(&leaf("HOST5")).unwrap().reason.to_string(), "unspecified");
}

#[test]
fn the_window_of_a_list_is_as_long_as_asked() {
    let room = with_leaves();
    room.done(&crl(&["--out", "1.crl"]));
    room.done(&crl(&["--out", "2.crl", "--days", "7"]));
    let days = |file: &str| {
        let validity = *list(&room, file).validity();
        validity.not_after.days_after(validity.not_before)
    };
    assert_eq!((days("1.crl"), days("2.crl")), (90, 7));
}

#[test]
fn what_cannot_be_taken_back_is_refused_and_nothing_is_written() {
    let room = with_leaves();
    room.done(&["root", "--name", "Other", "--for", "HOST4.atwork.at", "--out", "out", "--key", "rsa-2048"]);
    room.done(&["crl", "--root", "out/Other.cer", "--root-key", "out/Other.key.pem", "--out", "other.crl"]);
    room.done(&crl(&["--out", "1.crl"]));
    let before = room.files();
    for (further, code, expected) in [
        (["--revoke", "out/Other.cer"], 1, "out/Other.cer: CN=Other was not signed by CN=First"),
        (["--revoke", "out/First.cer"], 1, "CN=First cannot be revoked"),
        (["--revoke", "out/HOST4.atwork.at.cer:lost"], 2, "\"lost\" is not a reason"),
        (["--remembered", "other.crl"], 1, "other.crl: revocation list 1 of CN=Other was not signed by CN=First"),
        (["--remembered", "out/First.cer"], 1, "the revocation list is damaged"),
        (["--root", "out/Other.cer"], 2, "--root"),
    ] {
        let ended = room.run(&crl(&[&["--out", "2.crl"], &further[..]].concat()));
        assert_eq!(ended.code, code, "{ended:?}");
        assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
    }
    let ended = room.run(&crl(&["--remembered", "1.crl", "--out", "1.crl"]));
    assert!(ended.code == 1 && ended.stderr.contains("never overwritten"), "{ended:?}");
    assert_eq!(room.files(), before);
}

#[test]
fn a_leaf_says_where_its_list_is() {
    let room = with_leaves();
    let leaf = Certificate::from_der(&room.read("out/HOST4.atwork.at.cer")).unwrap();
    assert_eq!(leaf.extensions().crl_distribution_points, Some(vec![URL.to_owned()]));
    for (url, expected) in [("https://pki.atwork.at/first.crl", "use http"), ("pki.atwork.at", "start with http://")] {
        let ended = room.run(&[&["leaf", "HOST4.atwork.at", "--out", "other", "--crl-url", url], &ROOT[..]].concat());
        assert!(ended.code == 2 && ended.stderr.contains(expected), "{ended:?}");
    }
}
