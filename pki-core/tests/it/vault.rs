//! Secrets under one passphrase: what goes in comes out, for who knows it, and for nobody else.

use der::{Decode as _, SecretDocument};
use pkcs5::pbes2;
use pkcs8::EncryptedPrivateKeyInfoRef;
use pki_core::Error;
use pki_core::key::KeyPair;
use pki_core::password::Password;
use pki_core::vault::Vault;

use crate::support::{key, rng};

fn password(text: &str) -> Password {
    Password::new(text.to_owned()).unwrap()
}

fn is_wrong_password<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::WrongPassword { .. }))
}

fn parameters(sealed: &str) -> pbes2::Parameters {
    let (_, document) = SecretDocument::from_pem(sealed).unwrap();
    let info = EncryptedPrivateKeyInfoRef::from_der(document.as_bytes()).unwrap();
    info.encryption_algorithm.pbes2().unwrap().clone()
}

#[test]
fn what_is_sealed_opens_with_the_passphrase_alone() {
    let mut rng = rng(1);
    let vault = Vault::new(&password("one"), &mut rng).unwrap();
    let mark = vault.mark(&mut rng).unwrap();
    let sealed_key = vault.seal_key(&key(0), &mut rng).unwrap();
    for secret in ["x", "sixteen letters.", "\u{e4}\u{1f511} of the hosts", &"long ".repeat(200)] {
        let sealed = vault.seal_password(&password(secret), &mut rng).unwrap();
        assert!(Vault::is_sealed_password(&sealed) && !Vault::is_sealed_key(&sealed));
        assert_eq!(vault.open_password(&sealed).unwrap().secret_text(), secret);
    }
    let sealed_password = vault.seal_password(&password("secret"), &mut rng).unwrap();
    // Each of them alone is enough to open it again.
    for any in [&mark, &sealed_key, &sealed_password] {
        let again = Vault::open(any, &password("one")).unwrap();
        assert_eq!(again.open_key(&sealed_key).unwrap().public_key(), key(0).public_key());
        assert_eq!(again.open_password(&sealed_password).unwrap().secret_text(), "secret");
        assert!(is_wrong_password(Vault::open(any, &password("two"))));
        assert_eq!(format!("{again:?}"), "Vault(..)");
    }
}

#[test]
fn a_sealed_key_is_pkcs8_as_everybody_reads_it() {
    let mut rng = rng(2);
    let vault = Vault::new(&password("one"), &mut rng).unwrap();
    let sealed = vault.seal_key(&key(1), &mut rng).unwrap();
    let opened = KeyPair::from_pkcs8_pem(&sealed, Some(&password("one"))).unwrap();
    assert_eq!(opened.public_key(), key(1).public_key());
    assert!(matches!(KeyPair::from_pkcs8_pem(&sealed, None), Err(Error::PasswordNeeded { .. })));
    assert!(is_wrong_password(KeyPair::from_pkcs8_pem(&sealed, Some(&password("two")))));
}

#[test]
fn all_share_600_000_rounds_and_a_salt_and_none_an_initialization_vector() {
    let mut rng = rng(3);
    let vault = Vault::new(&password("one"), &mut rng).unwrap();
    let other = Vault::new(&password("one"), &mut rng).unwrap();
    let sealed = [
        vault.mark(&mut rng).unwrap(),
        vault.mark(&mut rng).unwrap(),
        vault.seal_key(&key(0), &mut rng).unwrap(),
        vault.seal_password(&password("x"), &mut rng).unwrap(),
    ];
    let all: Vec<_> = sealed.iter().map(|sealed| parameters(sealed)).collect();
    for (number, parameters) in all.iter().enumerate() {
        let kdf = parameters.kdf.pbkdf2().unwrap();
        assert_eq!((kdf.iteration_count, kdf.prf), (600_000, pbes2::Pbkdf2Prf::HmacWithSha256));
        assert_eq!(kdf.salt, all[0].kdf.pbkdf2().unwrap().salt);
        assert!(matches!(parameters.encryption, pbes2::EncryptionScheme::Aes256Cbc { .. }));
        assert!(all[..number].iter().all(|earlier| earlier.encryption != parameters.encryption));
    }
    let salt = parameters(&other.mark(&mut rng).unwrap()).kdf.pbkdf2().unwrap().salt;
    assert_ne!(salt, all[0].kdf.pbkdf2().unwrap().salt);
    assert!(is_wrong_password(other.open_key(&sealed[2])));
}

#[test]
fn what_no_vault_sealed_is_refused_by_its_name() {
    let mut rng = rng(4);
    let vault = Vault::new(&password("one"), &mut rng).unwrap();
    let sealed = vault.seal_password(&password("x"), &mut rng).unwrap();
    assert!(matches!(vault.open_key(&sealed), Err(Error::Damaged { .. })));
    for text in ["", "no PEM", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        assert!(matches!(Vault::open(text, &password("one")), Err(Error::Damaged { .. })), "{text}");
    }
    assert!(matches!(Vault::open(&"x".repeat(100_000), &password("one")), Err(Error::OverLimit { .. })));
    assert!(matches!(Vault::new(&Password::empty(), &mut rng), Err(Error::PasswordLength { bytes: 0 })));

    let relabelled = |info: EncryptedPrivateKeyInfoRef<'_>| {
        let document = SecretDocument::try_from(info).unwrap();
        document.to_pem("PROTECTED PASSWORD", der::pem::LineEnding::LF).unwrap().to_string()
    };
    let (_, document) = SecretDocument::from_pem(&sealed).unwrap();
    let info = || EncryptedPrivateKeyInfoRef::from_der(document.as_bytes()).unwrap();
    let many = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(1_000_001, &[1; 16], [2; 16]).unwrap();
    let costly = relabelled(EncryptedPrivateKeyInfoRef { encryption_algorithm: many.into(), ..info() });
    assert!(matches!(Vault::open(&costly, &password("one")), Err(Error::OverLimit { limit: 1_000_000, .. })));
    let aes128 = pbes2::Parameters::generate_pbkdf2_sha256_aes128cbc(1000, &[1; 16], [2; 16]).unwrap();
    let weaker = relabelled(EncryptedPrivateKeyInfoRef { encryption_algorithm: aes128.into(), ..info() });
    assert!(matches!(Vault::open(&weaker, &password("one")), Err(Error::UnsupportedAlgorithm { .. })));
}

/// Whatever is changed in a sealed text, nothing panics, and no key comes out that was not put in.
#[test]
fn a_damaged_text_gives_an_error_or_the_same_or_nothing_useful() {
    let mut rng = rng(5);
    let vault = Vault::new(&password("one"), &mut rng).unwrap();
    let sealed = vault.seal_key(&key(2), &mut rng).unwrap();
    for position in (0..sealed.len()).step_by(7) {
        let mut bytes = sealed.clone().into_bytes();
        bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
        if let Ok(opened) = vault.open_key(&String::from_utf8(bytes).unwrap()) {
            assert_eq!(opened.public_key(), key(2).public_key(), "{position}");
        }
    }
}
