//! What a PFX holds.

use core::fmt;

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::{Encoding, Mac, MacStatus, Protection, WindowsServer};
use crate::authority::Identity;
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::key::{KeyPair, PublicKey};

/// Everything found in a PFX, in the order of the file.
#[derive(Debug)]
#[non_exhaustive]
pub struct Contents {
    /// The MAC over the whole, if there is one.
    pub mac: Option<Mac>,
    /// The private keys.
    pub keys: Vec<KeyEntry>,
    /// The certificates.
    pub certificates: Vec<CertificateEntry>,
    /// The types of further bags, as object identifiers: revocation lists, secrets and the like.
    pub other_bags: Vec<String>,
}

/// A private key with what stands beside it. Overwritten when dropped, not shown by `Debug`.
#[non_exhaustive]
pub struct KeyEntry {
    /// How it was encrypted.
    pub protection: Protection,
    /// The attributes of its bag.
    pub attributes: Attributes,
    /// What Windows will use it for, if the key says so.
    pub key_spec: Option<KeySpec>,
    pub(super) pkcs8: Zeroizing<Vec<u8>>,
}

/// A certificate with what stands beside it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CertificateEntry {
    /// How it was encrypted.
    pub protection: Protection,
    /// The attributes of its bag.
    pub attributes: Attributes,
    /// The certificate.
    pub certificate: Certificate,
}

/// The attributes of a bag (RFC 7292 §4.2 and Microsoft's own).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attributes {
    /// friendlyName: what the certificates console shows; on a key, the name of its container.
    pub friendly_name: Option<String>,
    /// localKeyId: the same on a key and its certificate.
    pub local_key_id: Option<Vec<u8>>,
    /// The provider that Windows is asked to keep the key in.
    pub provider: Option<String>,
    /// Whether Windows puts the key into the machine's key set, not the user's.
    pub local_machine_key_set: bool,
    /// The types of further attributes, as object identifiers.
    pub other: Vec<String>,
    /// All of them, each with its values in DER.
    pub(super) encoded: Vec<(ObjectIdentifier, Vec<Vec<u8>>)>,
}

/// What a Windows provider keeps an RSA key for: an attribute inside the PKCS#8 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySpec {
    /// AT_KEYEXCHANGE (1): signing and key exchange, what TLS needs.
    KeyExchange,
    /// AT_SIGNATURE (2): signing only.
    Signature,
}

impl Contents {
    /// The certificate that belongs to a key, by comparing public keys.
    pub fn certificate_of(&self, key: &KeyEntry) -> Option<&CertificateEntry> {
        let public = key.public_key()?;
        self.certificates.iter().find(|entry| *entry.certificate.public_key() == public)
    }

    /// The one host that the file is for: its key, its certificate, and the root that signed it.
    ///
    /// # Errors
    /// [`Error::Damaged`] unless there is exactly one key, its certificate, and the certificate's issuer.
    pub fn identity(&self) -> Result<Identity> {
        let incomplete = |detail: &str| Error::Damaged { what: super::PFX, detail: detail.to_owned() };
        let [key] = self.keys.as_slice() else {
            return Err(incomplete("one private key was expected"));
        };
        let leaf =
            &self.certificate_of(key).ok_or_else(|| incomplete("no certificate for its private key"))?.certificate;
        let root = self.certificates.iter().map(|entry| &entry.certificate).find(|candidate| {
            candidate.subject() == leaf.issuer() && leaf.check_signature_by(candidate.public_key()).is_ok()
        });
        let root = root.ok_or_else(|| incomplete("the root that signed the certificate is missing"))?;
        Identity::from_parts(leaf.clone(), key.key_pair()?, root.clone())
    }

    /// The oldest Windows Server that is known to import such a file: one that is protected throughout as one of the
    /// two [`Encoding`]s is, or with RC2 for certificates as Windows used to write. `None` for everything else.
    pub fn oldest_windows(&self) -> Option<WindowsServer> {
        let mac = self.mac.as_ref().filter(|mac| mac.status == MacStatus::Verified)?;
        let of_keys = self.keys.iter().map(|key| &key.protection);
        let of_certificates = self.certificates.iter().map(|entry| &entry.protection);
        let encoding = match mac.algorithm.as_str() {
            "HMAC-SHA-1" => Encoding::Legacy,
            "HMAC-SHA-256" => Encoding::Modern,
            _ => return None,
        };
        let is_known = |protection: &Protection| match (encoding, protection) {
            (Encoding::Legacy, Protection::Pbes1 { algorithm, .. }) => {
                ["pbeWithSHA1And3-KeyTripleDES-CBC", "pbeWithSHA1And40BitRC2-CBC"].contains(algorithm)
            }
            (Encoding::Modern, Protection::Pbes2 { cipher, prf, .. }) => {
                (*cipher, *prf) == ("AES-256-CBC", "HMAC-SHA-256")
            }
            _ => false,
        };
        of_keys.chain(of_certificates).all(is_known).then(|| encoding.oldest_windows())
    }
}

impl KeyEntry {
    /// The key, if this crate can use it.
    ///
    /// # Errors
    /// As [`KeyPair::from_pkcs8_der`].
    pub fn key_pair(&self) -> Result<KeyPair> {
        KeyPair::from_pkcs8_der(&self.pkcs8)
    }

    /// The public half of an RSA key of any size.
    pub fn public_key(&self) -> Option<PublicKey> {
        PublicKey::of_pkcs8(&self.pkcs8)
    }
}

impl fmt::Debug for KeyEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protection, attributes, key_spec, pkcs8: _ } = self;
        f.debug_struct("KeyEntry")
            .field("protection", protection)
            .field("attributes", attributes)
            .field("key_spec", key_spec)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for KeySpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyExchange => "AT_KEYEXCHANGE",
            Self::Signature => "AT_SIGNATURE",
        })
    }
}
