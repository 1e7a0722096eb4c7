//! Short keys and broken digests.

use super::foreign::{Key, Recipe};
use super::*;

#[test]
fn roots_that_makecert_left_are_found() {
    let root = Recipe::makecert_root("CN=mycompanyFirstReplica", NOW);
    let sha1 = Recipe { sha1: true, ..root.clone() };
    for (der, severity, detail) in [
        (root.self_signed(Key::Weak), Severity::Error, "1024 bits"),
        (sha1.self_signed(Key::Weak), Severity::Error, "SHA-1"),
        // A root's own signature protects nothing.
        (sha1.self_signed(Key::Root), Severity::Warning, "SHA-1"),
    ] {
        let mut survey = healthy();
        survey.root.push(stored(certificate(der)));
        let finding = only(&survey, "weak-certificate", severity);
        assert!(finding.detail.contains(detail) && finding.detail.contains("Root"), "{finding:?}");
    }
}

#[test]
fn certificates_for_replication_that_makecert_left_are_found() {
    let old = Recipe { sha1: true, names: vec![], ca: None, ..Recipe::leaf("OLD4.atwork.at", NOW) };
    for der in [
        old.signed(Key::Weak, "CN=mycompanyFirstReplica", Key::Root),
        old.signed(Key::Host, "CN=mycompanyFirstReplica", Key::Root),
    ] {
        let mut survey = healthy();
        survey.my.push(personal(certificate(der)));
        survey.my[1].key = of_container("JoeSoft");
        let finding = only(&survey, "weak-certificate", Severity::Error);
        assert!(finding.fix.contains(" -delkey \"JoeSoft\", then certutil -delstore My "), "{finding:?}");
    }
}

/// As it was left by the manual way, and still at work: Windows accepts it.
#[test]
fn a_weak_certificate_at_work_is_found_with_its_root() {
    let leaf = Recipe { sha1: true, names: vec![], ca: None, ..Recipe::leaf(HOST, NOW) };
    let mut survey = computer(vec![personal(certificate(leaf.signed(Key::Weak, "CN=Root,O=Example", Key::Weak)))]);
    let root = Recipe { sha1: true, ..Recipe::ca("CN=Root,O=Example", NOW) };
    survey.root = vec![stored(certificate(root.self_signed(Key::Weak)))];
    let examination = examine(&survey, None, now());
    assert_eq!(names(&examination), ["weak-certificate", "weak-certificate"]);
    assert_eq!(examination.usable.len(), 1);
    survey.my[0].windows_verdict = 0x800B_0109;
    let examination = examine(&survey, None, now());
    assert_eq!(names(&examination), ["weak-certificate", "windows-refuses-leaf", "weak-certificate"]);
    assert!(examination.usable.is_empty());
}
