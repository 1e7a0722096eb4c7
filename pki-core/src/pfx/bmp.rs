//! BMPString: UTF-16, big-endian (RFC 7292 uses it for names and passwords).

/// The text of a BMPString, surrogate pairs included, as Windows writes them; `None` if it is no UTF-16.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    char::decode_utf16(pairs.iter().map(|pair| u16::from_be_bytes(*pair))).collect::<Result<_, _>>().ok()
}
