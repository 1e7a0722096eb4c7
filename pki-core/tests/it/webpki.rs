//! A second opinion on whole chains: rustls-webpki, which verifies for rustls.
//!
//! It reads neither CommonNames nor key usages, and of a root only name, key and name constraints.

mod defects;

use std::time::Duration;

use ::webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use const_oid::db::{rfc5280, rfc5912};
use pki_core::certificate::{Certificate, Purpose};
use pki_core::key::{PublicKey, SignatureAlgorithm};
use pki_core::validity::Time;
use pki_core::verify::{Question, verify};
use proptest::prelude::*;
use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, ServerName, SignatureVerificationAlgorithm, UnixTime, alg_id,
};

use crate::odd_certificates::*;
use crate::support;

#[test]
fn an_issued_identity_is_accepted_as_server_and_client() {
    let identity = support::identity(HOST);
    for purpose in [Purpose::ServerAuth, Purpose::ClientAuth] {
        assert_eq!(opinion(identity.leaf(), &[], identity.root(), &asked(HOST, purpose)), Ok(()));
    }
}

#[test]
fn a_wrong_host_time_or_root_is_refused() {
    let identity = support::identity(HOST);
    let (leaf, root) = (identity.leaf(), identity.root());
    let wrong_host = opinion(leaf, &[], root, &asked("HOST5.atwork.at", Purpose::ServerAuth));
    assert!(wrong_host.unwrap_err().starts_with("CertNotValidForName"));

    let mut late = asked(HOST, Purpose::ServerAuth);
    late.at = leaf.validity().not_after.plus_seconds(1).unwrap();
    assert!(opinion(leaf, &[], root, &late).unwrap_err().starts_with("CertExpired"));

    let foreign = support::authority("HOST5.atwork.at");
    let refused = opinion(leaf, &[], foreign.certificate(), &asked(HOST, Purpose::ServerAuth));
    assert_eq!(refused, Err("UnknownIssuer".to_owned()));
}

#[test]
fn a_leaf_outside_the_constraints_of_its_root_is_refused() {
    let constrained = Odd::root().constrained(&[dns("HOST5.atwork.at")], &[]).certificate();
    let refused = opinion(&Odd::leaf().certificate(), &[], &constrained, &asked(HOST, Purpose::ServerAuth));
    assert_eq!(refused, Err("NameConstraintViolation".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn both_accept_and_refuse_the_same_chains(chain in chain(), stranger in rarely(), moment in moment(), server in any::<bool>()) {
        let (leaf, intermediates, root) = chain.build();
        let host = if stranger { "c.example".to_owned() } else { chain.name.replace('*', "a") };
        let mut question = asked(&host, if server { Purpose::ServerAuth } else { Purpose::ClientAuth });
        question.at = moment;
        let report = verify(&leaf, &intermediates, std::slice::from_ref(&root), &question);
        let theirs = opinion(&leaf, &intermediates, &root, &question);
        prop_assert_eq!(report.passed(), theirs.is_ok(), "{:#?} {:?}", report, theirs);
    }

    #[test]
    fn both_judge_names_and_constraints_alike(
        names in prop::collection::vec(presented(), 1..3),
        permitted in prop::collection::vec(base(), 0..3),
        excluded in prop::collection::vec(base(), 0..2),
        host in host(),
    ) {
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let (leaf, root) = (Odd::leaf().named(&names).certificate(), limited(Odd::root(), &permitted, &excluded).certificate());
        let question = asked(&host, Purpose::ServerAuth);
        let report = verify(&leaf, &[], std::slice::from_ref(&root), &question);
        let theirs = opinion(&leaf, &[], &root, &question);
        prop_assert_eq!(report.passed(), theirs.is_ok(), "{:#?} {:?}", report, theirs);
    }

    #[test]
    fn both_judge_addresses_alike(
        address in octets(),
        network in octets(),
        ones in 0..=128u32,
        hole in prop::option::weighted(0.2, 0..128u32),
        exclude in any::<bool>(),
    ) {
        let hole = hole.map_or(0, |bit| 1 << bit);
        let mask = (!u128::MAX.checked_shr(ones % 33).unwrap_or(0) ^ hole).to_be_bytes();
        let network = [network.as_slice(), &mask[..network.len()]].concat();
        let subtree = [ip(&network)];
        let (permitted, excluded) = if exclude { (&[][..], &subtree[..]) } else { (&subtree[..], &[][..]) };
        let names = sequence(&[dns(HOST), ip(&address)]);
        let leaf = Odd::leaf().with(rfc5280::ID_CE_SUBJECT_ALT_NAME, false, names).certificate();
        let root = Odd::root().constrained(permitted, excluded).certificate();
        let question = asked(HOST, Purpose::ServerAuth);
        let report = verify(&leaf, &[], std::slice::from_ref(&root), &question);
        let theirs = opinion(&leaf, &[], &root, &question);
        if hole == 0 {
            prop_assert_eq!(report.passed(), theirs.is_ok(), "{:#?} {:?}", report, theirs);
        } else {
            // They stop at the first octet that differs and overlook a mask with holes behind it.
            prop_assert!(!report.passed() || theirs.is_ok(), "{report:#?} {theirs:?}");
        }
    }
}

/// What makes a chain good or bad, each part mostly good.
#[derive(Debug, Clone)]
struct Chain {
    name: String,
    client_only: bool,
    forged: bool,
    root_limits: Limits,
    /// From the root downwards.
    cas: Vec<Ca>,
}

#[derive(Debug, Clone)]
struct Ca {
    limits: Limits,
    is_ca: bool,
    path_len: Option<u8>,
    client_only: bool,
    /// Ends in the middle of the leaf's validity.
    short: bool,
}

type Limits = (Vec<String>, Vec<String>);

impl Chain {
    fn build(&self) -> (Certificate, Vec<Certificate>, Certificate) {
        let root = limited(Odd::root(), &self.root_limits.0, &self.root_limits.1);
        let mut issuer = ("Root".to_owned(), ROOT_KEY);
        let mut intermediates = Vec::new();
        for (depth, ca) in self.cas.iter().enumerate() {
            let (name, key) = (format!("CA {depth}"), [CA_KEY, FOREIGN_KEY][depth]);
            let value = basic_constraints(ca.is_ca, ca.path_len.filter(|_| ca.is_ca));
            let odd = limited(Odd::ca(&name, key), &ca.limits.0, &ca.limits.1)
                .with(rfc5280::ID_CE_BASIC_CONSTRAINTS, true, value)
                .with(rfc5280::ID_CE_EXT_KEY_USAGE, false, purposes(if ca.client_only { &TLS[1..] } else { &TLS }))
                .lasting(-9, if ca.short { 300 } else { 1000 });
            intermediates.push(odd.issued_by(&issuer.0, issuer.1).certificate());
            issuer = (name, key);
        }
        let leaf = Odd::leaf()
            .named(&[self.name.as_str()])
            .with(rfc5280::ID_CE_EXT_KEY_USAGE, false, purposes(if self.client_only { &TLS[1..] } else { &TLS }))
            .issued_by(&issuer.0, issuer.1);
        let leaf = if self.forged { leaf.signed_by(LEAF_KEY) } else { leaf };
        (leaf.certificate(), intermediates, root.certificate())
    }
}

fn chain() -> impl Strategy<Value = Chain> {
    let ca =
        (limits(), rarely(), prop_oneof![2 => Just(None), 1 => (0..2u8).prop_map(Some)], rarely(), rarely()).prop_map(
            |(limits, no_ca, path_len, client_only, short)| Ca { limits, is_ca: !no_ca, path_len, client_only, short },
        );
    (presented(), rarely(), rarely(), limits(), prop::collection::vec(ca, 0..3))
        .prop_map(|(name, client_only, forged, root_limits, cas)| Chain { name, client_only, forged, root_limits, cas })
}

fn rarely() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.05)
}

/// From a few names, so that they often meet.
fn host() -> impl Strategy<Value = String> {
    "[Ab]\\.(a\\.)?example"
}

fn presented() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[aB]\\.(a\\.)?example", 1 => "\\*\\.(a\\.)?example"]
}

fn limits() -> impl Strategy<Value = Limits> {
    let few = |base| prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(base, 1..3)];
    (few(base().boxed()), few("\\.?[ab]\\.a\\.example".boxed()))
}

fn base() -> impl Strategy<Value = String> {
    prop_oneof![4 => "\\.?([ab]\\.){0,2}examplE", 1 => Just(String::new())]
}

fn octets() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![3 => prop::collection::vec(8..10u8, 4), 1 => prop::collection::vec(8..10u8, 16)]
}

fn moment() -> impl Strategy<Value = Time> {
    prop_oneof![
        20 => Just(support::now()),
        1 => Just(days_from_now(-9)),
        1 => Just(days_from_now(-8)),
        1 => Just(days_from_now(400)),
        1 => Just(days_from_now(730)),
        1 => Just(days_from_now(731)),
    ]
}

fn days_from_now(days: i64) -> Time {
    Time::from_unix(support::now().to_unix().checked_add_signed(days * 86_400).unwrap()).unwrap()
}

fn limited(odd: Odd, permitted: &[String], excluded: &[String]) -> Odd {
    let bases = |names: &[String]| names.iter().map(|name| dns(name)).collect::<Vec<_>>();
    if permitted.is_empty() && excluded.is_empty() { odd } else { odd.constrained(&bases(permitted), &bases(excluded)) }
}

fn asked(host: &str, purpose: Purpose) -> Question {
    let mut question = Question::new(support::now());
    question.host = Some(host.parse().unwrap());
    question.purposes = vec![purpose];
    question
}

/// What rustls-webpki says to a question of one purpose and a host.
fn opinion(
    leaf: &Certificate,
    intermediates: &[Certificate],
    root: &Certificate,
    question: &Question,
) -> Result<(), String> {
    let said = |error: ::webpki::Error| format!("{error:?}");
    let root = CertificateDer::from(root.as_der());
    let leaf = CertificateDer::from(leaf.as_der());
    let intermediates: Vec<_> = intermediates.iter().map(|ca| CertificateDer::from(ca.as_der())).collect();
    let anchor = anchor_from_trusted_cert(&root).map_err(said)?;
    let leaf = EndEntityCert::try_from(&leaf).map_err(said)?;
    let time = UnixTime::since_unix_epoch(Duration::from_secs(question.at.to_unix()));
    let usage = match question.purposes.as_slice() {
        [Purpose::ServerAuth] => KeyUsage::server_auth(),
        _ => KeyUsage::client_auth(),
    };
    leaf.verify_for_usage(&[&RsaSha256], &[anchor], &intermediates, time, usage, None, None).map_err(said)?;
    let host = question.host.as_ref().unwrap().as_str();
    leaf.verify_is_valid_for_subject_name(&ServerName::try_from(host).unwrap()).map_err(said)
}

/// Chain logic is theirs; for RSA they are given pki-core's, so that the tests need no C compiler.
#[derive(Debug)]
struct RsaSha256;

impl SignatureVerificationAlgorithm for RsaSha256 {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let algorithm = sequence(&[oid(rfc5912::RSA_ENCRYPTION), tlv(0x05, &[])]);
        let spki = sequence(&[algorithm, tlv(0x03, &[&[0], key].concat())]);
        PublicKey::from_spki_der(&spki)
            .and_then(|key| key.verify(&SignatureAlgorithm::RsaSha256, message, signature))
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_PKCS1_SHA256
    }
}
