//! `uninstall` where it does not go smoothly: what cannot be taken back yet, and what others still need.

use std::fs;

use super::{HOST, KIT, Machine, PASSWORD, PowerShell, records};
use crate::support::{Ended, Room, json};

/// A computer with the Hyper-V role, whose rule the stand-in changes.
fn with_firewall() -> (Machine, Room, PowerShell) {
    let (machine, room) = (Machine::take(), Room::with_kits());
    machine.add_firewall_rule();
    let powershell = machine.stand_in_for_powershell();
    (machine, room, powershell)
}

fn run(room: &Room, arguments: &[&str]) -> Ended {
    let mut command = room.command(arguments);
    command.env("STAND_IN", room.path(""));
    Ended::of(command)
}

/// Each step's state and words, in order.
fn steps(ended: &Ended) -> Vec<(String, String)> {
    let text = |step: &serde_json::Value, field: &str| step[field].as_str().unwrap_or_default().to_owned();
    let steps = &json(&ended.stdout)["steps"];
    steps.as_array().unwrap().iter().map(|step| (text(step, "state"), text(step, "reason"))).collect()
}

#[test]
fn what_cannot_be_taken_back_stays_recorded_and_goes_with_the_next_run() {
    let (machine, room, _powershell) = with_firewall();
    let before = machine.state();
    assert_eq!(run(&room, &["install", KIT, "--password-file", PASSWORD]).code, 0);

    room.write("fail", "Disable-NetFirewallRule");
    let ended = run(&room, &["uninstall", KIT, "--json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let (state, reason) = &steps(&ended)[0];
    assert_eq!(state, "failed");
    assert!(reason.contains("Disable-NetFirewallRule did not work"), "{reason}");
    // The others went all the same.
    assert!(steps(&ended)[1..].iter().all(|(state, _)| state == "done"), "{ended:?}");
    assert!(ended.stderr.contains("run the command again"), "{ended:?}");
    assert_eq!(fs::read_dir(records()).unwrap().count(), 1, "what is left to do is on record");

    fs::remove_file(room.path("fail")).unwrap();
    let ended = run(&room, &["uninstall", KIT, "--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(steps(&ended), [("done".to_owned(), String::new())]);
    machine.state().assert_same_as(&before, "afterwards");
    assert!(!records().exists());
}

#[test]
fn the_firewall_rule_stays_enabled_until_the_last_kit_goes() {
    let (machine, room, _powershell) = with_firewall();
    room.done(&["issue", HOST, "--key", "rsa-2048", "--dir", "other"]);
    let (kit, password) = (format!("other/hosts/{HOST}"), format!("other/private/passwords/{HOST}.txt"));
    let before = machine.state();
    assert_eq!(run(&room, &["install", KIT, "--password-file", PASSWORD]).code, 0);
    assert_eq!(run(&room, &["install", &kit, "--password-file", &password]).code, 0);

    let ended = run(&room, &["uninstall", KIT, "--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let (state, reason) = &steps(&ended)[0];
    assert!(state == "stays" && reason.contains("needs it"), "{ended:?}");
    assert!(machine.firewall_rule_is_active());
    let ended = run(&room, &["uninstall", &kit, "--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    machine.state().assert_same_as(&before, "afterwards");
}
