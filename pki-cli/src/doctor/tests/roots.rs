//! LocalMachine\Root.

use super::foreign::{DAY, Key, Recipe};
use super::*;

/// A healthy computer with one more root.
fn with_root(der: Vec<u8>) -> Survey {
    let mut survey = healthy();
    survey.root.push(stored(certificate(der)));
    survey
}

#[test]
fn the_test_root_of_windows_is_critical() {
    let recipe = Recipe { sha1: true, ..Recipe::ca("CN=CertReq Test Root,OU=For Test Purposes Only", NOW) };
    let finding = only(&with_root(recipe.self_signed(Key::Weak)), "test-root-trusted", Severity::Critical);
    assert!(finding.fix.starts_with("certutil -delstore Root "), "{finding:?}");
}

#[test]
fn a_certificate_that_is_not_self_signed_is_found() {
    let intermediate = Recipe::ca("CN=Issuing CA", NOW).signed(Key::Intermediate, "CN=Root", Key::Root);
    let finding = only(&with_root(intermediate), "root-not-self-signed", Severity::Error);
    assert!(finding.fix.starts_with("put it where intermediate CAs belong"), "{finding:?}");
    // Its own issuer by name, signed by another key.
    let forged = Recipe::ca("CN=Root", NOW).signed(Key::Intermediate, "CN=Root", Key::Root);
    only(&with_root(forged), "root-not-self-signed", Severity::Error);
    let leaf = kit_of(HOST).leaf;
    let mut survey = with_root(leaf.as_der().to_vec());
    survey.root_keys.push(RootKey { certificate: leaf, key: of_container("replica-pki") });
    let finding = only(&survey, "root-not-self-signed", Severity::Error);
    assert!(finding.fix.starts_with("certutil -delstore Root "), "its key is that of the one in My: {finding:?}");
    let partners = kit_of(PARTNER).leaf;
    let mut survey = with_root(partners.as_der().to_vec());
    survey.root_keys.push(RootKey { certificate: partners, key: of_container("stray") });
    let finding = only(&survey, "root-not-self-signed", Severity::Error);
    assert!(finding.fix.contains("-delkey \"stray\", then certutil -delstore Root "), "{finding:?}");
}

/// Windows goes on from there to the root, and so does the judgement of the leaf.
#[test]
fn an_intermediate_among_the_roots_does_not_end_a_chain() {
    let leaf = Recipe::leaf(HOST, NOW).signed(Key::Host, "CN=Issuing CA", Key::Intermediate);
    let mut survey = computer(vec![personal(certificate(leaf))]);
    survey.root = vec![
        stored(certificate(Recipe::ca("CN=Issuing CA", NOW).signed(Key::Intermediate, "CN=Root", Key::Root))),
        stored(certificate(Recipe::ca("CN=Root", NOW).self_signed(Key::Root))),
    ];
    only(&survey, "root-not-self-signed", Severity::Error);
    assert_eq!(examine(&survey, None, now()).usable.len(), 1);
}

#[test]
fn a_partners_root_that_is_missing_is_found_by_the_record_and_by_the_kit() {
    let kit = kit_of(HOST);
    let mut survey = healthy();
    survey.root.retain(|root| root.thumbprint == kit.trust[0].1.thumbprint().to_string());
    let partner = CertificateName::of(&kit.trust[1].1).to_string();
    let finding = only(&survey, "partner-root-missing", Severity::Error);
    assert_eq!(finding.about, partner);
    survey.installed[0].added.clear();
    let finding = only(&survey, "partner-root-missing", Severity::Error);
    assert!(finding.about.contains(&kit.trust[1].1.sha256_thumbprint().to_string()), "{finding:?}");
    for installed in [survey.installed.clone(), Vec::new()] {
        survey.installed = installed;
        let finding = only_with(&survey, Some(&kit), "partner-root-missing", Severity::Error);
        assert_eq!(finding.about, partner);
        assert!(finding.fix.contains("certutil -addstore -f Root \"trust\\HOST5.atwork.at.root.cer\""), "{finding:?}");
    }
}

#[test]
fn the_computers_own_root_that_is_missing_is_told_once() {
    let kit = kit_of(HOST);
    let mut survey = healthy();
    survey.root.remove(0);
    survey.my[0].windows_verdict = 0x800B_0109;
    for kit in [None, Some(&kit)] {
        let finding = only_with(&survey, kit, "chain-not-built", Severity::Error);
        assert!(finding.detail.contains("0x800B0109 (CERT_E_UNTRUSTEDROOT)"), "{finding:?}");
    }
}

/// A computer whose root has these dates.
fn with_validity(validity: (u64, u64)) -> Survey {
    let leaf = Recipe::leaf(HOST, NOW).signed(Key::Host, "CN=Root,O=Example", Key::Root);
    let root = Recipe { validity, ..Recipe::ca("CN=Root,O=Example", NOW) };
    let mut survey = computer(vec![personal(certificate(leaf))]);
    survey.root = vec![stored(certificate(root.self_signed(Key::Root)))];
    survey
}

#[test]
fn the_end_of_the_computers_own_root_is_found() {
    let ended = with_validity((NOW - 9 * DAY, NOW - 1));
    only(&ended, "root-expired", Severity::Error);
    assert!(examine(&ended, None, now()).usable.is_empty());
    only(&with_validity((NOW + 1, NOW + 900 * DAY)), "root-not-yet-valid", Severity::Error);
    let finding = only(&with_validity((NOW - DAY, NOW + 89 * DAY)), "root-ends-soon", Severity::Warning);
    assert!(finding.detail.contains("in 89 days"), "{finding:?}");
    assert!(examine(&with_validity((NOW - DAY, NOW + 91 * DAY)), None, now()).findings.is_empty());
}

#[test]
fn the_end_of_a_partners_root_is_found() {
    for (end, name, severity) in
        [(NOW - 1, "root-expired", Severity::Error), (NOW + DAY, "root-ends-soon", Severity::Warning)]
    {
        let recipe = Recipe { validity: (NOW - 9 * DAY, end), ..Recipe::ca("CN=Partner,O=Example", NOW) };
        let mut survey = with_root(recipe.self_signed(Key::Root));
        let sha256 = CertificateName::of(survey.root[2].certificate.as_ref().unwrap()).sha256;
        survey.installed[0].needs.push(Thing::Root(sha256));
        only(&survey, name, severity);
    }
}

#[test]
fn the_end_of_a_root_that_only_looks_like_a_replicas_is_a_warning() {
    let recipe =
        Recipe { validity: (NOW - 9 * DAY, NOW - 1), ..Recipe::makecert_root("CN=mycompanySecondReplica", NOW) };
    only(&with_root(recipe.self_signed(Key::Root)), "root-expired", Severity::Warning);
}

#[test]
fn a_roots_key_on_the_host_is_a_warning() {
    for recipe in [Recipe::ca("CN=Root,O=Example", NOW), Recipe::makecert_root("CN=mycompanyFirstReplica", NOW)] {
        let mut survey = healthy();
        survey.my.push(personal(certificate(recipe.self_signed(Key::Root))));
        survey.my[1].key = of_container("root");
        let finding = only(&survey, "root-key-on-host", Severity::Warning);
        assert!(finding.detail.contains("exportable"), "{finding:?}");
        assert!(finding.fix.contains(" -delkey \"root\", then certutil -delstore My "), "{finding:?}");
        survey.my[1].key = PrivateKey::None;
        assert!(examine(&survey, None, now()).findings.is_empty());
        // The key of another, which the store names by mistake.
        survey.my[1].key = PrivateKey::Reachable { place: place(), matches: false, exportable: Some(true) };
        assert!(examine(&survey, None, now()).findings.is_empty());
    }
}

/// A healthy computer with a root that names a key. It is still needed, for what it signed.
fn with_root_and_key(recipe: &Recipe, key: PrivateKey) -> Survey {
    let root = certificate(recipe.self_signed(Key::Root));
    let mut survey = with_root(root.as_der().to_vec());
    survey.root_keys.push(RootKey { certificate: root, key });
    survey
}

#[test]
fn a_roots_key_is_found_where_the_root_lies_among_the_roots() {
    for recipe in [Recipe::ca("CN=Root,O=Example", NOW), Recipe::makecert_root("CN=mycompanyFirstReplica", NOW)] {
        let mut survey = with_root_and_key(&recipe, of_container("root"));
        let finding = only(&survey, "root-key-on-host", Severity::Warning);
        assert!(finding.fix.contains("certutil -exportPFX Root "), "{finding:?}");
        assert!(finding.fix.ends_with(" -delkey \"root\"; the certificate itself stays"), "{finding:?}");
        // The same in My is told once.
        let root = survey.root_keys[0].certificate.clone();
        survey.my.push(Personal { key: of_container("root"), ..personal(root) });
        let finding = only(&survey, "root-key-on-host", Severity::Warning);
        assert!(finding.fix.contains("certutil -exportPFX My "), "{finding:?}");
        survey.my[1].key = of_container("copy");
        assert_eq!(names(&examine(&survey, None, now())), ["root-key-on-host", "root-key-on-host"]);
    }
    // A certificate of a service, which trusts itself.
    let service = Recipe { ca: None, ..Recipe::leaf("WMSvc-HOST4", NOW) };
    assert!(examine(&with_root_and_key(&service, of_container("service")), None, now()).findings.is_empty());
}

#[test]
fn a_roots_key_that_was_deleted_is_not_found_and_one_that_may_be_there_is() {
    let recipe = Recipe::ca("CN=Root,O=Example", NOW);
    let unreachable =
        |machine| PrivateKey::Unreachable { place: KeyPlace { machine, ..place() }, error: "missing".to_owned() };
    assert!(examine(&with_root_and_key(&recipe, unreachable(true)), None, now()).findings.is_empty());
    let unelevated = Survey { is_elevated: false, ..with_root_and_key(&recipe, unreachable(true)) };
    for survey in [unelevated, with_root_and_key(&recipe, unreachable(false))] {
        let finding = only(&survey, "root-key-on-host", Severity::Warning);
        assert!(finding.detail.contains("is said to be on this computer"), "{finding:?}");
    }
}

#[test]
fn a_root_that_has_to_go_goes_with_its_key() {
    let old = Recipe { validity: (NOW - 9 * DAY, NOW - 1), ..Recipe::makecert_root("CN=mycompanyRoot", NOW) };
    let weak = Recipe { sha1: true, ..Recipe::makecert_root("CN=mycompanyRoot", NOW) };
    let test = Recipe::ca("CN=CertReq Test Root", NOW);
    for (recipe, name) in [(old, "root-expired"), (weak, "weak-certificate"), (test, "test-root-trusted")] {
        let examination = examine(&with_root_and_key(&recipe, of_container("root")), None, now());
        let finding = examination.findings.iter().find(|finding| finding.name == name).unwrap();
        assert!(finding.fix.contains("-delkey \"root\", then certutil -delstore Root "), "{finding:?}");
    }
}
