//! From BER to DER: lengths become definite, OCTET STRINGs whole. PFX is BER (RFC 7292 §3.1), and NSS writes it so.

use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// How deep values may be nested.
const MAX_DEPTH: usize = 32;
const OCTET_STRING: u8 = 0x04;
const CONSTRUCTED: u8 = 0x20;

/// The same value in DER as far as lengths and OCTET STRINGs go; what follows the value is refused.
///
/// The output is never longer than twice the input, because a DER length has at most the bytes of a BER length plus
/// those that mark an indefinite one.
pub(super) fn to_der(bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    // What was decrypted passes through here: every copy is overwritten, and none is left behind by growing.
    let mut output = Zeroizing::new(Vec::with_capacity(2 * bytes.len()));
    let rest = convert(bytes, &mut output, 0)?;
    if rest.is_empty() { Ok(output) } else { Err(damaged("bytes follow its end")) }
}

fn convert<'b>(bytes: &'b [u8], output: &mut Vec<u8>, depth: usize) -> Result<&'b [u8]> {
    check_depth(depth)?;
    let Header { tag, length, rest } = header(bytes)?;
    if tag & CONSTRUCTED == 0 {
        let Some((value, rest)) = length.and_then(|length| rest.split_at_checked(length)) else {
            return Err(damaged("a value is cut short"));
        };
        write(tag, value, output)?;
        return Ok(rest);
    }

    let (mut value, rest) = match length {
        Some(length) => rest.split_at_checked(length).ok_or_else(|| damaged("a value is cut short"))?,
        None => until_end_mark(rest, depth + 1)?,
    };
    let mut inner = Zeroizing::new(Vec::with_capacity(2 * value.len()));
    while !value.is_empty() {
        value = convert(value, &mut inner, depth + 1)?;
    }
    if tag == OCTET_STRING | CONSTRUCTED {
        write(OCTET_STRING, &joined(&inner)?, output)?;
    } else {
        write(tag, &inner, output)?;
    }
    Ok(rest)
}

/// The contents of a value of indefinite length, and what follows the mark at its end. Looked for first, so that no more
/// memory is taken, and overwritten again, than the contents need: a file can hold such values by the hundred thousand.
fn until_end_mark(bytes: &[u8], depth: usize) -> Result<(&[u8], &[u8])> {
    let mut rest = bytes;
    loop {
        if let [0, 0, after @ ..] = rest {
            let (contents, _) = bytes.split_at(bytes.len() - rest.len());
            return Ok((contents, after));
        }
        rest = skip(rest, depth)?;
    }
}

/// What follows the first value.
fn skip(bytes: &[u8], depth: usize) -> Result<&[u8]> {
    check_depth(depth)?;
    let Header { tag, length, rest } = header(bytes)?;
    match length {
        None if tag & CONSTRUCTED != 0 => until_end_mark(rest, depth + 1).map(|(_, after)| after),
        length => length
            .and_then(|length| rest.split_at_checked(length))
            .map(|(_, after)| after)
            .ok_or_else(|| damaged("a value is cut short")),
    }
}

fn check_depth(depth: usize) -> Result<()> {
    if depth > MAX_DEPTH {
        let (found, limit) = (depth as u64, MAX_DEPTH as u64);
        return Err(Error::OverLimit { what: super::PFX, quantity: "depth of nesting", found, limit });
    }
    Ok(())
}

/// The contents of OCTET STRINGs that follow each other, put together. They are in DER and primitive by now.
pub(super) fn joined(segments: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let mut whole = Zeroizing::new(Vec::with_capacity(segments.len()));
    let mut rest = segments;
    while !rest.is_empty() {
        let Header { tag, length, rest: after } = header(rest)?;
        match length.and_then(|length| after.split_at_checked(length)) {
            Some((segment, after)) if tag == OCTET_STRING => {
                whole.extend_from_slice(segment);
                rest = after;
            }
            _ => return Err(damaged("an OCTET STRING holds something else")),
        }
    }
    Ok(whole)
}

struct Header<'b> {
    tag: u8,
    /// `None` for an indefinite length.
    length: Option<usize>,
    rest: &'b [u8],
}

fn header(bytes: &[u8]) -> Result<Header<'_>> {
    let short = || damaged("a value is cut short");
    let (&tag, rest) = bytes.split_first().ok_or_else(short)?;
    if tag & 0x1f == 0x1f {
        return Err(damaged("a tag number above 30, which no PFX has"));
    }
    let (&first, rest) = rest.split_first().ok_or_else(short)?;
    match first {
        0..=0x7f => Ok(Header { tag, length: Some(usize::from(first)), rest }),
        0x80 => Ok(Header { tag, length: None, rest }),
        _ => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f)).ok_or_else(short)?;
            let length = digits.iter().try_fold(0usize, |length, digit| {
                length.checked_mul(256).and_then(|length| length.checked_add(usize::from(*digit)))
            });
            Ok(Header { tag, length: Some(length.ok_or_else(short)?), rest })
        }
    }
}

fn write(tag: u8, value: &[u8], output: &mut Vec<u8>) -> Result<()> {
    use der::Encode as _;

    let length = der::Length::try_from(value.len()).map_err(|_| damaged("a value is too long"))?;
    output.push(tag);
    length.encode_to_vec(output).map_err(|_| damaged("a value is too long"))?;
    output.extend_from_slice(value);
    Ok(())
}

fn damaged(detail: &str) -> Error {
    Error::Damaged { what: super::PFX, detail: detail.to_owned() }
}
