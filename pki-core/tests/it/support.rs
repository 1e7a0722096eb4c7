//! A fixed clock, seeded generators and keys that are made once per run.

use std::sync::LazyLock;

use chacha20::ChaCha20Rng;
use pki_core::authority::{Authority, Identity};
use pki_core::key::{KeyAlgorithm, KeyPair};
use pki_core::name::{Fqdn, RootName};
use pki_core::profile::{LeafProfile, RootProfile};
use pki_core::validity::Time;
use rand::SeedableRng as _;
use zeroize::Zeroizing;

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub(crate) fn now() -> Time {
    "2026-11-22T17:00:00Z".parse().unwrap()
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

/// The root of one host, with default profile and key 0.
pub(crate) fn authority(host: &str) -> Authority {
    let host = fqdn(host);
    let profile = RootProfile::new(RootName::default_for(&host), vec![host.into()]);
    Authority::create(&profile, key(0), now(), &mut rng(100)).unwrap()
}

/// A host with a root of its own (key 0) and default profiles (key 1).
pub(crate) fn identity(host: &str) -> Identity {
    authority(host).issue(&LeafProfile::new(fqdn(host)), key(1), now(), &mut rng(101)).unwrap()
}
