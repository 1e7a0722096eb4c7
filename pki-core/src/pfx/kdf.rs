//! The key derivation of PKCS #12 (RFC 7292 appendix B.2).

use sha1::{Digest, Sha1};
use sha2::digest::block_api::BlockSizeUser;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::{Zeroize as _, Zeroizing};

/// What the derived bytes are for: the "ID" of appendix B.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

/// The digests that PFX files are met with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// Derives bytes from a password in the form of appendix B.1.
    pub(super) fn derive(self, usage: Use, bmp: &[u8], salt: &[u8], iterations: u32, output: &mut [u8]) {
        match self {
            Self::Sha1 => derive::<Sha1>(usage, bmp, salt, iterations, output),
            Self::Sha224 => derive::<Sha224>(usage, bmp, salt, iterations, output),
            Self::Sha256 => derive::<Sha256>(usage, bmp, salt, iterations, output),
            Self::Sha384 => derive::<Sha384>(usage, bmp, salt, iterations, output),
            Self::Sha512 => derive::<Sha512>(usage, bmp, salt, iterations, output),
        }
    }

    /// Length of the digest, "u", in bytes.
    pub(super) fn output_bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }
}

fn derive<D: Digest + BlockSizeUser>(usage: Use, bmp: &[u8], salt: &[u8], iterations: u32, output: &mut [u8]) {
    let block = D::block_size();
    let diversifier = vec![usage as u8; block];
    // "I": salt and password, each repeated to whole blocks.
    let mut input = Zeroizing::new(Vec::with_capacity(padded(salt.len(), block) + padded(bmp.len(), block)));
    input.extend(salt.iter().cycle().take(padded(salt.len(), block)));
    input.extend(bmp.iter().cycle().take(padded(bmp.len(), block)));

    let mut hash = D::digest([]);
    for (i, chunk) in output.chunks_mut(<D as Digest>::output_size()).enumerate() {
        if i > 0 {
            add_to_each_block(&mut input, block, &hash);
        }
        hash = D::new().chain_update(&diversifier).chain_update(&*input).finalize();
        for _ in 1..iterations {
            hash = D::digest(&hash);
        }
        chunk.iter_mut().zip(hash.iter()).for_each(|(to, from)| *to = *from);
    }
    hash.as_mut_slice().zeroize();
}

fn padded(length: usize, block: usize) -> usize {
    length.div_ceil(block) * block
}

/// Step 6C: every block of "I" becomes itself plus "B" plus one, where "B" is the last hash repeated to a block.
fn add_to_each_block(input: &mut [u8], block: usize, hash: &[u8]) {
    let addend = Zeroizing::new(hash.iter().copied().cycle().take(block).collect::<Vec<_>>());
    for block in input.chunks_mut(block) {
        let mut carry = 1;
        for (byte, add) in block.iter_mut().zip(addend.iter()).rev() {
            let [high, low] = (u16::from(*byte) + u16::from(*add) + carry).to_be_bytes();
            (*byte, carry) = (low, u16::from(high));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By OpenSSL; the README beside the file says how, and which of them are known everywhere.
    #[test]
    fn it_derives_what_others_derive() {
        let bytes = |hex: &str| -> Vec<u8> {
            let pairs = hex.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
            pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
        };
        let vectors = include_str!("../../tests/it/vectors/kdf.txt").lines().filter(|line| !line.starts_with('#'));
        let mut count = 0;
        for vector in vectors {
            let [digest, id, password, salt, rounds, expected] =
                vector.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let hash = match digest {
                "SHA1" => Hash::Sha1,
                "SHA224" => Hash::Sha224,
                "SHA256" => Hash::Sha256,
                "SHA384" => Hash::Sha384,
                "SHA512" => Hash::Sha512,
                other => panic!("{other}"),
            };
            let usage = [Use::Key, Use::Iv, Use::Mac].into_iter().find(|usage| *usage as u8 == id.parse().unwrap());
            let mut derived = vec![0; expected.len() / 2];
            hash.derive(usage.unwrap(), &bytes(password), &bytes(salt), rounds.parse().unwrap(), &mut derived);
            assert_eq!(derived, bytes(expected), "{vector}");
            count += 1;
        }
        assert_eq!(count, 40);
    }
}
