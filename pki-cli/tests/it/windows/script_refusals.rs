//! What `install.cmd` and `uninstall.cmd` refuse, and how they end when a step fails: it is said, and what state is left.

use std::fs;

use pki_core::validity::Time;

use super::{Machine, SWITCH, dword};
use crate::support::computer::{Computer, PROVIDER, changes, reg, set_build, succeeded};

#[test]
fn without_being_asked_for_nothing_is_done_on_another_computer() {
    let computer = Computer::new();
    let before = computer.machine.state();
    let ended = computer.install("HOST5.atwork.at", &[]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.stdout.contains("this kit is for HOST5.atwork.at, and this computer is HOST4.atwork.at"),
        "{ended:?}"
    );
    computer.machine.state().assert_same_as(&before, "afterwards");
    assert_eq!(changes(&computer.calls()), [""; 0]);
    // A policy's suffix is the one that counts.
    let policy = r"HKLM\SOFTWARE\Policies\Microsoft\System\DNSClient";
    reg(&["add", policy, "/v", "PrimaryDnsSuffix", "/d", "policy.test", "/f"]);
    let ended = computer.install("HOST4.atwork.at", &[]);
    reg(&["delete", policy, "/v", "PrimaryDnsSuffix", "/f"]);
    assert!(ended.code == 1 && ended.stdout.contains("this computer is HOST4.policy.test;"), "{ended:?}");
    succeeded(&computer.install("HOST5.atwork.at", &["/nopause", "/ANYHOST"]));
    succeeded(&computer.uninstall("HOST5.atwork.at"));
    // The case of the name does not matter.
    Machine::name("host4", "atwork.AT");
    succeeded(&computer.install("HOST4.atwork.at", &[]));
    succeeded(&computer.uninstall("HOST4.atwork.at"));
}

#[test]
fn arguments_that_are_not_known_are_refused() {
    let computer = Computer::new();
    let before = computer.machine.state();
    for script in ["install.cmd", "uninstall.cmd"] {
        for arguments in [&["/other"][..], &["/nopause", "/other"]] {
            let ended = computer.run(&format!("replica-pki/hosts/HOST4.atwork.at/{script}"), arguments, "");
            assert!(ended.code == 1 && ended.stdout.contains("/nopause, and nothing else"), "{ended:?}");
        }
    }
    computer.machine.state().assert_same_as(&before, "afterwards");
}

/// Wine's cmd expands the path of a script twice, and so finds no folder of this name. Windows goes there; what it cannot go
/// to is a folder of the network when every drive letter is taken.
#[test]
fn a_folder_that_cannot_be_gone_to_is_told() {
    let computer = Computer::new();
    let before = computer.machine.state();
    fs::rename(computer.room.path("replica-pki/hosts/HOST4.atwork.at"), computer.room.path("100%OS%")).unwrap();
    let ended = computer.run("100%OS%/install.cmd", &[], "");
    assert!(ended.code == 1 && ended.stdout.contains("cannot go to the folder"), "{ended:?}");
    computer.machine.state().assert_same_as(&before, "afterwards");
    assert_eq!(computer.calls(), [""; 0]);
}

#[test]
fn a_windows_that_is_too_old_is_told_so_before_anything_is_changed() {
    let computer = Computer::new();
    set_build("14393");
    let before = computer.machine.state();
    let ended = computer.install("HOST4.atwork.at", &[]);
    assert_eq!(ended.code, 1);
    for part in ["too old", "14393", "17763", "replica-pki install", "--windows 2012r2"] {
        assert!(ended.stdout.contains(part), "{part}: {ended:?}");
    }
    computer.machine.state().assert_same_as(&before, "afterwards");
    assert_eq!(changes(&computer.calls()), [""; 0]);
}

#[test]
fn a_certificate_whose_time_has_not_begun_or_has_ended_is_refused() {
    let computer = Computer::new();
    let before = computer.machine.state();
    let leaf = computer.certificate("HOST4.atwork.at", "HOST4.atwork.at.cer");
    let (first, last) = (leaf.validity().not_before, leaf.validity().not_after);
    let seconds = |time: Time, more| Time::from_unix(time.to_unix().checked_add_signed(more).unwrap()).unwrap();
    for clock in [seconds(first, -1), seconds(last, 1)] {
        computer.room.write("state/clock", clock.to_string());
        let ended = computer.install("HOST4.atwork.at", &[]);
        let valid = format!("is valid from {first} to {last} only; nothing was changed");
        assert!(ended.code == 1 && ended.stdout.contains(&valid), "{clock}: {ended:?}");
    }
    computer.room.write("state/fail", "UtcNow");
    let ended = computer.install("HOST4.atwork.at", &[]);
    assert!(ended.code == 1 && ended.stdout.contains("could not tell the time; nothing was changed"), "{ended:?}");
    fs::remove_file(computer.room.path("state/fail")).unwrap();
    computer.machine.state().assert_same_as(&before, "afterwards");
    assert_eq!(changes(&computer.calls()), [""; 0]);
    for clock in [first, last] {
        computer.room.write("state/clock", clock.to_string());
        succeeded(&computer.install("HOST4.atwork.at", &[]));
    }
}

#[test]
fn only_an_administrator_may_run_it() {
    let computer = Computer::new();
    computer.room.write("state/fail", "fltmc");
    let before = computer.machine.state();
    for ended in [computer.install("HOST4.atwork.at", &[]), computer.uninstall("HOST4.atwork.at")] {
        assert!(ended.code == 1 && ended.stdout.contains("as administrator"), "{ended:?}");
    }
    computer.machine.state().assert_same_as(&before, "afterwards");
    assert_eq!(changes(&computer.calls()), [""; 0]);
}

#[test]
fn a_changed_file_is_refused_before_anything_is_changed() {
    let computer = Computer::new();
    let before = computer.machine.state();
    for file in ["HOST4.atwork.at.pfx", "trust/HOST5.atwork.at.root.cer"] {
        let path = format!("replica-pki/hosts/HOST4.atwork.at/{file}");
        let original = computer.room.read(&path);
        computer.room.write(&path, [&original[..], b"x"].concat());
        let changed = computer.install("HOST4.atwork.at", &[]);
        fs::remove_file(computer.room.path(&path)).unwrap();
        let missing = computer.install("HOST4.atwork.at", &[]);
        computer.room.write(&path, original);
        for ended in [changed, missing] {
            let file = file.replace('/', "\\");
            assert!(
                ended.code == 1 && ended.stdout.contains(&format!("{file} is missing or was changed")),
                "{ended:?}"
            );
        }
    }
    computer.machine.state().assert_same_as(&before, "afterwards");
    assert_eq!(changes(&computer.calls()), [""; 0]);
}

#[test]
fn a_wrong_password_leaves_nothing_behind() {
    let computer = Computer::new();
    let before = computer.machine.state();
    let ended = computer.run("replica-pki/hosts/HOST4.atwork.at/install.cmd", &[], "wrong");
    assert_eq!(ended.code, 1);
    for part in ["could not import HOST4.atwork.at.pfx", "Nothing was changed", "is the password right?"] {
        assert!(ended.stdout.contains(part), "{part}: {ended:?}");
    }
    assert!(!ended.stdout.contains("-delkey"), "{ended:?}");
    computer.machine.state().assert_same_as(&before, "afterwards");
    assert!(computer.store("My").is_empty());
}

#[test]
fn an_import_that_fails_otherwise_tells_how_to_find_a_key_that_it_left() {
    let computer = Computer::new();
    let before = computer.machine.state();
    computer.room.write("state/fail", "-importPFX");
    let ended = computer.install("HOST4.atwork.at", &[]);
    assert_eq!(ended.code, 1, "{ended:?}");
    for part in ["Nothing was changed", "Provider\" -key", "Provider\" -delkey NAME"] {
        assert!(ended.stdout.contains(part), "{part}: {ended:?}");
    }
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn a_leaf_without_its_key_is_not_taken_for_installed() {
    let computer = Computer::new();
    let before = computer.machine.state();
    let keys: [&[&str]; 4] = [
        &[],
        &[PROVIDER, "Signature", "machine"],
        &[PROVIDER, "Exchange", "user"],
        &["Microsoft RSA SChannel Cryptographic Provider 2", "Exchange", "machine"],
    ];
    for key in keys {
        computer.add_to_my(&computer.leaf("HOST4.atwork.at"), key);
        let ended = computer.install("HOST4.atwork.at", &[]);
        assert!(ended.code == 1 && ended.stdout.contains("its key is not where"), "{key:?}: {ended:?}");
        assert!(ended.stdout.contains("Nothing was changed"), "{ended:?}");
        // Certutil would remove it and leave its key.
        assert!(ended.stdout.contains(" -DeleteKey") && !ended.stdout.contains("-delstore"), "{ended:?}");
        computer.machine.state().assert_same_as(&before, "afterwards");
    }
}

#[test]
fn a_step_that_fails_ends_the_run_and_the_next_run_goes_on_from_there() {
    let computer = Computer::new();
    let before = computer.machine.state();
    for (fails, step) in [
        ("-addstore -f Root trust\\HOST5", "could not add trust\\HOST5.atwork.at.root.cer"),
        ("Enable-NetFirewallRule", "Enable-NetFirewallRule"),
    ] {
        computer.room.write("state/fail", fails);
        let ended = computer.install("HOST4.atwork.at", &[]);
        assert_eq!(ended.code, 1, "{ended:?}");
        for part in [step, "uninstall.cmd"] {
            assert!(ended.stdout.contains(part), "{part}: {ended:?}");
        }
    }
    fs::remove_file(computer.room.path("state/fail")).unwrap();
    let ended = computer.install("HOST4.atwork.at", &[]);
    assert_eq!((ended.code, ended.stdout.matches("unchanged: ").count()), (0, 4), "{ended:?}");
    succeeded(&computer.uninstall("HOST4.atwork.at"));
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn a_step_that_uninstall_cmd_cannot_take_back_keeps_its_mark_and_holds_up_no_other() {
    let computer = Computer::new();
    let before = computer.machine.state();
    for (fails, errors, left) in
        [("Disable-NetFirewallRule", 1, [0, 0, 0]), ("-delstore", 2, [0, 2, 0]), ("Remove-Item", 1, [1, 0, 1])]
    {
        succeeded(&computer.install("HOST4.atwork.at", &[]));
        computer.room.write("state/fail", fails);
        let ended = computer.uninstall("HOST4.atwork.at");
        assert_eq!((ended.code, ended.stdout.matches("error: ").count()), (1, errors + 1), "{ended:?}");
        assert!(ended.stdout.contains("run uninstall.cmd again"), "{ended:?}");
        let stores = ["My", "Root", "Keys"].map(|store| computer.store(store).len());
        assert_eq!((stores, dword(SWITCH)), (left, None), "{ended:?}");
        assert_eq!(computer.machine.firewall_rule_is_active(), fails.contains("Firewall"));
        fs::remove_file(computer.room.path("state/fail")).unwrap();
        let ended = computer.uninstall("HOST4.atwork.at");
        assert_eq!((ended.code, ended.stdout.matches("gone already").count()), (0, 0), "{ended:?}");
        computer.machine.state().assert_same_as(&before, fails);
        assert!(computer.store("My").is_empty() && computer.store("Root").is_empty() && computer.keys().is_empty());
    }
}

#[test]
fn a_key_that_stays_is_not_said_to_be_removed() {
    for (removal, names_it) in [("key stays", true), ("unknown", false)] {
        let computer = Computer::new();
        let before = computer.machine.state();
        succeeded(&computer.install("HOST4.atwork.at", &[]));
        computer.room.write("state/removal", removal);
        let ended = computer.uninstall("HOST4.atwork.at");
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(ended.stdout.contains("its key may have stayed") && ended.stdout.contains("-delkey"), "{ended:?}");
        assert_eq!(ended.stdout.contains("still there: te-"), names_it, "{ended:?}");
        assert!(!ended.stdout.contains("removed: the certificate"), "{ended:?}");
        let ended = computer.uninstall("HOST4.atwork.at");
        let then = if names_it { "removed: the key" } else { "gone already: the certificate" };
        assert!(ended.code == 0 && ended.stdout.contains(then) && computer.keys().is_empty(), "{ended:?}");
        computer.machine.state().assert_same_as(&before, "afterwards");
    }
}
