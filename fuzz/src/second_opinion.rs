//! Whether a signature matches, by the crate `ring`, over bytes that were taken apart by [`tlv`].

use ring::signature::{self, RsaParameters, UnparsedPublicKey};

use crate::tlv;

/// Whether the key of one certificate made the signature of another; a request's key that of the request. Keys below 2048
/// bits make none here.
pub fn is_signed_by(signed: &[u8], spki: &[u8]) -> bool {
    check(signed, spki).unwrap_or(false)
}

fn check(signed: &[u8], spki: &[u8]) -> Option<bool> {
    let (signed, _) = tlv::expect(tlv::SEQUENCE, signed)?;
    let (contents, rest) = tlv::first(signed)?;
    let (algorithm, rest) = tlv::expect(tlv::SEQUENCE, rest)?;
    let (signature, _) = tlv::expect(tlv::BIT_STRING, rest)?;
    let (oid, _) = tlv::expect(tlv::OID, algorithm)?;
    let (spki, _) = tlv::expect(tlv::SEQUENCE, spki)?;
    let (_, rest) = tlv::first(spki)?;
    let (key, _) = tlv::expect(tlv::BIT_STRING, rest)?;
    let key = UnparsedPublicKey::new(algorithm_of(oid)?, key.strip_prefix(&[0])?);
    Some(key.verify(contents, signature.strip_prefix(&[0])?).is_ok())
}

/// Those of 1.2.840.113549.1.1 that `ring` knows.
fn algorithm_of(oid: &[u8]) -> Option<&'static RsaParameters> {
    match oid.strip_prefix(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1])? {
        [5] => Some(&signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY),
        [11] => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        [12] => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        [13] => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        _ => None,
    }
}
