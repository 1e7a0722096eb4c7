//! An authority signs what its root may sign, and refuses the rest before it leaves the room.

use pki_core::Error;
use pki_core::authority::{Authority, Identity};
use pki_core::certificate::{Certificate, ConstraintViolation, GeneralName};
use pki_core::key::PublicKey;
use pki_core::name::{Fqdn, RootName};
use pki_core::profile::{LeafProfile, RootProfile};
use proptest::prelude::*;
use x509_cert::ext::pkix::KeyUsages;

use crate::support::foreign::{basic_constraints, elliptic_curve, key_usage, self_signed, spki, weak_pkcs8};
use crate::support::{authority, authority_of, fqdn, host_names, identity, key, now, rng, root_profile, time};

const HOST: &str = "HOST4.atwork.at";

#[test]
fn an_issued_identity_belongs_together() {
    let identity = identity(HOST);
    let (leaf, root) = (identity.leaf(), identity.root());
    leaf.check_signature_by(root.public_key()).unwrap();
    assert_eq!(leaf.public_key(), identity.secret_key().public_key());
    assert_eq!(leaf.issuer(), root.subject());
    assert_eq!(root.extensions().name_constraints.as_ref().unwrap().check(leaf), Ok(()));
    assert!(root.validity().covers(leaf.validity()));
    assert!(!leaf.is_self_signed());
}

#[test]
fn a_public_key_that_was_given_is_signed() {
    let authority = authority(HOST);
    let elsewhere = PublicKey::from_spki_der(key(2).public_key().as_spki_der()).unwrap();
    let leaf = sign(&authority, HOST, &elsewhere).unwrap();
    assert_eq!(*leaf.public_key(), elsewhere);
    leaf.check_signature_by(authority.certificate().public_key()).unwrap();
    let identity = Identity::from_parts(leaf, key(2), authority.certificate().clone()).unwrap();
    assert_eq!(*identity.secret_key().public_key(), elsewhere);
}

#[test]
fn a_name_outside_the_constraints_is_refused_with_both_names_in_the_message() {
    let authority = authority(HOST);
    let error = sign(&authority, "HOST5.atwork.at", key(1).public_key()).unwrap_err();
    let Error::NameNotPermitted { root, violation, permitted } = &error else { panic!("{error:?}") };
    assert_eq!(root, "CN=HOST4.atwork.at Replica Root");
    assert!(violation.contains("HOST5.atwork.at"));
    assert_eq!(permitted, HOST);
    for part in [root, violation, permitted] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn a_further_name_outside_the_constraints_is_refused_as_well() {
    let mut profile = LeafProfile::new(fqdn(HOST));
    profile.also = vec!["Broker.atwork.at".parse().unwrap()];
    let signed = authority(HOST).sign(&profile, key(1).public_key(), now(), &mut rng(60));
    assert!(matches!(signed, Err(Error::NameNotPermitted { violation, .. }) if violation.contains("Broker.atwork.at")));

    let mut root = root_profile(HOST);
    root.hosts.push("broker.ATWORK.at".parse().unwrap());
    let leaf = authority_of(&root, now()).sign(&profile, key(1).public_key(), now(), &mut rng(60)).unwrap();
    assert_eq!(leaf.dns_names(), [HOST, "Broker.atwork.at"]);
}

#[test]
fn a_root_without_constraints_signs_any_name() {
    let mut profile = root_profile(HOST);
    profile.name_constraints = false;
    assert!(sign(&authority_of(&profile, now()), "HOST5.atwork.at", key(1).public_key()).is_ok());
}

#[test]
fn a_host_without_a_suffix_gets_its_certificate() {
    let host = Fqdn::of_computer("HOST4").unwrap();
    let root = RootProfile::new(RootName::default_for(&host), vec![host.clone().into()]);
    let leaf = authority_of(&root, now()).sign(&LeafProfile::new(host), key(1).public_key(), now(), &mut rng(61));
    assert_eq!(leaf.unwrap().dns_names(), ["HOST4"]);
}

#[test]
fn a_root_signs_from_its_first_to_its_last_second() {
    let authority = authority(HOST);
    let validity = *authority.certificate().validity();
    let at = |unix| {
        let now = pki_core::validity::Time::from_unix(unix).unwrap();
        authority.sign(&LeafProfile::new(fqdn(HOST)), key(1).public_key(), now, &mut rng(62))
    };
    let (first, last) = (validity.not_before.to_unix(), validity.not_after.to_unix());
    assert!(at(first).is_ok());
    assert!(at(last).is_ok());
    for (outside, shown) in [(first - 1, "2026-11-22T15:59:59Z"), (last + 1, "2036-11-19T16:00:01Z")] {
        let error = at(outside).unwrap_err();
        assert!(matches!(&error, Error::RootNotValid { now, .. } if now == shown), "{error:?}");
        let message = error.to_string();
        for part in ["HOST4.atwork.at Replica Root", "2026-11-22T16:00:00Z", "2036-11-19T16:00:00Z", shown] {
            assert!(message.contains(part), "{message}");
        }
    }
}

#[test]
fn weak_and_unknown_keys_are_not_signed() {
    let authority = authority(HOST);
    let weak = PublicKey::from_spki_der(&spki(weak_pkcs8())).unwrap();
    assert_eq!(sign(&authority, HOST, &weak).unwrap_err(), Error::KeySize { bits: 1024 });
    let curve = PublicKey::from_spki_der(&elliptic_curve().0).unwrap();
    let error = sign(&authority, HOST, &curve).unwrap_err();
    assert!(matches!(&error, Error::UnsupportedAlgorithm { algorithm, .. } if algorithm == "1.2.840.10045.2.1"));
}

#[test]
fn a_root_and_another_key_make_no_authority() {
    let root = authority(HOST).certificate().clone();
    let error = Authority::from_parts(root.clone(), key(1)).unwrap_err();
    assert_eq!(error, Error::KeyMismatch { subject: "CN=HOST4.atwork.at Replica Root".to_owned() });
    let again = Authority::from_parts(root.clone(), key(0)).unwrap();
    assert_eq!(*again.certificate(), root);
    assert!(sign(&again, HOST, key(1).public_key()).is_ok());
}

#[test]
fn only_a_self_signed_ca_that_may_sign_certificates_is_a_root() {
    let pkcs8 = key(0).secret_pkcs8_der().unwrap();
    let problem = |root: Certificate, with| match Authority::from_parts(root, with).unwrap_err() {
        Error::NotARoot { subject, problem } => {
            assert!(subject.starts_with("CN="));
            problem
        }
        other => panic!("{other:?}"),
    };
    let leaf = identity(HOST).leaf().clone();
    assert_eq!(problem(leaf, key(1)), "it is not self-signed");
    let no_ca = self_signed("Foreign", vec![basic_constraints(false)], &pkcs8);
    assert_eq!(problem(no_ca, key(0)), "its BasicConstraints do not make it a CA");
    let nothing = self_signed("Foreign", vec![], &pkcs8);
    assert_eq!(problem(nothing, key(0)), "its BasicConstraints do not make it a CA");
    let usage = key_usage(KeyUsages::DigitalSignature | KeyUsages::CRLSign);
    let no_cert_sign = self_signed("Foreign", vec![basic_constraints(true), usage], &pkcs8);
    assert_eq!(problem(no_cert_sign, key(0)), "its KeyUsage lacks keyCertSign");
}

#[test]
fn a_root_made_by_others_signs_and_is_named_by_its_key() {
    let pkcs8 = key(3).secret_pkcs8_der().unwrap();
    let bare = self_signed("mycompanyFirstReplica", vec![basic_constraints(true)], &pkcs8);
    let usage = self_signed("Other", vec![basic_constraints(true), key_usage(KeyUsages::KeyCertSign)], &pkcs8);
    for root in [bare, usage] {
        assert_eq!(root.extensions().subject_key_identifier, None);
        let authority = Authority::from_parts(root.clone(), key(3)).unwrap();
        let leaf = sign(&authority, HOST, key(1).public_key()).unwrap();
        assert_eq!(leaf.issuer(), root.subject());
        let identifier = root.public_key().key_identifier().to_vec();
        assert_eq!(leaf.extensions().authority_key_identifier, Some(identifier));
    }
}

#[test]
fn an_identity_is_not_made_of_parts_that_do_not_match() {
    let (leaf, root) = (identity(HOST).leaf().clone(), identity(HOST).root().clone());
    assert!(Identity::from_parts(leaf.clone(), key(1), root.clone()).is_ok());
    let mismatch = Error::KeyMismatch { subject: "CN=HOST4.atwork.at".to_owned() };
    assert_eq!(Identity::from_parts(leaf.clone(), key(2), root.clone()).unwrap_err(), mismatch);

    let other_name = authority("HOST5.atwork.at").certificate().clone();
    let same_name = Authority::create(&root_profile(HOST), key(2), now(), &mut rng(63)).unwrap().certificate().clone();
    assert_eq!(same_name.subject(), root.subject());
    for wrong in [other_name, same_name, leaf.clone()] {
        let expected = Error::NotSignedBy { subject: "CN=HOST4.atwork.at".into(), root: wrong.subject().to_string() };
        assert_eq!(Identity::from_parts(leaf.clone(), key(1), wrong).unwrap_err(), expected);
    }
}

#[test]
fn a_root_may_be_renewed_with_the_same_key_and_still_own_its_leaf() {
    let later = authority_of(&root_profile(HOST), time("2027-01-01T00:00:00Z")).certificate().clone();
    assert_ne!(later, *identity(HOST).root());
    assert!(Identity::from_parts(identity(HOST).leaf().clone(), key(1), later).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn only_the_hosts_of_a_root_and_what_is_below_them_are_signed(host in host_names(), other in host_names()) {
        let authority = authority(&host);
        for name in [host.clone(), host.to_ascii_lowercase(), host.to_ascii_uppercase(), format!("a.{host}")] {
            assert!(sign(&authority, &name, key(1).public_key()).is_ok(), "{name} under {host}");
        }
        let parent = host.split_once('.').unwrap().1.to_owned();
        for name in [other, format!("y{host}"), format!("{host}x"), format!("{parent}.example"), format!("{host}.example")] {
            let below = format!(".{name}").to_ascii_lowercase().ends_with(&format!(".{host}").to_ascii_lowercase());
            let signed = sign(&authority, &name, key(1).public_key());
            assert_eq!(signed.is_ok(), below, "{name} under {host}");
        }
    }

    #[test]
    fn constraints_name_the_violation(host in host_names()) {
        let leaf = sign(&authority(&host), &host, key(1).public_key()).unwrap();
        let constraints = authority("none.of.them.example").certificate().extensions().name_constraints.clone().unwrap();
        let violation = ConstraintViolation::NotPermitted(GeneralName::Dns(host));
        assert_eq!(constraints.check(&leaf), Err(violation));
    }
}

fn sign(authority: &Authority, host: &str, key: &PublicKey) -> pki_core::Result<Certificate> {
    authority.sign(&LeafProfile::new(fqdn(host)), key, now(), &mut rng(64))
}

#[test]
fn a_host_never_has_the_name_of_its_root() {
    // Subject and issuer would be the same, and Windows refuses a leaf that is its own issuer with 0x80092007.
    let host = fqdn("HOST4.atwork.at");
    let profile = RootProfile::new("HOST4.atwork.at".parse().unwrap(), vec![host.clone().into()]);
    let authority = Authority::create(&profile, key(0), now(), &mut rng(1)).unwrap();
    let result = authority.issue(&LeafProfile::new(host), key(1), now(), &mut rng(2)).map(|_| ());
    assert_eq!(result, Err(Error::NamedLikeItsRoot { name: "HOST4.atwork.at".to_owned() }));
}
