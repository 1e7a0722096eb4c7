//! Values of ASN.1, read and written by hand: tags of one byte, definite lengths. What is read may be anything.

/// The tag and the contents of the first value, and what follows it.
pub fn split(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = bytes.split_first_chunk()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    (tag & 0x1f != 0x1f).then_some((tag, contents, rest))
}

/// The first value as it stands, and what follows it.
pub fn first(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, _, rest) = split(bytes)?;
    bytes.split_at_checked(bytes.len() - rest.len())
}

/// The contents of the first value, if it has this tag, and what follows it.
pub fn expect(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    split(bytes).filter(|(found, ..)| *found == tag).map(|(_, contents, rest)| (contents, rest))
}

/// All values in a row as they stand; what is none ends it.
pub fn all(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (value, rest) = first(bytes)?;
        bytes = rest;
        Some(value)
    })
}

/// A value with these contents, put together.
pub fn write(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let length: usize = contents.iter().map(|part| part.len()).sum();
    let digits = length.to_be_bytes();
    let digits = &digits[digits.iter().take_while(|digit| **digit == 0).count()..];
    let mut value = vec![tag];
    if length < 0x80 {
        value.push(length as u8);
    } else {
        value.push(0x80 | digits.len() as u8);
        value.extend(digits);
    }
    contents.iter().for_each(|part| value.extend(*part));
    value
}

/// A positive INTEGER.
pub fn write_integer(digits: &[u8]) -> Vec<u8> {
    let would_be_negative = digits.first().is_none_or(|first| *first >= 0x80);
    let sign: &[u8] = if would_be_negative { &[0] } else { &[] };
    write(INTEGER, &[sign, digits])
}

/// An OBJECT IDENTIFIER from its encoding.
pub fn oid(encoded: &[u8]) -> Vec<u8> {
    write(OID, &[encoded])
}

pub const INTEGER: u8 = 0x02;
pub const BIT_STRING: u8 = 0x03;
pub const OCTET_STRING: u8 = 0x04;
pub const NULL: u8 = 0x05;
pub const OID: u8 = 0x06;
pub const UTF8_STRING: u8 = 0x0c;
pub const SEQUENCE: u8 = 0x30;
pub const SET: u8 = 0x31;
/// `[0]`, constructed.
pub const CONTEXT_0: u8 = 0xa0;
