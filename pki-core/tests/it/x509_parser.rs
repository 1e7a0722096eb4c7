//! A second opinion on what stands in root and leaf: x509-parser, on an ASN.1 reader of its own.

use ::x509_parser::extensions::{GeneralName, ParsedExtension};
use ::x509_parser::prelude::{FromDer as _, X509Certificate, X509Version};
use pki_core::certificate::Certificate;
use pki_core::profile::LeafProfile;

use crate::odd_certificates::HOST;
use crate::support;

#[test]
fn the_root_has_what_its_profile_says_and_nothing_else() {
    let authority = support::authority(HOST);
    let root = read(authority.certificate());
    assert_eq!(root.subject().to_string(), "CN=HOST4.atwork.at Replica Root");
    assert_eq!(root.issuer().as_raw(), root.subject().as_raw());
    assert_eq!(
        outline(&root),
        [("2.5.29.19", true), ("2.5.29.15", true), ("2.5.29.14", false), ("2.5.29.37", false), ("2.5.29.30", true),]
    );
    for extension in root.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::BasicConstraints(constraints) => {
                assert!(constraints.ca);
                assert_eq!(constraints.path_len_constraint, Some(0));
            }
            ParsedExtension::KeyUsage(usage) => assert_eq!(usage.to_string(), "Key Cert Sign, CRL Sign"),
            ParsedExtension::SubjectKeyIdentifier(identifier) => {
                assert_eq!(identifier.0, authority.certificate().public_key().key_identifier());
            }
            ParsedExtension::ExtendedKeyUsage(usage) => assert_tls_only(usage),
            ParsedExtension::NameConstraints(constraints) => {
                let bases: Vec<_> =
                    constraints.permitted_subtrees.iter().flatten().map(|subtree| subtree.base.clone()).collect();
                assert_eq!(bases, [GeneralName::DNSName(HOST)]);
                assert_eq!(constraints.excluded_subtrees, None);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_common(&root, authority.certificate());
}

#[test]
fn the_leaf_has_what_its_profile_says_and_nothing_else() {
    let authority = support::authority(HOST);
    let mut profile = LeafProfile::new(support::fqdn(HOST));
    profile.also = vec![format!("broker.{HOST}").parse().unwrap()];
    let identity = authority.issue(&profile, support::key(1), support::now(), &mut support::rng(1)).unwrap();
    let leaf = read(identity.leaf());
    assert_eq!(leaf.subject().to_string(), format!("CN={HOST}"));
    assert_eq!(leaf.issuer().as_raw(), read(identity.root()).subject().as_raw());
    assert_eq!(
        outline(&leaf),
        [
            ("2.5.29.17", false),
            ("2.5.29.19", true),
            ("2.5.29.15", true),
            ("2.5.29.37", false),
            ("2.5.29.14", false),
            ("2.5.29.35", false),
        ]
    );
    for extension in leaf.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(names) => {
                let broker = format!("broker.{HOST}");
                assert_eq!(names.general_names, [GeneralName::DNSName(HOST), GeneralName::DNSName(&broker)]);
            }
            ParsedExtension::BasicConstraints(constraints) => {
                assert!(!constraints.ca);
                assert_eq!(constraints.path_len_constraint, None);
            }
            ParsedExtension::KeyUsage(usage) => assert_eq!(usage.to_string(), "Digital Signature, Key Encipherment"),
            ParsedExtension::ExtendedKeyUsage(usage) => assert_tls_only(usage),
            ParsedExtension::SubjectKeyIdentifier(identifier) => {
                assert_eq!(identifier.0, identity.leaf().public_key().key_identifier());
            }
            ParsedExtension::AuthorityKeyIdentifier(authority) => {
                let root_identifier = identity.root().public_key().key_identifier();
                assert_eq!(authority.key_identifier.as_ref().unwrap().0, root_identifier);
                assert!(authority.authority_cert_issuer.is_none() && authority.authority_cert_serial.is_none());
            }
            other => panic!("{other:?}"),
        }
    }
    assert_common(&leaf, identity.leaf());
}

fn read(certificate: &Certificate) -> X509Certificate<'_> {
    let (rest, read) = X509Certificate::from_der(certificate.as_der()).unwrap();
    assert!(rest.is_empty());
    read
}

/// Object identifiers and criticality, in order.
fn outline(certificate: &X509Certificate<'_>) -> Vec<(&'static str, bool)> {
    const KNOWN: [&str; 7] =
        ["2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.35", "2.5.29.37"];
    let known = |oid: String| *KNOWN.iter().find(|known| **known == oid).unwrap_or(&"unexpected");
    certificate.extensions().iter().map(|extension| (known(extension.oid.to_id_string()), extension.critical)).collect()
}

fn assert_tls_only(usage: &::x509_parser::extensions::ExtendedKeyUsage<'_>) {
    assert!(usage.server_auth && usage.client_auth);
    assert!(!usage.any && !usage.code_signing && !usage.email_protection);
    assert!(!usage.time_stamping && !usage.ocsp_signing && usage.other.is_empty());
}

/// What holds for both, and how pki-core reads it back.
fn assert_common(theirs: &X509Certificate<'_>, ours: &Certificate) {
    assert_eq!(theirs.version(), X509Version::V3);
    assert_eq!(theirs.signature_algorithm.algorithm.to_id_string(), "1.2.840.113549.1.1.11");
    assert_eq!(theirs.tbs_certificate.signature, theirs.signature_algorithm);
    assert!((16..=20).contains(&theirs.raw_serial().len()) && theirs.raw_serial()[0] < 0x80);
    assert_eq!(theirs.raw_serial(), ours.serial_number());
    assert!(theirs.issuer_uid.is_none() && theirs.subject_uid.is_none());
    assert_eq!(theirs.validity().not_before.timestamp() as u64, ours.validity().not_before.to_unix());
    assert_eq!(theirs.validity().not_after.timestamp() as u64, ours.validity().not_after.to_unix());
    assert_eq!(theirs.public_key().raw, ours.public_key().as_spki_der());
}
