//! The same seed and time give the same bytes, on every system.
//!
//! The digests below were written down once. A change of them is a change of the promise: a new release of a library
//! that draws its random numbers in another order shows here.

use chacha20::ChaCha20Rng;
use pki_core::authority::{Authority, Identity};
use pki_core::key::{KeyAlgorithm, KeyPair};
use pki_core::mesh::{Host, Mesh, PasswordSource, Sequential};
use pki_core::password::Password;
use pki_core::pfx::{self, Encoding, SealOptions};
use pki_core::profile::LeafProfile;
use pki_core::validity::Time;
use rand::SeedableRng as _;
use sha2::{Digest as _, Sha256};

use crate::support::{fqdn, now, root_profile};

const HOST: &str = "HOST4.atwork.at";

#[test]
fn these_bytes_come_out_on_every_system() {
    let identity = make([1; 32], now());
    let made = [
        sha256(&identity.secret_key().secret_pkcs8_der().unwrap()),
        sha256(identity.root().as_der()),
        sha256(identity.leaf().as_der()),
    ];
    let expected = [
        "34dd0263e5f5a2e9116a3ebaab1f2246dbff6c0366b4880ead8a72d8b1adf51c",
        "bc5ebb58b1b66c54d717f0a21e0a552edaa991e8a95acbe5d0d58508620b57e3",
        "f5acc82331055eee76d9dc5c3a49a187528a118d1a4c912331c67c669eb9fb6e",
    ];
    assert_eq!(made, expected);
}

#[test]
fn these_keys_come_out_on_every_system() {
    let key = |algorithm| KeyPair::generate(algorithm, &mut ChaCha20Rng::from_seed([2; 32])).unwrap();
    let digest = |algorithm| sha256(&key(algorithm).secret_pkcs8_der().unwrap());
    assert_eq!(digest(KeyAlgorithm::Rsa2048), "dc626ac9adb53e82c3e7efbbf909e4515ab402249cc1eabab58965e174155dc5");
    assert_eq!(digest(KeyAlgorithm::Rsa3072), "4df4a7d3db7c2ea44c05bdc13e658eab3ccee66e93ad445884a8ba68687526ea");
    assert_eq!(digest(KeyAlgorithm::Rsa4096), "b96c2716f16821ebba60b4850c3320b440edc64e5aaac915c151769fc45354c4");
}

#[test]
fn this_password_comes_out_on_every_system() {
    let password = Password::generate(&mut ChaCha20Rng::from_seed([3; 32]));
    assert_eq!(password.secret_text(), "zdSx6R-6GJEfG-KAmgwW-2LVWu7");
}

#[test]
fn these_pfx_files_come_out_on_every_system() {
    let identity = make([1; 32], now());
    let password = Password::new("a password".to_owned()).unwrap();
    let digest = |encoding| {
        let mut options = SealOptions::default();
        options.encoding = encoding;
        sha256(&pfx::seal(&identity, &password, &options, &mut ChaCha20Rng::from_seed([6; 32])).unwrap())
    };
    assert_eq!(digest(Encoding::Legacy), "f57467bd31911c646917214dd70ae04750a7200e0a81e59df9a9246f97d5d69a");
    assert_eq!(digest(Encoding::Modern), "74b0f41ccbaaee25840c88281864b7379ed772175a464520935a281a50171848");
}

/// Names included: what one host gets has the same paths everywhere.
#[test]
fn these_kits_come_out_on_every_system() {
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
        "be4365e3d28427b94fa3043df03d6e759e6d7ad304f6c31940b652a1cb794294 HOST4.atwork.at.pfx",
        "61e25bad9296a9c131fa2734e690deb30acd74a3cd2ce41ddb97b461be405382 HOST4.atwork.at.cer",
        "759e6344838255c1f7fba15dfce04be8d0ff440a18c125009dec002e87756763 trust/HOST4.atwork.at.root.cer",
        "39fd4374f3c9d81bbcac6e0d24a96939f1caf8daa21fd2d4daa4453fe63c2f5b trust/HOST5.atwork.at.root.cer",
        "ce44bb86379d0de6b6e9c981a9d459d31263a6cb465351fc78e3eb38d1190409 HOST5.atwork.at.pfx",
        "a988b33af18d49f9bcd95b822b88191ce59c0dbcf9c9273ee23505fe3db90c52 HOST5.atwork.at.cer",
        "39fd4374f3c9d81bbcac6e0d24a96939f1caf8daa21fd2d4daa4453fe63c2f5b trust/HOST5.atwork.at.root.cer",
        "759e6344838255c1f7fba15dfce04be8d0ff440a18c125009dec002e87756763 trust/HOST4.atwork.at.root.cer",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn an_encrypted_key_depends_on_its_seed_alone() {
    let key = KeyPair::generate(KeyAlgorithm::Rsa2048, &mut ChaCha20Rng::from_seed([2; 32])).unwrap();
    let password = Password::new("secret".to_owned()).unwrap();
    let encrypt = |seed| key.encrypted_pkcs8_der(&password, &mut ChaCha20Rng::from_seed([seed; 32])).unwrap();
    assert_eq!(encrypt(4), encrypt(4));
    assert_ne!(encrypt(4), encrypt(5));
}

#[test]
fn another_seed_or_another_time_gives_other_bytes() {
    let (first, again) = (make([1; 32], now()), make([1; 32], now()));
    assert_eq!(first.leaf(), again.leaf());
    assert_eq!(first.root(), again.root());

    let other_seed = make([5; 32], now());
    assert_ne!(other_seed.leaf().public_key(), first.leaf().public_key());
    assert_ne!(other_seed.root().public_key(), first.root().public_key());
    assert_ne!(other_seed.leaf().serial_number(), first.leaf().serial_number());

    let one_second_later = make([1; 32], now().plus_seconds(1).unwrap());
    assert_eq!(one_second_later.leaf().public_key(), first.leaf().public_key());
    assert_ne!(one_second_later.leaf(), first.leaf());
}

/// Everything from one generator, in this order: the root's key, the root, the host's key, the host's certificate.
fn make(seed: [u8; 32], now: Time) -> Identity {
    let rng = &mut ChaCha20Rng::from_seed(seed);
    let root_key = KeyPair::generate(KeyAlgorithm::Rsa2048, rng).unwrap();
    let authority = Authority::create(&root_profile(HOST), root_key, now, rng).unwrap();
    let host_key = KeyPair::generate(KeyAlgorithm::Rsa2048, rng).unwrap();
    authority.issue(&LeafProfile::new(fqdn(HOST)), host_key, now, rng).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
