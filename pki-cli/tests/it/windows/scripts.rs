//! `install.cmd` puts a kit onto a computer, and `uninstall.cmd` takes back what that added: no less, and nothing else.

use std::fs;

use super::{FIREWALL_RULE, SWITCH, SWITCH_NAME, dword};
use crate::support::computer::{Computer, PROVIDER, changes, reg, set_build, succeeded};

const RULES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules";

#[test]
fn a_kit_is_installed_then_unchanged_then_taken_back() {
    let computer = Computer::new();
    let before = computer.machine.whole_state();
    let (leaf, roots) = (computer.leaf("HOST4.atwork.at"), computer.roots("HOST4.atwork.at"));

    let ended = computer.install("HOST4.atwork.at", &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(computer.store("My"), [(leaf.clone(), format!("{PROVIDER}\nExchange\nmachine"))]);
    assert_eq!(computer.store("Root").into_iter().map(|(root, _)| root).collect::<Vec<_>>(), roots);
    assert_eq!(dword(SWITCH), Some(1));
    assert!(computer.machine.firewall_rule_is_active());
    assert_eq!(computer.keys().len(), 1);
    assert!(ended.stdout.contains("Set-VMReplicationServer -ReplicationEnabled $true"), "{ended:?}");
    assert!(ended.stdout.contains(&format!("-CertificateThumbprint {leaf}")), "{ended:?}");
    assert_eq!(changes(&computer.calls()), ["-importPFX", "-addstore", "-addstore", "Enable-NetFirewallRule"]);

    let installed = computer.machine.state();
    let again = computer.install("HOST4.atwork.at", &[]);
    assert_eq!((again.code, again.stdout.matches("unchanged: ").count()), (0, 5), "{again:?}");
    assert_eq!(changes(&computer.calls()), [""; 0]);
    computer.machine.state().assert_same_as(&installed, "afterwards");

    let ended = computer.uninstall("HOST4.atwork.at");
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(!ended.stdout.contains("gone already"), "{ended:?}");
    assert!(computer.store("My").is_empty() && computer.store("Root").is_empty() && computer.keys().is_empty());
    computer.machine.whole_state().assert_same_as(&before, "afterwards");

    let ended = computer.uninstall("HOST4.atwork.at");
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("replica-pki uninstall"), "{ended:?}");
}

#[test]
fn what_was_there_before_stays() {
    let computer = Computer::new();
    let roots = computer.roots("HOST4.atwork.at");
    fs::write(computer.state().join("Root").join(&roots[1]), "").unwrap();
    reg(&["add", &format!(r"HKLM\{SWITCH}"), "/v", SWITCH_NAME, "/t", "REG_DWORD", "/d", "0", "/f"]);
    reg(&[
        "add",
        RULES,
        "/v",
        FIREWALL_RULE,
        "/d",
        "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=443|",
        "/f",
    ]);
    let before = computer.machine.state();

    let ended = computer.install("HOST4.atwork.at", &[]);
    assert_eq!((ended.code, ended.stdout.matches("unchanged: ").count()), (0, 2), "{ended:?}");
    assert_eq!(dword(SWITCH), Some(1));
    let ended = computer.uninstall("HOST4.atwork.at");
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(computer.store("My").is_empty());
    assert_eq!(computer.store("Root"), [(roots[1].clone(), String::new())]);
    computer.machine.state().assert_same_as(&before, "afterwards");
}

/// As `replica-pki install` leaves it, in a key container of its own.
#[test]
fn a_leaf_that_the_program_installed_is_there_and_stays() {
    let computer = Computer::new();
    computer.add_to_my(&computer.leaf("HOST4.atwork.at"), &[PROVIDER, "Exchange", "machine"]);
    let my = computer.store("My");
    let ended = computer.install("HOST4.atwork.at", &[]);
    assert!(ended.code == 0 && ended.stdout.contains("unchanged: the certificate of HOST4"), "{ended:?}");
    let ended = computer.uninstall("HOST4.atwork.at");
    assert!(ended.code == 0 && ended.stdout.contains("kept: the certificate of HOST4"), "{ended:?}");
    assert_eq!(computer.store("My"), my);
}

#[test]
fn what_another_kit_needs_stays_and_goes_with_that_kit() {
    let computer = Computer::new();
    // These kits have a root each.
    fs::remove_dir_all(computer.room.path("replica-pki")).unwrap();
    computer.room.done(&["issue", "A.test.at", "B.test.at", "--trust", "shared", "--key", "rsa-2048"]);
    let before = computer.machine.state();
    for host in ["A.test.at", "B.test.at"] {
        let ended = computer.install(host, &["/anyhost"]);
        assert_eq!(ended.code, 0, "{ended:?}");
    }
    let ended = computer.uninstall("A.test.at");
    assert_eq!((ended.code, ended.stdout.matches("kept: ").count()), (0, 3), "{ended:?}");
    assert_eq!(computer.store("Root").len(), 1);
    assert_eq!(computer.store("My").len(), 1);
    assert_eq!(dword(SWITCH), Some(1));
    let ended = computer.uninstall("B.test.at");
    assert_eq!((ended.code, ended.stdout.matches("kept: ").count()), (0, 0), "{ended:?}");
    assert!(computer.store("My").is_empty() && computer.store("Root").is_empty());
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn what_is_gone_already_is_not_said_to_be_taken_back() {
    let computer = Computer::new();
    let before = computer.machine.state();
    succeeded(&computer.install("HOST4.atwork.at", &[]));
    for store in ["My", "Root"] {
        for (certificate, _) in computer.store(store) {
            computer.remove(store, &certificate);
        }
    }
    fs::remove_file(computer.state().join("Keys").join(&computer.keys()[0])).unwrap();
    reg(&["delete", &format!(r"HKLM\{SWITCH}"), "/v", SWITCH_NAME, "/f"]);
    computer.machine.set_firewall_rule(false);
    let ended = computer.uninstall("HOST4.atwork.at");
    assert_eq!((ended.code, ended.stdout.matches("gone already: ").count()), (0, 5), "{ended:?}");
    for word in ["removed: ", "deleted: ", "disabled: "] {
        assert!(!ended.stdout.contains(word), "{word}: {ended:?}");
    }
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn a_key_whose_certificate_somebody_removed_is_deleted() {
    let computer = Computer::new();
    let before = computer.machine.state();
    succeeded(&computer.install("HOST4.atwork.at", &[]));
    computer.remove("My", &computer.leaf("HOST4.atwork.at"));
    computer.room.write("state/fail", "RSACryptoServiceProvider");
    let ended = computer.uninstall("HOST4.atwork.at");
    assert!(ended.code == 1 && ended.stdout.contains("PowerShell could not delete its key"), "{ended:?}");
    assert_eq!(computer.keys().len(), 1);
    fs::remove_file(computer.room.path("state/fail")).unwrap();
    let ended = computer.uninstall("HOST4.atwork.at");
    assert!(ended.code == 0 && ended.stdout.contains("removed: the key of the certificate of HOST4"), "{ended:?}");
    assert!(computer.keys().is_empty());
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn a_key_that_cannot_be_found_without_its_certificate_is_told_of() {
    let computer = Computer::new();
    let before = computer.machine.state();
    computer.room.write("state/fail", "Set-ItemProperty");
    let leaf = computer.leaf("HOST4.atwork.at");
    let ended = computer.install("HOST4.atwork.at", &[]);
    assert!(ended.code == 0 && ended.stdout.contains("warning: PowerShell could not note"), "{ended:?}");
    computer.remove("My", &leaf);
    let ended = computer.uninstall("HOST4.atwork.at");
    assert_eq!(ended.code, 0, "{ended:?}");
    for part in ["Its key may still be there", "Provider\" -key", "Provider\" -delkey NAME"] {
        assert!(ended.stdout.contains(part), "{part}: {ended:?}");
    }
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn a_root_that_is_distributed_too_is_removed_as_far_as_it_was_added() {
    let computer = Computer::new();
    let before = computer.machine.state();
    succeeded(&computer.install("HOST4.atwork.at", &[]));
    computer.room.write("state/distributed", "");
    let ended = computer.uninstall("HOST4.atwork.at");
    assert_eq!((ended.code, ended.stdout.matches("removed: the root").count()), (0, 2), "{ended:?}");
    assert_eq!(ended.stdout.matches("It is still trusted: it is distributed").count(), 2, "{ended:?}");
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn the_firewall_is_left_alone_when_that_is_asked_for() {
    let computer = Computer::new();
    let before = computer.machine.state();
    let ended = computer.install("HOST4.atwork.at", &["/NoFirewall"]);
    assert!(ended.code == 0 && ended.stdout.contains("left alone: the firewall rule"), "{ended:?}");
    assert!(!computer.machine.firewall_rule_is_active());
    computer.machine.set_firewall_rule(true);
    succeeded(&computer.uninstall("HOST4.atwork.at"));
    assert!(computer.machine.firewall_rule_is_active());
    assert!(!changes(&computer.calls()).iter().any(|change| change.contains("Firewall")));
    computer.machine.set_firewall_rule(false);
    computer.machine.state().assert_same_as(&before, "afterwards");
}

/// Its certutil prints digests with blanks.
#[test]
fn server_2012_r2_installs_a_kit_that_was_made_for_it() {
    let computer = Computer::new();
    computer.room.done(&["issue", "HOST4.atwork.at", "--windows", "2012r2", "--key", "rsa-2048", "--dir", "old"]);
    computer.room.write("state/old", "");
    set_build("9600");
    let password = computer.password("old/private/passwords/HOST4.atwork.at.txt");
    let ended = computer.run("old/hosts/HOST4.atwork.at/install.cmd", &[], &password);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(computer.run("old/hosts/HOST4.atwork.at/uninstall.cmd", &[], "").code, 0);
}

#[test]
fn without_the_hyper_v_role_there_is_a_warning() {
    let computer = Computer::new();
    reg(&["delete", RULES, "/v", FIREWALL_RULE, "/f"]);
    let before = computer.machine.state();
    let ended = computer.install("HOST4.atwork.at", &[]);
    assert!(ended.code == 0 && ended.stdout.contains("warning: there is no firewall rule"), "{ended:?}");
    succeeded(&computer.uninstall("HOST4.atwork.at"));
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn a_firewall_that_lags_is_waited_for() {
    let computer = Computer::new();
    computer.room.write("state/lag", "");
    let ended = computer.install("HOST4.atwork.at", &[]);
    assert!(ended.code == 0 && ended.stdout.contains("enabled: the firewall rule"), "{ended:?}");
}

/// AutoRun, which is in the registry, lets every cmd do so, also those that the scripts start to read what a tool prints.
#[test]
fn what_a_new_cmd_prints_first_is_not_taken_for_a_tools_answer() {
    let computer = Computer::new();
    let before = computer.machine.state();
    computer.greet();
    succeeded(&computer.install("HOST4.atwork.at", &[]));
    let ended = computer.uninstall("HOST4.atwork.at");
    assert_eq!((ended.code, ended.stdout.matches("kept: ").count()), (0, 0), "{ended:?}");
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn a_folder_may_be_named_with_what_means_something_to_cmd() {
    let computer = Computer::new();
    let (kit, other) = ("replica-pki/hosts/HOST4.atwork.at", "Bob's kits (2) & more, 100!^");
    fs::rename(computer.room.path(kit), computer.room.path(other)).unwrap();
    let password = computer.password("replica-pki/private/passwords/HOST4.atwork.at.txt");
    succeeded(&computer.run(&format!("{other}/install.cmd"), &[], &password));
    succeeded(&computer.run(&format!("{other}/uninstall.cmd"), &[], ""));
}

#[test]
fn only_after_a_double_click_a_key_is_waited_for() {
    let computer = Computer::new();
    for script in ["install.cmd", "uninstall.cmd"] {
        let script = format!("replica-pki/hosts/HOST4.atwork.at/{script}");
        // As Explorer opens it, and as it runs it as administrator.
        let explorer = [r#"C:\Windows\system32\cmd.exe /c "QUOTED ""#, r#""C:\Windows\System32\cmd.exe" /C QUOTED "#];
        // A task, another script, and a console in which it is typed.
        let others = ["cmd /c QUOTED", r#"cmd.exe /c "QUOTED""#, r#"cmd /c "QUOTED /nopause""#, "cmd /k ", "cmd"];
        for command_line in explorer {
            let ended = computer.run_as(&script, command_line, &[]);
            assert!(ended.stdout.contains("Press any key"), "{command_line}: {ended:?}");
            let ended = computer.run_as(&script, command_line, &["/nopause"]);
            assert!(!ended.stdout.contains("Press any key"), "{command_line}: {ended:?}");
        }
        for command_line in others {
            let ended = computer.run_as(&script, command_line, &[]);
            assert!(!ended.stdout.contains("Press any key"), "{command_line}: {ended:?}");
        }
    }
}
