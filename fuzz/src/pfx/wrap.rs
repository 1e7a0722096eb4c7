//! From the inside of a PFX to the file, in one round of key derivation and without any code of pki-core.
//!
//! An input is a row of values. An OCTET STRING says what becomes of the next value: it is SafeContents that stand plain or
//! encrypted, or a private key that is encrypted and put into a bag, with the SET that follows for its attributes.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt as _, KeyIvInit as _};
use des::TdesEde3;
use hmac::{Hmac, KeyInit as _, Mac as _};
use pkcs12::kdf::{Pkcs12KeyType, derive_key_utf8};
use sha1::Sha1;
use sha2::Sha256;

use crate::keys::{PASSWORD, parameters};
use crate::tlv::{self, CONTEXT_0, OCTET_STRING, SEQUENCE, SET, oid};

/// What stands in a file, encrypted where it has to be.
pub struct File {
    /// AuthenticatedSafe: what the MAC is over.
    safes: Vec<u8>,
    control: u8,
}

/// Bits of what an OCTET STRING says. The first one in an input counts for the whole file.
pub mod control {
    /// The SafeContents are encrypted.
    pub const ENCRYPTED: u8 = 1;
    /// The value is a private key.
    pub const KEY: u8 = 2;
    /// PBES2 and SHA-256, not 3DES and SHA-1.
    pub const MODERN: u8 = 4;
    /// The file is BER, with indefinite lengths and OCTET STRINGs in pieces.
    pub const BER: u8 = 8;
    /// What was opened is sealed anew.
    pub const RESEAL: u8 = 16;
}

impl File {
    /// Reads an input.
    pub fn read(data: &[u8]) -> Self {
        let mut values = tlv::all(data).peekable();
        let (mut contents, mut first, mut control) = (Vec::new(), None, 0);
        while let Some(value) = values.next() {
            match tlv::split(value) {
                Some((OCTET_STRING, said, _)) => {
                    control = said.first().copied().unwrap_or_default();
                    first = first.or(Some(control));
                }
                _ if control & control::KEY != 0 => {
                    let attributes = values.next_if(|value| value.first() == Some(&SET)).unwrap_or_default();
                    contents.push(safe(control, &key_bag(control, value, attributes)));
                }
                _ => contents.push(safe(control, value)),
            }
        }
        let contents: Vec<&[u8]> = contents.iter().map(Vec::as_slice).collect();
        Self { safes: tlv::write(SEQUENCE, &contents), control: first.unwrap_or_default() }
    }

    /// Whether the input asks for it.
    pub fn is_to_be_resealed(&self) -> bool {
        self.control & control::RESEAL != 0
    }

    /// The file. Where a bit is to be changed, it is one of what the MAC is over, after it was made.
    pub fn to_bytes(&self, bit_to_change: Option<usize>) -> Vec<u8> {
        let mac = mac_data(self.control, &self.safes);
        let mut safes = self.safes.clone();
        if let Some(bit) = bit_to_change {
            let at = bit % safes.len();
            safes[at] ^= 1 << (bit % 8);
        }
        if self.control & control::BER == 0 {
            let content = tlv::write(CONTEXT_0, &[&tlv::write(OCTET_STRING, &[&safes])]);
            return tlv::write(SEQUENCE, &[VERSION_3, &tlv::write(SEQUENCE, &[&oid(DATA), &content]), &mac]);
        }
        let pieces: Vec<_> = safes.chunks(1000).map(|piece| tlv::write(OCTET_STRING, &[piece])).collect();
        let octets = indefinite(OCTET_STRING | 0x20, &pieces.concat());
        let content = indefinite(SEQUENCE, &[oid(DATA), indefinite(CONTEXT_0, &octets)].concat());
        indefinite(SEQUENCE, &[VERSION_3, &content, &mac].concat())
    }
}

/// ContentInfo: `Data`, or `EncryptedData`.
fn safe(control: u8, contents: &[u8]) -> Vec<u8> {
    if control & control::ENCRYPTED == 0 {
        let octets = tlv::write(OCTET_STRING, &[contents]);
        return tlv::write(SEQUENCE, &[&oid(DATA), &tlv::write(CONTEXT_0, &[&octets])]);
    }
    let (algorithm, ciphertext) = encrypt(control, contents);
    let encrypted = tlv::write(SEQUENCE, &[&oid(DATA), &algorithm, &tlv::write(0x80, &[&ciphertext])]);
    let encrypted = tlv::write(SEQUENCE, &[VERSION_0, &encrypted]);
    tlv::write(SEQUENCE, &[&oid(ENCRYPTED_DATA), &tlv::write(CONTEXT_0, &[&encrypted])])
}

/// SafeContents of one encrypted key.
fn key_bag(control: u8, pkcs8: &[u8], attributes: &[u8]) -> Vec<u8> {
    let (algorithm, ciphertext) = encrypt(control, pkcs8);
    let key = tlv::write(SEQUENCE, &[&algorithm, &tlv::write(OCTET_STRING, &[&ciphertext])]);
    let bag = tlv::write(SEQUENCE, &[&oid(SHROUDED_KEY_BAG), &tlv::write(CONTEXT_0, &[&key]), attributes]);
    tlv::write(SEQUENCE, &[&bag])
}

fn encrypt(control: u8, plain: &[u8]) -> (Vec<u8>, Vec<u8>) {
    if control & control::MODERN != 0 {
        let parameters = parameters(control >> 7);
        let ciphertext = parameters.encrypt(PASSWORD, plain).expect("anything can be encrypted");
        let scheme = pkcs5::EncryptionScheme::Pbes2(parameters);
        return (pkcs5::der::Encode::to_der(&scheme).expect("an algorithm can be encoded"), ciphertext);
    }
    let derived =
        |usage, length| derive_key_utf8::<Sha1>(PASSWORD, SALT, usage, 1, length).expect("a key can be derived");
    let (key, iv) = (derived(Pkcs12KeyType::EncryptionKey, 24), derived(Pkcs12KeyType::Iv, 8));
    let cipher = cbc::Encryptor::<TdesEde3>::new_from_slices(&key, &iv).expect("the right lengths");
    let parameters = tlv::write(SEQUENCE, &[&tlv::write(OCTET_STRING, &[SALT]), ONE]);
    (tlv::write(SEQUENCE, &[&oid(PBE_3DES), &parameters]), cipher.encrypt_padded_vec::<Pkcs7>(plain))
}

/// `SEQUENCE { DigestInfo, salt, iterations }`.
fn mac_data(control: u8, message: &[u8]) -> Vec<u8> {
    let (hash, digest) = if control & control::MODERN != 0 {
        let key = derive_key_utf8::<Sha256>(PASSWORD, SALT, Pkcs12KeyType::Mac, 1, 32).expect("a key can be derived");
        let mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length will do");
        (SHA_256, mac.chain_update(message).finalize().into_bytes().to_vec())
    } else {
        let key = derive_key_utf8::<Sha1>(PASSWORD, SALT, Pkcs12KeyType::Mac, 1, 20).expect("a key can be derived");
        let mac = Hmac::<Sha1>::new_from_slice(&key).expect("any length will do");
        (SHA_1, mac.chain_update(message).finalize().into_bytes().to_vec())
    };
    let algorithm = tlv::write(SEQUENCE, &[&oid(hash), &[tlv::NULL, 0]]);
    let digest = tlv::write(SEQUENCE, &[&algorithm, &tlv::write(OCTET_STRING, &[&digest])]);
    tlv::write(SEQUENCE, &[&digest, &tlv::write(OCTET_STRING, &[SALT]), ONE])
}

fn indefinite(tag: u8, contents: &[u8]) -> Vec<u8> {
    [&[tag, 0x80][..], contents, &[0, 0]].concat()
}

const VERSION_0: &[u8] = &[tlv::INTEGER, 1, 0];
const VERSION_3: &[u8] = &[tlv::INTEGER, 1, 3];
/// The number of rounds.
const ONE: &[u8] = &[tlv::INTEGER, 1, 1];
const SALT: &[u8] = b"8 bytes!";

/// 1.2.840.113549.1.7.1.
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
/// 1.2.840.113549.1.7.6.
const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 6];
/// 1.2.840.113549.1.12.10.1.2.
const SHROUDED_KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 2];
/// pbeWithSHAAnd3-KeyTripleDES-CBC, 1.2.840.113549.1.12.1.3.
const PBE_3DES: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1, 3];
/// 1.3.14.3.2.26.
const SHA_1: &[u8] = &[0x2b, 0x0e, 3, 2, 0x1a];
/// 2.16.840.1.101.3.4.2.1.
const SHA_256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
