//! Several kits on one computer: what one needs stays when another goes.

use pki_core::certificate::Certificate;
use windows_registry::LOCAL_MACHINE;

use super::native;
use super::{HOST, KIT, Machine, PASSWORD, SWITCH, SWITCH_NAME, dword};
use crate::support::{Ended, Room};

/// A second kit of HOST4 with a leaf of its own, below `other`, that trusts the same root of HOST5.
fn second_kit(room: &Room) {
    room.done(&["issue", HOST, "HOST5.atwork.at", "--key", "rsa-2048", "--dir", "other"]);
}

fn install_second(room: &Room) {
    let (kit, password) = (format!("other/hosts/{HOST}"), format!("other/private/passwords/{HOST}.txt"));
    let ended = room.run(&["install", &kit, "--password-file", &password]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

fn certificate(room: &Room, path: &str) -> Certificate {
    Certificate::from_der(&room.read(path)).unwrap()
}

#[test]
fn what_both_need_stays_until_the_last_goes() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    second_kit(&room);
    let before = machine.state();
    assert_eq!(machine.install(&room, &[]).code, 0);
    install_second(&room);
    let ended = room.run(&["uninstall", KIT]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains("needs it"), "{ended:?}");
    assert_eq!(dword(SWITCH), Some(1), "the second kit needs it");
    assert!(native::find("My", &certificate(&room, &format!("{KIT}/{HOST}.cer"))).is_none());
    assert!(native::find("My", &certificate(&room, &format!("other/hosts/{HOST}/{HOST}.cer"))).is_some());
    assert_eq!(room.run(&["uninstall", &format!("other/hosts/{HOST}")]).code, 0);
    machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn a_leaf_and_roots_of_two_kits_stay_until_the_last_goes() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let before = machine.state();
    assert_eq!(machine.install(&room, &[]).code, 0);
    // The same kit as another: only its manifest differs.
    let path = format!("{KIT}/manifest.json");
    let manifest = String::from_utf8(room.read(&path)).unwrap();
    room.write(&path, manifest.replace("\"format\": 1", "\"format\":  1"));
    assert_eq!(machine.install(&room, &[]).code, 0);
    room.write(&path, &manifest);
    assert_eq!(room.run(&["uninstall", KIT]).code, 0);
    let leaf = certificate(&room, &format!("{KIT}/{HOST}.cer"));
    assert!(native::find("My", &leaf).is_some(), "the other kit needs it");
    for root in ["HOST4.atwork.at.root.cer", "HOST5.atwork.at.root.cer"] {
        assert!(native::find("Root", &certificate(&room, &format!("{KIT}/trust/{root}"))).is_some(), "{root}");
    }
    // The other kit is found by its leaf, although its manifest is not at hand.
    assert_eq!(room.run(&["uninstall", KIT]).code, 0);
    machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn what_a_kit_of_install_cmd_needs_stays_and_is_left_to_it() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    assert_eq!(machine.install(&room, &[]).code, 0);
    let root = certificate(&room, &format!("{KIT}/trust/HOST5.atwork.at.root.cer"));
    let (kit, root_mark) = (r"SOFTWARE\replica-pki\AB", format!("root-{}", root.thumbprint()));
    let marks = LOCAL_MACHINE.create(kit).unwrap();
    marks.set_string(&root_mark, "there").unwrap();
    marks.set_string("Replication", "there").unwrap();
    let ended = room.run(&["uninstall", KIT]);
    assert_eq!((ended.code, ended.stdout.matches("that install.cmd installed needs it").count()), (0, 2), "{ended:?}");
    assert!(native::find("Root", &root).is_some());
    assert_eq!(dword(SWITCH), Some(1));
    assert_eq!(marks.get_string(&root_mark).unwrap(), "absent");
    assert_eq!(marks.get_string("Replication").unwrap(), "absent-2");
}

#[test]
fn what_a_mark_cannot_tell_stays_recorded_until_install_cmds_kit_is_gone() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let odd = LOCAL_MACHINE.create(SWITCH).unwrap();
    odd.set_string(SWITCH_NAME, "1").unwrap();
    let before = machine.state();
    assert_eq!(machine.install(&room, &[]).code, 0);
    LOCAL_MACHINE.create(r"SOFTWARE\replica-pki\AB").unwrap().set_string("Replication", "there").unwrap();
    let ended = room.run(&["uninstall", KIT]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stdout.contains("run uninstall.cmd of the kit with the leaf AB first"), "{ended:?}");
    assert_eq!(dword(SWITCH), Some(1), "the other kit needs it");
    LOCAL_MACHINE.remove_tree(r"SOFTWARE\replica-pki").unwrap();
    assert_eq!(room.run(&["uninstall", KIT]).code, 0);
    machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn a_leaf_its_key_and_the_firewall_rule_are_left_to_install_cmd_too() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    machine.add_firewall_rule();
    let _powershell = machine.stand_in_for_powershell();
    let run = |arguments: &[&str]| {
        let mut command = room.command(arguments);
        command.env("STAND_IN", room.path(""));
        Ended::of(command)
    };
    assert_eq!(run(&["install", KIT, "--password-file", PASSWORD]).code, 0);
    let leaf = certificate(&room, &format!("{KIT}/{HOST}.cer"));
    let thumbprint = leaf.thumbprint().to_string();
    let marks = LOCAL_MACHINE.create(format!(r"SOFTWARE\replica-pki\{thumbprint}")).unwrap();
    let leaf_mark = format!("leaf-{thumbprint}");
    for mark in [leaf_mark.as_str(), "firewall"] {
        marks.set_string(mark, "there").unwrap();
    }
    let ended = run(&["uninstall", KIT]);
    assert_eq!((ended.code, ended.stdout.matches("that install.cmd installed needs it").count()), (0, 3), "{ended:?}");
    assert!(ended.stderr.contains("uninstall.cmd takes back what that added"), "{ended:?}");
    assert!(native::find("My", &leaf).is_some() && machine.firewall_rule_is_active());
    assert_eq!(marks.get_string(&leaf_mark).unwrap(), "absent");
    assert_eq!(marks.get_string("firewall").unwrap(), "disabled");
}

#[test]
fn a_run_that_was_killed_can_be_taken_back_or_finished() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let before = machine.state();
    for how_far in 0..12 {
        let mut child = room.command(&["install", KIT, "--password-file", PASSWORD]).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(how_far * 25));
        let _ = child.kill();
        child.wait().unwrap();
        if how_far % 2 == 0 {
            assert_eq!(machine.install(&room, &[]).code, 0, "finished after {how_far}");
        }
        let ended = room.run(&["uninstall", KIT]);
        assert!(ended.code == 0 || ended.stderr.contains("was not installed"), "{ended:?}");
        let _ = std::fs::remove_dir(super::records());
        machine.state().assert_same_as(&before, &format!("taken back after {how_far}"));
    }
}
