//! Nothing that exists is overwritten, and nothing half-made is left behind.

use std::fs::{self, File};
use std::process::Stdio;
use std::time::Duration;

use crate::support::{Ended, KIT, Room, spawn};

#[test]
fn what_somebody_else_put_there_is_in_the_way() {
    for theirs in [
        "hosts",
        "hosts/HOST4.atwork.at",
        "hosts/HOST4.atwork.at/something",
        "hosts/host4.ATWORK.at/something",
        "inventory.toml",
        "private/passwords",
        "private/passwords/HOST4.atwork.at.txt",
        "private/passwords/host4.ATWORK.at.txt",
        "private/roots/HOST4.atwork.at.root.cer",
        "private/roots/HOST4.atwork.at.root.key.pem",
        "private/roots/host4.ATWORK.at.root.key.pem",
    ] {
        let room = Room::new();
        let path = room.path(&format!("replica-pki/{theirs}"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine").unwrap();
        let before = room.files();
        let ended = room.run(&["issue", "HOST4.atwork.at", "--key", "rsa-2048"]);
        assert_eq!(ended.code, 1, "{theirs}: {ended:?}");
        assert!(ended.stderr.contains("\nhint: "), "{theirs}: {ended:?}");
        assert_eq!(room.files(), before, "{theirs}");
    }
}

/// The mesh that is there stays as it was, whatever is in the way of a new host.
#[test]
fn what_is_in_the_way_of_a_new_host_stops_all_of_it() {
    let room = Room::with_kits();
    for theirs in [
        "hosts/HOST6.atwork.at",
        "hosts/HOST4.atwork.at/trust/HOST6.atwork.at.root.cer",
        "hosts/HOST5.atwork.at/trust/host6.atwork.at.ROOT.cer",
        "private/passwords/HOST6.atwork.at.txt",
        "private/roots/HOST6.atwork.at.root.key.pem",
    ] {
        let path = room.path(&format!("replica-pki/{theirs}"));
        fs::write(&path, "mine").unwrap();
        let before = room.files();
        let ended = room.run(&["issue", "HOST6.atwork.at"]);
        assert_eq!(ended.code, 1, "{theirs}: {ended:?}");
        assert!(ended.stderr.contains("\nhint: "), "{theirs}: {ended:?}");
        assert_eq!(room.files(), before, "{theirs}");
        fs::remove_file(path).unwrap();
    }
    room.done(&["issue", "HOST6.atwork.at"]);
}

#[test]
fn what_somebody_put_into_a_kit_keeps_it_from_being_replaced_or_removed() {
    let room = Room::with_kits();
    room.write(&format!("{KIT}/notes.txt"), "mine");
    let inventory = String::from_utf8(room.read("replica-pki/inventory.toml")).unwrap();
    let older = inventory.replace("\"HOST4.atwork.at\"", "\"HOST4.atwork.at\"\nwindows = \"2012r2\"");
    let without = inventory.replace("[[host]]\nfqdn = \"HOST4.atwork.at\"\n", "");
    for (inventory, command) in [
        (&older, &["issue"][..]),
        (&inventory, &["issue", "--replace", "HOST4.atwork.at"]),
        (&inventory, &["renew", "HOST4.atwork.at"]),
        (&without, &["issue", "--prune"]),
    ] {
        room.write("replica-pki/inventory.toml", inventory);
        let before = room.files();
        let ended = room.run(command);
        assert!(ended.code == 1 && ended.stderr.contains("notes.txt is not of the kit"), "{command:?}: {ended:?}");
        assert_eq!(room.files(), before, "{command:?}");
    }
    room.write("replica-pki/inventory.toml", inventory);
    room.done(&["issue", "HOST6.atwork.at"]);
    assert_eq!(room.read(&format!("{KIT}/notes.txt")), b"mine");

    fs::remove_file(room.path(&format!("{KIT}/notes.txt"))).unwrap();
    room.done(&["renew", "HOST4.atwork.at"]);
    room.write(&format!("{KIT}/previous/notes.txt"), "mine");
    let ended = room.run(&["renew", "--finish"]);
    assert!(ended.code == 1 && ended.stderr.contains("notes.txt is not of the kit"), "{ended:?}");
    assert_eq!(room.read(&format!("{KIT}/previous/notes.txt")), b"mine");
    // Nothing tells any more what there is somebody's.
    fs::remove_file(room.path(&format!("{KIT}/previous/manifest.json"))).unwrap();
    let ended = room.run(&["renew", "--finish"]);
    assert!(ended.code == 1 && ended.stderr.contains("move the folder"), "{ended:?}");
    assert_eq!(room.read(&format!("{KIT}/previous/notes.txt")), b"mine");
}

#[test]
fn single_steps_overwrite_nothing_either() {
    let room = Room::new();
    room.write("password.txt", "a password\n");
    let root = ["root", "--name", "R", "--for", "HOST4.atwork.at", "--out", "out", "--key", "rsa-2048"];
    let leaf = [
        "leaf",
        "HOST4.atwork.at",
        "--root",
        "out/R.cer",
        "--root-key",
        "out/R.key.pem",
        "--out",
        "out",
        "--key",
        "rsa-2048",
        "--password-file",
        "password.txt",
    ];
    for step in [&root[..], &leaf] {
        room.done(step);
        let before = room.files();
        let ended = room.run(step);
        assert_eq!(ended.code, 1);
        assert!(ended.stderr.contains("exists and is never overwritten"), "{}", ended.stderr);
        assert_eq!(room.files(), before);
    }
}

#[test]
fn a_host_in_another_case_is_the_same_host() {
    let room = Room::new();
    room.done(&["issue", "a.x.at", "--key", "rsa-2048"]);
    let before = room.files();
    let said = room.done(&["issue", "A.X.AT", "--key", "rsa-2048"]);
    assert!(said.starts_with("nothing to do: 1 host"), "{said}");
    assert_eq!(room.files(), before);
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_in_the_way_even_if_it_leads_nowhere() {
    for planted in [
        "hosts/HOST4.atwork.at",
        "inventory.toml",
        "private/passwords/HOST4.atwork.at.txt",
        "private/roots/HOST4.atwork.at.root.cer",
        "private/roots/HOST4.atwork.at.root.key.pem",
    ] {
        let room = Room::new();
        let link = room.path(&format!("replica-pki/{planted}"));
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        let target = room.path("elsewhere");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let ended = room.run(&["issue", "HOST4.atwork.at", "--key", "rsa-2048"]);
        assert!(ended.code == 1 && ended.stderr.contains("\nhint: "), "{planted}: {ended:?}");
        assert!(!target.exists(), "{planted}");
        assert_eq!(fs::read_link(&link).unwrap(), target, "{planted}");
    }
}

/// What changes is the entry in the mesh's own folder, never what a link leads to.
#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_that_took_the_place_of_a_file() {
    let room = Room::with_kits();
    for file in ["inventory.toml", "hosts/HOST5.atwork.at/manifest.json"] {
        let path = room.path(&format!("replica-pki/{file}"));
        let outside = room.path(path.file_name().unwrap().to_str().unwrap());
        fs::rename(&path, &outside).unwrap();
        std::os::unix::fs::symlink(&outside, &path).unwrap();
    }
    let before = (room.read("inventory.toml"), room.read("manifest.json"));
    let ended = room.run(&["issue", "HOST6.atwork.at"]);
    assert_eq!((room.read("inventory.toml"), room.read("manifest.json")), before, "{ended:?}");
}

/// Kills runs at many moments. What is there afterwards is whole, is the owner's alone, and does not stop the next run.
#[test]
fn a_run_that_is_killed_leaves_nothing_half_written() {
    let (mut killed, mut finished) = (0, 0);
    for step in 0..40 {
        let room = Room::new();
        let mut command = room.command(&["issue", "HOST4.atwork.at", "HOST5.atwork.at", "--key", "rsa-2048"]);
        let mut child = spawn(command.stdout(Stdio::null()).stderr(Stdio::null()));
        std::thread::sleep(Duration::from_millis(20 * step));
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            finished += 1;
        } else {
            killed += 1;
        }

        for (path, contents) in room.files() {
            #[cfg(unix)]
            assert_owner_only(&room.path("").join(&path));
            let staged = path.to_string_lossy().contains(".replica-pki-partial-");
            assert!(staged || !contents.is_empty(), "{}", path.display());
        }
        for host in ["HOST4.atwork.at", "HOST5.atwork.at"] {
            if room.path(&format!("replica-pki/hosts/{host}")).exists() {
                room.done(&["verify", &format!("replica-pki/hosts/{host}")]);
                assert!(room.path(&format!("replica-pki/private/passwords/{host}.txt")).exists());
            }
        }
    }
    assert!(killed > 0, "{killed} killed, {finished} finished");
}

#[test]
fn the_next_run_removes_what_a_killed_one_left_and_nothing_of_one_at_work() {
    let room = Room::new();
    for name in ["dead", "alive"] {
        let folder = room.path(&format!("replica-pki/private/.replica-pki-partial-{name}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("lock"), "").unwrap();
        fs::write(folder.join("half.key.pem"), "-----BEGIN PRI").unwrap();
    }
    let alive =
        File::options().write(true).open(room.path("replica-pki/private/.replica-pki-partial-alive/lock")).unwrap();
    alive.lock().unwrap();
    room.done(&["issue", "HOST4.atwork.at", "--key", "rsa-2048"]);
    assert!(!room.path("replica-pki/private/.replica-pki-partial-dead").exists());
    assert!(room.path("replica-pki/private/.replica-pki-partial-alive/half.key.pem").exists());
}

/// A pipe called like a lock would be waited for without end.
#[cfg(unix)]
#[test]
fn what_only_looks_like_a_killed_run_is_left_alone() {
    let room = Room::new();
    let folder = room.path("out/.replica-pki-partial-x");
    fs::create_dir_all(&folder).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(folder.join("lock")).status().unwrap().success());
    fs::write(room.path("out/.replica-pki-partial-file"), "not a folder").unwrap();
    room.done(&["root", "--name", "R", "--for", "HOST4.atwork.at", "--out", "out", "--key", "rsa-2048"]);
    assert!(folder.join("lock").exists() && room.path("out/.replica-pki-partial-file").exists());
}

#[test]
fn two_runs_at_once_do_not_mix() {
    let room = Room::new();
    let run = || Ended::of(room.command(&["issue", "HOST4.atwork.at", "HOST5.atwork.at", "--key", "rsa-2048"]));
    let (first, second) = std::thread::scope(|scope| {
        let (first, second) = (scope.spawn(run), scope.spawn(run));
        (first.join().unwrap(), second.join().unwrap())
    });
    let mut codes = [first.code, second.code];
    codes.sort_unstable();
    assert_eq!(codes, [0, 1], "{first:?} {second:?}");
    for host in ["HOST4.atwork.at", "HOST5.atwork.at"] {
        let password = format!("replica-pki/private/passwords/{host}.txt");
        room.done(&["verify", &format!("replica-pki/hosts/{host}"), "--password-file", &password]);
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let room = Room::new();
    room.write("file", "not a folder");
    let ended = room.run(&["issue", "HOST4.atwork.at", "--key", "rsa-2048", "--dir", "file"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("file"), "{}", ended.stderr);
    assert_eq!(room.read("file"), b"not a folder");
}

#[cfg(unix)]
fn assert_owner_only(path: &std::path::Path) {
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions());
    assert_eq!(mode & 0o077, 0, "{}", path.display());
}
