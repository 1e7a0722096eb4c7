//! The same seed and time give the same bytes, on every system.

mod golden;

use chacha20::ChaCha20Rng;
use pki_core::key::{KeyAlgorithm, KeyPair, KeySeed};
use pki_core::password::Password;
use pki_core::prime::{Path, Search};
use rand::SeedableRng as _;

use self::golden::{identity, sha256};
use crate::support::now;

#[test]
fn this_identity_comes_out_on_every_system() {
    golden::this_identity_comes_out();
}

#[test]
fn this_password_comes_out_on_every_system() {
    golden::this_password_comes_out();
}

#[test]
fn these_pfx_files_come_out_on_every_system() {
    golden::these_pfx_files_come_out();
}

#[test]
fn these_kits_come_out_on_every_system() {
    golden::these_kits_come_out();
}

#[test]
fn these_keys_come_out_on_every_system_on_each_path_and_on_any_number_of_threads() {
    golden::these_keys_come_out();
    for (algorithm, expected) in golden::KEYS {
        for_each_search(|search| {
            let key = KeyPair::generate_with(algorithm, &mut ChaCha20Rng::from_seed([2; 32]), search).unwrap();
            assert_eq!(sha256(&key.secret_pkcs8_der().unwrap()), expected, "{algorithm} with {search:?}");
        });
    }
}

#[test]
fn each_way_of_searching_finds_the_same_keys() {
    for seed in 10..16 {
        let seed = KeySeed::draw(&mut ChaCha20Rng::from_seed([seed; 32]));
        let expected = KeyPair::from_seed(KeyAlgorithm::Rsa2048, &seed).unwrap();
        for_each_search(|search| {
            let made = KeyPair::from_seed_with(KeyAlgorithm::Rsa2048, &seed, search).unwrap();
            assert_eq!(made.public_key(), expected.public_key(), "{search:?}");
        });
    }
}

/// On each path that this processor has, with 1, 2, 3 and 8 threads.
fn for_each_search(check: impl Fn(&Search)) {
    for path in Path::available() {
        let mut search = Search::default();
        search.path = path;
        check(&search);
        for threads in [2, 3, 8] {
            search.threads = core::num::NonZero::new(threads).unwrap();
            check(&search);
        }
    }
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
    let (first, again) = (identity([1; 32], now()), identity([1; 32], now()));
    assert_eq!(first.leaf(), again.leaf());
    assert_eq!(first.root(), again.root());

    let other_seed = identity([5; 32], now());
    assert_ne!(other_seed.leaf().public_key(), first.leaf().public_key());
    assert_ne!(other_seed.root().public_key(), first.root().public_key());
    assert_ne!(other_seed.leaf().serial_number(), first.leaf().serial_number());

    let one_second_later = identity([1; 32], now().plus_seconds(1).unwrap());
    assert_eq!(one_second_later.leaf().public_key(), first.leaf().public_key());
    assert_ne!(one_second_later.leaf(), first.leaf());
}
