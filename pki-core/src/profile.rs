//! What stands in a certificate, clause by clause: the root and the host's leaf.
//!
//! Both are version 3 (RFC 5280 §4.1.2.1) and signed with SHA-256 and RSA. Left out on purpose: certificate policies and
//! authority information (nobody would read them), unique identifiers (RFC 5280 §4.1.2.8 forbids them), and any name but
//! the CommonName in the subject, unless the key is a test key. A leaf says where its root's revocation list is found only
//! if there is to be one.

mod leaf;
mod root;

use const_oid::db::{rfc4519, rfc5280};
use const_oid::{AssociatedOid, ObjectIdentifier};
use der::asn1::{Any, OctetString};
use der::{Decode as _, Encode, Tag};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::ext::{Extension, pkix};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

pub use leaf::LeafProfile;
pub use root::RootProfile;

use crate::error::{Error, Result};

/// A name of one CommonName, after a warning if there is one: that everyone knows the key.
fn common_name(text: &str, warning: Option<&str>) -> Result<Name> {
    let mut rdns = vec![attribute(rfc4519::CN, text)?];
    if let Some(warning) = warning {
        rdns.insert(0, attribute(rfc4519::OU, warning)?);
    }
    let encoding = RdnSequence::from(rdns).to_der().map_err(internal)?;
    Name::from_der(&encoding).map_err(internal)
}

/// UTF8String, as RFC 5280 §4.1.2.4 asks of new certificates.
fn attribute(oid: ObjectIdentifier, text: &str) -> Result<RelativeDistinguishedName> {
    let value = Any::new(Tag::Utf8String, text.as_bytes()).map_err(internal)?;
    RelativeDistinguishedName::try_from(vec![AttributeTypeAndValue { oid, value }]).map_err(internal)
}

/// ExtendedKeyUsage, not critical (§4.2.1.12): each host is server and client at once.
fn server_and_client() -> pkix::ExtendedKeyUsage {
    pkix::ExtendedKeyUsage(vec![rfc5280::ID_KP_SERVER_AUTH, rfc5280::ID_KP_CLIENT_AUTH])
}

pub(crate) fn extension<T: AssociatedOid + Encode>(critical: bool, value: &T) -> Result<Extension> {
    let extn_value = value.to_der().and_then(OctetString::new).map_err(internal)?;
    Ok(Extension { extn_id: T::OID, critical, extn_value })
}

pub(crate) fn key_identifier(octets: &[u8]) -> Result<OctetString> {
    OctetString::new(octets).map_err(internal)
}

fn ia5(text: &str) -> Result<der::asn1::Ia5String> {
    der::asn1::Ia5String::new(text).map_err(internal)
}

fn internal(error: der::Error) -> Error {
    Error::Internal { what: "encoding an extension or a name", detail: error.to_string() }
}
