//! The structures of RFC 7292 §4, read one layer at a time and without recursion into what is still encrypted.

use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, OctetStringRef};
use der::{Decode, Reader as _, SliceReader, Tag, Tagged as _};
use spki::AlgorithmIdentifierRef;

use super::ber;
use crate::error::{Error, Result};

/// ```text
/// PFX ::= SEQUENCE { version INTEGER, authSafe ContentInfo, macData MacData OPTIONAL }
/// ```
pub(super) struct Pfx<'a> {
    /// The content of `authSafe`: what the MAC is over.
    pub(super) auth_safe: &'a [u8],
    pub(super) mac: Option<MacData<'a>>,
}

/// ```text
/// MacData ::= SEQUENCE { mac DigestInfo, macSalt OCTET STRING, iterations INTEGER DEFAULT 1 }
/// ```
pub(super) struct MacData<'a> {
    pub(super) algorithm: AlgorithmIdentifierRef<'a>,
    pub(super) digest: &'a [u8],
    pub(super) salt: &'a [u8],
    pub(super) iterations: u32,
}

/// One part of the AuthenticatedSafe.
pub(super) enum Safe<'a> {
    Plain(&'a [u8]),
    Encrypted { algorithm: AlgorithmIdentifierRef<'a>, ciphertext: Vec<u8> },
}

/// ```text
/// SafeBag ::= SEQUENCE { bagId OBJECT IDENTIFIER, bagValue [0] EXPLICIT ANY, bagAttributes SET OF OPTIONAL }
/// ```
pub(super) struct Bag<'a> {
    pub(super) id: ObjectIdentifier,
    pub(super) value: &'a [u8],
    pub(super) attributes: Vec<Attribute<'a>>,
}

/// An attribute of a bag or of a private key: a type and a set of values.
pub(super) struct Attribute<'a> {
    pub(super) id: ObjectIdentifier,
    pub(super) values: Vec<AnyRef<'a>>,
}

impl<'a> Pfx<'a> {
    pub(super) fn from_der(der: &'a [u8]) -> Result<Self> {
        let pfx = whole(der, |reader| {
            reader.sequence(|reader| {
                let version = u8::decode(reader)?;
                let (content_type, content) = content_info(reader)?;
                let mac = if reader.is_finished() { None } else { Some(MacData::decode(reader)?) };
                der::Result::Ok((version, content_type, content, mac))
            })
        });
        let (version, content_type, content, mac) = pfx.map_err(damaged)?;
        if version != 3 {
            return Err(damaged("its version is not 3"));
        }
        if content_type != super::DATA {
            // Signed with a public key instead of a password: RFC 7292 allows it, nobody does it.
            return Err(Error::UnsupportedAlgorithm { what: super::PFX, algorithm: content_type.to_string() });
        }
        Ok(Self { auth_safe: octets(content).map_err(damaged)?, mac })
    }
}

impl<'a> MacData<'a> {
    fn decode(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        reader.sequence(|reader| {
            let (algorithm, digest) = reader.sequence(|reader| {
                let algorithm = AlgorithmIdentifierRef::decode(reader)?;
                der::Result::Ok((algorithm, <&OctetStringRef>::decode(reader)?.as_bytes()))
            })?;
            let salt = <&OctetStringRef>::decode(reader)?.as_bytes();
            let iterations = if reader.is_finished() { 1 } else { u32::decode(reader)? };
            Ok(Self { algorithm, digest, salt, iterations })
        })
    }
}

/// ```text
/// AuthenticatedSafe ::= SEQUENCE OF ContentInfo
/// ```
pub(super) fn authenticated_safe(der: &[u8]) -> Result<Vec<Safe<'_>>> {
    let contents = whole(der, |reader| reader.sequence(|reader| until_finished(reader, content_info)));
    contents.map_err(damaged)?.into_iter().map(|(content_type, content)| Safe::new(content_type, content)).collect()
}

impl<'a> Safe<'a> {
    fn new(content_type: ObjectIdentifier, content: &'a [u8]) -> Result<Self> {
        match content_type {
            super::DATA => octets(content).map(Self::Plain).map_err(damaged),
            super::ENCRYPTED_DATA => Self::encrypted(content),
            other => Err(Error::UnsupportedAlgorithm { what: super::PFX, algorithm: other.to_string() }),
        }
    }

    /// ```text
    /// EncryptedData ::= SEQUENCE { version, SEQUENCE { contentType, algorithm, encryptedContent [0] IMPLICIT } }
    /// ```
    fn encrypted(content: &'a [u8]) -> Result<Self> {
        let parts = whole(content, |reader| {
            reader.sequence(|reader| {
                let _version = u8::decode(reader)?;
                reader.sequence(|reader| {
                    let _content_type: ObjectIdentifier = reader.decode()?;
                    let algorithm = AlgorithmIdentifierRef::decode(reader)?;
                    der::Result::Ok((algorithm, AnyRef::decode(reader)?))
                })
            })
        });
        let (algorithm, content) = parts.map_err(damaged)?;
        let ciphertext = match content.tag() {
            tag if tag == context_0(false) => content.value().to_vec(),
            // In pieces, as NSS writes it.
            tag if tag == context_0(true) => ber::joined(content.value())?.to_vec(),
            _ => return Err(damaged("encrypted data without content")),
        };
        Ok(Self::Encrypted { algorithm, ciphertext })
    }
}

/// ```text
/// SafeContents ::= SEQUENCE OF SafeBag
/// ```
pub(super) fn safe_contents(der: &[u8]) -> Result<Vec<Bag<'_>>> {
    whole(der, |reader| reader.sequence(|reader| until_finished(reader, Bag::decode))).map_err(damaged)
}

impl<'a> Bag<'a> {
    fn decode(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        reader.sequence(|reader| {
            let id = ObjectIdentifier::decode(reader)?;
            let value = explicit_0(AnyRef::decode(reader)?)?;
            let attributes =
                if reader.is_finished() { Vec::new() } else { set_of_attributes(AnyRef::decode(reader)?)? };
            Ok(Self { id, value, attributes })
        })
    }
}

/// ```text
/// CertBag ::= SEQUENCE { certId OBJECT IDENTIFIER, certValue [0] EXPLICIT OCTET STRING }
/// ```
pub(super) fn cert_bag(der: &[u8]) -> Result<(ObjectIdentifier, &[u8])> {
    let parts = whole(der, |reader| {
        reader.sequence(|reader| {
            let id = ObjectIdentifier::decode(reader)?;
            der::Result::Ok((id, octets(explicit_0(AnyRef::decode(reader)?)?)?))
        })
    });
    parts.map_err(damaged)
}

/// ```text
/// EncryptedPrivateKeyInfo ::= SEQUENCE { encryptionAlgorithm, encryptedData OCTET STRING }
/// ```
pub(super) fn shrouded_key(der: &[u8]) -> Result<(AlgorithmIdentifierRef<'_>, &[u8])> {
    let parts = whole(der, |reader| {
        reader.sequence(|reader| {
            let algorithm = AlgorithmIdentifierRef::decode(reader)?;
            der::Result::Ok((algorithm, <&OctetStringRef>::decode(reader)?.as_bytes()))
        })
    });
    parts.map_err(damaged)
}

/// The attributes of a PKCS#8 `PrivateKeyInfo`: `[0] IMPLICIT SET OF` (RFC 5958 §2).
pub(super) fn private_key_attributes(pkcs8: &[u8]) -> Result<Vec<Attribute<'_>>> {
    let attributes = whole(pkcs8, |reader| {
        reader.sequence(|reader| {
            let _version = u8::decode(reader)?;
            let _algorithm = AlgorithmIdentifierRef::decode(reader)?;
            let _private_key = <&OctetStringRef>::decode(reader)?;
            let further = until_finished(reader, AnyRef::decode)?;
            match further.into_iter().find(|any| any.tag() == context_0(true)) {
                Some(any) => attributes(any.value()),
                None => Ok(Vec::new()),
            }
        })
    });
    attributes.map_err(damaged)
}

fn content_info<'a>(reader: &mut SliceReader<'a>) -> der::Result<(ObjectIdentifier, &'a [u8])> {
    reader.sequence(|reader| {
        let content_type = ObjectIdentifier::decode(reader)?;
        Ok((content_type, explicit_0(AnyRef::decode(reader)?)?))
    })
}

/// The order of a SET OF is not checked: several programs do not sort.
fn set_of_attributes<'a>(any: AnyRef<'a>) -> der::Result<Vec<Attribute<'a>>> {
    any.tag().assert_eq(Tag::Set)?;
    attributes(any.value())
}

fn attributes(values: &[u8]) -> der::Result<Vec<Attribute<'_>>> {
    let mut reader = SliceReader::new(values)?;
    until_finished(&mut reader, Attribute::decode)
}

impl<'a> Attribute<'a> {
    fn decode(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        reader.sequence(|reader| {
            let id = ObjectIdentifier::decode(reader)?;
            let values = AnyRef::decode(reader)?;
            values.tag().assert_eq(Tag::Set)?;
            let mut values = SliceReader::new(values.value())?;
            Ok(Self { id, values: until_finished(&mut values, AnyRef::decode)? })
        })
    }
}

fn until_finished<'a, T>(
    reader: &mut SliceReader<'a>,
    mut item: impl FnMut(&mut SliceReader<'a>) -> der::Result<T>,
) -> der::Result<Vec<T>> {
    let mut items = Vec::new();
    while !reader.is_finished() {
        items.push(item(reader)?);
    }
    Ok(items)
}

fn whole<'a, T>(der: &'a [u8], read: impl FnOnce(&mut SliceReader<'a>) -> der::Result<T>) -> der::Result<T> {
    let mut reader = SliceReader::new(der)?;
    let value = read(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

fn octets(der: &[u8]) -> der::Result<&[u8]> {
    <&OctetStringRef>::from_der(der).map(OctetStringRef::as_bytes)
}

fn explicit_0(any: AnyRef<'_>) -> der::Result<&[u8]> {
    any.tag().assert_eq(context_0(true))?;
    Ok(any.value())
}

fn context_0(constructed: bool) -> Tag {
    Tag::ContextSpecific { constructed, number: der::TagNumber(0) }
}

fn damaged(error: impl ToString) -> Error {
    Error::Damaged { what: super::PFX, detail: error.to_string() }
}
