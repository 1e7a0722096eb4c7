//! Password-based encryption: PBES1 with the ciphers of RFC 7292 appendix C, and PBES2 (RFC 8018).

use core::fmt;

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, BlockModeEncrypt as _, KeyInit, KeyIvInit as _};
use const_oid::ObjectIdentifier;
use der::{Decode as _, Encode as _};
use des::{TdesEde2, TdesEde3};
use pkcs5::pbes2;
use rc2::Rc2;
use spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::kdf::{Hash, Use};
use super::open::Budget;
use super::{PBE_2KEY_3DES, PBE_3DES, PBE_RC2_40, PBE_RC2_128, PBES2};
use crate::error::{Error, Result};
use crate::password::Password;

/// How a key or a certificate in a PFX is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protection {
    /// Not encrypted at all.
    None,
    /// A cipher of RFC 7292 appendix C, such as pbeWithSHA1And3-KeyTripleDES-CBC.
    Pbes1 {
        /// The algorithm's name.
        algorithm: &'static str,
        /// Rounds of key derivation.
        iterations: u32,
    },
    /// PBES2 (RFC 8018 §6.2) with PBKDF2.
    Pbes2 {
        /// The cipher, such as AES-256-CBC.
        cipher: &'static str,
        /// The pseudorandom function, such as HMAC-SHA-256.
        prf: &'static str,
        /// Rounds of key derivation.
        iterations: u32,
    },
}

impl Protection {
    /// Whether it no longer keeps a determined reader out: no encryption, or RC2.
    pub fn is_weak(&self) -> bool {
        match self {
            Self::None => true,
            Self::Pbes1 { algorithm, .. } => !algorithm.ends_with("DES-CBC"),
            Self::Pbes2 { .. } => false,
        }
    }

    /// Rounds of key derivation, if it is encrypted.
    pub fn iterations(&self) -> Option<u32> {
        match self {
            Self::None => None,
            Self::Pbes1 { iterations, .. } | Self::Pbes2 { iterations, .. } => Some(*iterations),
        }
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("not encrypted"),
            Self::Pbes1 { algorithm, iterations } => write!(f, "{algorithm}, {iterations} iterations"),
            Self::Pbes2 { cipher, prf, iterations } => {
                write!(f, "PBES2 with {cipher}, PBKDF2-{prf}, {iterations} iterations")
            }
        }
    }
}

/// Decrypts a part of a PFX and says how it was encrypted.
pub(super) fn decrypt(
    algorithm: &AlgorithmIdentifierRef<'_>,
    password: &Password,
    ciphertext: &[u8],
    budget: &mut Budget,
) -> Result<(Zeroizing<Vec<u8>>, Protection)> {
    if algorithm.oid == PBES2 {
        decrypt_pbes2(algorithm, password, ciphertext, budget)
    } else {
        decrypt_pbes1(algorithm, password, ciphertext, budget)
    }
}

/// pbeWithSHA1And3-KeyTripleDES-CBC, for writing.
pub(super) fn encrypt_3des(bmp: &[u8], salt: &[u8], iterations: u32, plaintext: &[u8]) -> Result<Vec<u8>> {
    let (key, iv) = derive_key_and_iv(bmp, salt, iterations, 24);
    let cipher = cbc::Encryptor::<TdesEde3>::new_from_slices(&key, &*iv).map_err(internal)?;
    Ok(cipher.encrypt_padded_vec::<Pkcs7>(plaintext))
}

/// ```text
/// pkcs-12PbeParams ::= SEQUENCE { salt OCTET STRING, iterations INTEGER }
/// ```
fn decrypt_pbes1(
    algorithm: &AlgorithmIdentifierRef<'_>,
    password: &Password,
    ciphertext: &[u8],
    budget: &mut Budget,
) -> Result<(Zeroizing<Vec<u8>>, Protection)> {
    let (name, key_bytes) = match algorithm.oid {
        PBE_3DES => ("pbeWithSHA1And3-KeyTripleDES-CBC", 24),
        PBE_2KEY_3DES => ("pbeWithSHA1And2-KeyTripleDES-CBC", 16),
        PBE_RC2_128 => ("pbeWithSHA1And128BitRC2-CBC", 16),
        PBE_RC2_40 => ("pbeWithSHA1And40BitRC2-CBC", 5),
        other => return Err(unsupported(other)),
    };
    let (salt, iterations) = algorithm
        .parameters_any()
        .map_err(damaged)?
        .sequence(|reader| {
            let salt = <&der::asn1::OctetStringRef>::decode(reader)?.as_bytes();
            der::Result::Ok((salt, u32::decode(reader)?))
        })
        .map_err(damaged)?;
    // Key and IV are derived apart, and a 3DES key needs two hashes.
    let forms = super::mac::bmp_forms(password);
    budget.spend(iterations, forms.len() as u64 * (2 + u64::from(key_bytes > 20)))?;

    let try_form = |bmp: &[u8]| {
        let (key, iv) = derive_key_and_iv(bmp, salt, iterations, key_bytes);
        match algorithm.oid {
            PBE_3DES => decrypt_cbc::<TdesEde3>(&key, &iv, ciphertext),
            PBE_2KEY_3DES => decrypt_cbc::<TdesEde2>(&key, &iv, ciphertext),
            _ => decrypt_cbc::<Rc2>(&key, &iv, ciphertext),
        }
    };
    let plaintext = forms.iter().filter_map(|bmp| try_form(bmp)).find(|plaintext| is_one_value(plaintext));
    let plaintext = plaintext.ok_or(Error::WrongPassword { what: super::PFX })?;
    Ok((plaintext, Protection::Pbes1 { algorithm: name, iterations }))
}

fn decrypt_pbes2(
    algorithm: &AlgorithmIdentifierRef<'_>,
    password: &Password,
    ciphertext: &[u8],
    budget: &mut Budget,
) -> Result<(Zeroizing<Vec<u8>>, Protection)> {
    let encoding = algorithm.parameters_any().and_then(|any| Ok(any.to_der()?)).map_err(damaged)?;
    let parameters = pbes2::Parameters::from_der(&encoding).map_err(|e| Error::UnsupportedAlgorithm {
        what: super::PFX,
        algorithm: format!("PBES2 with parameters that are not known ({e})"),
    })?;
    let cipher = match parameters.encryption {
        pbes2::EncryptionScheme::Aes128Cbc { .. } => "AES-128-CBC",
        pbes2::EncryptionScheme::Aes192Cbc { .. } => "AES-192-CBC",
        pbes2::EncryptionScheme::Aes256Cbc { .. } => "AES-256-CBC",
        pbes2::EncryptionScheme::DesEde3Cbc { .. } => "DES-EDE3-CBC",
        ref other => return Err(unsupported(other.oid())),
    };
    let Some(kdf) = parameters.kdf.pbkdf2() else {
        return Err(unsupported(parameters.kdf.oid()));
    };
    let (prf, blocks) = match kdf.prf {
        pbes2::Pbkdf2Prf::HmacWithSha1 => ("HMAC-SHA-1", 2),
        pbes2::Pbkdf2Prf::HmacWithSha224 => ("HMAC-SHA-224", 2),
        pbes2::Pbkdf2Prf::HmacWithSha256 => ("HMAC-SHA-256", 1),
        pbes2::Pbkdf2Prf::HmacWithSha384 => ("HMAC-SHA-384", 1),
        pbes2::Pbkdf2Prf::HmacWithSha512 => ("HMAC-SHA-512", 1),
        ref other => return Err(unsupported(other.oid())),
    };
    // A round of HMAC is two compressions or more.
    budget.spend(kdf.iteration_count, 2 * blocks)?;

    let plaintext = parameters.decrypt(password.as_utf8(), ciphertext).ok().map(Zeroizing::new);
    let plaintext = plaintext.filter(|plaintext| is_one_value(plaintext));
    let plaintext = plaintext.ok_or(Error::WrongPassword { what: super::PFX })?;
    Ok((plaintext, Protection::Pbes2 { cipher, prf, iterations: kdf.iteration_count }))
}

/// Whether decryption gave what is encrypted in a PFX, one BER value. A wrong key gives good padding by chance, once in
/// 256 times, and this next to never.
fn is_one_value(plaintext: &[u8]) -> bool {
    super::ber::to_der(plaintext).is_ok()
}

fn derive_key_and_iv(
    bmp: &[u8],
    salt: &[u8],
    iterations: u32,
    key_bytes: usize,
) -> (Zeroizing<Vec<u8>>, Zeroizing<[u8; 8]>) {
    let mut key = Zeroizing::new(vec![0; key_bytes]);
    let mut iv = Zeroizing::new([0; 8]);
    Hash::Sha1.derive(Use::Key, bmp, salt, iterations, &mut key);
    Hash::Sha1.derive(Use::Iv, bmp, salt, iterations, iv.as_mut());
    (key, iv)
}

fn decrypt_cbc<C: BlockCipherDecrypt + KeyInit>(
    key: &[u8],
    iv: &[u8; 8],
    ciphertext: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = cbc::Decryptor::<C>::new_from_slices(key, iv).ok()?;
    let mut buffer = Zeroizing::new(ciphertext.to_vec());
    let length = cipher.decrypt_padded::<Pkcs7>(&mut buffer).ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}

fn unsupported(oid: ObjectIdentifier) -> Error {
    let algorithm = match oid.to_string().as_str() {
        "1.2.840.113549.1.12.1.1" => "pbeWithSHA1And128BitRC4".to_owned(),
        "1.2.840.113549.1.12.1.2" => "pbeWithSHA1And40BitRC4".to_owned(),
        "1.3.6.1.4.1.11591.4.11" => "scrypt".to_owned(),
        other => other.to_owned(),
    };
    Error::UnsupportedAlgorithm { what: super::PFX, algorithm }
}

fn damaged(error: impl ToString) -> Error {
    Error::Damaged { what: super::PFX, detail: error.to_string() }
}

fn internal(error: impl ToString) -> Error {
    Error::Internal { what: "encrypting a PFX", detail: error.to_string() }
}
