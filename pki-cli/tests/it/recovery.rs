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

/// What stands half done is no state to judge: its mends would destroy what the next run completes.
#[test]
fn status_says_of_an_interrupted_run_that_and_nothing_else() {
    let room = Room::with_kits();
    let folder = "replica-pki/private/.replica-pki-partial-x";
    left_behind(&room, folder, r#"[{"path":"hosts/HOST5.atwork.at","change":"remove"}]"#);
    fs::remove_file(room.path("replica-pki/hosts/HOST5.atwork.at/manifest.json")).unwrap();
    let before = room.files();
    let ended = room.run(&["status", "--json"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    let said = crate::support::json(&ended.stdout);
    assert!(said["problems"][0].as_str().unwrap().contains("run the same command again"), "{said}");
    assert_eq!((said["passed"].as_bool(), said["hosts"].as_array().unwrap().len()), (Some(false), 0), "{said}");
    let ended = room.run(&["status"]);
    assert!(ended.code == 3 && ended.stdout.contains("a run was interrupted"), "{ended:?}");
    assert_eq!(room.files(), before);
    room.done(&["issue"]);
    room.done(&["status"]);
}

/// A piece of a kit alone would be no kit, and stop every run from then on.
#[test]
fn a_kit_that_was_removed_after_the_run_was_killed_does_not_come_back_in_part() {
    let room = Room::with_kits();
    let folder = "replica-pki/private/.replica-pki-partial-x";
    let piece = |path: &str| format!(r#"{{"path":"{path}","change":"replace","has_folder":true}}"#);
    let kits = ["hosts/HOST4.atwork.at/manifest.json", "hosts/HOST5.atwork.at/manifest.json"];
    left_behind(&room, folder, &format!("[{},{}]", piece(kits[0]), piece(kits[1])));
    for kit in kits {
        let staged = format!("{folder}/new/{kit}");
        fs::create_dir_all(room.path(&staged).parent().unwrap()).unwrap();
        room.write(&staged, room.read(&format!("replica-pki/{kit}")));
    }
    fs::remove_dir_all(room.path("replica-pki/hosts/HOST5.atwork.at")).unwrap();
    let said = room.done(&["issue"]);
    assert!(said.contains("HOST5.atwork.at"), "{said}");
    assert!(!room.path(folder).exists());
    room.done(&["status"]);
}
