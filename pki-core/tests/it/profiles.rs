//! Root and leaf carry exactly what the profiles promise, as a reader made by others sees it.

use std::collections::HashSet;

use pki_core::Error;
use pki_core::certificate::{Certificate, GeneralName, Purpose};
use pki_core::name::{DnsName, RootName};
use pki_core::profile::{LeafProfile, RootProfile};
use proptest::prelude::*;
use sha1::{Digest as _, Sha1};
use x509_parser::prelude::{FromDer as _, GeneralName as Foreign, ParsedExtension, X509Certificate, X509Version};

use crate::support::{authority, authority_of, fqdn, host_names, identity, key, now, rng, root_profile};

const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const KEY_USAGE: &str = "2.5.29.15";
const EXT_KEY_USAGE: &str = "2.5.29.37";
const NAME_CONSTRAINTS: &str = "2.5.29.30";
const SUBJECT_ALT_NAME: &str = "2.5.29.17";
const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";

#[test]
fn a_root_signs_leaves_of_its_host_for_tls_only() {
    let authority = authority("HOST4.atwork.at");
    let root = authority.certificate();
    let extensions = root.extensions();

    assert_eq!(root.version(), 3);
    assert_eq!(root.subject().to_string(), "CN=HOST4.atwork.at Replica Root");
    assert_eq!(root.issuer(), root.subject());
    assert!(root.is_self_signed());
    let constraints = extensions.basic_constraints.unwrap();
    assert!(constraints.ca);
    assert_eq!(constraints.path_len, Some(0));
    assert_eq!(extensions.key_usage.unwrap().to_string(), "keyCertSign, cRLSign");
    assert_eq!(extensions.extended_key_usage, Some(vec![Purpose::ServerAuth, Purpose::ClientAuth]));
    let names = extensions.name_constraints.as_ref().unwrap();
    assert_eq!(names.permitted, [GeneralName::Dns("HOST4.atwork.at".to_owned())]);
    assert!(names.excluded.is_empty() && !names.has_distances);
    assert_eq!(extensions.critical, [BASIC_CONSTRAINTS, KEY_USAGE, NAME_CONSTRAINTS]);
}

#[test]
fn a_leaf_names_its_host_for_tls_as_server_and_client() {
    let identity = identity("HOST4.atwork.at");
    let (leaf, extensions) = (identity.leaf(), identity.leaf().extensions());

    assert_eq!(leaf.version(), 3);
    assert_eq!(leaf.subject().to_string(), "CN=HOST4.atwork.at");
    assert_eq!(leaf.issuer(), identity.root().subject());
    assert_eq!(leaf.dns_names(), ["HOST4.atwork.at"]);
    let constraints = extensions.basic_constraints.unwrap();
    assert!(!constraints.ca);
    assert_eq!(constraints.path_len, None);
    assert_eq!(extensions.key_usage.unwrap().to_string(), "digitalSignature, keyEncipherment");
    assert_eq!(extensions.extended_key_usage, Some(vec![Purpose::ServerAuth, Purpose::ClientAuth]));
    assert_eq!(extensions.critical, [BASIC_CONSTRAINTS, KEY_USAGE]);
    assert!(!leaf.is_self_issued());
}

#[test]
fn root_and_leaf_have_these_extensions_and_no_other() {
    let identity = identity("HOST4.atwork.at");
    let expected = [
        (BASIC_CONSTRAINTS, true),
        (KEY_USAGE, true),
        (SUBJECT_KEY_IDENTIFIER, false),
        (EXT_KEY_USAGE, false),
        (NAME_CONSTRAINTS, true),
    ];
    assert_eq!(extensions_of(identity.root()), expected.map(|(oid, critical)| (oid.to_owned(), critical)));
    let expected = [
        (SUBJECT_ALT_NAME, false),
        (BASIC_CONSTRAINTS, true),
        (KEY_USAGE, true),
        (EXT_KEY_USAGE, false),
        (SUBJECT_KEY_IDENTIFIER, false),
        (AUTHORITY_KEY_IDENTIFIER, false),
    ];
    assert_eq!(extensions_of(identity.leaf()), expected.map(|(oid, critical)| (oid.to_owned(), critical)));
}

#[test]
fn each_of_the_two_limits_of_a_root_can_be_switched_off() {
    let with = |name_constraints, extended_key_usage| {
        let mut profile = root_profile("HOST4.atwork.at");
        profile.name_constraints = name_constraints;
        profile.extended_key_usage = extended_key_usage;
        let root = authority_of(&profile, now()).certificate().clone();
        let oids: Vec<String> = extensions_of(&root).into_iter().map(|(oid, _)| oid).collect();
        oids.join(" ")
    };
    let always = format!("{BASIC_CONSTRAINTS} {KEY_USAGE} {SUBJECT_KEY_IDENTIFIER}");
    assert_eq!(with(false, false), always);
    assert_eq!(with(false, true), format!("{always} {EXT_KEY_USAGE}"));
    assert_eq!(with(true, false), format!("{always} {NAME_CONSTRAINTS}"));
    assert_eq!(with(true, true), format!("{always} {EXT_KEY_USAGE} {NAME_CONSTRAINTS}"));
}

#[test]
fn a_root_that_would_be_limited_to_no_host_is_refused() {
    let mut profile = RootProfile::new("mycompanyFirstReplica".parse().unwrap(), Vec::new());
    let create = |profile: &_| pki_core::authority::Authority::create(profile, key(0), now(), &mut rng(50));
    assert_eq!(create(&profile).unwrap_err(), Error::NoHosts);
    profile.name_constraints = false;
    let root = create(&profile).unwrap().certificate().clone();
    assert_eq!(root.subject().to_string(), "CN=mycompanyFirstReplica");
    assert_eq!(root.extensions().name_constraints, None);
}

#[test]
fn a_shared_root_permits_exactly_its_hosts_in_their_order() {
    let hosts: Vec<DnsName> = ["HOST4.atwork.at", "HOST5.atwork.at"].map(|name| fqdn(name).into()).to_vec();
    let authority = authority_of(&RootProfile::new("Shared".parse().unwrap(), hosts), now());
    let (_, root) = X509Certificate::from_der(authority.certificate().as_der()).unwrap();
    let constraints = root.name_constraints().unwrap().unwrap().value;
    let permitted: Vec<_> = constraints.permitted_subtrees.iter().flatten().map(|tree| &tree.base).collect();
    assert_eq!(permitted, [&Foreign::DNSName("HOST4.atwork.at"), &Foreign::DNSName("HOST5.atwork.at")]);
    assert!(constraints.excluded_subtrees.is_none());
}

#[test]
fn subject_and_issuer_are_one_common_name_in_utf_8() {
    let profile = RootProfile::new("Z\u{fc}rich Replica Root".parse().unwrap(), vec![fqdn("a.example").into()]);
    let root = authority_of(&profile, now()).certificate().clone();
    // SEQUENCE, SET, SEQUENCE, OID 2.5.4.3, UTF8String
    let expected = b"\x30\x1f\x31\x1d\x30\x1b\x06\x03\x55\x04\x03\x0c\x14Z\xc3\xbcrich Replica Root";
    assert_eq!(root.subject().as_der(), expected.as_slice());
    assert_eq!(root.issuer().as_der(), expected.as_slice());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_host_comes_first_and_further_names_come_once(
        host in host_names(), also in prop::collection::vec(host_names(), 0..4), twice in any::<u8>()
    ) {
        let mut profile = LeafProfile::new(fqdn(&host));
        let mut asked = also.clone();
        // Some name again, and the host's own, in another case.
        asked.push(host.to_ascii_uppercase());
        asked.extend(also.get(usize::from(twice) % also.len().max(1)).map(|name| name.to_ascii_lowercase()));
        profile.also = asked.iter().map(|name| name.parse().unwrap()).collect();
        let leaf = unlimited().sign(&profile, key(1).public_key(), now(), &mut rng(51)).unwrap();

        let names = leaf.dns_names();
        assert_eq!(names[0], host);
        assert_eq!(leaf.subject().to_string(), format!("CN={host}"));
        let folded: HashSet<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        assert_eq!(folded.len(), names.len(), "no name twice");
        let mut expected: HashSet<String> = also.iter().map(|name| name.to_ascii_lowercase()).collect();
        expected.insert(host.to_ascii_lowercase());
        assert_eq!(folded, expected);
        let mut given = [host].into_iter().chain(also);
        assert!(names.iter().all(|name| given.any(|given| given == *name)), "in the order that was given");
    }

    #[test]
    fn key_identifiers_are_the_sha_1_of_the_keys(root_key in 0..4_usize, leaf_key in 0..4_usize) {
        let profile = root_profile("HOST4.atwork.at");
        let authority = pki_core::authority::Authority::create(&profile, key(root_key), now(), &mut rng(52)).unwrap();
        let leaf = LeafProfile::new(fqdn("HOST4.atwork.at"));
        let leaf = authority.sign(&leaf, key(leaf_key).public_key(), now(), &mut rng(53)).unwrap();
        let root = authority.certificate();

        assert_eq!(root.extensions().subject_key_identifier, Some(sha1_of_key(root)));
        assert_eq!(leaf.extensions().subject_key_identifier, Some(sha1_of_key(&leaf)));
        assert_eq!(leaf.extensions().authority_key_identifier, Some(sha1_of_key(root)));
        assert_eq!(root.extensions().authority_key_identifier, None);
    }

    #[test]
    fn root_names_stand_in_the_certificate_as_given(name in "[ -~\u{a1}-\u{ac}\u{ae}-\u{2ff}]{1,64}") {
        if let Ok(name) = name.parse::<RootName>() {
            let mut profile = root_profile("HOST4.atwork.at");
            profile.name = name.clone();
            let root = authority_of(&profile, now()).certificate().clone();
            assert_eq!(root.subject().common_names().collect::<Vec<_>>(), [name.as_str()]);
        }
    }
}

#[test]
fn serial_numbers_are_positive_have_16_to_20_octets_and_never_repeat() {
    let authority = authority("HOST4.atwork.at");
    let profile = LeafProfile::new(fqdn("HOST4.atwork.at"));
    let public_key = key(1);
    let mut seen = HashSet::from([authority.certificate().serial_number().to_vec()]);
    for seed in 1000..1300 {
        let leaf = authority.sign(&profile, public_key.public_key(), now(), &mut rng(seed)).unwrap();
        let (_, parsed) = X509Certificate::from_der(leaf.as_der()).unwrap();
        let octets = parsed.raw_serial();
        assert!((16..=20).contains(&octets.len()), "{octets:02x?}");
        assert_eq!(octets[0] & 0x80, 0, "negative: {octets:02x?}");
        assert!(octets.iter().skip_while(|octet| **octet == 0).count() >= 16, "{octets:02x?}");
        assert_eq!(leaf.serial_number(), octets);
        assert!(seen.insert(octets.to_vec()), "seed {seed} repeats {octets:02x?}");
    }
}

/// A root that may sign for every name.
fn unlimited() -> pki_core::authority::Authority {
    let mut profile = root_profile("any.example");
    profile.name_constraints = false;
    authority_of(&profile, now())
}

/// Object identifier and criticality of every extension, read by x509-parser.
fn extensions_of(certificate: &Certificate) -> Vec<(String, bool)> {
    let (rest, parsed) = X509Certificate::from_der(certificate.as_der()).unwrap();
    assert!(rest.is_empty());
    assert_eq!(parsed.version, X509Version::V3);
    assert!(parsed.issuer_uid.is_none() && parsed.subject_uid.is_none());
    assert_eq!(parsed.signature_algorithm.algorithm.to_id_string(), "1.2.840.113549.1.1.11");
    let known = |e: &_| !matches!(e, ParsedExtension::UnsupportedExtension { .. } | ParsedExtension::ParseError { .. });
    assert!(parsed.extensions().iter().all(|extension| known(extension.parsed_extension())));
    parsed.extensions().iter().map(|extension| (extension.oid.to_id_string(), extension.critical)).collect()
}

fn sha1_of_key(certificate: &Certificate) -> Vec<u8> {
    let (_, parsed) = X509Certificate::from_der(certificate.as_der()).unwrap();
    Sha1::digest(&parsed.public_key().subject_public_key.data).to_vec()
}
