//! Certification requests: a host makes key and request itself, a root signs, and the key never leaves its host.
//!
//! ```
//! use pki_core::authority::{Authority, Identity};
//! use pki_core::key::{KeyAlgorithm, KeyPair};
//! use pki_core::profile::{LeafProfile, RootProfile};
//! use pki_core::request::CertificationRequest;
//! # use rand::SeedableRng as _;
//! # let mut rng = chacha20::ChaCha20Rng::seed_from_u64(1); // a fixed seed: for tests and examples only
//! # let now = "2026-11-22T17:00:00Z".parse()?;
//! # let host: pki_core::name::Fqdn = "HOST4.atwork.at".parse()?;
//! # let profile = RootProfile::new("mycompanyFirstReplica".parse()?, vec![host.clone().into()]);
//! # let root = Authority::create(&profile, KeyPair::generate(KeyAlgorithm::Rsa2048, &mut rng)?, now, &mut rng)?;
//!
//! // On the host:
//! let key = KeyPair::generate(KeyAlgorithm::Rsa2048, &mut rng)?;
//! let pem = CertificationRequest::create(&host, &[], &key, &mut rng)?.to_pem();
//!
//! // Where the root is; whether this host may have these names is for a person to say:
//! let request = CertificationRequest::from_pem(&pem)?;
//! assert_eq!(request.host(), &host);
//! let mut profile = LeafProfile::new(request.host().clone());
//! profile.also = request.also().to_vec();
//! let leaf = root.sign(&profile, request.public_key(), now, &mut rng)?;
//!
//! // On the host again:
//! let identity = Identity::from_parts(leaf, key, root.certificate().clone())?;
//! # Ok::<(), pki_core::Error>(())
//! ```

mod create;
mod info;
mod names;

use core::fmt;

use der::pem::LineEnding;

use crate::certificate::{DistinguishedName, Signed, as_pem, pem_block};
use crate::error::{Error, Result};
use crate::key::{PublicKey, SignatureAlgorithm};
use crate::name::{DnsName, Fqdn};
use info::Info;

/// A certification request (PKCS#10, RFC 2986) that was checked: whoever made it holds the key, the key is strong
/// enough, and the names are a host's.
///
/// ```text
/// CertificationRequest ::= SEQUENCE { certificationRequestInfo, signatureAlgorithm, signature BIT STRING }
/// ```
///
/// Of all that a request can ask for, only key and names are heard; what else stands in the certificate is decided by
/// [`LeafProfile`](crate::profile::LeafProfile).
#[derive(Clone)]
pub struct CertificationRequest {
    der: Box<[u8]>,
    subject: DistinguishedName,
    public_key: PublicKey,
    signature_algorithm: SignatureAlgorithm,
    host: Fqdn,
    also: Vec<DnsName>,
}

impl CertificationRequest {
    /// Reads a request in DER, whoever made it, with nothing after it.
    ///
    /// The host is the CommonName or, where there is none, the first name of the SubjectAltName.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it is not that, or its signature was not made by its own key;
    /// [`Error::KeySize`] or [`Error::UnsupportedAlgorithm`] for a key that is not RSA of 2048 bits or more;
    /// [`Error::WeakSignature`] for SHA-1, and [`Error::UnsupportedAlgorithm`] for anything but SHA-2 with RSA;
    /// [`Error::RequestedNames`] if CommonName and SubjectAltName disagree, or one of the names is no DNS name;
    /// [`Error::HostName`] for a DNS name that no host has; [`Error::OverLimit`] above 64 KiB or 1,000 names.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        if der.len() > MAX_BYTES {
            let (found, limit) = (der.len() as u64, MAX_BYTES as u64);
            return Err(Error::OverLimit { what: REQUEST, quantity: "size in bytes", found, limit });
        }
        let Signed { contents, algorithm, signature } = Signed::from_der(der).map_err(damaged)?;
        let info = Info::from_der(contents).map_err(damaged)?;
        let subject = DistinguishedName::from_der(info.subject)?;
        let public_key = PublicKey::from_spki_der(info.public_key)?;
        public_key.require_strong()?;
        let signature_algorithm = SignatureAlgorithm::from_identifier(&algorithm);
        check_signature(&public_key, &signature_algorithm, contents, signature)?;
        let (host, also) = names::of(&subject, &names::subject_alt_name(&info.extensions)?)?;
        Ok(Self { der: der.into(), subject, public_key, signature_algorithm, host, also })
    }

    /// Reads the first request of a PEM file, in the form of OpenSSL or of Windows' `certreq`.
    ///
    /// # Errors
    /// As [`CertificationRequest::from_der`].
    pub fn from_pem(pem: &str) -> Result<Self> {
        Self::from_der(&pem_block(pem, &[PEM_LABEL, CERTREQ_LABEL]).map_err(damaged)?)
    }

    /// Reads a file that is DER or PEM, whichever it is.
    ///
    /// # Errors
    /// As [`CertificationRequest::from_der`].
    pub fn from_der_or_pem(bytes: &[u8]) -> Result<Self> {
        as_pem(bytes).map_or_else(|| Self::from_der(bytes), Self::from_pem)
    }

    /// The request in DER.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The request in PEM (RFC 7468 §7), lines ended by LF.
    pub fn to_pem(&self) -> String {
        der::pem::encode_string(PEM_LABEL, LineEnding::LF, &self.der).unwrap_or_default()
    }

    /// The subject as it was asked for; of it, a certificate gets the CommonName.
    pub fn subject(&self) -> &DistinguishedName {
        &self.subject
    }

    /// The key whose owner asks.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// How it was signed.
    pub fn signature_algorithm(&self) -> &SignatureAlgorithm {
        &self.signature_algorithm
    }

    /// The host that the certificate is to be for.
    pub fn host(&self) -> &Fqdn {
        &self.host
    }

    /// Further names of the host, each once.
    pub fn also(&self) -> &[DnsName] {
        &self.also
    }
}

impl PartialEq for CertificationRequest {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for CertificationRequest {}

impl fmt::Debug for CertificationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificationRequest({}, {})", self.subject, self.public_key.algorithm())
    }
}

/// Far above what any program writes.
const MAX_BYTES: usize = 64 * 1024;
const REQUEST: &str = "the request";
const PEM_LABEL: &str = "CERTIFICATE REQUEST";
/// What `certreq` writes instead.
const CERTREQ_LABEL: &str = "NEW CERTIFICATE REQUEST";

/// RFC 2986 §3: the signature shows that the sender holds the key. With SHA-1 somebody else could have made it.
fn check_signature(key: &PublicKey, algorithm: &SignatureAlgorithm, contents: &[u8], signature: &[u8]) -> Result<()> {
    match algorithm {
        SignatureAlgorithm::RsaSha256 | SignatureAlgorithm::RsaSha384 | SignatureAlgorithm::RsaSha512 => {
            key.verify(algorithm, contents, signature).map_err(|error| match error {
                Error::Damaged { .. } => damaged("its signature was not made by its own key"),
                other => other,
            })
        }
        SignatureAlgorithm::RsaSha1 => {
            Err(Error::WeakSignature { what: REQUEST, algorithm: SignatureAlgorithm::RsaSha1.to_string() })
        }
        SignatureAlgorithm::Other { .. } => {
            Err(Error::UnsupportedAlgorithm { what: "the signature of the request", algorithm: algorithm.to_string() })
        }
    }
}

fn damaged(error: impl ToString) -> Error {
    Error::Damaged { what: REQUEST, detail: error.to_string() }
}
