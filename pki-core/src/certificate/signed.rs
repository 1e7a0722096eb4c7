//! What certificates, requests and revocation lists have in common: contents, an algorithm, a signature.

use der::asn1::AnyRef;
use der::{Decode as _, Reader as _, SliceReader, Tag, Tagged as _};
use spki::AlgorithmIdentifierOwned;

/// Signed contents (X.509 clause 6.2.1), read without looking inside, so that signatures are checked over the bytes
/// that were signed.
///
/// ```text
/// SIGNED{ToBeSigned} ::= SEQUENCE { toBeSigned, algorithmIdentifier, signature BIT STRING }
/// ```
pub(crate) struct Signed<'a> {
    pub(crate) contents: &'a [u8],
    pub(crate) algorithm: AlgorithmIdentifierOwned,
    pub(crate) signature: &'a [u8],
}

impl<'a> Signed<'a> {
    pub(crate) fn from_der(der: &'a [u8]) -> der::Result<Self> {
        whole(der, |reader| {
            let contents = reader.tlv_bytes()?;
            let algorithm = reader.decode()?;
            let signature = AnyRef::decode(reader)?;
            signature.tag().assert_eq(Tag::BitString)?;
            // A signature that is not whole bytes can be shown and never matches.
            let signature = match signature.value() {
                [0, octets @ ..] => octets,
                _ => &[],
            };
            Ok(Self { contents, algorithm, signature })
        })
    }
}

/// A SEQUENCE with nothing after it.
pub(crate) fn whole<'a, T>(der: &'a [u8], read: impl FnOnce(&mut SliceReader<'a>) -> der::Result<T>) -> der::Result<T> {
    let mut reader = SliceReader::new(der)?;
    let value = reader.sequence(read)?;
    reader.finish()?;
    Ok(value)
}

/// The contents of the first PEM block with one of these labels.
pub(crate) fn pem_block(pem: &str, labels: &[&str]) -> Result<Vec<u8>, String> {
    let begin = |label: &&str| pem.find(&format!("-----BEGIN {label}-----")).map(|start| (start, (*label).to_owned()));
    let (start, label) = labels
        .iter()
        .filter_map(begin)
        .min()
        .ok_or_else(|| format!("no PEM block {}", labels.first().copied().unwrap_or_default()))?;
    let block = pem.get(start..).unwrap_or_default();
    let end = format!("-----END {label}-----");
    let length = block.find(&end).ok_or("the PEM block does not end")? + end.len();
    let (_, der) =
        der::pem::decode_vec(block.get(..length).unwrap_or_default().as_bytes()).map_err(|e| e.to_string())?;
    Ok(der)
}

/// Whether a file is PEM rather than DER, as its text.
pub(crate) fn as_pem(bytes: &[u8]) -> Option<&str> {
    core::str::from_utf8(bytes).ok().filter(|text| text.contains("-----BEGIN"))
}
