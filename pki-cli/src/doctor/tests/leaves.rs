//! The computer's own certificates.

use const_oid::db::rfc5280::ID_KP_SERVER_AUTH;

use super::foreign::{DAY, Key, Recipe};
use super::*;

/// HOST4 with a certificate by a root of its own.
fn with_leaf(leaf: &Recipe) -> Survey {
    let mut survey = computer(vec![personal(certificate(leaf.signed(Key::Host, "CN=Root,O=Example", Key::Root)))]);
    survey.root = vec![stored(certificate(Recipe::ca("CN=Root,O=Example", NOW).self_signed(Key::Root)))];
    survey
}

#[test]
fn a_computer_without_a_certificate_is_told_what_there_is_instead() {
    only(&computer(vec![]), "no-leaf", Severity::Error);
    let finding = only(&with_leaf(&Recipe::leaf("OLD4.atwork.at", NOW)), "no-leaf", Severity::Error);
    assert!(finding.detail.contains("for other names there are CN=OLD4.atwork.at ("), "{finding:?}");
}

#[test]
fn the_failed_checks_of_a_refused_certificate_are_named() {
    let mut survey = with_leaf(&Recipe { purposes: vec![ID_KP_SERVER_AUTH], ..Recipe::leaf(HOST, NOW) });
    let finding = only(&survey, "leaf-refused", Severity::Error);
    assert!(finding.detail.starts_with("extended-key-usage (leaf): clientAuth is missing"), "{finding:?}");
    assert!(examine(&survey, None, now()).usable.is_empty());

    survey = with_leaf(&Recipe { names: vec!["other.atwork.at".to_owned()], ..Recipe::leaf(HOST, NOW) });
    survey.my[0].windows_verdict = 0x800B_010F;
    let finding = only(&survey, "leaf-refused", Severity::Error);
    assert!(
        finding.detail.contains("host-name (leaf)") && finding.detail.contains("CERT_E_CN_NO_MATCH"),
        "{finding:?}"
    );
}

/// MakeCert's roots are such, and replication works with them.
#[test]
fn what_windows_accepts_all_the_same_is_a_warning() {
    let mut survey = with_leaf(&Recipe::leaf(HOST, NOW));
    survey.root = vec![stored(certificate(Recipe::makecert_root("CN=Root,O=Example", NOW).self_signed(Key::Root)))];
    let finding = only(&survey, "leaf-refused", Severity::Warning);
    assert!(finding.detail.ends_with("Windows accepts it"), "{finding:?}");
    // But the machine's stores have to bring the root.
    survey.root.clear();
    only(&survey, "chain-not-built", Severity::Error);
}

#[test]
fn a_self_signed_certificate_is_found() {
    let leaf = certificate(Recipe::leaf(HOST, NOW).self_signed(Key::Host));
    let mut survey = computer(vec![personal(leaf.clone())]);
    let finding = only(&survey, "leaf-self-signed", Severity::Error);
    assert!(finding.detail.contains("0x80092007"), "{finding:?}");
    survey.root.push(stored(leaf));
    only(&survey, "leaf-self-signed", Severity::Error);
}

#[test]
fn what_only_windows_refuses_is_told_with_its_code_in_words() {
    let mut survey = healthy();
    survey.my[0].windows_verdict = 0x800B_0111;
    let finding = only(&survey, "windows-refuses-leaf", Severity::Error);
    assert!(finding.detail.contains("0x800B0111 (TRUST_E_EXPLICIT_DISTRUST)"), "{finding:?}");
    assert!(finding.fix.contains("certutil -store Disallowed"), "{finding:?}");
    survey.my[0].windows_verdict = 0x800B_FFFF;
    let finding = only(&survey, "windows-refuses-leaf", Severity::Error);
    assert!(finding.detail.ends_with("Windows refuses it with 0x800BFFFF"), "{finding:?}");
}

#[test]
fn the_end_of_a_certificate_is_found() {
    let with_validity = |validity| with_leaf(&Recipe { validity, ..Recipe::leaf(HOST, NOW) });
    let mut ended = with_validity((NOW - 9 * DAY, NOW - 1));
    ended.my[0].windows_verdict = 0x800B_0101;
    only(&ended, "leaf-expired", Severity::Error);
    only(&with_validity((NOW + 1, NOW + 90 * DAY)), "leaf-not-yet-valid", Severity::Error);
    let finding = only(&with_validity((NOW - DAY, NOW + 29 * DAY)), "leaf-ends-soon", Severity::Warning);
    assert!(finding.detail.contains("in 29 days"), "{finding:?}");
    assert!(examine(&with_validity((NOW - DAY, NOW + 31 * DAY)), None, now()).findings.is_empty());
}

#[test]
fn several_certificates_that_match_are_a_warning_and_the_newest_is_proposed() {
    for validity in [(NOW - 9 * DAY, NOW - DAY), (NOW - DAY, NOW + DAY), (NOW - DAY, NOW + 99 * DAY)] {
        let mut survey = with_leaf(&Recipe { validity, ..Recipe::leaf(HOST, NOW) });
        let newest = certificate(Recipe::leaf(HOST, NOW).signed(Key::Intermediate, "CN=Root,O=Example", Key::Root));
        survey.my.push(personal(newest.clone()));
        let finding = only(&survey, "several-leaves", Severity::Warning);
        let proposed = format!("Set-VMReplicationServer -CertificateThumbprint {}", newest.thumbprint());
        assert!(finding.fix.starts_with(&proposed), "{finding:?}");
    }
}

/// Others may be a service's, and go with their keys.
#[test]
fn of_several_certificates_those_of_kits_are_left_to_uninstall() {
    let mut survey = healthy();
    let newest = Recipe { validity: (NOW - DAY, NOW + 900 * DAY), ..Recipe::leaf(HOST, NOW) };
    survey.my.push(personal(certificate(newest.signed(Key::Host, "CN=Root,O=Example", Key::Root))));
    survey.my[1].key = of_container("newest");
    survey.root.push(stored(certificate(Recipe::ca("CN=Root,O=Example", NOW).self_signed(Key::Root))));
    let finding = only(&survey, "several-leaves", Severity::Warning);
    assert!(finding.fix.contains("those of a kit: replica-pki uninstall KIT; leave the rest"), "{finding:?}");
    assert!(!finding.fix.contains("-delstore"), "{finding:?}");
    survey.installed.clear();
    let finding = only(&survey, "several-leaves", Severity::Warning);
    let removal = format!("-delkey \"replica-pki\", then certutil -delstore My {}", kit_of(HOST).leaf.thumbprint());
    assert!(finding.fix.contains("unless nothing else uses them; if nothing does: certutil -csp"), "{finding:?}");
    assert!(finding.fix.ends_with(&removal), "{finding:?}");
}

#[test]
fn what_is_proposed_instead_can_be_imported_by_this_windows() {
    let mut survey = with_leaf(&Recipe { validity: (NOW - 9 * DAY, NOW - 1), ..Recipe::leaf(HOST, NOW) });
    let import = "certutil -csp \"Microsoft RSA SChannel Cryptographic Provider\" -importPFX My HOST4.atwork.at.pfx \
                  AT_KEYEXCHANGE,NoRoot";
    for (build, is_old) in [(None, false), (Some(9600), true), (Some(17762), true), (Some(17763), false)] {
        survey.build = build;
        let fix = only(&survey, "leaf-expired", Severity::Error).fix;
        assert_eq!(fix.matches("--windows 2012r2 ").count(), if is_old { 2 } else { 0 }, "{build:?}: {fix}");
        assert!(fix.ends_with(import), "{fix}");
    }
}

/// What a kit brought has to work, whatever else would do.
#[test]
fn a_kits_certificate_is_judged_also_beside_a_usable_one() {
    let mut survey = with_leaf(&Recipe::leaf(HOST, NOW));
    let healthy = healthy();
    survey.installed = healthy.installed;
    survey.root.extend(healthy.root);
    survey.my.extend(healthy.my);
    survey.my[1].key = PrivateKey::None;
    only(&survey, "key-missing", Severity::Error);
    survey.installed.clear();
    assert!(examine(&survey, None, now()).findings.is_empty());
    only_with(&survey, Some(&kit_of(HOST)), "key-missing", Severity::Error);
}
