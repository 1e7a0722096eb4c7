//! A healthy computer has no finding, however it came to its certificates.

use super::foreign::{DAY, Key, Recipe};
use super::*;

#[track_caller]
fn nothing(survey: &Survey, kit: Option<&Kit>) -> Vec<super::super::UsableLeaf> {
    let examination = examine(survey, kit, now());
    assert!(examination.findings.is_empty(), "{:#?}", examination.findings);
    assert!(examination.passed());
    examination.usable
}

#[test]
fn after_install_there_is_nothing_to_find() {
    let kit = kit_of(HOST);
    for survey in [healthy(), Survey { installed: Vec::new(), ..healthy() }] {
        for kit in [None, Some(&kit)] {
            let usable = nothing(&survey, kit);
            assert_eq!(usable.len(), 1);
            assert_eq!(usable[0].thumbprint, kit_of(HOST).leaf.thumbprint().to_string());
            assert_eq!(usable[0].days_left, 729);
        }
    }
}

#[test]
fn the_case_of_the_name_makes_no_difference() {
    nothing(&Survey { computer: "host4.ATWORK.at".to_owned(), ..healthy() }, Some(&kit_of(HOST)));
}

#[test]
fn a_ca_with_an_intermediate_is_as_good_as_a_root_of_ones_own() {
    let leaf = Recipe { revocation_list: Some("http://pki.example/ca.crl"), ..Recipe::leaf(HOST, NOW) };
    let mut survey =
        computer(vec![personal(certificate(leaf.signed(Key::Host, "CN=Issuing CA,O=Example", Key::Intermediate)))]);
    let intermediate = Recipe::ca("CN=Issuing CA,O=Example", NOW);
    survey.intermediates =
        vec![stored(certificate(intermediate.signed(Key::Intermediate, "CN=Example Root,O=Example", Key::Root)))];
    survey.root = vec![stored(certificate(Recipe::ca("CN=Example Root,O=Example", NOW).self_signed(Key::Root)))];
    // It names a revocation list, so that the check may stay on.
    survey.revocation_switch = None;
    assert_eq!(nothing(&survey, None).len(), 1);
}

#[test]
fn a_clusters_certificate_names_the_node_among_others() {
    let names = ["broker.atwork.at", "HOST5.atwork.at", HOST].map(str::to_owned).into();
    let leaf = Recipe { names, ..Recipe::leaf("broker.atwork.at", NOW) };
    let mut survey = computer(vec![personal(certificate(leaf.signed(Key::Host, "CN=Shared", Key::Root)))]);
    survey.root = vec![stored(certificate(Recipe::ca("CN=Shared", NOW).self_signed(Key::Root)))];
    assert_eq!(nothing(&survey, None).len(), 1);
}

#[test]
fn a_workgroups_computer_has_a_name_without_a_dot() {
    let leaf = Recipe::leaf("HOST4", NOW).signed(Key::Host, "CN=Root of HOST4", Key::Root);
    let mut survey = Survey { computer: "HOST4".to_owned(), ..computer(vec![personal(certificate(leaf))]) };
    survey.root = vec![stored(certificate(Recipe::ca("CN=Root of HOST4", NOW).self_signed(Key::Root)))];
    nothing(&survey, None);
}

/// Services keep certificates with the computer's name; Windows brings weak and expired roots.
#[test]
fn what_belongs_to_others_is_none_of_its_business() {
    let mut survey = healthy();
    let weak_service = Recipe { sha1: true, purposes: vec![], ..Recipe::leaf("WMSvc-HOST4", NOW) };
    let winrm = Recipe { purposes: vec![const_oid::db::rfc5280::ID_KP_SERVER_AUTH], ..Recipe::leaf(HOST, NOW) };
    let expired = Recipe { validity: (NOW - 9 * DAY, NOW - 8 * DAY), ..winrm.clone() };
    for der in [
        weak_service.self_signed(Key::Host),
        winrm.self_signed(Key::Host),
        expired.signed(Key::Host, "CN=Unknown", Key::Root),
    ] {
        let place = KeyPlace { machine: false, key_spec: 2, ..place() };
        let key = PrivateKey::Unreachable { place, error: "there is none".to_owned() };
        survey.my.push(Personal { key, windows_verdict: 0x800B_0109, ..personal(certificate(der)) });
    }
    let old = Recipe {
        validity: (NOW - 8000 * DAY, NOW - 1000 * DAY),
        sha1: true,
        ..Recipe::makecert_root("CN=Microsoft Root Authority,OU=Microsoft Corporation", NOW)
    };
    survey.root.push(stored(certificate(old.self_signed(Key::Weak))));
    survey.root.push(Stored { thumbprint: "00".to_owned(), certificate: Err("it is damaged".to_owned()) });
    assert_eq!(nothing(&survey, Some(&kit_of(HOST))).len(), 1);
}

#[test]
fn damaged_certificates_are_judged_without_a_panic() {
    let kit = kit_of(HOST);
    let mut read = 0;
    for (seed, der) in [kit.leaf.as_der(), kit.trust[0].1.as_der()].into_iter().cycle().take(600).enumerate() {
        let mut rng = chacha20::ChaCha20Rng::seed_from_u64(seed as u64);
        let mut der = der.to_vec();
        for _ in 0..2 {
            let [position, value] = [(); 2].map(|()| rand::Rng::next_u32(&mut rng) as usize);
            let at = position % der.len();
            der[at] = value.to_le_bytes()[0];
        }
        let Ok(damaged) = Certificate::from_der(&der) else { continue };
        read += 1;
        let mut survey = healthy();
        survey.my.push(personal(damaged.clone()));
        survey.root.push(stored(damaged.clone()));
        survey.intermediates.push(stored(damaged));
        examine(&survey, Some(&kit), now());
    }
    assert!(read > 100, "{read}");
}
