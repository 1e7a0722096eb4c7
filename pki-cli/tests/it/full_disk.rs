//! A disk that is full or cannot be written: a clear error with a way out, and everything is left as it was.
//!
//! The disk is a small tmpfs of a mount namespace that the test makes with unshare, as a user of its own where need be.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Ended, Room, copy, edit_inventory, mesh};

/// A run ends badly with each size of the disk until one is large enough. Then it ends well.
#[test]
fn a_disk_that_becomes_full_anywhere_leaves_everything_as_it_was() {
    let renewable = mesh(&["a.test", "b.test", "--days", "30"]);
    edit_inventory(&renewable, "leaf_days = 30", "leaf_days = 730");
    // Bytes for what is written, and then names for files and folders: either can be what is missing.
    for (limit, steps, at_least) in [("size", (0..400).step_by(8), 8), ("nr_inodes", (0..200).step_by(3), 8)] {
        let mut failures = 0;
        let is_enough = steps.map(|step| run_on_a_disk_of(&renewable, &["renew"], limit, step)).any(|done| {
            failures += usize::from(!done);
            done
        });
        assert!(is_enough && failures >= at_least, "{limit}: {failures} failures");
    }
}

#[test]
fn a_new_mesh_on_a_full_disk_leaves_nothing() {
    let room = Room::new();
    fs::create_dir(room.path("replica-pki")).unwrap();
    let arguments = ["issue", "a.test", "--key", "rsa-2048", "--dir", "replica-pki/mesh"];
    let sizes = [4, 12, 20, 28, 36, 44, 52];
    let failures = sizes.iter().filter(|size| !run_on_a_disk_of(&room, &arguments, "size", **size)).count();
    assert!(failures >= 5, "{failures}");
}

#[test]
fn a_folder_that_cannot_be_written_stays_as_it_is() {
    let room = mesh(&["a.test"]);
    room.write("passphrase.txt", "correct horse battery staple\n");
    let before = tree(&room.path("replica-pki"));
    for arguments in [
        &["issue", "b.test"][..],
        &["renew", "a.test"],
        &["issue", "--replace", "a.test"],
        &["protect", "--passphrase-file", "passphrase.txt"],
    ] {
        let script = "mount --bind replica-pki replica-pki && mount -o remount,bind,ro replica-pki && exec \"$@\"";
        let ended = in_namespace(&room, script, arguments);
        assert_eq!(ended.code, 1, "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains("Read-only file system"), "{ended:?}");
        assert!(ended.stderr.contains("\nhint: choose a place where you may do this"), "{ended:?}");
        assert!(tree(&room.path("replica-pki")) == before, "{arguments:?}");
    }
}

/// Runs a command with its folder on a disk on which so many KiB or names are free. Says whether it could be done.
fn run_on_a_disk_of(room: &Room, arguments: &[&str], limit: &str, free: usize) -> bool {
    let room = copy(room);
    let before = tree(&room.path("replica-pki"));
    let blocks = before.values().map(|(_, contents)| contents.len().div_ceil(4096)).sum::<usize>();
    // tmpfs counts its own folder and one more.
    let option = match limit {
        "size" => format!("size={}k", 4 * blocks + free.max(4)),
        _ => format!("nr_inodes={}", before.len() + 2 + free),
    };
    let script = format!(
        "cp -a replica-pki before && mount -t tmpfs -o mode=700,{option} none replica-pki && \
         cp -a before/. replica-pki/ || exit 99
         \"$@\"
         code=$?
         cp -a replica-pki after || exit 98
         exit $code"
    );
    let ended = in_namespace(&room, &script, arguments);
    assert!([0, 1].contains(&ended.code), "{option}: {ended:?}");
    if ended.code == 1 {
        assert!(ended.stderr.starts_with("error: cannot ") || ended.stderr.contains("\nerror: cannot "), "{ended:?}");
        assert!(ended.stderr.contains("No space left on device"), "{option}: {ended:?}");
        assert!(ended.stderr.contains("\nhint: make room, or choose another disk"), "{option}: {ended:?}");
        let after = tree(&room.path("after"));
        let paths: Vec<_> = after.keys().collect();
        assert!(after == before, "{option}: {paths:?}");
    }
    ended.code == 0
}

/// Runs a shell script with the program as its arguments where mounts are its own.
fn in_namespace(room: &Room, script: &str, arguments: &[&str]) -> Ended {
    let possible = Command::new("unshare").args(["-rm", "true"]).stdin(Stdio::null()).output();
    let is_possible = possible.as_ref().is_ok_and(|output| output.status.success());
    assert!(is_possible, "these tests need unshare and the right to make user and mount namespaces: {possible:?}");
    let program = room.command(arguments);
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", script, "sh"]).arg(program.get_program()).args(arguments);
    command.current_dir(room.path("")).stdin(Stdio::null());
    for variable in ["REPLICA_PKI_DIR", "REPLICA_PKI_PASSWORD", "REPLICA_PKI_PASSPHRASE"] {
        command.env_remove(variable);
    }
    Ended::of(command)
}

/// Every file and folder with its access rights and contents.
fn tree(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut tree = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let contents = if metadata.is_dir() { Vec::new() } else { fs::read(&path).unwrap() };
            if metadata.is_dir() {
                folders.push(path.clone());
            }
            tree.insert(path.strip_prefix(folder).unwrap().to_owned(), (metadata.permissions().mode(), contents));
        }
    }
    tree
}
