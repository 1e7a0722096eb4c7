//! Which password opens a renewed kit, and the one that it keeps.

use pki_core::password::Password;
use pki_core::pfx::{self, OpenOptions};

use crate::support::Room;
use crate::support::mesh::{changes, every_kit_passes, leaf, mesh, names};

#[test]
fn a_password_that_was_given_is_needed_again_and_can_be_another_one() {
    let room = Room::new();
    room.write("first.txt", "the first one\n");
    room.write("second.txt", "the second one\n");
    room.done(&["issue", "a.test", "--key", "rsa-2048", "--password-file", "first.txt"]);
    let before = room.files();
    let ended = room.run(&["renew", "a.test"]);
    assert!(ended.code == 1 && ended.stderr.contains("--password-file"), "{ended:?}");
    let ended = room.run(&["renew", "a.test", "--password-file", "second.txt"]);
    assert!(ended.code == 1 && ended.stderr.contains("wrong password"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);
    room.done(&["renew", "a.test", "--password-file", "second.txt", "--new-key"]);
    let open = |path: &str, password: &str| {
        let password = Password::new(password.to_owned()).unwrap();
        pfx::open(&room.read(path), &password, &OpenOptions::default()).unwrap().identity().unwrap()
    };
    open("replica-pki/hosts/a.test/a.test.pfx", "the second one");
    open("replica-pki/hosts/a.test/previous/a.test.pfx", "the first one");
}

#[test]
fn a_generated_password_stays_what_the_administrator_knows() {
    let room = mesh(&["a.test"]);
    let password = room.read("replica-pki/private/passwords/a.test.txt");
    room.done(&["renew", "a.test", "--new-key"]);
    assert_eq!(room.read("replica-pki/private/passwords/a.test.txt"), password);
    every_kit_passes(&room, &["a.test"]);
}

#[test]
fn a_password_that_opens_the_previous_kit_stays_until_that_kit_goes() {
    let open = |room: &Room, password: &str| {
        let password = String::from_utf8(room.read(password)).unwrap().trim().to_owned();
        let previous = room.read("replica-pki/hosts/a.test/previous/a.test.pfx");
        let contents = pfx::open(&previous, &Password::new(password).unwrap(), &OpenOptions::default());
        contents.unwrap().identity().unwrap()
    };
    let kept = "replica-pki/private/passwords/a.test~previous.txt";
    let room = mesh(&["a.test", "b.test"]);
    room.write("mine.txt", "my own one\n");
    let generated = room.read("replica-pki/private/passwords/a.test.txt");
    let old = leaf(&room, "a.test");
    room.done(&["renew", "a.test", "--new-key", "--password-file", "mine.txt"]);
    room.done(&["verify", "replica-pki/hosts/a.test", "--password-file", "mine.txt"]);
    assert_eq!(names(&room, "private/passwords"), ["a.test~previous.txt", "b.test.txt"]);
    assert_eq!(room.read(kept), generated);
    assert_eq!(*open(&room, kept).leaf(), old);

    room.write("phrase.txt", "a long passphrase\n");
    room.done(&["protect", "--passphrase-file", "phrase.txt"]);
    assert!(!String::from_utf8(room.read(kept)).unwrap().contains(String::from_utf8_lossy(&generated).trim()));
    room.done(&["unprotect", "--passphrase-file", "phrase.txt"]);
    assert_eq!(*open(&room, kept).leaf(), old);

    room.done(&["renew", "--finish"]);
    assert_eq!(names(&room, "private/passwords"), ["b.test.txt"]);

    let room = mesh(&["a.test", "b.test"]);
    room.write("mine.txt", "my own one\n");
    room.done(&["renew", "b.test", "--new-key", "--password-file", "mine.txt"]);
    crate::support::mesh::edit(&room, "[[host]]\nfqdn = \"b.test\"\n", "");
    room.done(&["issue", "--prune"]);
    assert_eq!(names(&room, "private/passwords"), ["a.test.txt"]);
}

#[test]
fn a_pfx_that_is_only_encoded_anew_keeps_its_password() {
    let room = mesh(&["a.test"]);
    room.write("mine.txt", "my own one\n");
    let before = room.read("replica-pki/private/passwords/a.test.txt");
    crate::support::mesh::edit(&room, "windows = \"2019\"", "windows = \"2016\"");
    room.done(&["issue", "--password-file", "mine.txt"]);
    assert_eq!(room.read("replica-pki/private/passwords/a.test.txt"), before);
    every_kit_passes(&room, &["a.test"]);
}
