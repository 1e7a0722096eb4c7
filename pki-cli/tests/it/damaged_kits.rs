//! What nothing makes again is never called right: a kit whose PFX or certificate is damaged stays known as damaged,
//! whatever command comes next.

use std::fs;

use crate::support::mesh::{every_kit_passes, mesh};
use crate::support::{Room, copy, json};

const PFX: &str = "replica-pki/hosts/a.test/a.test.pfx";
const CERTIFICATE: &str = "replica-pki/hosts/a.test/a.test.cer";

type Damage = fn(&Room);

/// Ways to damage the kit of a.test, with the file that is damaged then.
fn damages() -> [(&'static str, Damage); 4] {
    let longer = |room: &Room| {
        let bytes = [room.read(PFX), b"x".to_vec()].concat();
        room.write(PFX, bytes);
    };
    let shorter = |room: &Room| {
        let bytes = room.read(PFX);
        room.write(PFX, &bytes[..2_000]);
    };
    let gone = |room: &Room| fs::remove_file(room.path(PFX)).unwrap();
    // Of the certificate before, with the same key: whole in itself.
    let older = |room: &Room| {
        let other = copy(room);
        other.done(&["renew", "a.test"]);
        room.write(CERTIFICATE, other.read(CERTIFICATE));
    };
    [("a.test.pfx", longer), ("a.test.pfx", shorter), ("a.test.pfx", gone), ("a.test.cer", older)]
}

#[test]
fn no_command_declares_it_whole() {
    for (file, damage) in damages() {
        let room = mesh(&["a.test", "b.test"]);
        damage(&room);
        // One that has something else to mend in the same kit is no better.
        let worse = copy(&room);
        fs::remove_file(worse.path("replica-pki/hosts/a.test/install.cmd")).unwrap();
        for (room, command) in [
            (&room, &["issue"][..]),
            (&room, &["issue", "c.test"]),
            (&worse, &["issue"]),
            (&room, &["renew", "a.test", "--new-key"]),
        ] {
            let before = room.files();
            let ended = room.run(command);
            assert_eq!(ended.code, 1, "{file}, {command:?}: {ended:?}");
            for part in [file, "bring it back from a copy", "replica-pki issue makes a new certificate"] {
                assert!(ended.stderr.contains(part), "{command:?}: {ended:?}");
            }
            assert_eq!(room.files(), before);
        }
        let said = json(&room.run(&["status", "--json"]).stdout);
        let problem = said["hosts"][0]["problems"].to_string();
        assert!(problem.contains(&format!("its kit is not whole ({file}): bring it back")), "{said}");

        // As all of them say.
        fs::remove_dir_all(room.path("replica-pki/hosts/a.test")).unwrap();
        room.done(&["issue", "c.test"]);
        every_kit_passes(&room, &["a.test", "b.test", "c.test"]);
        room.done(&["status"]);
    }
}

#[test]
fn a_renewal_keeps_no_damaged_kit_as_the_way_back() {
    let room = mesh(&["a.test", "b.test", "--days", "30"]);
    fs::remove_file(room.path("replica-pki/hosts/a.test/trust/b.test.root.cer")).unwrap();
    let ended = room.run(&["renew", "a.test"]);
    assert!(ended.code == 1 && ended.stderr.contains("replica-pki issue makes it so again"), "{ended:?}");
    // A host that nobody named keeps no other from its renewal.
    let ended = room.run(&["renew", "--json"]);
    let said = json(&ended.stdout);
    assert_eq!((ended.code, said["renewed"].as_array().unwrap().len()), (3, 1), "{said}");
    assert_eq!((&said["renewed"][0]["host"], &said["refused"][0]["host"]), (&"b.test".into(), &"a.test".into()));
    room.done(&["issue"]);
    room.done(&["renew", "a.test"]);
    assert!(room.path("replica-pki/hosts/a.test/previous/trust/b.test.root.cer").exists());
    every_kit_passes(&room, &["a.test", "b.test"]);
}

#[test]
fn the_kit_that_a_renewal_kept_neither() {
    let room = mesh(&["a.test", "b.test", "c.test"]);
    room.done(&["renew", "b.test"]);
    let previous = "replica-pki/hosts/b.test/previous/b.test.pfx";
    room.write(previous, &room.read(previous)[1..]);
    let text = String::from_utf8(room.read("replica-pki/inventory.toml")).unwrap();
    room.write("replica-pki/inventory.toml", text.replace("[[host]]\nfqdn = \"c.test\"\n", ""));
    let before = room.files();
    let ended = room.run(&["issue", "--prune"]);
    assert!(ended.code == 1 && ended.stderr.contains("move the folder to another place"), "{ended:?}");
    assert_eq!(room.files(), before);
}

#[test]
fn what_does_not_belong_to_a_kit_is_named_with_what_to_do() {
    let room = mesh(&["a.test", "b.test"]);
    room.write("replica-pki/hosts/a.test/trust/.DS_Store", "");
    let ended = room.run(&["status"]);
    assert!(ended.code == 3 && ended.stdout.contains("trust/.DS_Store: not in the manifest"), "{ended:?}");
    assert!(ended.stdout.contains("move that to another place"), "{ended:?}");
}
