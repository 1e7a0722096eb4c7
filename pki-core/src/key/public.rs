//! Public keys and the signatures they check, this crate's own and those of others.

use core::fmt;
use core::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use const_oid::AssociatedOid;
use const_oid::db::rfc5912;
use der::{Decode as _, Encode as _};
use rsa::Pkcs1v15Sign;
use rsa::traits::PublicKeyParts as _;
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha384, Sha512};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};

use super::well_known::{WARNING, is_well_known, refuse_well_known};
use crate::error::{Error, Result};

/// Any certificate's public key: `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
#[derive(Clone)]
pub struct PublicKey {
    spki: Box<[u8]>,
    identifier: [u8; 20],
    algorithm: PublicKeyAlgorithm,
    /// What the library works with, made when it is asked for the first time and shared by copies. `None` inside if the library refuses the key.
    prepared: Arc<OnceLock<Option<rsa::PublicKey>>>,
}

/// The kind of a public key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PublicKeyAlgorithm {
    /// RSA.
    Rsa {
        /// Size of the modulus in bits.
        bits: usize,
    },
    /// Anything else, which this crate can name but not use.
    Other {
        /// The algorithm's object identifier in dotted form.
        oid: String,
    },
}

/// How a certificate was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// sha1WithRSAEncryption: weak, checked but never made.
    RsaSha1,
    /// sha256WithRSAEncryption (RFC 4055 §5): the only one that is made.
    RsaSha256,
    /// sha384WithRSAEncryption.
    RsaSha384,
    /// sha512WithRSAEncryption.
    RsaSha512,
    /// Anything else, which cannot be checked.
    Other {
        /// The algorithm's object identifier in dotted form.
        oid: String,
    },
}

impl PublicKey {
    /// Reads `SubjectPublicKeyInfo` in DER.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it is not that, or if an RSA key inside is no `RSAPublicKey`.
    pub fn from_spki_der(der: &[u8]) -> Result<Self> {
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(damaged)?;
        let bits = info.subject_public_key.as_bytes().ok_or_else(|| damaged("a key of odd bits"))?;
        let algorithm = if info.algorithm.oid == rfc5912::RSA_ENCRYPTION {
            let key = rsa::pkcs1::RsaPublicKeyRef::from_der(bits).map_err(damaged)?;
            PublicKeyAlgorithm::Rsa { bits: significant_bits(key.modulus.as_bytes()) }
        } else {
            PublicKeyAlgorithm::Other { oid: info.algorithm.oid.to_string() }
        };
        Ok(Self { spki: der.into(), identifier: Sha1::digest(bits).into(), algorithm, prepared: Arc::default() })
    }

    /// The public half of a PKCS#8 RSA key of any size, so that a file made by others can be explained.
    pub(crate) fn of_pkcs8(der: &[u8]) -> Option<Self> {
        let info = pkcs8::PrivateKeyInfoRef::from_der(der).ok()?;
        let key = rsa::pkcs1::RsaPrivateKeyRef::from_der(info.private_key.as_bytes()).ok()?;
        if info.algorithm.oid != rfc5912::RSA_ENCRYPTION {
            return None;
        }
        let spki = SubjectPublicKeyInfoOwned {
            algorithm: spki::AlgorithmIdentifier {
                oid: rfc5912::RSA_ENCRYPTION,
                parameters: Some(der::asn1::Null.into()),
            },
            subject_public_key: der::asn1::BitString::from_bytes(&key.public_key().to_der().ok()?).ok()?,
        };
        Self::from_spki_der(&spki.to_der().ok()?).ok()
    }

    /// `SubjectPublicKeyInfo` in DER.
    pub fn as_spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// The kind and size of the key.
    pub fn algorithm(&self) -> &PublicKeyAlgorithm {
        &self.algorithm
    }

    /// The key identifier: SHA-1 over the BIT STRING's value (RFC 5280 §4.2.1.2, method 1). A label, not a protection.
    pub fn key_identifier(&self) -> [u8; 20] {
        self.identifier
    }

    /// What stands in the subject of each certificate for a key that everyone has.
    pub(crate) fn warning(&self) -> Option<&'static str> {
        is_well_known(self).then_some(WARNING)
    }

    /// Checks a signature over a message.
    ///
    /// # Errors
    /// [`Error::UnsupportedAlgorithm`] for keys other than RSA of 1024 to 8192 bits and for other signatures than
    /// PKCS #1 v1.5 with SHA-1 or SHA-2; [`Error::WellKnownKey`]; [`Error::Damaged`] if the signature does not match.
    pub fn verify(&self, algorithm: &SignatureAlgorithm, message: &[u8], signature: &[u8]) -> Result<()> {
        let key = self.rsa()?;
        let (padding, digest) = match algorithm {
            SignatureAlgorithm::RsaSha1 => padding_and_digest::<Sha1>(message),
            SignatureAlgorithm::RsaSha256 => padding_and_digest::<Sha256>(message),
            SignatureAlgorithm::RsaSha384 => padding_and_digest::<Sha384>(message),
            SignatureAlgorithm::RsaSha512 => padding_and_digest::<Sha512>(message),
            SignatureAlgorithm::Other { oid } => {
                return Err(Error::UnsupportedAlgorithm { what: "the signature", algorithm: oid.clone() });
            }
        };
        key.verify(padding, &digest, signature).map_err(|_| mismatch())
    }

    /// Refuses a key that no certificate is issued for: other than RSA, below 2048 bits, or one that everyone has.
    pub(crate) fn require_strong(&self) -> Result<()> {
        refuse_well_known("the public key", self)?;
        match &self.algorithm {
            PublicKeyAlgorithm::Rsa { bits: 2048.. } => Ok(()),
            PublicKeyAlgorithm::Rsa { bits } => Err(Error::KeySize { bits: *bits }),
            PublicKeyAlgorithm::Other { oid } => {
                Err(Error::UnsupportedAlgorithm { what: "the public key", algorithm: oid.clone() })
            }
        }
    }

    /// Refuses a key that cannot be used at all: other than RSA, one whose modulus or exponent is a trap (an even one, or
    /// e = 1), or one that everyone has.
    pub(crate) fn require_usable(&self) -> Result<()> {
        self.rsa().map(drop)
    }

    fn rsa(&self) -> Result<&rsa::PublicKey> {
        refuse_well_known("the signer's key", self)?;
        let prepare = || {
            let key = rsa::PublicKey::try_from(SubjectPublicKeyInfoRef::from_der(&self.spki).ok()?).ok()?;
            debug_assert!(key.n().as_ref().bit_width_vartime() >= 1024);
            Some(key)
        };
        let unsupported = || Error::UnsupportedAlgorithm { what: "the signer", algorithm: self.algorithm.to_string() };
        // The library also takes keys that are for RSASSA-PSS alone (RFC 4055 §1.2), and would check any signature with them.
        if !matches!(self.algorithm, PublicKeyAlgorithm::Rsa { .. }) {
            return Err(unsupported());
        }
        self.prepared.get_or_init(prepare).as_ref().ok_or_else(unsupported)
    }
}

/// As [`PartialEq`]: by the encoding.
impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.spki.hash(state);
    }
}

/// Two keys are the same if they are encoded alike; whether one was used already does not matter.
impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for PublicKey {}

impl SignatureAlgorithm {
    /// With parameters other than NULL or none (RFC 4055 §5) it is another algorithm, whatever it calls itself: where they
    /// are not among what is signed, nobody could tell whether they were changed.
    pub(crate) fn from_identifier(algorithm: &AlgorithmIdentifierOwned) -> Self {
        let has_parameters = algorithm.parameters.as_ref().is_some_and(|parameters| !parameters.is_null());
        match algorithm.oid {
            oid if has_parameters => Self::Other { oid: oid.to_string() },
            rfc5912::SHA_1_WITH_RSA_ENCRYPTION => Self::RsaSha1,
            rfc5912::SHA_256_WITH_RSA_ENCRYPTION => Self::RsaSha256,
            rfc5912::SHA_384_WITH_RSA_ENCRYPTION => Self::RsaSha384,
            rfc5912::SHA_512_WITH_RSA_ENCRYPTION => Self::RsaSha512,
            oid => Self::Other { oid: oid.to_string() },
        }
    }
}

impl fmt::Display for PublicKeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "rsa-{bits}"),
            Self::Other { oid } => f.write_str(name_of(oid)),
        }
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RsaSha1 => f.write_str("SHA-1 with RSA"),
            Self::RsaSha256 => f.write_str("SHA-256 with RSA"),
            Self::RsaSha384 => f.write_str("SHA-384 with RSA"),
            Self::RsaSha512 => f.write_str("SHA-512 with RSA"),
            Self::Other { oid } => f.write_str(name_of(oid)),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.algorithm)
    }
}

fn padding_and_digest<D: Digest + AssociatedOid>(message: &[u8]) -> (Pkcs1v15Sign, Vec<u8>) {
    (Pkcs1v15Sign::new::<D>(), D::digest(message).to_vec())
}

/// The usual name of an algorithm that is met but not supported, or the object identifier itself.
fn name_of(oid: &str) -> &str {
    match oid {
        "1.2.840.10045.2.1" => "an elliptic-curve key",
        "1.2.840.10045.4.3.2" => "ECDSA with SHA-256",
        "1.2.840.10045.4.3.3" => "ECDSA with SHA-384",
        "1.2.840.113549.1.1.4" => "MD5 with RSA",
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "1.3.101.112" => "Ed25519",
        other => other,
    }
}

pub(super) fn significant_bits(big_endian: &[u8]) -> usize {
    let digits = big_endian.iter().position(|b| *b != 0).and_then(|start| big_endian.get(start..)).unwrap_or(&[]);
    digits.first().map_or(0, |first| digits.len() * 8 - first.leading_zeros() as usize)
}

fn damaged(error: impl ToString) -> Error {
    Error::Damaged { what: "the public key", detail: error.to_string() }
}

fn mismatch() -> Error {
    Error::Damaged { what: "the signature", detail: "it does not match what was signed".to_owned() }
}
