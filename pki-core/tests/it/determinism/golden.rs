//! Bytes that come out of the same seeds on every system. `tests/wasm` compiles this file once more.
//!
//! The digests were written down once. A change of them is a change of the promise: a new release of a library that draws
//! its random numbers in another order shows here.

use chacha20::ChaCha20Rng;
use pki_core::authority::{Authority, Identity};
use pki_core::key::{KeyAlgorithm, KeyPair};
use pki_core::mesh::{Host, Mesh, PasswordSource, Sequential};
use pki_core::name::{Fqdn, RootName};
use pki_core::password::Password;
use pki_core::pfx::{self, Encoding, SealOptions};
use pki_core::profile::{LeafProfile, RootProfile};
use pki_core::validity::Time;
use rand::SeedableRng as _;
use sha2::{Digest as _, Sha256};

const HOST: &str = "HOST4.atwork.at";

/// A key for each size, from a seed of 32 twos.
pub(crate) const KEYS: [(KeyAlgorithm, &str); 3] = [
    (KeyAlgorithm::Rsa2048, "35a66824afaa14531b702b1397e8961b111eee5418ad4b7f6c53bb014fbddfec"),
    (KeyAlgorithm::Rsa3072, "baf645ab95e159125af557dc0589bafab2962285740acca1355065ebbb57575d"),
    (KeyAlgorithm::Rsa4096, "f351553601fadd97085c401612128b867c908de1d13bee9850230e6053b79c35"),
];

pub(crate) fn these_keys_come_out() {
    for (algorithm, expected) in KEYS {
        let key = KeyPair::generate(algorithm, &mut ChaCha20Rng::from_seed([2; 32])).unwrap();
        assert_eq!(sha256(&key.secret_pkcs8_der().unwrap()), expected, "{algorithm}");
    }
}

pub(crate) fn this_identity_comes_out() {
    let identity = identity([1; 32], now());
    let made = [
        sha256(&identity.secret_key().secret_pkcs8_der().unwrap()),
        sha256(identity.root().as_der()),
        sha256(identity.leaf().as_der()),
    ];
    let expected = [
        "1782c25e45fa83a7100454434e8e3c08007e1955df9dce84a34d0940a5db580a",
        "63ec7d7c42078dd56e67c1e9e1c96b3f0e03608dc8f1fb4a32e294067307f242",
        "fb3019c8717c9b33b2c7efac4ed2a5438d6d1e3e1f5cabeeb43ccf1965053a8b",
    ];
    assert_eq!(made, expected);
}

pub(crate) fn this_password_comes_out() {
    let password = Password::generate(&mut ChaCha20Rng::from_seed([3; 32]));
    assert_eq!(password.secret_text(), "zdSx6R-6GJEfG-KAmgwW-2LVWu7");
}

pub(crate) fn these_pfx_files_come_out() {
    let identity = identity([1; 32], now());
    let password = Password::new("a password".to_owned()).unwrap();
    let digest = |encoding| {
        let mut options = SealOptions::default();
        options.encoding = encoding;
        sha256(&pfx::seal(&identity, &password, &options, &mut ChaCha20Rng::from_seed([6; 32])).unwrap())
    };
    let expected = [
        "bd750a9ee1093c9cd93bf9635dd1c958ae6fdd0dd78bae4c84db2d65bdb82b18",
        "7a9e8c0adbd67ba8654b7d7378f2baee3115d4e681a6e22af2cfd4ee13605e91",
    ];
    assert_eq!([Encoding::Legacy, Encoding::Modern].map(digest), expected);
}

/// Names included: what one host gets has the same paths everywhere.
pub(crate) fn these_kits_come_out() {
    let hosts = [(HOST, Encoding::Legacy), ("HOST5.atwork.at", Encoding::Modern)].map(|(name, encoding)| {
        let mut host = Host::new(fqdn(name));
        host.encoding = encoding;
        host
    });
    let mut mesh = Mesh::new(hosts.into()).unwrap();
    mesh.key_algorithm = KeyAlgorithm::Rsa2048;
    let rng = &mut ChaCha20Rng::from_seed([7; 32]);
    let issued = mesh.issue(&Sequential, &PasswordSource::Generate, now(), rng).unwrap();
    let files = issued.hosts.iter().flat_map(|host| host.bundle.files());
    let lines: Vec<_> = files.map(|file| format!("{} {}", sha256(file.bytes), file.path)).collect();
    let expected = [
        "5c1180f156a2731e1859be5fb69408c16759bf70da48468e54d1e81e0ed8f8e9 HOST4.atwork.at.pfx",
        "d88b9c80e1db86fdf1f989980411588854262c55631f82a8d1a534ff8dbcda81 HOST4.atwork.at.cer",
        "09c59adc0b2111dc54f1e9731167053278cd4f3966c1fec357f2b4fb7bfcfea1 trust/HOST4.atwork.at.root.cer",
        "7575de246050fe343b3bf78c96dd342029b98ab89d3a5740825add92bef1ce06 trust/HOST5.atwork.at.root.cer",
        "9a4f9ebacf4fecc62f512fdf68ad414cf2ded1cffcf6037cacfe26618e13e93d HOST5.atwork.at.pfx",
        "0fdac946e5c869b18e589701aa3c9174d80751c9a50d04511ba1b20d0f41cafb HOST5.atwork.at.cer",
        "7575de246050fe343b3bf78c96dd342029b98ab89d3a5740825add92bef1ce06 trust/HOST5.atwork.at.root.cer",
        "09c59adc0b2111dc54f1e9731167053278cd4f3966c1fec357f2b4fb7bfcfea1 trust/HOST4.atwork.at.root.cer",
    ];
    assert_eq!(lines, expected);
}

/// Everything from one generator, in this order: the root's key, the root, the host's key, the host's certificate.
pub(crate) fn identity(seed: [u8; 32], now: Time) -> Identity {
    let rng = &mut ChaCha20Rng::from_seed(seed);
    let profile = RootProfile::new(RootName::default_for(&fqdn(HOST)), vec![fqdn(HOST).into()]);
    let root_key = KeyPair::generate(KeyAlgorithm::Rsa2048, rng).unwrap();
    let authority = Authority::create(&profile, root_key, now, rng).unwrap();
    let host_key = KeyPair::generate(KeyAlgorithm::Rsa2048, rng).unwrap();
    authority.issue(&LeafProfile::new(fqdn(HOST)), host_key, now, rng).unwrap()
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn now() -> Time {
    "2026-11-22T17:00:00Z".parse().unwrap()
}

fn fqdn(name: &str) -> Fqdn {
    name.parse().unwrap()
}
