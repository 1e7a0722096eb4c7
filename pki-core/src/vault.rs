//! Many secrets under one passphrase: PBES2 (RFC 8018) with PBKDF2-HMAC-SHA-256 and AES-256-CBC.
//!
//! Deriving a key is slow on purpose. A [`Vault`] does it once for all its secrets, which share a salt; each has an
//! initialization vector of its own. A sealed private key is what any program takes that reads PKCS#8 in PEM.
//!
//! The encryption hides and does not authenticate: a key is told by its certificate, a password by the PFX that it opens.

use core::fmt;

use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use der::asn1::{OctetStringRef, Utf8StringRef};
use der::pem::{LineEnding, PemLabel as _};
use der::{Decode as _, Encode as _, SecretDocument};
use pkcs5::{EncryptionScheme, pbes2};
use pkcs8::EncryptedPrivateKeyInfoRef;
use rand::CryptoRng;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::key::KeyPair;
use crate::password::Password;
use crate::stack::wiped;

/// The derived key of a passphrase. Nothing of it is shown, and it is overwritten when dropped.
pub struct Vault {
    salt: Vec<u8>,
    iterations: u32,
    /// In a box: a vault is moved from hand to hand, and leaves no copies behind.
    key: Box<Zeroizing<[u8; 32]>>,
}

/// What is sealed, as it stands in the first line of its PEM.
const MARK: &str = "PROTECTED FOLDER";
const PASSWORD: &str = "PROTECTED PASSWORD";
const KEY: &str = EncryptedPrivateKeyInfoRef::PEM_LABEL;

impl Vault {
    /// Makes a vault with a salt of its own. Takes as long as 600,000 rounds of PBKDF2 take.
    ///
    /// ```
    /// use pki_core::password::Password;
    /// use pki_core::vault::Vault;
    /// # use rand::SeedableRng as _;
    /// # let mut rng = chacha20::ChaCha20Rng::seed_from_u64(1); // a fixed seed: for tests and examples only
    ///
    /// let passphrase = Password::new("correct horse battery staple".to_owned())?;
    /// let vault = Vault::new(&passphrase, &mut rng)?;
    /// let (mark, sealed) = (vault.mark(&mut rng)?, vault.seal_password(&Password::generate(&mut rng), &mut rng)?);
    ///
    /// let again = Vault::open(&mark, &passphrase)?;
    /// assert_eq!(again.open_password(&sealed)?.secret_text().len(), 27);
    /// # Ok::<(), pki_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::PasswordLength`] for the empty passphrase.
    pub fn new(passphrase: &Password, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Self> {
        let mut salt = vec![0; SALT_BYTES];
        rng.fill_bytes(&mut salt);
        Self::derive(passphrase, salt, ITERATIONS)
    }

    /// Opens a vault by anything that was sealed in it: its mark, a password or a key.
    ///
    /// # Errors
    /// [`Error::WrongPassword`]; [`Error::OverLimit`] above 1,000,000 rounds; [`Error::UnsupportedAlgorithm`] or
    /// [`Error::Damaged`] for what no vault sealed.
    pub fn open(sealed: &str, passphrase: &Password) -> Result<Self> {
        let envelope = Envelope::read(sealed)?;
        if envelope.iterations > MAX_ITERATIONS {
            return Err(Error::OverLimit {
                what: WHAT,
                quantity: "iterations",
                found: envelope.iterations.into(),
                limit: MAX_ITERATIONS.into(),
            });
        }
        let vault = Self::derive(passphrase, envelope.salt.clone(), envelope.iterations)?;
        match envelope.label.as_str() {
            MARK => vault.check_mark(&envelope)?,
            PASSWORD => drop(vault.open_password(sealed)?),
            _ => drop(vault.open_key(sealed)?),
        }
        Ok(vault)
    }

    /// Whether a text is what [`Vault::seal_password`] makes.
    pub fn is_sealed_password(text: &str) -> bool {
        text.trim_start().starts_with(&format!("-----BEGIN {PASSWORD}-----"))
    }

    /// Whether a text is an encrypted key, by this or any other program.
    pub fn is_sealed_key(text: &str) -> bool {
        text.trim_start().starts_with(&format!("-----BEGIN {KEY}-----"))
    }

    /// A text that shows, without any secret in it, whether a passphrase is the right one.
    ///
    /// # Errors
    /// [`Error::Internal`] if the library cannot encode it.
    pub fn mark(&self, rng: &mut (impl CryptoRng + ?Sized)) -> Result<String> {
        self.seal(MARK, MARK_CONTENTS, rng)
    }

    /// Seals a private key: PKCS#8 `EncryptedPrivateKeyInfo` in PEM.
    ///
    /// # Errors
    /// [`Error::Internal`] if the library cannot encode it.
    pub fn seal_key(&self, key: &KeyPair, rng: &mut (impl CryptoRng + ?Sized)) -> Result<String> {
        self.seal(KEY, &key.secret_pkcs8_der()?, rng)
    }

    /// Opens what [`Vault::seal_key`] made.
    ///
    /// # Errors
    /// [`Error::WrongPassword`] for what was sealed in another vault; as [`KeyPair::from_pkcs8_der`].
    pub fn open_key(&self, sealed: &str) -> Result<KeyPair> {
        let plain = self.decrypt(&Envelope::of(KEY, sealed)?)?;
        KeyPair::from_pkcs8_der(&plain).map_err(|error| match error {
            Error::Damaged { .. } => Error::WrongPassword { what: WHAT },
            error => error,
        })
    }

    /// Seals a password: the same in PEM with another label, and a `UTF8String` inside.
    ///
    /// # Errors
    /// [`Error::Internal`] if the library cannot encode it.
    pub fn seal_password(&self, password: &Password, rng: &mut (impl CryptoRng + ?Sized)) -> Result<String> {
        let text = Utf8StringRef::new(password.secret_text()).and_then(|text| text.to_der()).map_err(internal)?;
        self.seal(PASSWORD, &Zeroizing::new(text), rng)
    }

    /// Opens what [`Vault::seal_password`] made.
    ///
    /// # Errors
    /// [`Error::WrongPassword`] for what was sealed in another vault.
    pub fn open_password(&self, sealed: &str) -> Result<Password> {
        let plain = self.decrypt(&Envelope::of(PASSWORD, sealed)?)?;
        let text = <Utf8StringRef<'_>>::from_der(&plain).map_err(|_| Error::WrongPassword { what: WHAT })?;
        Password::new(text.as_str().to_owned())
    }

    fn derive(passphrase: &Password, salt: Vec<u8>, iterations: u32) -> Result<Self> {
        if passphrase.is_empty() {
            return Err(Error::PasswordLength { bytes: 0 });
        }
        let mut key = Box::new(Zeroizing::new([0; 32]));
        wiped(|| pbkdf2::pbkdf2_hmac::<Sha256>(passphrase.as_utf8(), &salt, iterations, key.as_mut_slice()));
        Ok(Self { salt, iterations, key })
    }

    fn seal(&self, label: &str, plain: &[u8], rng: &mut (impl CryptoRng + ?Sized)) -> Result<String> {
        let mut iv = [0; 16];
        rng.fill_bytes(&mut iv);
        let parameters = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(self.iterations, &self.salt, iv);
        let encrypt = || cbc::Encryptor::<Aes256>::new_from_slices(self.key.as_slice(), &iv);
        let ciphertext =
            wiped(|| encrypt().map(|cipher| cipher.encrypt_padded_vec::<Pkcs7>(plain))).map_err(internal)?;
        let info = EncryptedPrivateKeyInfoRef {
            encryption_algorithm: EncryptionScheme::Pbes2(parameters.map_err(internal)?),
            encrypted_data: OctetStringRef::new(&ciphertext).map_err(internal)?,
        };
        let der = info.to_der().map_err(internal)?;
        der::pem::encode_string(label, LineEnding::LF, &der).map_err(internal)
    }

    /// A wrong key gives good padding by chance, once in 256 times: the caller looks at what comes out.
    fn decrypt(&self, envelope: &Envelope) -> Result<Zeroizing<Vec<u8>>> {
        let wrong = || Error::WrongPassword { what: WHAT };
        if (envelope.salt.as_slice(), envelope.iterations) != (self.salt.as_slice(), self.iterations) {
            return Err(wrong());
        }
        let mut buffer = Zeroizing::new(envelope.ciphertext.clone());
        let length = wiped(|| {
            let cipher =
                cbc::Decryptor::<Aes256>::new_from_slices(self.key.as_slice(), &envelope.iv).map_err(internal)?;
            cipher.decrypt_padded::<Pkcs7>(&mut buffer).map(<[u8]>::len).map_err(|_| wrong())
        })?;
        buffer.truncate(length);
        Ok(buffer)
    }

    fn check_mark(&self, envelope: &Envelope) -> Result<()> {
        let is_right = self.decrypt(envelope)?.as_slice() == MARK_CONTENTS;
        if is_right { Ok(()) } else { Err(Error::WrongPassword { what: WHAT }) }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(..)")
    }
}

/// What a sealed text says before it is opened.
///
/// ```text
/// EncryptedPrivateKeyInfo ::= SEQUENCE { encryptionAlgorithm AlgorithmIdentifier, encryptedData OCTET STRING }
/// ```
struct Envelope {
    label: String,
    salt: Vec<u8>,
    iterations: u32,
    iv: [u8; 16],
    ciphertext: Vec<u8>,
}

impl Envelope {
    fn of(label: &str, sealed: &str) -> Result<Self> {
        let envelope = Self::read(sealed)?;
        if envelope.label == label {
            return Ok(envelope);
        }
        Err(damaged(format!("a PEM block {:?} where {label} was expected", envelope.label)))
    }

    fn read(sealed: &str) -> Result<Self> {
        if sealed.len() > MAX_BYTES {
            return Err(Error::OverLimit {
                what: WHAT,
                quantity: "size in bytes",
                found: sealed.len() as u64,
                limit: MAX_BYTES as u64,
            });
        }
        let (label, document) = SecretDocument::from_pem(sealed).map_err(damaged)?;
        if ![MARK, PASSWORD, KEY].contains(&label) {
            return Err(damaged(format!("a PEM block {label:?}, which no passphrase opens")));
        }
        let info = EncryptedPrivateKeyInfoRef::from_der(document.as_bytes()).map_err(damaged)?;
        let parameters = info.encryption_algorithm.pbes2();
        let kdf = parameters.and_then(|parameters| parameters.kdf.pbkdf2());
        let (Some(pbes2::Parameters { encryption: pbes2::EncryptionScheme::Aes256Cbc { iv }, .. }), Some(kdf)) =
            (parameters, kdf)
        else {
            return Err(unsupported());
        };
        if kdf.prf != pbes2::Pbkdf2Prf::HmacWithSha256 {
            return Err(unsupported());
        }
        Ok(Self {
            label: label.to_owned(),
            salt: kdf.salt.as_bytes().to_vec(),
            iterations: kdf.iteration_count,
            iv: *iv,
            ciphertext: info.encrypted_data.as_bytes().to_vec(),
        })
    }
}

fn unsupported() -> Error {
    Error::UnsupportedAlgorithm {
        what: WHAT,
        algorithm: "something else than PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC".to_owned(),
    }
}

fn damaged(error: impl ToString) -> Error {
    Error::Damaged { what: WHAT, detail: error.to_string() }
}

fn internal(error: impl ToString) -> Error {
    Error::Internal { what: "sealing a secret", detail: error.to_string() }
}

const WHAT: &str = "what is protected";
const MARK_CONTENTS: &[u8] = b"everything secret here is sealed under one passphrase";
const SALT_BYTES: usize = 16;
const ITERATIONS: u32 = 600_000;
/// The most that are accepted when reading.
const MAX_ITERATIONS: u32 = 1_000_000;
/// The largest text that is looked at; an encrypted RSA-4096 key has about 3,500 bytes.
const MAX_BYTES: usize = 64 * 1024;
