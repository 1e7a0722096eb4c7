//! A run that is killed leaves nothing that the same command does not complete: nothing is lost, no kit is a mixture,
//! and no file is readable by others. Killed at every moment at which it changes the disk.

mod points;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use pki_core::authority::Authority;
use pki_core::certificate::Certificate;
use pki_core::key::KeyPair;
use pki_core::revocation::RevocationList;

use crate::support::{Room, copy, edit_inventory, mesh};
use points::{for_each, kill, points};

type Files = BTreeMap<PathBuf, Vec<u8>>;

#[test]
fn issue_is_completed_in_a_fresh_folder() {
    let arguments = ["issue", "a.test", "b.test", "--trust", "shared", "--key", "rsa-2048"];
    killed_everywhere(&Room::new(), &arguments, 80);
}

#[test]
fn issue_is_completed_when_a_host_is_added() {
    let room = mesh(&["a.test"]);
    killed_everywhere(&room, &["issue", "b.test"], 100);
}

#[test]
fn pruning_is_completed() {
    let room = mesh(&["a.test", "b.test", "c.test"]);
    edit_inventory(&room, "\n[[host]]\nfqdn = \"c.test\"\n", "");
    killed_everywhere(&room, &["issue", "--prune"], 60);
}

#[test]
fn renewal_is_completed_and_then_finished() {
    let room = mesh(&["a.test", "b.test", "--days", "30"]);
    edit_inventory(&room, "leaf_days = 30", "leaf_days = 730");
    let before = room.files();
    killed_everywhere(&room, &["renew"], 80);
    room.done(&["renew"]);
    for host in ["a.test", "b.test"] {
        let kit = format!("replica-pki/hosts/{host}");
        let old = files_below(&before, &kit);
        assert!(!old.is_empty() && old == files_below(&room.files(), &format!("{kit}/previous")), "{host}");
    }
    killed_everywhere(&room, &["renew", "--finish"], 20);
}

#[test]
fn a_new_root_is_completed_beside_the_old_one() {
    let room = mesh(&["a.test", "b.test", "--root-days", "30", "--days", "20"]);
    edit_inventory(&room, "root_days = 30", "root_days = 3650");
    edit_inventory(&room, "leaf_days = 20", "leaf_days = 730");
    killed_everywhere(&room, &["renew"], 80);
    room.done(&["renew"]);
    killed_everywhere(&room, &["renew", "--roots-installed"], 80);
    room.done(&["renew", "--roots-installed"]);
    killed_everywhere(&room, &["renew", "--finish"], 40);
}

#[test]
fn a_replaced_root_is_completed() {
    killed_everywhere(&mesh(&["a.test", "b.test"]), &["issue", "--replace", "a.test"], 80);
}

/// A run that finishes what a killed one left can be killed as well.
#[test]
fn what_is_killed_twice_is_completed_too() {
    let (room, arguments) = (mesh(&["a.test"]), ["issue", "b.test"]);
    let completed = copy(&room);
    let points = points(&completed, &arguments);
    // The journal has its name by then, and most is still to be moved.
    let first = &points[points.len() * 3 / 4];
    kill(&room, &arguments, first);
    let before = room.files();
    assert!(before.keys().any(|path| path.ends_with("journal")), "{first:?}: {:?}", before.keys());
    killed_everywhere(&room, &arguments, 20);
}

/// Whoever publishes lists must never give a number twice, and what was taken back stays so.
#[test]
fn a_revocation_is_completed() {
    let room = mesh(&["a.test"]);
    let root = "replica-pki/private/roots/a.test.root";
    let (root, key, memory) = (format!("{root}.cer"), format!("{root}.key.pem"), format!("{root}.crl"));
    let crl = ["crl", "--root", &root, "--root-key", &key, "--out", "a.crl"];
    room.done(&crl);
    let revoke = [&crl[..], &["--revoke", "replica-pki/hosts/a.test/a.test.cer"]].concat();
    let list = |room: &Room, path: &str| RevocationList::from_der(&room.read(path)).unwrap();
    let points = points(&copy(&room), &revoke);
    for_each(points, |point| {
        let room = copy(&room);
        kill(&room, &revoke, &point);
        let published = list(&room, "a.crl").number();
        let remembered = room.path(&memory).exists().then(|| list(&room, &memory).number());
        assert!(remembered.is_none_or(|remembered| remembered >= published), "{point:?}");
        room.done(&revoke);
        let last = list(&room, &memory);
        assert_eq!(last.as_der(), list(&room, "a.crl").as_der(), "{point:?}");
        assert!(last.number() > remembered.unwrap_or(published), "{point:?}");
        assert_eq!(last.revocations().len(), 1, "{point:?}");
    });
}

#[test]
fn protecting_and_unprotecting_are_completed_and_lose_nothing() {
    let room = mesh(&["a.test"]);
    room.write("passphrase.txt", "correct horse battery staple\n");
    let plain = room.files();
    let protect = ["protect", "--passphrase-file", "passphrase.txt"];
    let unprotect = ["unprotect", "--passphrase-file", "passphrase.txt"];
    for command in [protect, unprotect] {
        let points = points(&copy(&room), &command);
        assert!(points.len() >= 20, "{} points only", points.len());
        for_each(points, |point| {
            let room = copy(&room);
            kill(&room, &command, &point);
            let context = format!("{command:?} killed at {point:?}");
            assert_owner_only(&room.path("replica-pki"), &context);
            room.done(&command);
            assert_owner_only(&room.path("replica-pki"), &context);
            room.done(&unprotect);
            assert!(room.files() == plain, "{context}");
        });
        room.done(&command);
    }
}

/// Wherever a run stands, also in what it has not put into place yet.
#[test]
fn a_root_key_that_is_discarded_is_on_disk_at_no_moment() {
    let arguments = ["issue", "a.test", "b.test", "--trust", "shared", "--key", "rsa-2048", "--discard-root-keys"];
    let points = points(&Room::new(), &arguments);
    assert!(points.len() >= 70, "{} points only", points.len());
    for_each(points, |point| {
        let room = Room::new();
        kill(&room, &arguments, &point);
        for (path, contents) in room.files() {
            let marker = b"PRIVATE KEY-----";
            let has_key = contents.windows(marker.len()).any(|window| window == marker);
            assert!(!has_key, "killed at {point:?}: {}", path.display());
        }
    });
}

/// Kills a command at each of its points, in a copy of the room each time, and runs it again.
fn killed_everywhere(room: &Room, arguments: &[&str], at_least: usize) {
    let completed = copy(room);
    let points = points(&completed, arguments);
    assert!(points.len() >= at_least, "{} points only", points.len());
    let (before, after) = (room.files(), completed.files());
    let status = completed.run(&["status"]).code;
    for_each(points, |point| {
        let room = copy(room);
        kill(&room, arguments, &point);
        let context = format!("{arguments:?} killed at {point:?}");
        assert_owner_only(&room.path("replica-pki"), &context);
        room.done(arguments);
        assert_complete(&room, &before, &after, &context);
        let ended = room.run(&["status"]);
        assert_eq!(ended.code, status, "{context}: {ended:?}");
    });
}

/// After a run that was killed and repeated the folder has the files that it has after a run that was not, those that
/// such a run leaves alone are what they were, and all belong together.
fn assert_complete(room: &Room, before: &Files, after: &Files, context: &str) {
    let now = room.files();
    // What the next run finishes it then does again: of a root that was replaced the one after comes.
    let path = |path: &PathBuf| path.to_str().unwrap().replace(".root3.", ".root2.");
    let paths = |files: &Files| files.keys().map(path).collect::<Vec<_>>();
    assert_eq!(paths(&now), paths(after), "{context}");
    let staging = fs::read_dir(room.path("replica-pki/private")).unwrap().map(|entry| entry.unwrap().file_name());
    let staging: Vec<_> = staging.filter(|name| name.to_str().unwrap().starts_with('.')).collect();
    assert_eq!(staging, [""; 0], "{context}");
    for (path, contents) in before.iter().filter(|(path, contents)| after.get(*path) == Some(*contents)) {
        assert!(now.get(path) == Some(contents), "{context}: {} changed", path.display());
    }
    assert_owner_only(&room.path("replica-pki"), context);
    let folder = room.path("replica-pki/private/roots");
    for (path, contents) in &now {
        let Some(label) = path.to_str().unwrap().strip_prefix("replica-pki/private/roots/") else { continue };
        if let Some(label) = label.strip_suffix(".cer") {
            let pem = fs::read_to_string(folder.join(format!("{label}.key.pem"))).unwrap();
            let key = KeyPair::from_pkcs8_pem(&pem, None).unwrap();
            Authority::from_parts(Certificate::from_der(contents).unwrap(), key).unwrap();
        }
    }
    for host in fs::read_dir(room.path("replica-pki/hosts")).unwrap() {
        let host = host.unwrap().file_name().into_string().unwrap();
        let password = format!("replica-pki/private/passwords/{host}.txt");
        room.done(&["verify", &format!("replica-pki/hosts/{host}"), "--password-file", &password]);
    }
}

/// The files below a folder by their paths inside it.
fn files_below(files: &Files, folder: &str) -> Files {
    let inside =
        |(path, contents): (&PathBuf, &Vec<u8>)| Some((path.strip_prefix(folder).ok()?.to_owned(), contents.clone()));
    files.iter().filter_map(inside).collect()
}

/// The folder and all below it. It may not be there yet.
fn assert_owner_only(path: &Path, context: &str) {
    let Ok(metadata) = fs::symlink_metadata(path) else { return };
    assert_eq!(metadata.permissions().mode() & 0o077, 0, "{context}: {}", path.display());
    if metadata.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| assert_owner_only(&entry.unwrap().path(), context));
    }
}
