//! Certificates as public bytes: read, shown, named by thumbprint. No key, no signing, no judgement.
//!
//! What others made is read too: old versions, other algorithms, unknown extensions.

mod constraints;
mod distinguished_name;
mod dns_pattern;
mod extensions;
mod fields;
mod general_name;
mod signed;
mod thumbprint;

use core::fmt;
use std::sync::{Arc, OnceLock};

use der::pem::LineEnding;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

pub use constraints::{ConstraintViolation, NameConstraints};
pub use distinguished_name::DistinguishedName;
pub(crate) use dns_pattern::is_host_pattern;
pub use extensions::{BasicConstraints, Extensions, KeyUsage, Purpose};
use fields::Tbs;
pub use general_name::GeneralName;
pub(crate) use signed::{Signed, as_pem, pem_block, whole};
pub use thumbprint::{Sha1Thumbprint, Sha256Thumbprint};

use crate::error::{Error, Result};
use crate::key::{PublicKey, SignatureAlgorithm};
use crate::validity::Validity;

/// An X.509 certificate (RFC 5280 §4.1), its bytes kept exactly as they came.
///
/// ```text
/// Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }
/// ```
#[derive(Clone)]
pub struct Certificate {
    der: Box<[u8]>,
    tbs: Box<[u8]>,
    signature_algorithm: SignatureAlgorithm,
    signature: Box<[u8]>,
    version: u8,
    serial_number: Box<[u8]>,
    issuer: DistinguishedName,
    validity: Validity,
    subject: DistinguishedName,
    public_key: PublicKey,
    extensions: Extensions,
    /// Found out once, for all clones: a root is asked for it as often as somebody trusts it.
    is_self_signed: Arc<OnceLock<bool>>,
}

impl Certificate {
    /// Reads one certificate in DER, with nothing after it.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it is not that, if a known extension is malformed or appears twice;
    /// [`Error::OverLimit`] above 256 KiB.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        if der.len() > MAX_BYTES {
            let (found, limit) = (der.len() as u64, MAX_BYTES as u64);
            return Err(Error::OverLimit { what: CERTIFICATE, quantity: "size in bytes", found, limit });
        }
        let Signed { contents: tbs, algorithm, signature } = Signed::from_der(der).map_err(damaged)?;
        let parsed = Tbs::from_der(tbs).map_err(damaged)?;
        if parsed.algorithm != algorithm {
            return Err(damaged("its two signature algorithms differ (RFC 5280 section 4.1.1.2)"));
        }
        Ok(Self {
            der: der.into(),
            tbs: tbs.into(),
            signature_algorithm: SignatureAlgorithm::from_identifier(&algorithm),
            signature: signature.into(),
            version: parsed.version.saturating_add(1),
            serial_number: parsed.serial_number,
            issuer: DistinguishedName::from_der(parsed.issuer)?,
            validity: Validity::new(parsed.not_before, parsed.not_after)
                .map_err(|_| damaged("its validity ends before it starts"))?,
            subject: DistinguishedName::from_der(parsed.subject)?,
            public_key: PublicKey::from_spki_der(parsed.public_key)?,
            extensions: Extensions::from_x509(&parsed.extensions)?,
            is_self_signed: Arc::default(),
        })
    }

    /// Reads the first certificate of a PEM file.
    ///
    /// # Errors
    /// As [`Certificate::from_der`].
    pub fn from_pem(pem: &str) -> Result<Self> {
        Self::from_der(&pem_block(pem, &[PEM_LABEL]).map_err(damaged)?)
    }

    /// Reads a file that is DER or PEM, whichever it is.
    ///
    /// # Errors
    /// As [`Certificate::from_der`].
    pub fn from_der_or_pem(bytes: &[u8]) -> Result<Self> {
        as_pem(bytes).map_or_else(|| Self::from_der(bytes), Self::from_pem)
    }

    /// The certificate in DER.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate in PEM, lines ended by LF.
    pub fn to_pem(&self) -> String {
        der::pem::encode_string(PEM_LABEL, LineEnding::LF, &self.der).unwrap_or_default()
    }

    /// The version as people count it: 3 for nearly all.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The serial number's octets, big-endian.
    pub fn serial_number(&self) -> &[u8] {
        &self.serial_number
    }

    /// Whose certificate it is.
    pub fn subject(&self) -> &DistinguishedName {
        &self.subject
    }

    /// Who signed it.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer
    }

    /// When it is valid.
    pub fn validity(&self) -> &Validity {
        &self.validity
    }

    /// The key that it speaks for.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// How it was signed.
    pub fn signature_algorithm(&self) -> &SignatureAlgorithm {
        &self.signature_algorithm
    }

    /// Its extensions; empty before version 3.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// SHA-1 over the whole certificate: what Windows calls the thumbprint. A name, not a protection.
    pub fn thumbprint(&self) -> Sha1Thumbprint {
        Sha1Thumbprint(Sha1::digest(&self.der).into())
    }

    /// SHA-256 over the whole certificate.
    pub fn sha256_thumbprint(&self) -> Sha256Thumbprint {
        Sha256Thumbprint(Sha256::digest(&self.der).into())
    }

    /// Whether subject and issuer are the same name, byte for byte.
    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether its own key made its signature.
    pub fn is_self_signed(&self) -> bool {
        *self.is_self_signed.get_or_init(|| self.is_self_issued() && self.check_signature_by(&self.public_key).is_ok())
    }

    /// Checks that a key made this certificate's signature.
    ///
    /// # Errors
    /// As [`PublicKey::verify`].
    pub fn check_signature_by(&self, signer: &PublicKey) -> Result<()> {
        signer.verify(&self.signature_algorithm, &self.tbs, &self.signature)
    }

    /// The DNS names it speaks for: those of the SubjectAltName or, where there is no SubjectAltName, the CommonNames.
    pub fn dns_names(&self) -> Vec<&str> {
        match &self.extensions.subject_alt_name {
            Some(names) => names.iter().filter_map(GeneralName::as_dns).collect(),
            None => self.subject.common_names().collect(),
        }
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, {})", self.subject, self.thumbprint())
    }
}

/// Large enough for any certificate met in practice, small enough to parse at once.
const MAX_BYTES: usize = 256 * 1024;
const CERTIFICATE: &str = "the certificate";
const PEM_LABEL: &str = "CERTIFICATE";

fn damaged(error: impl ToString) -> Error {
    Error::Damaged { what: CERTIFICATE, detail: error.to_string() }
}
