//! Vaults: what is sealed opens to the same, what anybody else wrote opens only if it is what could have been sealed.

use std::sync::LazyLock;

use chacha20::ChaCha20Rng;
use pkcs5::der::pem::{LineEnding, encode_string};
use pki_core::Error;
use pki_core::key::KeyPair;
use pki_core::key::test_keys::insecure_test_key;
use pki_core::password::Password;
use pki_core::vault::Vault;
use rand::SeedableRng as _;

use crate::keys::{MOST_ROUNDS, PASSWORD, encrypt, rounds};
use crate::shown::is_no_fault;
use crate::tlv;

const LABELS: [&str; 4] = ["PROTECTED PASSWORD", "ENCRYPTED PRIVATE KEY", "PROTECTED FOLDER", "PRIVATE KEY"];

/// A vault of one round, so that opening one takes no time.
static VAULT: LazyLock<Vault> =
    LazyLock::new(|| open(&pem(0, &encrypt(0, &utf8("secret")))).expect("a sealed password"));

/// The first byte says under which label the rest is shown to the vault: as it stands, and as what is encrypted.
pub fn check(data: &[u8]) {
    let Some((label, body)) = data.split_first().filter(|(_, body)| body.len() < MOST_BODY) else { return };
    let label = usize::from(*label) % LABELS.len();
    check_text(&String::from_utf8_lossy(body));
    if rounds(body).is_none_or(|rounds| rounds <= MOST_ROUNDS) {
        check_text(&pem(label, body));
        read(open(&pem(label, body)));
    }
    let sealed = pem(label, &encrypt(0, body));
    let password = read(VAULT.open_password(&sealed));
    let expected = tlv::expect(tlv::UTF8_STRING, body).filter(|(_, rest)| label == 0 && rest.is_empty());
    let expected =
        expected.and_then(|(text, _)| str::from_utf8(text).ok()).filter(|text| (1..=1024).contains(&text.len()));
    // Of several encodings of a length only the shortest is DER.
    let expected = expected.filter(|text| utf8(text) == body);
    assert_eq!(password.as_ref().map(Password::secret_text), expected);
    let key = read(VAULT.open_key(&sealed));
    let expected = KeyPair::from_pkcs8_der(body).ok().filter(|_| label == 1);
    assert_eq!(key.as_ref().map(KeyPair::public_key), expected.as_ref().map(KeyPair::public_key));
    if let Some(password) = password {
        check_sealing(&password);
    }
}

/// What is there before the first input.
pub fn prepare() {
    LazyLock::force(&VAULT);
}

fn check_text(text: &str) {
    read(VAULT.open_password(text));
    read(VAULT.open_key(text));
    let (is_password, is_key) = (Vault::is_sealed_password(text), Vault::is_sealed_key(text));
    assert!(!(is_password && is_key));
}

fn check_sealing(password: &Password) {
    let mut rng = ChaCha20Rng::seed_from_u64(password.secret_text().len() as u64);
    let sealed = VAULT.seal_password(password, &mut rng).expect("a password can be sealed");
    assert!(Vault::is_sealed_password(&sealed));
    let opened = VAULT.open_password(&sealed).expect("what was sealed can be opened");
    assert_eq!(opened.secret_text(), password.secret_text());
    let key = insecure_test_key(password.secret_text().len()).expect("a key of the library");
    let sealed = VAULT.seal_key(&key, &mut rng).expect("a key can be sealed");
    assert!(Vault::is_sealed_key(&sealed));
    assert_eq!(VAULT.open_key(&sealed).expect("what was sealed can be opened").public_key(), key.public_key());
}

fn read<T>(opened: Result<T, Error>) -> Option<T> {
    opened.inspect_err(is_no_fault).ok()
}

fn open(sealed: &str) -> Result<Vault, Error> {
    Vault::open(sealed, &Password::new(PASSWORD.to_owned())?)
}

fn utf8(text: &str) -> Vec<u8> {
    tlv::write(tlv::UTF8_STRING, &[text.as_bytes()])
}

fn pem(label: usize, der: &[u8]) -> String {
    encode_string(LABELS[label], LineEnding::LF, der).expect("anything fits into PEM")
}

/// In bytes: in PEM it has to stay below the 64 KiB that are read.
const MOST_BODY: usize = 40_000;
