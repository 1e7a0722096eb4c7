//! Private keys: one that is taken can be used, and is the same when it was written and read again.

use chacha20::ChaCha20Rng;
use pkcs5::pbes2;
use pki_core::Error;
use pki_core::key::{KeyPair, SignatureAlgorithm};
use pki_core::password::Password;
use rand::SeedableRng as _;

use crate::shown::is_no_fault;
use crate::tlv;

/// Any bytes as PKCS#8, in DER or PEM.
pub fn check(data: &[u8]) {
    check_read(KeyPair::from_pkcs8_der(data));
    if let Ok(text) = str::from_utf8(data) {
        check_read(KeyPair::from_pkcs8_pem(text, None));
    }
}

/// Any bytes as an encrypted key; and the same bytes as what is encrypted, which has to open as they do by themselves.
pub fn check_encrypted(data: &[u8]) {
    let password = Password::new(PASSWORD.to_owned()).expect("a password");
    if rounds(data).is_none_or(|rounds| rounds <= MOST_ROUNDS) {
        check_read(KeyPair::from_encrypted_pkcs8_der(data, &password));
    }
    let Some((cipher, plain)) = data.split_first().filter(|(_, plain)| plain.len() < MOST_PLAIN) else { return };
    let sealed = encrypt(*cipher, plain);
    let opened = KeyPair::from_encrypted_pkcs8_der(&sealed, &password);
    match (opened, KeyPair::from_pkcs8_der(plain)) {
        (Ok(opened), Ok(by_itself)) => assert_eq!(opened.public_key(), by_itself.public_key()),
        // What is no DER at all could as well come of a wrong password.
        (Err(opened), Err(by_itself)) => assert!(opened == by_itself || is_wrong_password(&opened), "{opened:?}"),
        (opened, by_itself) => panic!("encrypted: {opened:?}, by itself: {by_itself:?}"),
    }
    let wrong = Password::new("another".to_owned()).expect("a password");
    assert!(
        KeyPair::from_encrypted_pkcs8_der(&sealed, &wrong).is_err_and(|error| !matches!(error, Error::Internal { .. }))
    );
}

fn is_wrong_password(error: &Error) -> bool {
    matches!(error, Error::WrongPassword { .. })
}

fn check_read(read: Result<KeyPair, Error>) {
    let key = match read {
        Ok(key) => key,
        Err(error) => return is_no_fault(&error),
    };
    let der = key.secret_pkcs8_der().expect("a key that was read can be written");
    let pem = key.secret_pkcs8_pem().expect("a key that was read can be written");
    let again = KeyPair::from_pkcs8_der(&der).expect("what was written can be read");
    assert_eq!(again.public_key(), key.public_key());
    assert_eq!(*again.secret_pkcs8_der().expect("a key that was read can be written"), *der);
    assert_eq!(
        KeyPair::from_pkcs8_pem(&pem, None).expect("what was written can be read").public_key(),
        key.public_key()
    );
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let signature = key.sign(b"message", &mut rng).expect("a key that was read can sign");
    assert_eq!(key.public_key().verify(&SignatureAlgorithm::RsaSha256, b"message", &signature), Ok(()));
}

/// The rounds of key derivation that an encrypted key asks for. More than a few are not tried here: the limit of the parser,
/// a million, would leave a few inputs a second.
pub fn rounds(der: &[u8]) -> Option<u64> {
    let (info, _) = tlv::expect(tlv::SEQUENCE, der)?;
    let (scheme, _) = tlv::expect(tlv::SEQUENCE, info)?;
    let (_pbes2, rest) = tlv::expect(tlv::OID, scheme)?;
    let (parameters, _) = tlv::expect(tlv::SEQUENCE, rest)?;
    let (kdf, _) = tlv::expect(tlv::SEQUENCE, parameters)?;
    let (_pbkdf2, rest) = tlv::expect(tlv::OID, kdf)?;
    let (parameters, _) = tlv::expect(tlv::SEQUENCE, rest)?;
    let (_salt, rest) = tlv::expect(tlv::OCTET_STRING, parameters)?;
    let (rounds, _) = tlv::expect(tlv::INTEGER, rest)?;
    Some(rounds.iter().fold(0, |sum: u64, digit| sum.saturating_mul(256) | u64::from(*digit)))
}

/// PKCS#8 `EncryptedPrivateKeyInfo` in one round, written by `pkcs5`.
pub fn encrypt(cipher: u8, plain: &[u8]) -> Vec<u8> {
    let parameters = parameters(cipher);
    let ciphertext = parameters.encrypt(PASSWORD, plain).expect("anything can be encrypted");
    let scheme = pkcs5::EncryptionScheme::Pbes2(parameters);
    let scheme = pkcs5::der::Encode::to_der(&scheme).expect("an algorithm can be encoded");
    tlv::write(tlv::SEQUENCE, &[&scheme, &tlv::write(tlv::OCTET_STRING, &[&ciphertext])])
}

/// PBES2 with PBKDF2-HMAC-SHA-256, one round, AES of one of two lengths.
pub fn parameters(cipher: u8) -> pbes2::Parameters {
    let parameters = match cipher % 2 {
        0 => pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(1, SALT, [7; 16]),
        _ => pbes2::Parameters::generate_pbkdf2_sha256_aes128cbc(1, SALT, [7; 16]),
    };
    parameters.expect("constant parameters")
}

/// What everything here is encrypted with.
pub const PASSWORD: &str = "a password for fuzzing";
const SALT: &[u8] = b"sixteen bytes!!!";
/// As many as take no longer than the rest.
pub const MOST_ROUNDS: u64 = 1000;
/// In bytes: encrypted, it has to stay below the 64 KiB that are read.
const MOST_PLAIN: usize = 60_000;
