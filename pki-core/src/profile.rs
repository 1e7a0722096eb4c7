//! What stands in a certificate, clause by clause: the root and the host's leaf.
//!
//! Both are version 3 (RFC 5280 §4.1.2.1) and signed with SHA-256 and RSA. Left out on purpose: certificate policies and
//! authority information (nobody would read them), unique identifiers (RFC 5280 §4.1.2.8 forbids them), and any name but
//! the CommonName in the subject. A leaf says where its root's revocation list is found only if there is to be one.

mod leaf;
mod root;

use const_oid::AssociatedOid;
use const_oid::db::{rfc4519, rfc5280};
use der::asn1::{Any, OctetString};
use der::{Decode as _, Encode, Tag};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::ext::{Extension, pkix};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

pub use leaf::LeafProfile;
pub use root::RootProfile;

use crate::error::{Error, Result};

/// A name of one CommonName. UTF8String, as RFC 5280 §4.1.2.4 asks of new certificates.
pub(crate) fn common_name(text: &str) -> Result<Name> {
    let value = Any::new(Tag::Utf8String, text.as_bytes()).map_err(internal)?;
    let cn = AttributeTypeAndValue { oid: rfc4519::CN, value };
    let rdn = RelativeDistinguishedName::try_from(vec![cn]).map_err(internal)?;
    let encoding = RdnSequence::from(vec![rdn]).to_der().map_err(internal)?;
    Name::from_der(&encoding).map_err(internal)
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
