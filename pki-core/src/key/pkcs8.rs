//! Private keys as files: PKCS#8 (RFC 5958), plain or encrypted with PBES2 (RFC 8018), DER or PEM.

use const_oid::ObjectIdentifier;
use der::pem::{LineEnding, PemLabel as _};
use der::{Decode as _, ErrorKind, Header, SecretDocument, SliceReader, Tag};
use pkcs5::pbes2;
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use rand::CryptoRng;
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::pkcs8::EncodePrivateKey as _;
use spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::public::significant_bits;
use super::{KeyPair, Private, check_size};
use crate::error::{Error, Result};
use crate::password::Password;
use crate::stack::wiped;

/// Iterations of PBKDF2 for a key file of its own; a PFX has its own number.
const ITERATIONS: u32 = 600_000;
/// The most iterations that are accepted when reading.
const MAX_ITERATIONS: u32 = 1_000_000;
/// The largest key file that is looked at, in bytes; an encrypted RSA-4096 key has about 2,500.
const MAX_BYTES: usize = 64 * 1024;

const KEY: &str = "the private key";

impl KeyPair {
    /// Reads PKCS#8 `PrivateKeyInfo` in DER.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::UnsupportedAlgorithm`], [`Error::KeySize`] or [`Error::WellKnownKey`].
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self> {
        wiped(|| Self::read_der(der))
    }

    fn read_der(der: &[u8]) -> Result<Self> {
        cap(der.len())?;
        let info = PrivateKeyInfoRef::from_der(der).map_err(damaged)?;
        if info.algorithm.oid != const_oid::db::rfc5912::RSA_ENCRYPTION {
            return Err(unsupported(info.algorithm.oid));
        }
        // Before any arithmetic: numbers of half a million bits would keep it busy for seconds.
        let numbers = rsa::pkcs1::RsaPrivateKeyRef::from_der(info.private_key.as_bytes()).map_err(damaged)?;
        check_size(significant_bits(numbers.modulus.as_bytes()))?;
        rsa::PrivateKey::try_from(info).map_err(damaged).and_then(Self::from_rsa)
    }

    /// Reads a PEM file that holds a PKCS#8 key, encrypted or not; the password is used where it is needed.
    ///
    /// ```
    /// use pki_core::key::{KeyAlgorithm, KeyPair};
    /// use pki_core::password::Password;
    /// # use rand::SeedableRng as _;
    /// # let mut rng = chacha20::ChaCha20Rng::seed_from_u64(1); // a fixed seed: for tests and examples only
    ///
    /// let key = KeyPair::generate(KeyAlgorithm::Rsa2048, &mut rng)?;
    /// let password = Password::new("a long one".to_owned())?;
    /// let pem = key.encrypted_pkcs8_pem(&password, &mut rng)?;
    /// let again = KeyPair::from_pkcs8_pem(&pem, Some(&password))?;
    /// assert_eq!(again.public_key(), key.public_key());
    /// # Ok::<(), pki_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`KeyPair::from_pkcs8_der`] and [`KeyPair::from_encrypted_pkcs8_der`]; an encrypted key without a password is
    /// [`Error::PasswordNeeded`].
    pub fn from_pkcs8_pem(pem: &str, password: Option<&Password>) -> Result<Self> {
        cap(pem.len())?;
        let (label, document) = wiped(|| SecretDocument::from_pem(pem)).map_err(damaged)?;
        match (label, password) {
            (label, _) if label == PrivateKeyInfoRef::PEM_LABEL => Self::from_pkcs8_der(document.as_bytes()),
            (label, Some(password)) if label == EncryptedPrivateKeyInfoRef::PEM_LABEL => {
                Self::from_encrypted_pkcs8_der(document.as_bytes(), password)
            }
            (label, None) if label == EncryptedPrivateKeyInfoRef::PEM_LABEL => Err(Error::PasswordNeeded { what: KEY }),
            (label, _) => Err(Error::Damaged {
                what: KEY,
                detail: format!("a PEM block {label:?} where PRIVATE KEY (PKCS#8) was expected"),
            }),
        }
    }

    /// Reads PKCS#8 `EncryptedPrivateKeyInfo` in DER: PBES2 with PBKDF2 and AES-CBC or 3DES.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::UnsupportedAlgorithm`], [`Error::OverLimit`] above 1,000,000 iterations, or as
    /// [`KeyPair::from_pkcs8_der`].
    pub fn from_encrypted_pkcs8_der(der: &[u8], password: &Password) -> Result<Self> {
        cap(der.len())?;
        let encrypted = read_encrypted(der)?;
        let scheme = &encrypted.encryption_algorithm;
        let parameters = scheme.pbes2().ok_or_else(|| unsupported(scheme.oid()))?;
        let kdf = parameters.kdf.pbkdf2().ok_or_else(|| unsupported(parameters.kdf.oid()))?;
        let block = match parameters.encryption {
            pbes2::EncryptionScheme::DesEde3Cbc { .. } => 8,
            pbes2::EncryptionScheme::Aes128Cbc { .. }
            | pbes2::EncryptionScheme::Aes192Cbc { .. }
            | pbes2::EncryptionScheme::Aes256Cbc { .. } => 16,
            other => return Err(unsupported(other.oid())),
        };
        if kdf.iteration_count > MAX_ITERATIONS {
            return Err(Error::OverLimit {
                what: KEY,
                quantity: "iterations",
                found: kdf.iteration_count.into(),
                limit: MAX_ITERATIONS.into(),
            });
        }
        let ciphertext = encrypted.encrypted_data.as_bytes();
        if ciphertext.is_empty() || !ciphertext.len().is_multiple_of(block) {
            return Err(damaged("its ciphertext is not made of whole blocks"));
        }
        let plain = wiped(|| encrypted.decrypt(password.as_utf8())).map_err(|_| Error::WrongPassword { what: KEY })?;
        Self::from_pkcs8_der(plain.as_bytes())
    }

    /// PKCS#8 `PrivateKeyInfo` in DER, unencrypted: for the owner's eyes only.
    ///
    /// # Errors
    /// [`Error::Internal`] if the library cannot encode the key.
    pub fn secret_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>> {
        Ok(self.secret_document()?.to_bytes())
    }

    /// PKCS#8 `PrivateKeyInfo` in PEM, unencrypted: for a file that only its owner may read.
    ///
    /// # Errors
    /// As [`KeyPair::secret_pkcs8_der`].
    pub fn secret_pkcs8_pem(&self) -> Result<Zeroizing<String>> {
        let document = self.secret_document()?;
        wiped(|| document.to_pem(PrivateKeyInfoRef::PEM_LABEL, LineEnding::LF)).map_err(internal)
    }

    /// `RSAPrivateKey` (RFC 8017 appendix A.1.2) in DER, unencrypted: what CryptoAPI takes.
    ///
    /// # Errors
    /// As [`KeyPair::secret_pkcs8_der`].
    pub fn secret_pkcs1_der(&self) -> Result<Zeroizing<Vec<u8>>> {
        let Private::Rsa(key) = &self.private;
        Ok(wiped(|| key.as_ref().to_pkcs1_der()).map_err(internal)?.to_bytes())
    }

    /// PKCS#8 `EncryptedPrivateKeyInfo` in DER: PBES2 with PBKDF2-HMAC-SHA-256 (600,000 iterations) and AES-256-CBC.
    ///
    /// # Errors
    /// [`Error::PasswordLength`] for the empty password; as [`KeyPair::secret_pkcs8_der`].
    pub fn encrypted_pkcs8_der(&self, password: &Password, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Vec<u8>> {
        Ok(self.encrypted_document(password, rng)?.as_bytes().to_vec())
    }

    /// PKCS#8 `EncryptedPrivateKeyInfo` in PEM, encrypted as in [`KeyPair::encrypted_pkcs8_der`].
    ///
    /// # Errors
    /// As [`KeyPair::encrypted_pkcs8_der`].
    pub fn encrypted_pkcs8_pem(&self, password: &Password, rng: &mut (impl CryptoRng + ?Sized)) -> Result<String> {
        self.encrypted_document(password, rng)?
            .to_pem(EncryptedPrivateKeyInfoRef::PEM_LABEL, LineEnding::LF)
            .map(|mut pem| core::mem::take(&mut *pem))
            .map_err(internal)
    }

    fn secret_document(&self) -> Result<SecretDocument> {
        let Private::Rsa(key) = &self.private;
        wiped(|| key.to_pkcs8_der()).map_err(internal)
    }

    fn encrypted_document(&self, password: &Password, rng: &mut (impl CryptoRng + ?Sized)) -> Result<SecretDocument> {
        if password.is_empty() {
            return Err(Error::PasswordLength { bytes: 0 });
        }
        let (mut salt, mut iv) = ([0; 16], [0; 16]);
        rng.fill_bytes(&mut salt);
        rng.fill_bytes(&mut iv);
        // Named in full: the library's own choice is scrypt, which Windows cannot read.
        let parameters =
            pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(ITERATIONS, &salt, iv).map_err(internal)?;
        let plain = self.secret_document()?;
        let info = PrivateKeyInfoRef::from_der(plain.as_bytes()).map_err(internal)?;
        wiped(|| info.encrypt_with_params(parameters, password.as_utf8())).map_err(internal)
    }
}

/// Looks at the algorithm first: the library calls a scheme that it does not know malformed.
fn read_encrypted(der: &[u8]) -> Result<EncryptedPrivateKeyInfoRef<'_>> {
    let scheme = SliceReader::new(der)
        .and_then(|mut reader| {
            let header = Header::decode(&mut reader)?;
            header.tag().assert_eq(Tag::Sequence)?;
            AlgorithmIdentifierRef::decode(&mut reader)
        })
        .map_err(damaged)?;
    if scheme.oid != pbes2::PBES2_OID {
        return Err(unsupported(scheme.oid));
    }
    EncryptedPrivateKeyInfoRef::from_der(der).map_err(|error| match error.kind() {
        ErrorKind::OidUnknown { oid } => unsupported(oid),
        _ => damaged(error),
    })
}

fn cap(bytes: usize) -> Result<()> {
    if bytes > MAX_BYTES {
        return Err(Error::OverLimit {
            what: KEY,
            quantity: "size in bytes",
            found: bytes as u64,
            limit: MAX_BYTES as u64,
        });
    }
    Ok(())
}

fn unsupported(oid: ObjectIdentifier) -> Error {
    Error::UnsupportedAlgorithm { what: KEY, algorithm: oid.to_string() }
}

fn damaged(error: impl ToString) -> Error {
    Error::Damaged { what: KEY, detail: error.to_string() }
}

fn internal(error: impl ToString) -> Error {
    Error::Internal { what: "encoding a private key", detail: error.to_string() }
}
