//! The names inside SubjectAltName and NameConstraints.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use x509_cert::ext::pkix::name as x509;

use super::DistinguishedName;
use crate::error::Result;
use crate::name::printable;

/// A name of one of several kinds (RFC 5280 §4.2.1.6), as text that may hold any ASCII character.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum GeneralName {
    /// `dNSName`.
    Dns(String),
    /// `iPAddress`: 4 or 16 octets, in constraints followed by as many of the mask.
    IpAddress(Vec<u8>),
    /// `rfc822Name`.
    Email(String),
    /// `directoryName`.
    Directory(DistinguishedName),
    /// `uniformResourceIdentifier`.
    Uri(String),
    /// Any other kind, by its ASN.1 name.
    Other(&'static str),
}

impl GeneralName {
    pub(crate) fn from_x509(name: &x509::GeneralName) -> Result<Self> {
        Ok(match name {
            x509::GeneralName::DnsName(text) => Self::Dns(text.to_string()),
            x509::GeneralName::IpAddress(octets) => Self::IpAddress(octets.as_bytes().to_vec()),
            x509::GeneralName::Rfc822Name(text) => Self::Email(text.to_string()),
            x509::GeneralName::DirectoryName(name) => Self::Directory(DistinguishedName::from_x509(name)?),
            x509::GeneralName::UniformResourceIdentifier(text) => Self::Uri(text.to_string()),
            x509::GeneralName::OtherName(_) => Self::Other("otherName"),
            x509::GeneralName::EdiPartyName(_) => Self::Other("ediPartyName"),
            x509::GeneralName::RegisteredId(_) => Self::Other("registeredID"),
        })
    }

    /// The text of a `dNSName`.
    pub fn as_dns(&self) -> Option<&str> {
        match self {
            Self::Dns(name) => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for GeneralName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => f.write_str(&printable(name)),
            Self::IpAddress(octets) => write_ip(f, octets),
            Self::Email(address) => write!(f, "email {}", printable(address)),
            Self::Directory(name) => name.fmt(f),
            Self::Uri(uri) => write!(f, "URI {}", printable(uri)),
            Self::Other(kind) => f.write_str(kind),
        }
    }
}

fn write_ip(f: &mut fmt::Formatter<'_>, octets: &[u8]) -> fmt::Result {
    match octets.len() {
        4 | 16 => write_address(f, octets),
        8 | 32 => {
            let (address, mask) = octets.split_at(octets.len() / 2);
            write_address(f, address)?;
            f.write_str("/")?;
            write_address(f, mask)
        }
        odd => write!(f, "IP address of {odd} octets"),
    }
}

fn write_address(f: &mut fmt::Formatter<'_>, octets: &[u8]) -> fmt::Result {
    if let Ok(octets) = <[u8; 4]>::try_from(octets) {
        write!(f, "{}", Ipv4Addr::from(octets))
    } else if let Ok(octets) = <[u8; 16]>::try_from(octets) {
        write!(f, "{}", Ipv6Addr::from(octets))
    } else {
        Err(fmt::Error)
    }
}
