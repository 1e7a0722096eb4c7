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
}

#[test]
fn a_key_of_another_certificate_is_found() {
    let key = PrivateKey::Reachable { place: place(), matches: false, exportable: None };
    with_key(key, "key-of-another", Severity::Error);
}

#[test]
fn a_key_in_the_key_set_of_a_user_is_found_whether_or_not_it_opens() {
    let place = KeyPlace { machine: false, ..place() };
    with_key(reachable(place.clone()), "key-in-user-key-set", Severity::Error);
    let error = "Keyset does not exist".to_owned();
    with_key(PrivateKey::Unreachable { place, error }, "key-in-user-key-set", Severity::Error);
}

#[test]
fn a_key_for_signatures_only_is_found() {
    let signature = KeyPlace { key_spec: 2, ..place() };
    let finding = with_key(reachable(signature.clone()), "key-spec", Severity::Error);
    assert!(finding.detail.contains("AT_SIGNATURE"), "{finding:?}");
    // The container has a key, but none of that kind.
    let key = PrivateKey::Reachable { place: signature, matches: false, exportable: None };
    with_key(key, "key-spec", Severity::Error);
}

#[test]
fn a_key_storage_provider_is_a_warning() {
    let provider = "Microsoft Software Key Storage Provider".to_owned();
    let finding = with_key(
        reachable(KeyPlace { provider, provider_type: 0, key_spec: 0, ..place() }),
        "key-storage-provider",
        Severity::Warning,
    );
    assert!(finding.detail.contains("2019"), "{finding:?}");
}
