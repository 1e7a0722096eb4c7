//! The fields of a certificate (RFC 5280 §4.1), read as they stand.
//!
//! By hand and not with x509-cert's own type, so that dates before 1970, long serial numbers and signatures of odd bits
//! can be read and shown, and so that signatures are checked over the bytes that were signed.

use der::asn1::{AnyRef, GeneralizedTime, Int, UtcTime};
use der::{Decode as _, Reader as _, SliceReader, Tag, TagMode, TagNumber, Tagged as _};
use spki::AlgorithmIdentifierOwned;
use x509_cert::ext;

use super::signed::whole;
use crate::validity::Time;

/// ```text
/// TBSCertificate ::= SEQUENCE {
///     version [0] DEFAULT v1, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo,
///     issuerUniqueID [1] OPTIONAL, subjectUniqueID [2] OPTIONAL, extensions [3] OPTIONAL }
/// ```
pub(super) struct Tbs<'a> {
    /// 0 for version 1.
    pub(super) version: u8,
    pub(super) serial_number: Box<[u8]>,
    pub(super) algorithm: AlgorithmIdentifierOwned,
    /// A `Name` as it stands: names are compared byte for byte.
    pub(super) issuer: &'a [u8],
    pub(super) not_before: Time,
    pub(super) not_after: Time,
    pub(super) subject: &'a [u8],
    pub(super) public_key: &'a [u8],
    pub(super) extensions: ext::Extensions,
}

impl<'a> Tbs<'a> {
    pub(super) fn from_der(der: &'a [u8]) -> der::Result<Self> {
        whole(der, |reader| {
            let version = reader.context_specific::<u8>(TagNumber(0), TagMode::Explicit)?.unwrap_or_default();
            let serial_number = Int::decode(reader)?.as_bytes().into();
            let algorithm = reader.decode()?;
            let issuer = reader.tlv_bytes()?;
            let (not_before, not_after) = reader.sequence(|reader| der::Result::Ok((time(reader)?, time(reader)?)))?;
            let subject = reader.tlv_bytes()?;
            let public_key = reader.tlv_bytes()?;
            let extensions = optional_fields(reader, version)?;
            Ok(Self {
                version,
                serial_number,
                algorithm,
                issuer,
                not_before,
                not_after,
                subject,
                public_key,
                extensions,
            })
        })
    }
}

/// What follows the public key: unique identifiers from version 2, which nobody uses, and extensions in version 3
/// (§4.1.2.8, §4.1.2.9). Each at most once and in this order, so that every reader sees the same.
fn optional_fields(reader: &mut SliceReader<'_>, version: u8) -> der::Result<ext::Extensions> {
    if version > 2 {
        return Err(Tag::Integer.value_error().into());
    }
    let mut last = 0;
    let mut extensions = ext::Extensions::new();
    while !reader.is_finished() {
        let field = AnyRef::decode(reader)?;
        let number = match field.tag() {
            Tag::ContextSpecific { number: TagNumber(number @ (1 | 2)), .. } if version > 0 => number,
            Tag::ContextSpecific { constructed: true, number: TagNumber(3) } if version == 2 => 3,
            tag => return Err(tag.value_error().into()),
        };
        if number <= last {
            return Err(field.tag().value_error().into());
        }
        if number == 3 {
            extensions = ext::Extensions::from_der(field.value())?;
        }
        last = number;
    }
    Ok(extensions)
}

/// UTCTime or GeneralizedTime (§4.1.2.5). UTCTime reaches back to 1950; what lies before 1970 counts as 1970, which is
/// as far in the past for everything that is judged here.
fn time(reader: &mut SliceReader<'_>) -> der::Result<Time> {
    let field = AnyRef::decode(reader)?;
    let date = match (field.tag(), field.value()) {
        (Tag::UtcTime, [b'5' | b'6', b'0'..=b'9', .., b'Z']) if field.value().len() == 13 => return Ok(Time::EPOCH),
        (Tag::UtcTime, _) => field.decode_as::<UtcTime>()?.to_date_time(),
        _ => field.decode_as::<GeneralizedTime>()?.to_date_time(),
    };
    Ok(Time::from_date_time(date))
}
