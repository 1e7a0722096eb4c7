//! A list that is signed: read, shown, asked, checked.

use core::fmt;
use std::collections::HashSet;

use const_oid::db::rfc5280::{ID_CE_AUTHORITY_KEY_IDENTIFIER, ID_CE_CRL_NUMBER};
use der::Decode as _;
use der::pem::LineEnding;
use x509_cert::certificate::Version;
use x509_cert::crl::TbsCertList;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlNumber};
use x509_cert::time::Time as X509Time;

use super::Revocation;
use crate::certificate::{Certificate, DistinguishedName, Signed, as_pem, pem_block};
use crate::error::{Error, Result};
use crate::key::SignatureAlgorithm;
use crate::validity::{Time, Validity};

/// A revocation list of version 2 (RFC 5280 §5.1) that covers everything its root signed, its bytes kept exactly as
/// they came.
///
/// ```text
/// CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue BIT STRING }
/// ```
#[derive(Clone)]
pub struct RevocationList {
    der: Box<[u8]>,
    tbs: Box<[u8]>,
    signature_algorithm: SignatureAlgorithm,
    signature: Box<[u8]>,
    issuer: DistinguishedName,
    authority_key_identifier: Option<Vec<u8>>,
    number: u64,
    validity: Validity,
    revocations: Vec<Revocation>,
}

impl RevocationList {
    /// Reads one list in DER, with nothing after it. Whether a root signed it is for
    /// [`RevocationList::check_signed_by`] to say.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it is not that, if it lacks CRLNumber or nextUpdate (RFC 5280 §5.1.2.5, §5.2.3), revokes
    /// something twice or for a reason that is not a [`Reason`](super::Reason), or has an unknown critical extension,
    /// as lists of a part have; [`Error::OverLimit`] above 4 MiB, or for a number of more than 8 octets.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        if der.len() > MAX_BYTES {
            let (found, limit) = (der.len() as u64, MAX_BYTES as u64);
            return Err(Error::OverLimit { what: LIST, quantity: "size in bytes", found, limit });
        }
        let Signed { contents, algorithm, signature } = Signed::from_der(der).map_err(damaged)?;
        let tbs: TbsCertList = TbsCertList::from_der(contents).map_err(damaged)?;
        if tbs.signature != algorithm {
            return Err(damaged("its two signature algorithms differ (RFC 5280 section 5.1.1.2)"));
        }
        if tbs.version != Version::V2 {
            return Err(damaged("it is not of version 2"));
        }
        let next_update = tbs.next_update.ok_or_else(|| damaged("it does not say when the next one comes"))?;
        let extensions = Extensions::from_x509(tbs.crl_extensions.as_deref().unwrap_or_default())?;
        let entries = tbs.revoked_certificates.as_deref().unwrap_or_default();
        let revocations = entries.iter().map(Revocation::from_x509).collect::<Result<Vec<_>>>()?;
        let mut seen = HashSet::with_capacity(revocations.len());
        if !revocations.iter().all(|revocation| seen.insert(&revocation.serial_number)) {
            return Err(damaged("it revokes a certificate twice"));
        }
        Ok(Self {
            der: der.into(),
            tbs: contents.into(),
            signature_algorithm: SignatureAlgorithm::from_identifier(&algorithm),
            signature: signature.into(),
            issuer: DistinguishedName::from_x509(&tbs.issuer)?,
            authority_key_identifier: extensions.authority_key_identifier,
            number: extensions.number,
            validity: Validity::new(time(&tbs.this_update), time(&next_update))
                .map_err(|_| damaged("the next one would come before it"))?,
            revocations,
        })
    }

    /// Reads the first list of a PEM file.
    ///
    /// # Errors
    /// As [`RevocationList::from_der`].
    pub fn from_pem(pem: &str) -> Result<Self> {
        Self::from_der(&pem_block(pem, &[PEM_LABEL]).map_err(damaged)?)
    }

    /// Reads a file that is DER or PEM, whichever it is.
    ///
    /// # Errors
    /// As [`RevocationList::from_der`].
    pub fn from_der_or_pem(bytes: &[u8]) -> Result<Self> {
        as_pem(bytes).map_or_else(|| Self::from_der(bytes), Self::from_pem)
    }

    /// The list in DER: what a distribution point has to serve (RFC 5280 §4.2.1.13).
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The list in PEM (RFC 7468 §6), lines ended by LF.
    pub fn to_pem(&self) -> String {
        der::pem::encode_string(PEM_LABEL, LineEnding::LF, &self.der).unwrap_or_default()
    }

    /// The root that it names as its signer.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer
    }

    /// The key identifier of AuthorityKeyIdentifier (§5.2.1).
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        self.authority_key_identifier.as_deref()
    }

    /// CRLNumber (§5.2.3): a later list of the same root has a greater one.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// From thisUpdate to nextUpdate (§5.1.2.4, §5.1.2.5): before the end, the next list has to be in its place.
    pub fn validity(&self) -> &Validity {
        &self.validity
    }

    /// How it was signed.
    pub fn signature_algorithm(&self) -> &SignatureAlgorithm {
        &self.signature_algorithm
    }

    /// What it takes back.
    pub fn revocations(&self) -> &[Revocation] {
        &self.revocations
    }

    /// What it says about a certificate; nothing about one of another issuer.
    pub fn revocation_of(&self, certificate: &Certificate) -> Option<&Revocation> {
        let mut entries = self.revocations.iter().filter(|_| *certificate.issuer() == self.issuer);
        entries.find(|entry| *entry.serial_number == *certificate.serial_number())
    }

    /// Checks that a root made its signature, and was allowed to (§6.3.3 f, g).
    ///
    /// # Errors
    /// [`Error::NotARoot`] if the root's KeyUsage lacks cRLSign; [`Error::NotSignedBy`] if another one signed;
    /// [`Error::UnsupportedAlgorithm`] for a signature that cannot be checked.
    pub fn check_signed_by(&self, root: &Certificate) -> Result<()> {
        require_crl_sign(root)?;
        let not_signed = || Error::NotSignedBy { subject: self.to_string(), root: root.subject().to_string() };
        if self.issuer != *root.subject() {
            return Err(not_signed());
        }
        let checked = root.public_key().verify(&self.signature_algorithm, &self.tbs, &self.signature);
        checked.map_err(|error| match error {
            Error::Damaged { .. } => not_signed(),
            other => other,
        })
    }
}

/// RFC 5280 §6.3.3 f: a root without KeyUsage, as MakeCert made them, may sign lists too.
pub(super) fn require_crl_sign(root: &Certificate) -> Result<()> {
    if root.extensions().key_usage.is_some_and(|usage| !usage.crl_sign()) {
        return Err(Error::NotARoot { subject: root.subject().to_string(), problem: "its KeyUsage lacks cRLSign" });
    }
    Ok(())
}

impl PartialEq for RevocationList {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for RevocationList {}

impl fmt::Display for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "revocation list {} of {}", self.number, self.issuer)
    }
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RevocationList({}, {}, {} entries)", self.issuer, self.number, self.revocations.len())
    }
}

/// The extensions of a whole list that this crate knows.
struct Extensions {
    authority_key_identifier: Option<Vec<u8>>,
    number: u64,
}

impl Extensions {
    fn from_x509(extensions: &[Extension]) -> Result<Self> {
        let (mut authority, mut number) = (None, None);
        for extension in extensions {
            let value = extension.extn_value.as_bytes();
            match extension.extn_id {
                ID_CE_CRL_NUMBER if number.is_none() => number = Some(number_from_der(value)?),
                ID_CE_AUTHORITY_KEY_IDENTIFIER if authority.is_none() => {
                    authority = Some(AuthorityKeyIdentifier::from_der(value).map_err(damaged)?);
                }
                oid @ (ID_CE_CRL_NUMBER | ID_CE_AUTHORITY_KEY_IDENTIFIER) => {
                    return Err(damaged(format!("the extension {oid} appears twice")));
                }
                oid if extension.critical => {
                    return Err(damaged(format!("it has an unknown critical extension, {oid}")));
                }
                _ => {}
            }
        }
        Ok(Self {
            authority_key_identifier: authority
                .and_then(|authority| authority.key_identifier)
                .map(|octets| octets.into_bytes().into()),
            number: number.ok_or_else(|| damaged("it has no number (RFC 5280 section 5.2.3)"))?,
        })
    }
}

/// RFC 5280 allows 20 octets; lists that are counted from 1 stay far below 8.
fn number_from_der(der: &[u8]) -> Result<u64> {
    let number = CrlNumber::from_der(der).map_err(damaged)?.0;
    let octets = number.as_bytes();
    if octets.len() > 8 {
        let found = octets.len() as u64;
        return Err(Error::OverLimit { what: LIST, quantity: "size of its number in octets", found, limit: 8 });
    }
    Ok(octets.iter().fold(0, |number, octet| (number << 8) | u64::from(*octet)))
}

fn time(time: &X509Time) -> Time {
    Time::from_date_time(time.to_date_time())
}

pub(super) fn damaged(error: impl ToString) -> Error {
    Error::Damaged { what: LIST, detail: error.to_string() }
}

/// Room for about a hundred thousand revocations.
const MAX_BYTES: usize = 4 * 1024 * 1024;
pub(super) const LIST: &str = "the revocation list";
const PEM_LABEL: &str = "X509 CRL";
