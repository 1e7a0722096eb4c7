//! The MAC of a PFX: HMAC under a derived key (RFC 7292 §5.1), or PBMAC1 (RFC 9579), which is read only.

use core::fmt;

use const_oid::ObjectIdentifier;
use der::Decode as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use pkcs5::pbes2;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use spki::AlgorithmIdentifierRef;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::kdf::{Hash, Use};
use super::open::Budget;
use super::reader::MacData;
use super::{PBMAC1, SHA_1, SHA_224, SHA_256, SHA_384, SHA_512};
use crate::error::{Error, Result};
use crate::password::Password;

/// The MAC that a PFX carries.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mac {
    /// Its algorithm: HMAC-SHA-1, PBMAC1 with HMAC-SHA-256, or an object identifier.
    pub algorithm: String,
    /// Rounds of key derivation.
    pub iterations: u32,
    /// Length of the salt in bytes.
    pub salt_bytes: usize,
    /// Whether it was checked.
    pub status: MacStatus,
}

/// What is known of a MAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MacStatus {
    /// It was made with the password that was given.
    Verified,
    /// Its algorithm is not supported, so nothing shows that the file is unchanged.
    NotChecked,
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} iterations", self.algorithm, self.iterations)?;
        match self.status {
            MacStatus::Verified => Ok(()),
            MacStatus::NotChecked => f.write_str(", not checked"),
        }
    }
}

/// Checks a MAC in constant time. An algorithm that is not supported is an error only when a check is required.
pub(super) fn check(
    mac: &MacData<'_>,
    message: &[u8],
    password: &Password,
    required: bool,
    budget: &mut Budget,
) -> Result<Mac> {
    let plan = match Plan::of(mac)? {
        Some(plan) => plan,
        None if required => {
            let algorithm = mac.algorithm.oid.to_string();
            return Err(Error::UnsupportedAlgorithm { what: "the MAC of the PFX", algorithm });
        }
        None => {
            return Ok(Mac {
                algorithm: mac.algorithm.oid.to_string(),
                iterations: mac.iterations,
                salt_bytes: mac.salt.len(),
                status: MacStatus::NotChecked,
            });
        }
    };
    let forms = bmp_forms(password);
    budget.spend(plan.iterations, forms.len() as u64 * plan.cost())?;
    let matches = |bmp: &Zeroizing<Vec<u8>>| {
        plan.compute(bmp, password, message).is_ok_and(|expected| expected.ct_eq(mac.digest).into())
    };
    if !forms.iter().any(matches) {
        return Err(Error::WrongPassword { what: super::PFX });
    }
    Ok(Mac {
        algorithm: plan.name(),
        iterations: plan.iterations,
        salt_bytes: plan.salt.len(),
        status: MacStatus::Verified,
    })
}

/// The MAC of a new PFX.
pub(super) fn make(hash: Hash, bmp: &[u8], salt: &[u8], iterations: u32, message: &[u8]) -> Result<Vec<u8>> {
    let mut key = Zeroizing::new(vec![0; hash.output_bytes()]);
    hash.derive(Use::Mac, bmp, salt, iterations, &mut key);
    hmac(hash, &key, message)
}

/// The ways in which programs turn a password into bytes: all agree but for the empty one, which is two zero bytes to
/// some and nothing to others.
pub(super) fn bmp_forms(password: &Password) -> Vec<Zeroizing<Vec<u8>>> {
    let mut forms = vec![password.to_bmp()];
    if password.is_empty() {
        forms.push(Zeroizing::new(Vec::new()));
    }
    forms
}

/// How a MAC is computed.
struct Plan {
    scheme: Scheme,
    hash: Hash,
    salt: Vec<u8>,
    iterations: u32,
}

enum Scheme {
    Pkcs12,
    Pbmac1 { prf: Hash, key_bytes: usize },
}

impl Plan {
    /// `None` for an algorithm that is not supported.
    fn of(mac: &MacData<'_>) -> Result<Option<Self>> {
        if mac.algorithm.oid == PBMAC1 {
            return Self::of_pbmac1(&mac.algorithm).map_err(damaged);
        }
        if mac.algorithm.parameters.is_some_and(|parameters| !parameters.is_null()) {
            return Err(damaged("a digest with parameters"));
        }
        let (salt, iterations) = (mac.salt.to_vec(), mac.iterations);
        let hash = hash_by_oid(mac.algorithm.oid);
        Ok(hash.map(|hash| Self { scheme: Scheme::Pkcs12, hash, salt, iterations }))
    }

    /// ```text
    /// PBMAC1-params ::= SEQUENCE { keyDerivationFunc AlgorithmIdentifier, messageAuthScheme AlgorithmIdentifier }
    /// ```
    fn of_pbmac1(algorithm: &AlgorithmIdentifierRef<'_>) -> spki::Result<Option<Self>> {
        let (kdf, hmac) = algorithm.parameters_any()?.sequence(|reader| {
            let kdf = AlgorithmIdentifierRef::decode(reader)?;
            der::Result::Ok((kdf, AlgorithmIdentifierRef::decode(reader)?))
        })?;
        let Ok(pbes2::Kdf::Pbkdf2(kdf)) = pbes2::Kdf::try_from(kdf) else { return Ok(None) };
        let found = (hash_by_hmac_oid(hmac.oid), hash_by_hmac_oid(kdf.prf.oid()), kdf.key_length);
        let (Some(hash), Some(prf), Some(key_bytes @ 1..=64)) = found else { return Ok(None) };
        let scheme = Scheme::Pbmac1 { prf, key_bytes: usize::from(key_bytes) };
        Ok(Some(Self { scheme, hash, salt: kdf.salt.as_bytes().to_vec(), iterations: kdf.iteration_count }))
    }

    fn compute(&self, bmp: &[u8], password: &Password, message: &[u8]) -> Result<Vec<u8>> {
        match self.scheme {
            Scheme::Pkcs12 => make(self.hash, bmp, &self.salt, self.iterations, message),
            Scheme::Pbmac1 { prf, key_bytes } => {
                let mut key = Zeroizing::new(vec![0; key_bytes]);
                let (password, salt, rounds) = (password.as_utf8(), &self.salt, self.iterations);
                match prf {
                    Hash::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, rounds, &mut key),
                    Hash::Sha224 => pbkdf2::pbkdf2_hmac::<Sha224>(password, salt, rounds, &mut key),
                    Hash::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut key),
                    Hash::Sha384 => pbkdf2::pbkdf2_hmac::<Sha384>(password, salt, rounds, &mut key),
                    Hash::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, rounds, &mut key),
                }
                hmac(self.hash, &key, message)
            }
        }
    }

    fn name(&self) -> String {
        match self.scheme {
            Scheme::Pkcs12 => format!("HMAC-{}", self.hash.name()),
            Scheme::Pbmac1 { .. } => format!("PBMAC1 with HMAC-{}", self.hash.name()),
        }
    }

    /// Hashes per round of key derivation, at most.
    fn cost(&self) -> u64 {
        match self.scheme {
            Scheme::Pkcs12 => 1,
            Scheme::Pbmac1 { prf, key_bytes } => 2 * key_bytes.div_ceil(prf.output_bytes()) as u64,
        }
    }
}

fn hmac(hash: Hash, key: &[u8], message: &[u8]) -> Result<Vec<u8>> {
    macro_rules! hmac {
        ($digest:ty) => {
            Hmac::<$digest>::new_from_slice(key).map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
        };
    }
    let mac = match hash {
        Hash::Sha1 => hmac!(Sha1),
        Hash::Sha224 => hmac!(Sha224),
        Hash::Sha256 => hmac!(Sha256),
        Hash::Sha384 => hmac!(Sha384),
        Hash::Sha512 => hmac!(Sha512),
    };
    // HMAC takes keys of every length; an empty MAC must never come out of here all the same.
    mac.map_err(|error| Error::Internal { what: "computing a MAC", detail: error.to_string() })
}

fn hash_by_oid(oid: ObjectIdentifier) -> Option<Hash> {
    match oid {
        SHA_1 => Some(Hash::Sha1),
        SHA_224 => Some(Hash::Sha224),
        SHA_256 => Some(Hash::Sha256),
        SHA_384 => Some(Hash::Sha384),
        SHA_512 => Some(Hash::Sha512),
        _ => None,
    }
}

/// The identifiers of RFC 8018 appendix B.1.
fn hash_by_hmac_oid(oid: ObjectIdentifier) -> Option<Hash> {
    match oid.to_string().as_str() {
        "1.2.840.113549.2.7" => Some(Hash::Sha1),
        "1.2.840.113549.2.8" => Some(Hash::Sha224),
        "1.2.840.113549.2.9" => Some(Hash::Sha256),
        "1.2.840.113549.2.10" => Some(Hash::Sha384),
        "1.2.840.113549.2.11" => Some(Hash::Sha512),
        _ => None,
    }
}

fn damaged(error: impl ToString) -> Error {
    Error::Damaged { what: super::PFX, detail: error.to_string() }
}
