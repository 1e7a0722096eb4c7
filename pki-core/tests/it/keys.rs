//! Keys: RSA from a seed, PKCS#8 in and out, four different errors, and nothing secret shown or copied.

mod fips_186_5;
mod key_files;

use std::collections::HashSet;

use der::{Decode as _, Encode as _};
use pkcs5::pbes2;
use pkcs8::PrivateKeyInfoRef;
use pki_core::Error;
use pki_core::authority::{Authority, Identity};
use pki_core::key::{KeyAlgorithm, KeyPair, KeySeed, PublicKey, PublicKeyAlgorithm, SignatureAlgorithm};
use pki_core::password::Password;
use proptest::prelude::*;
use rand::Rng;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::traits::PublicKeyParts as _;

use crate::support::foreign::{elliptic_curve, rsa_pkcs8, spki, weak_pkcs8};
use crate::support::{authority, damaged, identity, key, rng};

#[test]
fn keys_have_the_size_that_was_asked_for_and_the_exponent_65537() {
    assert_eq!(KeyAlgorithm::default(), KeyAlgorithm::Rsa3072);
    let of_size = |algorithm| KeyPair::generate(algorithm, &mut rng(30)).unwrap();
    let keys = [(2048, key(0)), (3072, of_size(KeyAlgorithm::Rsa3072)), (4096, of_size(KeyAlgorithm::Rsa4096))];
    for (bits, key) in keys {
        assert_eq!(*key.public_key().algorithm(), PublicKeyAlgorithm::Rsa { bits });
        let public = rsa::PublicKey::from_public_key_der(key.public_key().as_spki_der()).unwrap();
        assert_eq!(public.n().bit_width_vartime() as usize, bits);
        assert_eq!(public.e_bytes().as_ref(), [1, 0, 1]);
        assert_eq!(format!("{key:?}"), format!("KeyPair(rsa-{bits}, ..)"));
        assert_eq!(reread(&key).public_key(), key.public_key());
    }
}

#[test]
fn algorithms_are_known_by_their_names() {
    for algorithm in [KeyAlgorithm::Rsa2048, KeyAlgorithm::Rsa3072, KeyAlgorithm::Rsa4096] {
        assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
        assert_eq!(algorithm.to_string(), format!("rsa-{}", algorithm.bits()));
    }
    for unknown in ["rsa-1024", "rsa", "RSA-2048", "ecdsa-p256", ""] {
        let message = unknown.parse::<KeyAlgorithm>().unwrap_err().to_string();
        assert!(message.contains(&format!("{unknown:?}")) && message.contains("rsa-3072"), "{message}");
    }
}

#[test]
fn a_seed_gives_one_key_and_another_seed_another_key() {
    let make = |seed| KeyPair::generate(KeyAlgorithm::Rsa2048, &mut rng(seed)).unwrap();
    assert_eq!(make(1).secret_pkcs8_der().unwrap(), make(1).secret_pkcs8_der().unwrap());
    let drawn = KeyPair::from_seed(KeyAlgorithm::Rsa2048, &KeySeed::draw(&mut rng(1))).unwrap();
    assert_eq!(drawn.public_key(), make(1).public_key());
    let different: HashSet<_> = (0..4).map(|i| key(i).public_key().as_spki_der().to_vec()).collect();
    assert_eq!(different.len(), 4);
}

#[test]
fn a_public_key_that_checked_a_signature_is_the_key_that_it_was() {
    fn is_shared_by_threads<T: Send + Sync>(_: &T) {}
    let key = key(0);
    let fresh = PublicKey::from_spki_der(key.public_key().as_spki_der()).unwrap();
    let used = fresh.clone();
    let signature = key.sign(b"message", &mut rng(33)).unwrap();
    for message in [&b"message"[..], b"another", b"message"] {
        let verified = used.verify(&SignatureAlgorithm::RsaSha256, message, &signature);
        assert_eq!(verified.is_ok(), message == b"message");
        assert_eq!(used.clone().verify(&SignatureAlgorithm::RsaSha256, message, &signature), verified);
    }
    is_shared_by_threads(&used);
    assert_eq!(used, fresh);
    assert_eq!(format!("{used:?}"), format!("{fresh:?}"));
}

#[test]
fn pkcs1_is_the_key_inside_pkcs8() {
    let pkcs8 = key(1).secret_pkcs8_der().unwrap();
    let info = PrivateKeyInfoRef::from_der(&pkcs8).unwrap();
    assert_eq!(info.private_key.as_bytes(), key(1).secret_pkcs1_der().unwrap().as_slice());
}

#[test]
fn making_a_key_takes_32_bytes_from_the_generator() {
    let (mut used, mut skipped) = (rng(1), rng(1));
    KeyPair::generate(KeyAlgorithm::Rsa2048, &mut used).unwrap();
    Rng::fill_bytes(&mut skipped, &mut [0; 32]);
    assert_eq!(Rng::next_u64(&mut used), Rng::next_u64(&mut skipped));
}

#[test]
fn a_signature_takes_32_bytes_from_the_generator() {
    let (mut used, mut skipped) = (rng(1), rng(1));
    key(0).sign(b"a message", &mut used).unwrap();
    Rng::fill_bytes(&mut skipped, &mut [0; 32]);
    assert_eq!(Rng::next_u64(&mut used), Rng::next_u64(&mut skipped));
}

#[test]
fn keys_of_other_sizes_and_exponents_are_refused() {
    assert_eq!(KeyPair::from_pkcs8_der(weak_pkcs8()).unwrap_err(), Error::KeySize { bits: 1024 });
    assert_eq!(KeyPair::from_pkcs8_der(&rsa_pkcs8(1536, 65_537)).unwrap_err(), Error::KeySize { bits: 1536 });
    assert!(matches!(KeyPair::from_pkcs8_der(&rsa_pkcs8(2048, 3)), Err(Error::UnsupportedAlgorithm { .. })));
    let message = Error::KeySize { bits: 1024 }.to_string();
    assert!(message.contains("1024") && message.contains("2048, 3072 or 4096"), "{message}");
}

#[test]
fn keys_that_are_not_rsa_are_refused_by_name() {
    let (public, private) = elliptic_curve();
    let Err(Error::UnsupportedAlgorithm { algorithm, .. }) = KeyPair::from_pkcs8_der(&private) else { panic!() };
    assert_eq!(algorithm, "1.2.840.10045.2.1");
    let public = PublicKey::from_spki_der(&public).unwrap();
    assert_eq!(*public.algorithm(), PublicKeyAlgorithm::Other { oid: "1.2.840.10045.2.1".to_owned() });
    let verified = public.verify(&SignatureAlgorithm::RsaSha256, b"message", &[0; 64]);
    assert!(matches!(verified, Err(Error::UnsupportedAlgorithm { .. })));
}

#[test]
fn a_key_for_pss_alone_checks_no_other_signature() {
    let key = key(0);
    let mut info = spki::SubjectPublicKeyInfoOwned::from_der(key.public_key().as_spki_der()).unwrap();
    info.algorithm = spki::AlgorithmIdentifier { oid: const_oid::db::rfc5912::ID_RSASSA_PSS, parameters: None };
    let for_pss = PublicKey::from_spki_der(&info.to_der().unwrap()).unwrap();
    let signature = key.sign(b"message", &mut rng(1)).unwrap();
    let check = |key: &PublicKey| key.verify(&SignatureAlgorithm::RsaSha256, b"message", &signature);
    assert_eq!(check(key.public_key()), Ok(()));
    assert!(matches!(check(&for_pss), Err(Error::UnsupportedAlgorithm { algorithm, .. }) if algorithm == "RSASSA-PSS"));
}

#[test]
fn nothing_secret_is_shown() {
    let identity = identity("HOST4.atwork.at");
    let authority = authority("HOST4.atwork.at");
    assert_eq!(format!("{:?}", identity.secret_key()), "KeyPair(rsa-2048, ..)");
    assert_eq!(format!("{:?}", KeySeed::draw(&mut rng(1))), "KeySeed(..)");
    assert_eq!(format!("{:?}", password("secret")), "Password(..)");
    for shown in [format!("{identity:?}"), format!("{authority:?}")] {
        assert!(shown.contains("KeyPair(rsa-2048, ..)"), "{shown}");
        assert!(shown.len() < 400, "{shown}");
    }
}

/// Compiles only while `$type` has no `Clone`: with it, two traits would offer the same function.
macro_rules! assert_not_clone {
    ($($type:ty),*) => {$({
        trait Ambiguous<A> {
            fn with_clone() {}
        }
        impl<T> Ambiguous<()> for T {}
        struct Cloneable;
        impl<T: Clone> Ambiguous<Cloneable> for T {}
        <$type as Ambiguous<_>>::with_clone();
    })*};
}

#[test]
fn secrets_cannot_be_cloned() {
    assert_not_clone!(KeyPair, KeySeed, Password, Authority, Identity);
}

#[test]
fn a_generated_password_has_at_least_120_bits_of_portable_characters() {
    let passwords: Vec<Password> = (0..200).map(|seed| Password::generate(&mut rng(seed))).collect();
    let characters: HashSet<char> = passwords.iter().flat_map(|p| p.secret_text().chars()).collect();
    let alphabet = characters.iter().filter(|c| c.is_ascii_alphanumeric()).count();
    for password in &passwords {
        let drawn = password.secret_text().chars().filter(|c| *c != '-').count();
        assert!(drawn as f64 * (alphabet as f64).log2() >= 120.0);
        assert!(password.is_portable());
    }
    assert_eq!(passwords.iter().map(Password::secret_text).collect::<HashSet<_>>().len(), 200);
    assert_eq!(Password::generate(&mut rng(1)).secret_text(), passwords[1].secret_text());
}

#[test]
fn a_password_has_1_to_1024_bytes() {
    assert_eq!(Password::new(String::new()).unwrap_err(), Error::PasswordLength { bytes: 0 });
    assert_eq!(Password::new("\u{fc}".repeat(512)).unwrap().secret_text().len(), 1024);
    assert_eq!(Password::new("a".repeat(1025)).unwrap_err(), Error::PasswordLength { bytes: 1025 });
    assert!(!password("p\u{fc}").is_portable() && !password("a\tb").is_portable() && password(" ~").is_portable());
    assert!(Password::empty().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_signature_is_verified_by_its_own_public_half_only(message: Vec<u8>, which in 0..4_usize, flip: usize) {
        let signature = key(which).sign(&message, &mut rng(34)).unwrap();
        let verify = |key: &KeyPair, signature: &[u8]| {
            key.public_key().verify(&SignatureAlgorithm::RsaSha256, &message, signature)
        };
        verify(&key(which), &signature).unwrap();
        assert_eq!(key(which).sign(&message, &mut rng(35)).unwrap(), signature, "blinding leaves no trace");
        assert!(matches!(verify(&key((which + 1) % 4), &signature), Err(Error::Damaged { .. })));
        let mut forged = signature.clone();
        forged[flip % signature.len()] ^= 1 << (flip / signature.len() % 8);
        assert!(matches!(verify(&key(which), &forged), Err(Error::Damaged { .. })));
    }

    #[test]
    fn arbitrary_bytes_are_no_key_and_no_panic(bytes: Vec<u8>, text: String) {
        assert!(KeyPair::from_pkcs8_der(&bytes).is_err());
        assert!(KeyPair::from_encrypted_pkcs8_der(&bytes, &password("any")).is_err());
        assert!(KeyPair::from_pkcs8_pem(&text, Some(&password("any"))).is_err());
        assert!(PublicKey::from_spki_der(&bytes).is_err());
    }

    #[test]
    fn a_damaged_key_is_refused_or_still_whole(bytes in damaged(key(0).secret_pkcs8_der().unwrap().to_vec())) {
        if let Ok(key) = KeyPair::from_pkcs8_der(&bytes) {
            let signature = key.sign(b"message", &mut rng(36)).unwrap();
            key.public_key().verify(&SignatureAlgorithm::RsaSha256, b"message", &signature).unwrap();
        }
    }

    #[test]
    fn a_damaged_public_key_never_panics(bytes in damaged(spki(&key(0).secret_pkcs8_der().unwrap()))) {
        if let Ok(key) = PublicKey::from_spki_der(&bytes) {
            let verified = key.verify(&SignatureAlgorithm::RsaSha256, b"message", &[1; 256]);
            assert!(verified.is_err());
        }
    }

    #[test]
    fn a_damaged_encrypted_key_never_panics(bytes in damaged(encrypted(&key(0), "right", pbkdf2(1)))) {
        if let Ok(opened) = KeyPair::from_encrypted_pkcs8_der(&bytes, &password("right")) {
            assert_eq!(opened.public_key(), key(0).public_key());
        }
    }
}

fn password(text: &str) -> Password {
    Password::new(text.to_owned()).unwrap()
}

fn reread(key: &KeyPair) -> KeyPair {
    KeyPair::from_pkcs8_der(&key.secret_pkcs8_der().unwrap()).unwrap()
}

fn pbkdf2(iterations: u32) -> pbes2::Parameters {
    pbes2::Parameters {
        kdf: pbkdf2_parameters(iterations).into(),
        encryption: pbes2::EncryptionScheme::Aes256Cbc { iv: [2; 16] },
    }
}

fn pbkdf2_parameters(iterations: u32) -> pbes2::Pbkdf2Params {
    pbes2::Pbkdf2Params { iteration_count: iterations, ..pbes2::Pbkdf2Params::hmac_sha256(1, &[1; 16]).unwrap() }
}

/// A key as others would encrypt it, with few iterations so that many passwords can be tried.
fn encrypted(key: &KeyPair, password: &str, parameters: pbes2::Parameters) -> Vec<u8> {
    let plain = key.secret_pkcs8_der().unwrap();
    let info = PrivateKeyInfoRef::from_der(&plain).unwrap();
    info.encrypt_with_params(parameters, password).unwrap().as_bytes().to_vec()
}
