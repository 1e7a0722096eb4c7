//! `install.cmd` and `replica-pki install` on one computer: what a kit of the one needs stays when a kit of the other goes,
//! and is taken back in the end.

use std::fs;

use super::{SWITCH, dword, records};
use crate::support::Room;
use crate::support::computer::{Computer, succeeded};

/// A kit that shares with those of HOST4 and HOST5 what is no certificate. The stand-ins have certificate stores of their
/// own, the program has Wine's.
const OTHER: &str = "other/hosts/HOST4.atwork.at";

fn install_other(room: &Room) {
    room.done(&["issue", "HOST4.atwork.at", "--key", "rsa-2048", "--dir", "other"]);
    let ended = room.run(&["install", OTHER, "--password-file", "other/private/passwords/HOST4.atwork.at.txt"]);
    succeeded(&ended);
}

/// What a record needs, which is all that scripts look at.
fn write_record(name: &str, format: u32, needs: &serde_json::Value) {
    fs::create_dir_all(records()).unwrap();
    let record = serde_json::json!({ "format": format, "host": "Replication", "needs": needs });
    fs::write(records().join(name), serde_json::to_string_pretty(&record).unwrap()).unwrap();
}

#[test]
fn what_a_recorded_kit_needs_stays_and_is_taken_back_when_that_kit_is_gone() {
    let computer = Computer::new();
    let before = computer.machine.state();
    succeeded(&computer.install("HOST4.atwork.at", &[]));
    install_other(&computer.room);
    for _ in 0..2 {
        let ended = computer.uninstall("HOST4.atwork.at");
        assert_eq!((ended.code, ended.stdout.matches("kept: ").count()), (0, 2), "{ended:?}");
        assert!(ended.stdout.contains("run uninstall.cmd again when that kit is gone"), "{ended:?}");
        assert!(ended.stdout.contains("Keep uninstall.cmd"), "{ended:?}");
        assert!(computer.store("My").is_empty() && computer.store("Root").is_empty());
        assert!(dword(SWITCH) == Some(1) && computer.machine.firewall_rule_is_active());
    }
    succeeded(&computer.room.run(&["uninstall", OTHER]));
    assert!(dword(SWITCH) == Some(1) && computer.machine.firewall_rule_is_active());
    let ended = computer.uninstall("HOST4.atwork.at");
    assert_eq!((ended.code, ended.stdout.matches("kept: ").count()), (0, 0), "{ended:?}");
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn what_a_recorded_kit_added_is_taken_back_by_uninstall_cmd_when_it_was_left_to_it() {
    let computer = Computer::new();
    let before = computer.machine.state();
    // Wine's PowerShell cannot do what the program asks of it.
    computer.machine.set_firewall_rule(true);
    install_other(&computer.room);
    succeeded(&computer.install("HOST4.atwork.at", &[]));
    let ended = computer.room.run(&["uninstall", OTHER]);
    assert!(ended.code == 0 && ended.stdout.contains("that install.cmd installed needs it"), "{ended:?}");
    assert_eq!(dword(SWITCH), Some(1));
    let ended = computer.uninstall("HOST4.atwork.at");
    assert!(ended.code == 0 && ended.stdout.contains("deleted: HKLM"), "{ended:?}");
    computer.machine.set_firewall_rule(false);
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn a_thing_is_looked_for_by_its_kind_and_its_whole_name() {
    let computer = Computer::new();
    let root = |name| computer.certificate("HOST4.atwork.at", &format!("trust/{name}.root.cer")).sha256_thumbprint();
    let (own, other) = (root("HOST4.atwork.at"), root("HOST5.atwork.at"));
    let leaf = computer.certificate("HOST4.atwork.at", "HOST4.atwork.at.cer").sha256_thumbprint();
    succeeded(&computer.install("HOST4.atwork.at", &[]));
    let near = serde_json::json!([
        { "registry": "failover-replication" },
        { "leaf": own.to_string() },
        { "root": leaf.to_string() },
        { "root": format!("{own}00") },
        { "key": "firewall-rule" },
        { "root": other.to_string() },
    ]);
    write_record("near.json", 1, &near);
    let ended = computer.uninstall("HOST4.atwork.at");
    fs::remove_dir_all(records()).unwrap();
    assert_eq!((ended.code, ended.stdout.matches("kept: ").count()), (0, 1), "{ended:?}");
    assert!(ended.stdout.contains(r"kept: the root trust\HOST5.atwork.at.root.cer"), "{ended:?}");
}

#[test]
fn each_kind_of_thing_is_found() {
    let computer = Computer::new();
    let sha256 = |file| computer.certificate("HOST4.atwork.at", file).sha256_thumbprint().to_string();
    let needs = serde_json::json!([
        { "leaf": sha256("HOST4.atwork.at.cer") },
        { "root": sha256("trust/HOST4.atwork.at.root.cer") },
        { "registry": "replication" },
        "firewall-rule",
    ]);
    succeeded(&computer.install("HOST4.atwork.at", &[]));
    write_record("all.json", 1, &needs);
    let ended = computer.uninstall("HOST4.atwork.at");
    fs::remove_dir_all(records()).unwrap();
    assert_eq!((ended.code, ended.stdout.matches("kept: ").count()), (0, 4), "{ended:?}");
}

#[test]
fn records_that_cannot_be_believed_end_the_run_before_anything_is_taken_back() {
    let computer = Computer::new();
    succeeded(&computer.install("HOST4.atwork.at", &[]));
    let installed = computer.machine.state();
    let refused = |why: &str| {
        let ended = computer.uninstall("HOST4.atwork.at");
        assert!(
            ended.code == 1 && ended.stdout.contains("cannot be believed; nothing was changed"),
            "{why}: {ended:?}"
        );
        assert_eq!((computer.store("My").len(), computer.store("Root").len()), (1, 2), "{why}");
    };
    // Anybody can make the folder first.
    fs::create_dir_all(records()).unwrap();
    computer.room.write("state/owner", "S-1-5-21-1-2-3-1001");
    refused("another owner");
    computer.room.write("state/owner", "S-1-5-18");
    write_record("a.json", 2, &serde_json::json!([]));
    refused("another format");
    fs::write(records().join("a.json"), "{").unwrap();
    refused("damaged");
    fs::remove_file(records().join("a.json")).unwrap();
    computer.machine.state().assert_same_as(&installed, "afterwards");
    let ended = computer.uninstall("HOST4.atwork.at");
    fs::remove_dir_all(records()).unwrap();
    assert_eq!((ended.code, ended.stdout.matches("kept: ").count()), (0, 0), "{ended:?}");
}
