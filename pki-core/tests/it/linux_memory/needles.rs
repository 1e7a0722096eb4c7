//! What is looked for: pieces of secrets, in every form that they have in memory or in files.

use std::collections::{BTreeSet, HashMap};

use der::asn1::{AnyRef, OctetStringRef, UintRef};
use der::{Decode as _, Reader as _, SliceReader};
use pki_core::key::KeyPair;

/// Pieces of secrets by their first eight bytes.
pub(crate) struct Needles {
    names: Vec<String>,
    pieces: HashMap<[u8; START], Vec<(usize, Vec<u8>)>>,
    /// Which first two bytes there are, as nearly all that is looked at begins otherwise.
    first: Box<[bool]>,
}

const START: usize = 8;
/// Of a number or a file a piece of sixteen bytes is looked for at every eighth.
const PIECE: usize = 16;
const STEP: usize = 8;

impl Needles {
    pub(crate) fn new() -> Self {
        Self { names: Vec::new(), pieces: HashMap::new(), first: vec![false; 1 << 16].into() }
    }

    /// The secret numbers of a key, in words as they are computed with and in bytes as they stand in files, the primes
    /// also as the filter for primes has them; and the key's file in PEM.
    pub(crate) fn key(&mut self, whose: &str, key: &KeyPair) {
        let pkcs8 = key.secret_pkcs8_der().unwrap();
        for (name, number) in secret_numbers(&pkcs8) {
            self.bytes(&format!("{whose} {name} in bytes"), &number);
            let words: Vec<_> = number.iter().rev().copied().collect();
            self.bytes(&format!("{whose} {name} in words"), &words);
            if ["p", "q"].contains(&name) {
                let complement: Vec<_> = words.iter().map(|byte| !byte).collect();
                self.bytes(&format!("{whose} 1 - {name} in words"), &complement);
            }
        }
        let pem = key.secret_pkcs8_pem().unwrap();
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect::<Vec<_>>().join("\n");
        // The first lines tell the algorithm and the modulus, which are no secrets.
        let secret = base64.len() / 3;
        self.bytes(&format!("{whose} key in PEM"), &base64.as_bytes()[secret..]);
    }

    /// A password as text, in the form of RFC 7292 appendix B.1, and as HMAC takes it.
    pub(crate) fn password(&mut self, name: &str, password: &str) {
        let text = password.as_bytes();
        let bmp: Vec<_> = password.encode_utf16().flat_map(u16::to_be_bytes).collect();
        self.every(&format!("{name} as text"), text, START, 1);
        self.every(&format!("{name} as BMPString"), &bmp, PIECE, 2);
        for pad in [0x36, 0x5c] {
            let padded: Vec<_> = text.iter().map(|byte| byte ^ pad).collect();
            self.every(&format!("{name} under HMAC's pad"), &padded, START, 1);
        }
    }

    /// Something secret in one form.
    pub(crate) fn bytes(&mut self, name: &str, bytes: &[u8]) {
        self.every(name, bytes, PIECE, STEP);
    }

    /// The names of all that is looked for.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    /// The names of what is found anywhere in a piece of memory.
    pub(crate) fn found_in(&self, memory: &[u8]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for (at, start) in memory.windows(START).enumerate() {
            if !self.first[usize::from(u16::from_le_bytes([start[0], start[1]]))] {
                continue;
            }
            for (name, piece) in self.pieces.get(start).into_iter().flatten() {
                if memory[at..].starts_with(piece) {
                    found.insert(self.names[*name].as_str());
                }
            }
        }
        found
    }

    fn every(&mut self, name: &str, bytes: &[u8], length: usize, step: usize) {
        assert!(bytes.len() >= length, "{name} is too short to be told from anything else");
        let index = self.names.iter().position(|known| known == name).unwrap_or(self.names.len());
        if index == self.names.len() {
            self.names.push(name.to_owned());
        }
        for piece in bytes.windows(length).step_by(step) {
            let start: [u8; START] = piece[..START].try_into().unwrap();
            self.first[usize::from(u16::from_le_bytes([start[0], start[1]]))] = true;
            self.pieces.entry(start).or_default().push((index, piece.to_vec()));
        }
    }
}

/// What of `RSAPrivateKey` (RFC 8017 appendix A.1.2) is secret.
fn secret_numbers(pkcs8: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut reader = SliceReader::new(pkcs8).unwrap();
    let numbers = reader.sequence(|reader| {
        let (_version, _algorithm) = (AnyRef::decode(reader)?, AnyRef::decode(reader)?);
        let key = <&OctetStringRef>::decode(reader)?.as_bytes();
        SliceReader::new(key)?.sequence(|reader| {
            let mut numbers = Vec::new();
            while !reader.is_finished() {
                numbers.push(UintRef::decode(reader)?.as_bytes().to_vec());
            }
            der::Result::Ok(numbers)
        })
    });
    let names = ["d", "p", "q", "dp", "dq", "qinv"];
    let numbers: Vec<_> = names.into_iter().zip(numbers.unwrap().into_iter().skip(3)).collect();
    assert_eq!(numbers.len(), names.len());
    numbers
}
