//! Whose folder `private` is: keys and passwords go into no other, and a run that is refused opens or shuts none.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};

use crate::support::Room;
use crate::support::mesh::{changes, edit, mesh};

fn mode(room: &Room, path: &str) -> u32 {
    fs::metadata(room.path(path)).unwrap().permissions().mode() & 0o777
}

fn open(room: &Room, path: &str) {
    fs::set_permissions(room.path(path), Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_link_in_the_place_of_a_private_folder_is_refused_and_its_target_stays_as_it_is() {
    let room = Room::new();
    fs::create_dir_all(room.path("elsewhere")).unwrap();
    fs::create_dir_all(room.path("replica-pki")).unwrap();
    open(&room, "elsewhere");
    symlink("../elsewhere", room.path("replica-pki/private")).unwrap();
    let ended = room.run(&["issue", "a.test", "--key", "rsa-2048"]);
    assert!(ended.code == 1 && ended.stderr.contains("private is a symbolic link"), "{ended:?}");
    assert!(ended.stderr.contains("\nhint: ") && room.files().is_empty(), "{ended:?}");
    assert_eq!(mode(&room, "elsewhere"), 0o755);

    for inner in ["private/roots", "private/passwords"] {
        let room = mesh(&["a.test"]);
        fs::rename(room.path(&format!("replica-pki/{inner}")), room.path("elsewhere")).unwrap();
        symlink("../../elsewhere", room.path(&format!("replica-pki/{inner}"))).unwrap();
        let before = room.files();
        for command in [&["issue", "b.test"][..], &["renew", "a.test"], &["protect"], &["unprotect"]] {
            let ended = room.run(command);
            assert!(ended.code == 1 && ended.stderr.contains(&format!("{inner} is a symbolic link")), "{ended:?}");
            assert_eq!(changes(&before, &room.files()), [""; 0]);
        }
    }
}

/// Root can give a folder away, and is refused like anybody else. Nobody else can, and for others the same is proven by
/// the unit test of who owns a folder.
#[test]
fn a_private_folder_of_somebody_else_is_refused() {
    for folder in ["private", "private/roots", "private/passwords"] {
        let room = mesh(&["a.test"]);
        let path = format!("replica-pki/{folder}");
        open(&room, &path);
        let given_away = chown(room.path(&path), Some(12_345), None).is_ok();
        let before = room.files();
        let ended = room.run(&["issue", "b.test"]);
        if given_away {
            assert!(
                ended.code == 1 && ended.stderr.contains(&format!("{folder} belongs to somebody else")),
                "{ended:?}"
            );
            assert!(ended.stderr.contains("\nhint: "), "{ended:?}");
            assert_eq!(changes(&before, &room.files()), [""; 0]);
            assert_eq!(mode(&room, &path), 0o755);
        } else {
            assert_eq!(ended.code, 0, "{ended:?}");
        }
    }
}

#[test]
fn a_run_that_is_refused_or_has_nothing_to_do_leaves_the_modes_as_they_were() {
    let room = Room::new();
    fs::create_dir_all(room.path("home/private")).unwrap();
    open(&room, "home/private");
    for inventory in [None, Some("[defaults]\nkey = \"rsa-1\"\n"), Some("")] {
        if let Some(text) = inventory {
            room.write("home/inventory.toml", text);
        }
        let ended = room.run(&["issue", "--dir", "home"]);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert_eq!(mode(&room, "home/private"), 0o755);
    }

    let room = mesh(&["a.test", "b.test"]);
    open(&room, "replica-pki/private");
    room.done(&["issue"]);
    room.done(&["status"]);
    assert_eq!(room.run(&["issue", "--replace", "z.test"]).code, 1);
    assert_eq!(mode(&room, "replica-pki/private"), 0o755);
    room.done(&["issue", "c.test"]);
    assert_eq!(mode(&room, "replica-pki/private"), 0o700);
    open(&room, "replica-pki/private");
    edit(&room, "windows = \"2019\"", "windows = \"2019\"\nno_such_key = 1");
    for command in [&["issue"][..], &["renew", "a.test"]] {
        assert_eq!(room.run(command).code, 1);
        assert_eq!(mode(&room, "replica-pki/private"), 0o755);
    }
}
