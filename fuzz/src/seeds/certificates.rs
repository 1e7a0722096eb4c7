//! Certificates, requests and revocation lists, and chains of them for `verify`.

use chacha20::ChaCha20Rng;
use pki_core::authority::Authority;
use pki_core::certificate::Certificate;
use pki_core::key::test_keys::insecure_test_key;
use pki_core::key::{KeyPair, PublicKey};
use pki_core::name::RootName;
use pki_core::profile::{LeafProfile, RootProfile};
use pki_core::request::CertificationRequest;
use pki_core::revocation::{Reason, Revocations};
use pki_core::validity::{Days, Validity};
use rand::SeedableRng as _;

use super::{Seed, host, now, rng, seed};
use crate::signer::signer;
use crate::tlv;
use crate::verify;

/// A root that signs for the hosts here, with one of the library's keys for tests.
pub fn authority(index: usize) -> Authority {
    let key = insecure_test_key(index).expect("a key of the library");
    let mut profile = RootProfile::new(RootName::default_for(&host(index)), (0..3).map(|i| host(i).into()).collect());
    profile.name_constraints = index != 1;
    Authority::create(&profile, key, now(), &mut rng()).expect("a root")
}

/// The same with the key of a quick signer, signed by itself.
pub fn quick_root(index: usize) -> Certificate {
    Certificate::from_der(&signer(index).signed(&quick_root_contents(index))).expect("a root")
}

pub(super) fn seeds() -> Vec<Seed> {
    let mut seeds = certificate_seeds();
    seeds.extend(request_seeds());
    seeds.extend(list_seeds());
    seeds.extend(chain_seeds());
    seeds
}

/// A leaf with all that a leaf can have.
pub(super) fn leaf(authority: &Authority, index: usize) -> Certificate {
    let mut profile = LeafProfile::new(host(index));
    profile.also = vec![host(2).into()];
    profile.revocation_list = Some("http://pki.atwork.at/first.crl".parse().expect("a URL"));
    let key = insecure_test_key(2 + index % 2).expect("a key of the library");
    // Another generator for each, so that their serial numbers differ.
    let mut rng = ChaCha20Rng::seed_from_u64(index as u64);
    authority.sign(&profile, key.public_key(), now(), &mut rng).expect("a leaf")
}

fn certificate_seeds() -> Vec<Seed> {
    let root = authority(0);
    let mut seeds = Vec::new();
    for (name, certificate) in [("root", root.certificate().clone()), ("leaf", leaf(&root, 0))] {
        seeds.push(seed("certificate", format!("{name}.der"), certificate.as_der()));
        seeds.push(seed("certificate", format!("{name}.pem"), certificate.to_pem()));
        seeds.push(seed("certificate_signed", format!("{name}-contents.der"), contents(certificate.as_der())));
    }
    seeds.push(seed("certificate_signed", "quick-root-contents.der", quick_root_contents(0)));
    seeds
}

fn request_seeds() -> Vec<Seed> {
    let key = insecure_test_key(0).expect("a key of the library");
    let request = CertificationRequest::create(&host(0), &[host(2).into()], &key, &mut rng()).expect("a request");
    let quick = with_quick_key(contents(request.as_der()), &key, 0);
    vec![
        seed("request", "request.der", request.as_der()),
        seed("request", "request.pem", request.to_pem()),
        seed("request", "contents.der", quick),
    ]
}

fn list_seeds() -> Vec<Seed> {
    let authority = authority(0);
    let validity = Validity::starting(now(), Days::new(30).expect("days")).expect("a validity");
    let mut revocations = Revocations::none(authority.certificate().clone());
    let none = revocations.sign(&authority, validity, &mut rng()).expect("a list");
    let reasons = [Reason::Unspecified, Reason::KeyCompromise, Reason::Superseded];
    for (index, reason) in reasons.into_iter().enumerate() {
        let leaf = leaf(&authority, index);
        assert_eq!(revocations.revoke(&leaf, now(), reason), Ok(true));
    }
    let some = revocations.sign(&authority, validity, &mut rng()).expect("a list");
    let (own, quick) = (authority.certificate().subject(), quick_root(1));
    let of_quick_root = replaced(contents(some.as_der()), own.as_der(), quick.subject().as_der());
    vec![
        seed("revocation_list", "empty.crl", none.as_der()),
        seed("revocation_list", "some.crl", some.as_der()),
        seed("revocation_list", "some.pem", some.to_pem()),
        seed("revocation_list", "contents.der", contents(some.as_der())),
        seed("revocation_list", "quick-contents.der", of_quick_root),
    ]
}

/// Rows of values as `verify::check` reads them: as they stand, and signed by the quick signers of the same numbers.
fn chain_seeds() -> Vec<Seed> {
    const LEAF: u8 = 0;
    const INTERMEDIATE: u8 = 1;
    const ROOT: u8 = 2;
    const SECOND_SIGNER: u8 = 1 << 2;
    const AS_IT_STANDS: u8 = 3 << 2;
    let (own_root, quick_root) = (authority(0), quick_root_contents(0));
    let own_leaf = leaf(&own_root, 0);
    let quick_leaf = with_quick_key(contents(own_leaf.as_der()), own_root.secret_key(), 0);
    let asked_for = tlv::write(tlv::UTF8_STRING, &[host(0).as_str().as_bytes()]);
    let own =
        [item(LEAF | AS_IT_STANDS, own_leaf.as_der()), item(ROOT | AS_IT_STANDS, own_root.certificate().as_der())];
    let quick = [asked_for.clone(), item(LEAF, &quick_leaf), item(ROOT, &quick_root)].concat();
    // The first root below the second, which lets one CA follow.
    let above = replaced(quick_root_contents(1), &basic_constraints(0), &basic_constraints(1));
    let names = [0, 1].map(|index| authority(index).certificate().subject().as_der().to_vec());
    let intermediate = replaced(quick_root, &names[0], &names[1]);
    let three = [
        asked_for,
        item(LEAF, &quick_leaf),
        item(INTERMEDIATE | SECOND_SIGNER, &intermediate),
        item(ROOT | SECOND_SIGNER, &above),
    ];
    let more = [quick.clone(), item(ROOT | SECOND_SIGNER, &above)];
    let chains = [
        ("own", own.concat()),
        ("signed-here", quick),
        ("with-an-intermediate", three.concat()),
        ("a-root-too-many", more.concat()),
    ];
    // One that is refused at once would lead nowhere.
    assert!(chains.iter().all(|(_, chain)| verify::passes(chain)));
    chains.into_iter().map(|(name, chain)| seed("verify", name, chain)).collect()
}

fn item(control: u8, value: &[u8]) -> Vec<u8> {
    [&tlv::write(tlv::OCTET_STRING, &[&[control]])[..], value].concat()
}

/// Those of a CA below which so many may follow.
fn basic_constraints(path_length: u8) -> [u8; 8] {
    [tlv::SEQUENCE, 6, 1, 1, 0xff, tlv::INTEGER, 1, path_length]
}

fn quick_root_contents(index: usize) -> Vec<u8> {
    let authority = authority(index);
    with_quick_key(contents(authority.certificate().as_der()), authority.secret_key(), index)
}

/// What is signed in a certificate, a request or a list.
fn contents(der: &[u8]) -> Vec<u8> {
    let (signed, _) = tlv::expect(tlv::SEQUENCE, der).expect("something signed");
    tlv::first(signed).expect("its contents").0.to_vec()
}

/// The same with the key of a quick signer in another's place, and its identifier.
fn with_quick_key(contents: Vec<u8>, key: &KeyPair, signer_number: usize) -> Vec<u8> {
    let quick = PublicKey::from_spki_der(signer(signer_number).spki()).expect("a key");
    let own = key.public_key();
    let contents = replaced(contents, own.as_spki_der(), quick.as_spki_der());
    replaced(contents, &own.key_identifier(), &quick.key_identifier())
}

/// The first place where something stands, with something of the same length there. Unchanged if it stands nowhere.
fn replaced(mut contents: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    if let Some(place) = contents.windows(from.len()).position(|window| window == from) {
        contents[place..place + to.len()].copy_from_slice(to);
    }
    contents
}
