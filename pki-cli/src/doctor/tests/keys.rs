//! Private keys.

use super::*;

#[track_caller]
fn with_key(key: PrivateKey, name: &str, severity: Severity) -> Finding {
    let mut survey = healthy();
    survey.my[0].key = key;
    let finding = only(&survey, name, severity);
    assert!(finding.about.contains(&kit_of(HOST).leaf.thumbprint().to_string()), "{finding:?}");
    let is_usable = !examine(&survey, None, now()).usable.is_empty();
    assert_eq!(is_usable, severity == Severity::Warning);
    finding
}

fn reachable(place: KeyPlace) -> PrivateKey {
    PrivateKey::Reachable { place, matches: true, exportable: None }
}

#[test]
fn a_certificate_without_a_key_is_found() {
    let finding = with_key(PrivateKey::None, "key-missing", Severity::Error);
    assert!(finding.fix.contains("certutil -repairstore My "), "{finding:?}");
}

#[test]
fn a_container_that_is_gone_is_found() {
    let error = "Keyset does not exist (0x80090016)\u{1b}".to_owned();
    let finding = with_key(PrivateKey::Unreachable { place: place(), error }, "key-unreachable", Severity::Error);
    assert!(finding.detail.contains("0x80090016)\\u{1b}"), "{finding:?}");
    assert_removes_the_key_first(&finding);
}

#[test]
fn a_key_of_another_certificate_is_found() {
    let key = PrivateKey::Reachable { place: place(), matches: false, exportable: None };
    let finding = with_key(key, "key-of-another", Severity::Error);
    assert!(!finding.fix.contains("-delkey"), "that key is another's: {finding:?}");
}

#[test]
fn a_key_in_the_key_set_of_a_user_is_found_whether_or_not_it_opens() {
    let place = KeyPlace { machine: false, ..place() };
    let finding = with_key(reachable(place.clone()), "key-in-user-key-set", Severity::Error);
    assert!(finding.fix.starts_with("as the user whose key it is: certutil -user -csp \"Microsoft RSA"), "{finding:?}");
    assert!(finding.fix.contains(" -delkey \"replica-pki\", then certutil -delstore My "), "{finding:?}");
    let error = "Keyset does not exist".to_owned();
    with_key(PrivateKey::Unreachable { place, error }, "key-in-user-key-set", Severity::Error);
}

#[test]
fn a_key_for_signatures_only_is_found() {
    let signature = KeyPlace { key_spec: 2, ..place() };
    let finding = with_key(reachable(signature.clone()), "key-spec", Severity::Error);
    assert!(finding.detail.contains("AT_SIGNATURE"), "{finding:?}");
    assert_removes_the_key_first(&finding);
    // The container has a key, but none of that kind.
    let key = PrivateKey::Reachable { place: signature, matches: false, exportable: None };
    with_key(key, "key-spec", Severity::Error);
}

#[test]
fn a_key_storage_provider_is_a_warning_before_server_2019() {
    let provider = "Microsoft Software Key Storage Provider".to_owned();
    let mut survey = healthy();
    survey.my[0].key = reachable(KeyPlace { provider, provider_type: 0, key_spec: 0, ..place() });
    for build in [None, Some(17763), Some(26100)] {
        survey.build = build;
        assert!(examine(&survey, None, now()).findings.is_empty(), "{build:?}");
    }
    for build in [9600, 14393, 17762] {
        survey.build = Some(build);
        let finding = only(&survey, "key-storage-provider", Severity::Warning);
        assert!(finding.detail.contains("2019"), "{finding:?}");
        assert_removes_the_key_first(&finding);
    }
}

#[test]
fn what_only_an_administrator_could_open_is_no_error() {
    let mut survey = Survey { is_elevated: false, ..healthy() };
    survey.my[0].key = PrivateKey::Unreachable { place: place(), error: "Keyset does not exist".to_owned() };
    let finding = only(&survey, "key-unreachable", Severity::Warning);
    assert_eq!(finding.fix, "run this as administrator");
    assert_eq!(examine(&survey, None, now()).usable.len(), 1);
}

/// A certificate that was renewed with the key of its forerunner.
#[test]
fn a_key_that_another_certificate_has_too_stays() {
    let mut survey = healthy();
    survey.my[0].key = reachable(KeyPlace { key_spec: 2, ..place() });
    let mut other = personal(kit_of(PARTNER).leaf);
    other.key = reachable(KeyPlace { container: "other".to_owned(), ..place() });
    survey.my.push(other);
    assert_removes_the_key_first(&only(&survey, "key-spec", Severity::Error));
    survey.my[1].key = reachable(place());
    let finding = only(&survey, "key-spec", Severity::Error);
    assert!(finding.fix.starts_with("certutil -delstore My ") && !finding.fix.contains("-delkey"), "{finding:?}");
}

#[track_caller]
fn assert_removes_the_key_first(finding: &Finding) {
    let KeyPlace { provider, container, .. } = match finding.name {
        "key-storage-provider" => {
            KeyPlace { provider: "Microsoft Software Key Storage Provider".to_owned(), ..place() }
        }
        _ => place(),
    };
    let commands = format!("certutil -csp \"{provider}\" -delkey \"{container}\", then certutil -delstore My ");
    assert!(finding.fix.contains(&commands), "{finding:?}");
}
