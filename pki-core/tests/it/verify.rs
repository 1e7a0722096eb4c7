//! Verification names every defect, and that defect only.

mod extensions;

use std::sync::LazyLock;

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc4519, rfc5280, rfc5912};
use pki_core::certificate::Certificate;
use pki_core::name::{DnsName, Fqdn};
use pki_core::verify::{Check, Outcome, Question, Report, Role, host_matches, verify};
use proptest::prelude::*;

use crate::odd_certificates::*;
use crate::support;

#[test]
fn an_issued_identity_passes_every_check_without_a_warning() {
    let identity = support::identity(HOST);
    let report = verify(identity.leaf(), &[], &[identity.root().clone()], &question());
    assert!(report.passed());
    assert!(report.findings().iter().all(|finding| finding.outcome == Outcome::Passed), "{report:#?}");
}

#[test]
fn a_report_lists_every_check_in_a_fixed_order() {
    let report = judge(&Odd::leaf(), &Odd::root());
    let mut checks: Vec<_> = report.findings().iter().map(|finding| finding.check).collect();
    checks.dedup();
    assert_eq!(checks, Check::ALL);
    let names: std::collections::HashSet<_> = Check::ALL.iter().map(|check| check.name()).collect();
    assert_eq!(names.len(), Check::ALL.len());
}

#[test]
fn all_failures_are_listed_and_not_only_the_first() {
    let leaf = Odd::leaf().lasting(-20, -10).named(&["other.example"]).without(rfc5280::ID_CE_EXT_KEY_USAGE);
    let found = failed(&judge(&leaf, &Odd::root()));
    let expected = [Check::Validity, Check::ExtendedKeyUsage, Check::HostName].map(|check| (check, Role::Leaf));
    assert_eq!(found, expected);
}

#[test]
fn a_name_in_other_bytes_is_another_name() {
    let printable = name(&[(rfc4519::CN, tlv(PRINTABLE_STRING, b"Root"))]);
    assert_fails(&Odd { issuer: printable, ..Odd::leaf() }, &Odd::root(), Check::IssuerName, Role::Leaf);
    let renamed = Odd { issuer: cn("Wurzel"), ..Odd::leaf() };
    assert_fails(&renamed, &Odd::root(), Check::IssuerName, Role::Leaf);
    let nobody = Odd::root().subject(sequence(&[]));
    let nobody = Odd { issuer: sequence(&[]), ..nobody };
    assert_fails(&Odd { issuer: sequence(&[]), ..Odd::leaf() }, &nobody, Check::IssuerName, Role::Leaf);
}

#[test]
fn key_identifiers_that_differ_are_found() {
    let aki = rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER;
    let key_of_other = sequence(&[tlv(0x80, &identifier(FOREIGN_KEY))]);
    assert_fails(&Odd::leaf().with(aki, false, key_of_other.clone()), &Odd::root(), Check::KeyIdentifiers, Role::Leaf);
    assert_fails(&Odd::leaf(), &Odd::root().with(aki, false, key_of_other), Check::KeyIdentifiers, Role::Root);

    let by_serial = |issuer: &str, serial: u8| sequence(&[tlv(0xa1, &directory(&cn(issuer))), tlv(0x82, &[serial])]);
    let serial = Odd::root().serial;
    assert_fails(
        &Odd::leaf().with(aki, false, by_serial("Root", serial + 1)),
        &Odd::root(),
        Check::KeyIdentifiers,
        Role::Leaf,
    );
    assert_fails(
        &Odd::leaf().with(aki, false, by_serial("Other", serial)),
        &Odd::root(),
        Check::KeyIdentifiers,
        Role::Leaf,
    );
    assert_eq!(
        outcome(&judge(&Odd::leaf().with(aki, false, by_serial("Root", serial)), &Odd::root()), Check::KeyIdentifiers),
        Outcome::Passed
    );
}

#[test]
fn missing_key_identifiers_are_a_warning() {
    let leaf = Odd::leaf().without(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER);
    assert_warns(&leaf, &Odd::root(), &[(Check::KeyIdentifiers, Role::Leaf)]);
    let root = Odd::root().without(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER);
    assert_warns(&Odd::leaf(), &root, &[(Check::KeyIdentifiers, Role::Leaf), (Check::KeyIdentifiers, Role::Root)]);
}

#[test]
fn only_what_is_self_signed_can_be_a_root() {
    let intermediate = Odd::root().issued_by("Other", FOREIGN_KEY).without(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER);
    assert_fails(&Odd::leaf(), &intermediate, Check::RootSelfSigned, Role::Root);
    assert_fails(&Odd::leaf(), &intermediate.signed_by(ROOT_KEY), Check::RootSelfSigned, Role::Root);
    assert_fails(&Odd::leaf(), &Odd::root().signed_by(FOREIGN_KEY), Check::RootSelfSigned, Role::Root);
}

#[test]
fn every_certificate_has_to_be_valid_at_the_time() {
    assert_fails(&Odd::leaf().lasting(-10, -1), &Odd::root(), Check::Validity, Role::Leaf);
    assert_fails(&Odd::leaf().lasting(1, 10), &Odd::root(), Check::Validity, Role::Leaf);
    assert_fails(&Odd::leaf(), &Odd::root().lasting(-10, -1), Check::Validity, Role::Root);
    let (leaf, ca) = below_a_ca();
    assert_chain_fails(&leaf, &[ca.lasting(1, 10)], &Odd::root(), Check::Validity, Role::Intermediate(1));

    let report = judge(&Odd::leaf(), &Odd::root());
    assert_eq!(detail(&report, Check::Validity), "ends 2028-11-21T17:00:00Z, 730 days left");
}

#[test]
fn the_leaf_is_for_the_host_that_was_asked_for() {
    assert_fails(&Odd::leaf().named(&["HOST5.atwork.at"]), &Odd::root(), Check::HostName, Role::Leaf);
    assert_fails(&Odd::leaf().named(&["*.HOST4.atwork.at"]), &Odd::root(), Check::HostName, Role::Leaf);
    let only_an_address = Odd::leaf().with(rfc5280::ID_CE_SUBJECT_ALT_NAME, false, sequence(&[ip(&[10, 0, 0, 4])]));
    assert_fails(&only_an_address, &Odd::root(), Check::HostName, Role::Leaf);

    assert!(judge(&Odd::leaf().named(&["x.example", "host4.ATWORK.at"]), &Odd::root()).passed());
    assert_warns(&Odd::leaf().named(&["*.atwork.at"]), &Odd::root(), &[(Check::HostName, Role::Leaf)]);
    let old = Odd::leaf().without(rfc5280::ID_CE_SUBJECT_ALT_NAME);
    assert_warns(&old, &Odd::root(), &[(Check::HostName, Role::Leaf)]);

    let report = verify(&Odd::leaf().certificate(), &[], &[Odd::root().certificate()], &Question::new(support::now()));
    assert!(report.findings().iter().all(|finding| finding.check != Check::HostName));
}

#[test]
fn a_workgroup_host_is_matched_by_its_one_label() {
    let mut question = Question::new(support::now());
    question.host = Some(Fqdn::of_computer("HOST4").unwrap().into());
    let check = |leaf: Odd| verify(&leaf.certificate(), &[], &[Odd::root().certificate()], &question).passed();
    assert!(check(Odd::leaf().named(&["host4"])));
    assert!(!check(Odd::leaf().named(&["host4.atwork.at"])));
}

#[test]
fn weak_keys_fail() {
    let rsa = |modulus: Vec<u8>, exponent: u8| {
        let key = sequence(&[tlv(0x02, &[&[0], modulus.as_slice()].concat()), tlv(0x02, &[exponent])]);
        spki(&[oid(rfc5912::RSA_ENCRYPTION), tlv(0x05, &[])], &key)
    };
    let curve = [oid(rfc5912::ID_EC_PUBLIC_KEY), oid(rfc5912::SECP_256_R_1)];
    let odd_number = |octets: usize| vec![0xa5; octets];
    for spki in [rsa(odd_number(128), 3), rsa(odd_number(256), 1), spki(&curve, &[4; 65])] {
        assert_fails(&Odd { spki, ..Odd::leaf() }, &Odd::root(), Check::KeyStrength, Role::Leaf);
    }
    assert!(judge(&Odd { spki: rsa(odd_number(256), 3), ..Odd::leaf() }, &Odd::root()).passed());
}

#[test]
fn sha_1_fails_except_on_the_root() {
    let sha1 = |odd: Odd| Odd { algorithm: rfc5912::SHA_1_WITH_RSA_ENCRYPTION, ..odd };
    assert_fails(&sha1(Odd::leaf()), &Odd::root(), Check::HashStrength, Role::Leaf);
    let (leaf, ca) = below_a_ca();
    assert_chain_fails(&leaf, &[sha1(ca)], &Odd::root(), Check::HashStrength, Role::Intermediate(1));
    assert_warns(&Odd::leaf(), &sha1(Odd::root()), &[(Check::HashStrength, Role::Root)]);
}

#[test]
fn what_cannot_be_checked_is_said_to_be_so() {
    let report = judge(&Odd { algorithm: MD5_WITH_RSA, ..Odd::leaf() }, &Odd::root());
    assert_eq!(failed(&report), [(Check::Signature, Role::Leaf), (Check::HashStrength, Role::Leaf)]);
    assert!(detail(&report, Check::Signature).contains("MD5"));
    let report = judge(&Odd::leaf(), &Odd { algorithm: MD5_WITH_RSA, ..Odd::root() });
    assert_eq!(failed(&report), [(Check::RootSelfSigned, Role::Root), (Check::HashStrength, Role::Root)]);
}

#[test]
fn a_leaf_that_signed_itself_is_refused_even_where_it_is_trusted() {
    let alone = Odd::leaf()
        .with(rfc5280::ID_CE_BASIC_CONSTRAINTS, true, basic_constraints(true, None))
        .with(rfc5280::ID_CE_KEY_USAGE, true, key_usage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | KEY_CERT_SIGN))
        .issued_by(HOST, LEAF_KEY);
    assert_fails(&alone, &alone, Check::LeafNotSelfSigned, Role::Leaf);
    let report = verify(&alone.certificate(), &[], &[Odd::root().certificate()], &question());
    assert_eq!(failed(&report), [(Check::RootFound, Role::Leaf), (Check::LeafNotSelfSigned, Role::Leaf)]);

    let unknown = Odd { algorithm: MD5_WITH_RSA, ..alone };
    assert!(failed(&judge(&unknown, &unknown)).contains(&(Check::LeafNotSelfSigned, Role::Leaf)));
    let self_issued = Odd { issuer: cn(HOST), ..Odd::leaf() };
    let root = Odd { issuer: cn(HOST), ..Odd::root().subject(cn(HOST)) };
    assert!(judge(&self_issued, &root).passed(), "a name is no signature");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_leaf_with_any_bit_changed_never_passes(position in any::<prop::sample::Index>(), bit in 0..8u8) {
        let identity = issued();
        let mut der = identity.0.as_der().to_vec();
        let position = position.index(der.len());
        der[position] ^= 1 << bit;
        if let Ok(leaf) = Certificate::from_der(&der) {
            prop_assert!(!verify(&leaf, &[], std::slice::from_ref(&identity.1), &question()).passed());
        }
    }

    #[test]
    fn a_name_matches_itself_and_its_wildcard_and_nothing_else(
        host in "[a-z](-?[a-z0-9]){0,5}(\\.[a-z](-?[a-z0-9]){0,5}){2,4}",
        other in "[a-z*.]{0,20}",
    ) {
        let parsed: DnsName = host.parse().unwrap();
        let (_, parent) = host.split_once('.').unwrap();
        let wildcard = format!("*.{parent}");
        let shouted = host.to_uppercase();
        for name in [&host, &wildcard, &shouted] {
            prop_assert!(host_matches(name, &parsed));
        }
        for wrong in [format!("*.{host}"), format!("{host}."), format!("*{host}"), format!("x.{host}"), parent.to_owned()] {
            prop_assert!(!host_matches(&wrong, &parsed), "{wrong}");
        }
        prop_assert!(!host_matches("*.example", &"host.example".parse().unwrap()));
        prop_assert_eq!(host_matches(&other, &parsed), other == host || other == wildcard);
    }
}

pub(crate) fn question() -> Question {
    let mut question = Question::new(support::now());
    question.host = Some(HOST.parse().unwrap());
    question
}

fn judge(leaf: &Odd, root: &Odd) -> Report {
    judge_chain(leaf, &[], root)
}

fn judge_chain(leaf: &Odd, intermediates: &[Odd], root: &Odd) -> Report {
    let intermediates: Vec<_> = intermediates.iter().map(Odd::certificate).collect();
    verify(&leaf.certificate(), &intermediates, &[root.certificate()], &question())
}

/// A leaf below `CN=CA`, key 2, which is below the root.
pub(crate) fn below_a_ca() -> (Odd, Odd) {
    (Odd::leaf().issued_by("CA", CA_KEY), Odd::ca("CA", CA_KEY))
}

/// Leaf and root as pki-core makes them.
pub(crate) fn issued() -> &'static (Certificate, Certificate) {
    static ISSUED: LazyLock<(Certificate, Certificate)> = LazyLock::new(|| {
        let identity = support::identity(HOST);
        (identity.leaf().clone(), identity.root().clone())
    });
    &ISSUED
}

const MD5_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.4");

fn spki(algorithm: &[Vec<u8>], key: &[u8]) -> Vec<u8> {
    sequence(&[sequence(algorithm), tlv(0x03, &[&[0], key].concat())])
}

pub(crate) fn failed(report: &Report) -> Vec<(Check, Role)> {
    report.failures().map(|finding| (finding.check, finding.role)).collect()
}

fn outcome(report: &Report, check: Check) -> Outcome {
    report.findings().iter().filter(|finding| finding.check == check).map(|finding| finding.outcome).max().unwrap()
}

pub(crate) fn detail(report: &Report, check: Check) -> &str {
    &report.findings().iter().find(|finding| finding.check == check).unwrap().detail
}

#[track_caller]
pub(crate) fn assert_fails(leaf: &Odd, root: &Odd, check: Check, role: Role) {
    assert_chain_fails(leaf, &[], root, check, role);
}

/// Exactly this check fails, on exactly this certificate.
#[track_caller]
fn assert_chain_fails(leaf: &Odd, intermediates: &[Odd], root: &Odd, check: Check, role: Role) {
    let report = judge_chain(leaf, intermediates, root);
    assert_eq!(failed(&report), [(check, role)], "{report:#?}");
    assert!(!report.passed());
}

/// Nothing fails, and exactly this is a warning.
#[track_caller]
fn assert_warns(leaf: &Odd, root: &Odd, expected: &[(Check, Role)]) {
    let report = judge(leaf, root);
    assert!(report.passed(), "{report:#?}");
    let warnings: Vec<_> = report.warnings().map(|finding| (finding.check, finding.role)).collect();
    assert_eq!(warnings, expected, "{report:#?}");
}
