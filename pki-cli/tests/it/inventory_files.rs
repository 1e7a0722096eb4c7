//! The inventory's file is its owner's: a link and the access rights stay as they are.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::mesh::{INVENTORY, changes, inventory, mesh};

#[test]
fn an_inventory_to_which_hosts_are_added_stays_open_to_whom_it_was() {
    let room = mesh(&["a.test"]);
    let path = room.path(INVENTORY);
    for (mode, host) in [(0o644, "b.test"), (0o660, "c.test"), (0o400, "d.test")] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        room.done(&["issue", host]);
        assert!(inventory(&room).contains(host));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
    }
}

#[test]
fn a_link_is_followed_for_reading_and_never_replaced() {
    let room = mesh(&["a.test"]);
    let (link, target) = (room.path(INVENTORY), room.path("elsewhere.toml"));
    fs::rename(&link, &target).unwrap();
    symlink("../elsewhere.toml", &link).unwrap();
    let before = room.files();
    let ended = room.run(&["issue", "b.test"]);
    assert!(ended.code == 1 && ended.stderr.contains("inventory.toml is a symbolic link"), "{ended:?}");
    assert!(ended.stderr.contains("\nhint: nothing was changed; add them to the file"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);

    let text = String::from_utf8(room.read("elsewhere.toml")).unwrap() + "\n[[host]]\nfqdn = \"b.test\"\n";
    fs::write(&target, &text).unwrap();
    for command in [&["issue"][..], &["issue", "b.test"], &["renew", "b.test"], &["status"]] {
        room.done(command);
    }
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(room.read("elsewhere.toml"), text.as_bytes());
}
