//! What a killed run left behind is finished or removed, and nobody can use that to lead the next run astray.

use std::fs;

use crate::support::Room;

/// A staging folder with its journal, as a run leaves it that was killed.
fn left_behind(room: &Room, folder: &str, journal: &str) {
    fs::create_dir(room.path(folder)).unwrap();
    room.write(&format!("{folder}/lock"), "");
    room.write(&format!("{folder}/journal"), journal);
}

#[test]
fn a_journal_that_leads_out_of_the_folder_is_refused() {
    for path in ["../victim", "hosts/../../victim", "/victim", "", "."] {
        let room = Room::with_kits();
        room.write("victim", "stays");
        let folder = "replica-pki/private/.replica-pki-partial-x";
        left_behind(&room, folder, &format!(r#"[{{"path":"{path}","change":"remove"}}]"#));
        let before = room.files();
        let ended = room.run(&["issue"]);
        assert_eq!(ended.code, 1, "{path}: {ended:?}");
        assert!(ended.stderr.contains("leads out of the folder") && ended.stderr.contains("hint:"), "{ended:?}");
        assert_eq!(room.files(), before);
    }
}

#[test]
fn a_journal_that_is_cut_short_is_named() {
    let room = Room::with_kits();
    left_behind(&room, "replica-pki/private/.replica-pki-partial-x", r#"[{"path":"#);
    let ended = room.run(&["issue"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("is damaged") && ended.stderr.contains("hint:"), "{ended:?}");
}

#[test]
fn what_was_staged_without_a_journal_goes() {
    let room = Room::with_kits();
    let before = room.files();
    let folder = "replica-pki/private/.replica-pki-partial-x";
    fs::create_dir(room.path(folder)).unwrap();
    room.write(&format!("{folder}/lock"), "");
    room.write(&format!("{folder}/journal.new"), "[]");
    room.done(&["issue"]);
    assert_eq!(room.files(), before);
}

/// Only root can give a folder away; for others the same is proven by the unit test of who owns a folder.
#[cfg(unix)]
#[test]
fn a_staging_folder_of_somebody_else_is_left_alone() {
    let room = Room::with_kits();
    let folder = "replica-pki/private/.replica-pki-partial-x";
    left_behind(&room, folder, r#"[{"path":"hosts","change":"remove"}]"#);
    let given_away = std::os::unix::fs::chown(room.path(folder), Some(12_345), None).is_ok();
    room.done(&["issue"]);
    assert_eq!(room.path("replica-pki/hosts").exists(), given_away);
    assert_eq!(room.path(folder).exists(), given_away);
}
