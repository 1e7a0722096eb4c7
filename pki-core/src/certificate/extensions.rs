//! Certificate extensions, each decoded once (RFC 5280 §4.2).

use core::fmt;

use const_oid::db::{rfc5280, rfc5912};
use const_oid::{AssociatedOid, ObjectIdentifier};
use der::flagset::FlagSet;
use der::{Decode, Reader as _, SliceReader};
use x509_cert::ext::{Extension, pkix};

use super::{GeneralName, NameConstraints};
use crate::error::{Error, Result};

/// The extensions of a certificate that this crate knows, and the critical ones that it does not.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Extensions {
    /// BasicConstraints (§4.2.1.9).
    pub basic_constraints: Option<BasicConstraints>,
    /// KeyUsage (§4.2.1.3).
    pub key_usage: Option<KeyUsage>,
    /// ExtendedKeyUsage (§4.2.1.12).
    pub extended_key_usage: Option<Vec<Purpose>>,
    /// SubjectAltName (§4.2.1.6).
    pub subject_alt_name: Option<Vec<GeneralName>>,
    /// NameConstraints (§4.2.1.10).
    pub name_constraints: Option<NameConstraints>,
    /// SubjectKeyIdentifier (§4.2.1.2).
    pub subject_key_identifier: Option<Vec<u8>>,
    /// The key identifier of AuthorityKeyIdentifier (§4.2.1.1).
    pub authority_key_identifier: Option<Vec<u8>>,
    /// The issuer's own issuer, as AuthorityKeyIdentifier names it; nearly always left out.
    pub authority_issuer: Option<Vec<GeneralName>>,
    /// The issuer's serial number, as AuthorityKeyIdentifier names it; nearly always left out.
    pub authority_serial_number: Option<Vec<u8>>,
    /// Where revocation lists are found: the URIs of CRLDistributionPoints (§4.2.1.13), empty if it names none.
    pub crl_distribution_points: Option<Vec<String>>,
    /// Object identifiers of the critical extensions.
    pub critical: Vec<String>,
    /// Object identifiers of the critical extensions that are not among the above: nobody may accept the certificate
    /// without knowing them.
    pub unknown_critical: Vec<String>,
}

/// BasicConstraints (RFC 5280 §4.2.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BasicConstraints {
    /// Whether the certificate may sign others.
    pub ca: bool,
    /// How many intermediate certificates may follow it.
    pub path_len: Option<u32>,
}

impl BasicConstraints {
    /// x509-cert's own type holds no path length above 255.
    fn from_der(der: &[u8]) -> der::Result<Self> {
        let mut reader = SliceReader::new(der)?;
        let (ca, path_len) =
            reader.sequence(|reader| der::Result::Ok((Option::<bool>::decode(reader)?, Option::decode(reader)?)))?;
        reader.finish()?;
        Ok(Self { ca: ca.unwrap_or_default(), path_len })
    }
}

/// KeyUsage (RFC 5280 §4.2.1.3), a set of uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage(FlagSet<pkix::KeyUsages>);

/// A purpose of ExtendedKeyUsage (RFC 5280 §4.2.1.12).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// serverAuth, 1.3.6.1.5.5.7.3.1.
    ServerAuth,
    /// clientAuth, 1.3.6.1.5.5.7.3.2.
    ClientAuth,
    /// anyExtendedKeyUsage, 2.5.29.37.0.
    Any,
    /// Another purpose, by its object identifier in dotted form.
    Other(String),
}

impl Extensions {
    pub(super) fn from_x509(extensions: &[Extension]) -> Result<Self> {
        if extensions.len() > MAX_EXTENSIONS {
            let (found, limit) = (extensions.len() as u64, MAX_EXTENSIONS as u64);
            return Err(Error::OverLimit { what: "the certificate", quantity: "number of extensions", found, limit });
        }
        let mut known = Self::default();
        for (i, extension) in extensions.iter().enumerate() {
            if extensions.iter().take(i).any(|earlier| earlier.extn_id == extension.extn_id) {
                return Err(damaged(extension.extn_id, "it appears twice (RFC 5280 section 4.2)"));
            }
            let is_known = known.take(extension)?;
            if extension.critical {
                known.critical.push(extension.extn_id.to_string());
                if !is_known {
                    known.unknown_critical.push(extension.extn_id.to_string());
                }
            }
        }
        Ok(known)
    }

    /// Whether the extension with this object identifier is critical.
    pub fn is_critical(&self, oid: &str) -> bool {
        self.critical.iter().any(|critical| critical == oid)
    }

    fn take(&mut self, extension: &Extension) -> Result<bool> {
        match extension.extn_id {
            rfc5280::ID_CE_BASIC_CONSTRAINTS => {
                let value = extension.extn_value.as_bytes();
                self.basic_constraints =
                    Some(BasicConstraints::from_der(value).map_err(|e| damaged(extension.extn_id, e))?);
            }
            rfc5280::ID_CE_KEY_USAGE => self.key_usage = Some(KeyUsage(decode::<pkix::KeyUsage>(extension)?.0)),
            rfc5280::ID_CE_EXT_KEY_USAGE => {
                let purposes = decode::<pkix::ExtendedKeyUsage>(extension)?.0;
                self.extended_key_usage = Some(purposes.into_iter().map(Purpose::from_oid).collect());
            }
            rfc5280::ID_CE_SUBJECT_ALT_NAME => {
                let names = decode::<pkix::SubjectAltName>(extension)?.0;
                self.subject_alt_name = Some(names.iter().map(GeneralName::from_x509).collect::<Result<_>>()?);
            }
            rfc5280::ID_CE_NAME_CONSTRAINTS => {
                self.name_constraints = Some(NameConstraints::from_x509(&decode(extension)?)?);
            }
            rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER => {
                let identifier = decode::<pkix::SubjectKeyIdentifier>(extension)?.0;
                self.subject_key_identifier = Some(identifier.into_bytes().into());
            }
            rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER => {
                let authority = decode::<pkix::AuthorityKeyIdentifier>(extension)?;
                let issuer = authority.authority_cert_issuer;
                self.authority_key_identifier = authority.key_identifier.map(|octets| octets.into_bytes().into());
                self.authority_issuer =
                    issuer.map(|names| names.iter().map(GeneralName::from_x509).collect()).transpose()?;
                self.authority_serial_number =
                    authority.authority_cert_serial_number.map(|serial| serial.as_bytes().to_vec());
            }
            rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS => {
                self.crl_distribution_points = Some(uris(&decode(extension)?));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl KeyUsage {
    /// digitalSignature: TLS handshakes with ephemeral keys.
    pub fn digital_signature(self) -> bool {
        self.0.contains(pkix::KeyUsages::DigitalSignature)
    }

    /// keyEncipherment: TLS handshakes with RSA key transport.
    pub fn key_encipherment(self) -> bool {
        self.0.contains(pkix::KeyUsages::KeyEncipherment)
    }

    /// keyCertSign: signing certificates.
    pub fn key_cert_sign(self) -> bool {
        self.0.contains(pkix::KeyUsages::KeyCertSign)
    }

    /// cRLSign: signing revocation lists.
    pub fn crl_sign(self) -> bool {
        self.0.contains(pkix::KeyUsages::CRLSign)
    }
}

impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, usage) in self.0.into_iter().enumerate() {
            f.write_str(if i > 0 { ", " } else { "" })?;
            f.write_str(match usage {
                pkix::KeyUsages::DigitalSignature => "digitalSignature",
                pkix::KeyUsages::NonRepudiation => "nonRepudiation",
                pkix::KeyUsages::KeyEncipherment => "keyEncipherment",
                pkix::KeyUsages::DataEncipherment => "dataEncipherment",
                pkix::KeyUsages::KeyAgreement => "keyAgreement",
                pkix::KeyUsages::KeyCertSign => "keyCertSign",
                pkix::KeyUsages::CRLSign => "cRLSign",
                pkix::KeyUsages::EncipherOnly => "encipherOnly",
                pkix::KeyUsages::DecipherOnly => "decipherOnly",
            })?;
        }
        Ok(())
    }
}

impl Purpose {
    fn from_oid(oid: ObjectIdentifier) -> Self {
        match oid {
            rfc5280::ID_KP_SERVER_AUTH => Self::ServerAuth,
            rfc5280::ID_KP_CLIENT_AUTH => Self::ClientAuth,
            rfc5912::ANY_EXTENDED_KEY_USAGE => Self::Any,
            oid => Self::Other(oid.to_string()),
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ServerAuth => f.write_str("serverAuth"),
            Self::ClientAuth => f.write_str("clientAuth"),
            Self::Any => f.write_str("anyExtendedKeyUsage"),
            Self::Other(oid) => f.write_str(oid),
        }
    }
}

/// Far above what any certificate has, so that comparing each with each is quick.
const MAX_EXTENSIONS: usize = 100;

fn uris(points: &pkix::CrlDistributionPoints) -> Vec<String> {
    use pkix::name::{DistributionPointName, GeneralName as X509};

    let full_names = points.0.iter().filter_map(|point| match &point.distribution_point {
        Some(DistributionPointName::FullName(names)) => Some(names),
        _ => None,
    });
    let uris = full_names.flatten().filter_map(|name| match name {
        X509::UniformResourceIdentifier(uri) => Some(uri.to_string()),
        _ => None,
    });
    uris.collect()
}

fn decode<'a, T: Decode<'a> + AssociatedOid>(extension: &'a Extension) -> Result<T>
where
    T::Error: fmt::Display,
{
    T::from_der(extension.extn_value.as_bytes()).map_err(|e| damaged(T::OID, e))
}

fn damaged(oid: ObjectIdentifier, detail: impl fmt::Display) -> Error {
    let name = const_oid::db::DB.by_oid(&oid).unwrap_or("extension");
    Error::Damaged { what: "the certificate", detail: format!("{name} ({oid}): {detail}") }
}
