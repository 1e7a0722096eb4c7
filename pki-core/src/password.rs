//! Passwords of PFX files and of encrypted private keys.

use core::fmt;

use rand::CryptoRng;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// A password of 1 to 1,024 bytes of UTF-8, or the empty one, for opening only; overwritten when dropped, never shown.
///
/// ```
/// use pki_core::password::Password;
///
/// let password = Password::new("correct horse".to_owned())?;
/// assert_eq!(format!("{password:?}"), "Password(..)");
/// # Ok::<(), pki_core::Error>(())
/// ```
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes over a password that somebody chose.
    ///
    /// # Errors
    /// [`Error::PasswordLength`] if it is empty or above 1,024 bytes.
    pub fn new(text: String) -> Result<Self> {
        let text = Zeroizing::new(text);
        match text.len() {
            1..=1024 => Ok(Self(text)),
            bytes => Err(Error::PasswordLength { bytes }),
        }
    }

    /// The empty password. Only old or careless files have it: it opens them, and this crate seals nothing with it.
    pub fn empty() -> Self {
        Self(Zeroizing::new(String::new()))
    }

    /// A random password: 24 letters and digits in groups of six, 140 bits.
    ///
    /// The alphabet leaves out characters that look alike (`0 O 1 I l`), because people copy passwords by eye.
    pub fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(GROUPS * (GROUP + 1)));
        for group in 0..GROUPS {
            if group > 0 {
                text.push('-');
            }
            for _ in 0..GROUP {
                text.push(random_character(rng));
            }
        }
        Self(text)
    }

    /// Whether every reader of PFX files takes this password the same way: printable ASCII only.
    pub fn is_portable(&self) -> bool {
        self.0.bytes().all(|b| (0x20..=0x7e).contains(&b))
    }

    /// Whether it has no characters.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The password itself, for a file that only its owner may read.
    pub fn secret_text(&self) -> &str {
        &self.0
    }

    /// UTF-16, big-endian, with a trailing 00 00 (RFC 7292 appendix B.1).
    pub(crate) fn to_bmp(&self) -> Zeroizing<Vec<u8>> {
        // Reserved in full, so that growing never leaves a copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(2 * self.0.len() + 2));
        for unit in self.0.encode_utf16() {
            bytes.extend_from_slice(&unit.to_be_bytes());
        }
        bytes.extend_from_slice(&[0, 0]);
        bytes
    }

    /// UTF-8 without an end mark, as PBES2 takes it (RFC 8018).
    pub(crate) fn as_utf8(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

const GROUPS: usize = 4;
const GROUP: usize = 6;
const ALPHABET: &[u8; 57] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

fn random_character(rng: &mut (impl CryptoRng + ?Sized)) -> char {
    // Rejection sampling over bytes: uniform, and the same on machines of every word size.
    loop {
        let mut byte = [0];
        rng.fill_bytes(&mut byte);
        let [byte] = byte;
        if let Some(&c) = ALPHABET.get(usize::from(byte & 0x3f)) {
            return c.into();
        }
    }
}
