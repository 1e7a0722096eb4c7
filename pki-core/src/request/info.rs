//! The signed part of a request, read as it stands.
//!
//! By hand and not with x509-cert's own type, so that attributes of any form can stand beside the one that is heard, in
//! any order, and so that a request without the field of attributes is read too.

use const_oid::ObjectIdentifier;
use der::asn1::AnyRef;
use der::{Decode as _, Reader as _, SliceReader, Tag, TagNumber, Tagged as _};
use x509_cert::ext;

use crate::certificate::whole;

/// ```text
/// CertificationRequestInfo ::= SEQUENCE {
///     version INTEGER { v1(0) }, subject Name, subjectPKInfo SubjectPublicKeyInfo, attributes [0] SET OF Attribute }
/// ```
pub(super) struct Info<'a> {
    pub(super) subject: &'a [u8],
    pub(super) public_key: &'a [u8],
    pub(super) extensions: ext::Extensions,
}

impl<'a> Info<'a> {
    pub(super) fn from_der(der: &'a [u8]) -> der::Result<Self> {
        whole(der, |reader| {
            if u8::decode(reader)? != 0 {
                return Err(Tag::Integer.value_error().into());
            }
            let (subject, public_key) = (reader.tlv_bytes()?, reader.tlv_bytes()?);
            let extensions = if reader.is_finished() { ext::Extensions::new() } else { requested(reader)? };
            Ok(Self { subject, public_key, extensions })
        })
    }
}

/// The extensions that are asked for (RFC 2985 §5.4.2). Other attributes are skipped: a challenge password, and what
/// Windows tells about system, program and provider.
///
/// ```text
/// Attribute ::= SEQUENCE { type OBJECT IDENTIFIER, values SET OF ANY }
/// ```
fn requested(reader: &mut SliceReader<'_>) -> der::Result<ext::Extensions> {
    let field = AnyRef::decode(reader)?;
    field.tag().assert_eq(Tag::ContextSpecific { constructed: true, number: TagNumber(0) })?;
    let mut attributes = SliceReader::new(field.value())?;
    let mut extensions = None;
    while !attributes.is_finished() {
        let (oid, values) = attributes.sequence(|reader| {
            let oid = ObjectIdentifier::decode(reader)?;
            let values = AnyRef::decode(reader)?;
            values.tag().assert_eq(Tag::Set)?;
            der::Result::Ok((oid, values.value()))
        })?;
        if ![EXTENSION_REQUEST, CERT_EXTENSIONS].contains(&oid) {
            continue;
        }
        // One value in one attribute, so that every reader sees the same names.
        if extensions.is_some() {
            return Err(Tag::Set.value_error().into());
        }
        extensions = Some(ext::Extensions::from_der(values)?);
    }
    Ok(extensions.unwrap_or_default())
}

/// PKCS#9 `extensionRequest`.
const EXTENSION_REQUEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.14");
/// The same as old versions of Windows write it, `szOID_CERT_EXTENSIONS`.
const CERT_EXTENSIONS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.2.1.14");
