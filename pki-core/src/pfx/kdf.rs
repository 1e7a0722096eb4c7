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
