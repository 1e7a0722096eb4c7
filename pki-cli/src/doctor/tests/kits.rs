//! The kit that is named, and those that were installed.

use super::*;
use crate::kit::FileState;

#[test]
fn a_kit_that_is_not_installed_is_found() {
    let survey = Survey { my: Vec::new(), installed: Vec::new(), ..healthy() };
    let finding = only_with(&survey, Some(&kit_of(HOST)), "leaf-not-installed", Severity::Error);
    assert_eq!(finding.fix, "replica-pki install KIT");
}

#[test]
fn an_installed_certificate_that_is_gone_is_found() {
    let mut survey = Survey { my: Vec::new(), ..healthy() };
    only(&survey, "leaf-not-installed", Severity::Error);
    // With another one at work it is a warning.
    let partner = kit_of(PARTNER);
    survey.computer = PARTNER.to_owned();
    survey.my.push(personal(partner.leaf));
    only(&survey, "leaf-not-installed", Severity::Warning);
}

#[test]
fn a_kit_of_another_computer_is_found_and_asked_for_nothing_else() {
    let mut survey = healthy();
    survey.installed.clear();
    only_with(&survey, Some(&kit_of(PARTNER)), "kit-of-another-computer", Severity::Error);
}

#[test]
fn a_kit_that_verify_refuses_is_found() {
    let mut kit = kit_of(HOST);
    kit.files[0].1 = FileState::Changed;
    let finding = only_with(&healthy(), Some(&kit), "kit-refused", Severity::Error);
    assert!(finding.detail.starts_with("file (HOST4.atwork.at.cer): "), "{finding:?}");
    kit = kit_of(HOST);
    kit.manifest.host = "HOST_4.atwork.at".to_owned();
    let examination = examine(&healthy(), Some(&kit), now());
    assert_eq!(names(&examination), ["kit-refused", "kit-of-another-computer"]);
}
