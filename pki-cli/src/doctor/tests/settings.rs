//! The computer's name, the registry and the firewall.

use super::foreign::{Key, Recipe};
use super::*;

#[test]
fn a_name_that_no_certificate_can_carry_is_found() {
    for computer in ["HOST_4.atwork.at", "10.0.0.4", "a..b", "-a.example"] {
        let der = Recipe { names: vec![], ..Recipe::leaf(computer, NOW) }.signed(Key::Host, "CN=Root", Key::Root);
        let mut survey = Survey { computer: computer.to_owned(), ..self::computer(vec![personal(certificate(der))]) };
        survey.root = vec![stored(certificate(Recipe::ca("CN=Root", NOW).self_signed(Key::Root)))];
        let finding = only(&survey, "computer-name", Severity::Error);
        assert!(finding.detail.contains(computer), "{finding:?}");
        assert!(!finding.fix.contains("-Restart"), "{finding:?}");
    }
    for computer in ["", ".", "\u{1b}[2J", &"a".repeat(300)] {
        let survey = Survey { computer: computer.to_owned(), ..self::computer(vec![]) };
        assert_eq!(names(&examine(&survey, None, now())), ["no-leaf", "computer-name"], "{computer}");
    }
}

#[test]
fn a_revocation_check_that_is_on_is_found() {
    for (switch, shown) in [(None, "not there"), (Some(dword(0)), "it is 0"), (Some(dword(2)), "it is 2")] {
        let finding = only(&Survey { revocation_switch: switch, ..healthy() }, "revocation-check-on", Severity::Error);
        assert!(finding.detail.contains(shown) && finding.fix.starts_with("reg add \"HKLM\\SOFTWARE\\"), "{finding:?}");
    }
}

#[test]
fn a_revocation_switch_that_is_no_number_is_found() {
    let text = RegistryData { kind: 1, bytes: b"1\0\0\0".to_vec() };
    let short = RegistryData { kind: 4, bytes: vec![1] };
    for data in [text, short] {
        only(&Survey { revocation_switch: Some(data), ..healthy() }, "revocation-switch-type", Severity::Error);
    }
}

#[test]
fn a_firewall_rule_that_is_disabled_is_an_error_and_a_missing_one_a_warning() {
    let with = |firewall_rule| Survey { firewall_rule, ..healthy() };
    let finding = only(&with(FirewallRule::Disabled), "firewall-rule-disabled", Severity::Error);
    assert_eq!(finding.fix, "Enable-NetFirewallRule -Name VIRT-HVRHTTPSL-In-TCP-NoScope");
    let finding = only(&with(FirewallRule::Missing), "firewall-rule-missing", Severity::Warning);
    assert!(finding.fix.ends_with(", then restart when it suits"), "nothing restarts a host at work: {finding:?}");
}

#[test]
fn records_that_cannot_be_read_are_found() {
    let survey = Survey { records_unreadable: Some("AB.json is damaged\u{1b}".to_owned()), ..healthy() };
    let finding = only(&survey, "records-unreadable", Severity::Error);
    assert!(finding.detail.contains("AB.json is damaged\\u{1b}"), "{finding:?}");
}
