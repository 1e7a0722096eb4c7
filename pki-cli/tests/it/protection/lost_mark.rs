//! A protected folder that lost what marks it takes nothing new until `protect` makes the mark again.

use super::{MARK, PASSPHRASE, PASSWORD, protected, room_path};
use crate::support::json;

/// What is made next would lie plain beside what is encrypted.
#[test]
fn a_folder_that_lost_its_mark_is_refused_until_protect_makes_it_again() {
    let room = protected();
    let whole = room.files();
    std::fs::remove_file(room.path(MARK)).unwrap();
    let before = room.files();
    for command in [&["issue", "c.test"][..], &["renew", "a.test"], &["unprotect"]] {
        let ended = room.run(&[command, &PASSPHRASE[..]].concat());
        assert!(ended.code == 1 && ended.stderr.contains("protected.pem is not there"), "{command:?}: {ended:?}");
        assert!(ended.stderr.contains("\nhint: ") && ended.stderr.contains("replica-pki protect"), "{ended:?}");
        assert_eq!(room.files(), before, "{command:?}");
    }
    let ended = room.run(&["status", "--json"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    let problem = json(&ended.stdout)["problems"][0].as_str().unwrap().to_owned();
    assert!(problem.contains("protected.pem is not there") && problem.contains("replica-pki protect"), "{problem}");
    let ended = room.run(&["status"]);
    assert!(ended.code == 3 && ended.stdout.contains("protected.pem is not there"), "{ended:?}");

    let ended = room.run(&["protect", "--passphrase-file", "other.txt"]);
    assert!(ended.code == 1 && ended.stderr.contains("wrong passphrase"), "{ended:?}");
    assert_eq!(room.files(), before);
    room.done(&[&["protect"], &PASSPHRASE[..]].concat());
    let mut after = room.files();
    after.insert(room_path(MARK), whole[&room_path(MARK)].clone());
    assert_eq!(after, whole);
    room.done(&["status"]);
    room.done(&[&["issue", "c.test"], &PASSPHRASE[..]].concat());
    room.done(&[&["unprotect"], &PASSPHRASE[..]].concat());
}

/// Sealed twice, by two passphrases, it is no folder that one passphrase opens.
#[test]
fn no_mark_is_made_for_files_of_two_passphrases() {
    let room = protected();
    let of_first = room.read(PASSWORD);
    room.done(&[&["protect", "--change", "other.txt"], &PASSPHRASE[..]].concat());
    room.write(PASSWORD, of_first);
    std::fs::remove_file(room.path(MARK)).unwrap();
    let before = room.files();
    for passphrase in ["passphrase.txt", "other.txt"] {
        let ended = room.run(&["protect", "--passphrase-file", passphrase]);
        assert!(ended.code == 1 && ended.stderr.contains("\nhint: "), "{ended:?}");
        assert_eq!(room.files(), before);
    }
}
