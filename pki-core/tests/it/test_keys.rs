//! Keys that everyone knows serve in tests, and give themselves away everywhere else.

use pki_core::authority::Authority;
use pki_core::key::test_keys::{COUNT, insecure_test_key};
use pki_core::key::{KeyPair, SignatureAlgorithm};
use pki_core::profile::LeafProfile;
use pki_core::request::CertificationRequest;
use pki_core::revocation::Revocations;
use pki_core::validity::{Days, Validity};
use pki_core::verify::{Question, verify};

use crate::support::{fqdn, key, now, rng, root_profile};

const WARNING: &str = "INSECURE TEST KEY - DO NOT TRUST";

#[test]
fn every_certificate_for_a_test_key_says_so_in_its_subject() {
    for i in 0..COUNT {
        let root = root(insecure_test_key(i).unwrap());
        assert!(root.certificate().subject().to_string().contains(WARNING), "{i}");
        let host = root.issue(
            &LeafProfile::new(fqdn("HOST4.atwork.at")),
            insecure_test_key(i + 1).unwrap(),
            now(),
            &mut rng(1),
        );
        let host = host.unwrap();
        assert!(host.leaf().subject().to_string().contains(WARNING), "{i}");
        assert_eq!(host.leaf().subject().common_names().collect::<Vec<_>>(), ["HOST4.atwork.at"]);
        let mut question = Question::new(now());
        question.host = Some("HOST4.atwork.at".parse().unwrap());
        assert!(verify(host.leaf(), &[], &[root.certificate().clone()], &question).passed());
    }
}

#[test]
fn what_a_test_key_signs_for_another_key_says_so_too() {
    let root = root(insecure_test_key(0).unwrap());
    let host = root.issue(&LeafProfile::new(fqdn("HOST4.atwork.at")), key(1), now(), &mut rng(1)).unwrap();
    assert!(host.leaf().subject().to_string().contains(WARNING));
    let list = Revocations::none(root.certificate().clone());
    let list = list.sign(&root, Validity::starting(now(), Days::new(7).unwrap()).unwrap(), &mut rng(1)).unwrap();
    assert!(list.issuer().to_string().contains(WARNING));
}

#[test]
fn a_request_for_a_test_key_says_so_and_so_does_what_another_root_signs_for_it() {
    let key_of_all = insecure_test_key(3).unwrap();
    let request = CertificationRequest::create(&fqdn("HOST4.atwork.at"), &[], &key_of_all, &mut rng(1)).unwrap();
    assert!(request.subject().to_string().contains(WARNING));
    let leaf = root(key(0)).sign(&LeafProfile::new(fqdn("HOST4.atwork.at")), request.public_key(), now(), &mut rng(1));
    assert!(leaf.unwrap().subject().to_string().contains(WARNING));
}

#[test]
fn the_warning_comes_with_the_key_whatever_way_it_came() {
    let again = KeyPair::from_pkcs8_der(&insecure_test_key(2).unwrap().secret_pkcs8_der().unwrap()).unwrap();
    assert!(root(again).certificate().subject().to_string().contains(WARNING));
}

#[test]
fn no_certificate_for_another_key_has_the_warning() {
    let root = root(key(0));
    let host = root.issue(&LeafProfile::new(fqdn("HOST4.atwork.at")), key(1), now(), &mut rng(1)).unwrap();
    assert!(!root.certificate().subject().to_string().contains("TEST"));
    assert!(!host.leaf().subject().to_string().contains("TEST"));
}

#[test]
fn test_keys_sign_and_are_different() {
    let keys: Vec<KeyPair> = (0..COUNT).map(|i| insecure_test_key(i).unwrap()).collect();
    for (i, key) in keys.iter().enumerate() {
        let signature = key.sign(b"message", &mut rng(1)).unwrap();
        for (j, other) in keys.iter().enumerate() {
            let verified = other.public_key().verify(&SignatureAlgorithm::RsaSha256, b"message", &signature);
            assert_eq!(verified.is_ok(), i == j);
        }
    }
}

fn root(key: KeyPair) -> Authority {
    Authority::create(&root_profile("HOST4.atwork.at"), key, now(), &mut rng(1)).unwrap()
}
