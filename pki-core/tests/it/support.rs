//! A fixed clock, seeded generators, keys that are made once per run, and certificates as others might make them.

pub(crate) mod foreign;

use std::sync::LazyLock;

use chacha20::ChaCha20Rng;
use pki_core::authority::{Authority, Identity};
use pki_core::key::{KeyAlgorithm, KeyPair};
use pki_core::name::{Fqdn, RootName};
use pki_core::profile::{LeafProfile, RootProfile};
use pki_core::validity::Time;
use proptest::prelude::*;
use rand::SeedableRng as _;
use zeroize::Zeroizing;

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub(crate) fn now() -> Time {
    "2026-11-22T17:00:00Z".parse().unwrap()
}

pub(crate) fn time(text: &str) -> Time {
    text.parse().unwrap()
}

pub(crate) fn fqdn(name: &str) -> Fqdn {
    name.parse().unwrap()
}

/// One of four RSA-2048 keys. Every call gives a new `KeyPair` of the same key.
pub(crate) fn key(index: usize) -> KeyPair {
    static KEYS: LazyLock<Vec<Zeroizing<Vec<u8>>>> = LazyLock::new(|| {
        let make = |seed| KeyPair::generate(KeyAlgorithm::Rsa2048, &mut rng(seed)).unwrap().secret_pkcs8_der().unwrap();
        (0..4).map(make).collect()
    });
    KeyPair::from_pkcs8_der(&KEYS[index]).unwrap()
}

/// A root with default profile that may sign for one host.
pub(crate) fn root_profile(host: &str) -> RootProfile {
    let host = fqdn(host);
    RootProfile::new(RootName::default_for(&host), vec![host.into()])
}

/// The root of one host, with default profile and key 0.
pub(crate) fn authority(host: &str) -> Authority {
    authority_of(&root_profile(host), now())
}

/// A root with key 0.
pub(crate) fn authority_of(profile: &RootProfile, now: Time) -> Authority {
    Authority::create(profile, key(0), now, &mut rng(100)).unwrap()
}

/// A host with a root of its own (key 0) and default profiles (key 1).
pub(crate) fn identity(host: &str) -> Identity {
    authority(host).issue(&LeafProfile::new(fqdn(host)), key(1), now(), &mut rng(101)).unwrap()
}

/// Host names that keep every rule: two to four labels in mixed case, the last one not a number.
pub(crate) fn host_names() -> impl Strategy<Value = String> {
    let label = "[A-Za-z0-9]([A-Za-z0-9-]{0,10}[A-Za-z0-9])?"
        .prop_filter("an A-label has rules of its own", |label| !label.to_ascii_lowercase().starts_with("xn--"));
    (prop::collection::vec(label, 1..4), "[A-Za-z]{2,10}")
        .prop_map(|(labels, last)| format!("{}.{last}", labels.join(".")))
}

/// Bytes with one of them changed, some cut off at the end, or some put in.
pub(crate) fn damaged(bytes: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let len = bytes.len();
    (0..len, any::<u8>(), 0..4_u8).prop_map(move |(at, byte, how)| {
        let mut bytes = bytes.clone();
        match how {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, byte),
            // Lengths and tags stand near the start: half of the changes are aimed there.
            2 => bytes[at % 64.min(len)] = byte,
            _ => bytes[at] = byte,
        }
        bytes
    })
}
