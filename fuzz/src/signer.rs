//! Signs in microseconds, so that what lies behind a signature is reached as often as what lies before it.
//!
//! The keys are RSA of 2048 bits with e = 65537, and everybody takes them for ordinary ones. Their moduli are products of 32
//! primes just below 2^64, so that signing needs no number above 128 bits. Anyone can take them apart; they protect nothing.

mod prime;

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use crate::tlv;
use prime::Prime;

/// A key that signs with SHA-256 and RSA (PKCS #1 v1.5).
pub struct Signer {
    primes: Vec<Prime>,
    /// `inverses[i][j]` is the inverse of prime `j` modulo prime `i`, for `j` below `i`.
    inverses: Vec<Vec<u64>>,
    spki: Vec<u8>,
}

/// How many there are.
pub const COUNT: usize = 3;
/// How many primes each has: as many as a modulus has words of 64 bits.
const PRIMES: usize = 32;

static SIGNERS: LazyLock<Vec<Signer>> = LazyLock::new(|| {
    let primes: Vec<Prime> = Prime::downwards().take(COUNT * PRIMES).collect();
    primes.chunks(PRIMES).map(|primes| Signer::new(primes.to_vec())).collect()
});

/// One of the keys; after the last comes the first.
pub fn signer(index: usize) -> &'static Signer {
    &SIGNERS[index % COUNT]
}

/// The same with a signature that somebody else made with SHA-256 and RSA.
pub fn signed(contents: &[u8], signature: &[u8]) -> Vec<u8> {
    let signature = tlv::write(tlv::BIT_STRING, &[&[0], signature]);
    tlv::write(tlv::SEQUENCE, &[contents, &algorithm(SHA256_WITH_RSA), &signature])
}

impl Signer {
    fn new(primes: Vec<Prime>) -> Self {
        let inverses = primes.iter().enumerate();
        let inverses = inverses.map(|(i, prime)| primes[..i].iter().map(|other| prime.inverse_of(*other)).collect());
        let mut modulus = Number::new(1);
        primes.iter().for_each(|prime| modulus.times_plus(prime.value(), 0));
        let numbers = [tlv::write_integer(&modulus.to_bytes()), tlv::write_integer(&[1, 0, 1])];
        let key = tlv::write(tlv::SEQUENCE, &[&numbers[0], &numbers[1]]);
        let key = tlv::write(tlv::BIT_STRING, &[&[0], &key]);
        let spki = tlv::write(tlv::SEQUENCE, &[&algorithm(RSA_ENCRYPTION), &key]);
        Self { inverses: inverses.collect(), spki, primes }
    }

    /// `SubjectPublicKeyInfo` in DER.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// `SEQUENCE { contents, algorithm, signature }`: a certificate, a request or a revocation list.
    pub fn signed(&self, contents: &[u8]) -> Vec<u8> {
        signed(contents, &self.sign(contents))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let block = padded(&[DIGEST_INFO, &Sha256::digest(message)].concat());
        // Garner's way: the root modulo each prime, then the digits of the number in the mixed radix of the primes.
        let mut digits: Vec<u64> = Vec::with_capacity(PRIMES);
        for (prime, inverses) in self.primes.iter().zip(&self.inverses) {
            let without = |left, (digit, inverse): (&u64, &u64)| prime.times(prime.minus(left, *digit), *inverse);
            digits.push(digits.iter().zip(inverses).fold(prime.root_of(&block), without));
        }
        let mut signature = Number::new(0);
        let from_the_highest = self.primes.iter().zip(&digits).rev();
        from_the_highest.for_each(|(prime, digit)| signature.times_plus(prime.value(), *digit));
        signature.to_bytes()
    }
}

/// EMSA-PKCS1-v1_5 (RFC 8017 §9.2), as words from the highest to the lowest.
fn padded(digest_info: &[u8]) -> Vec<u64> {
    let mut block = vec![0xff; 8 * PRIMES - digest_info.len()];
    block[..2].copy_from_slice(&[0, 1]);
    block.extend(digest_info);
    let end = block.len() - digest_info.len() - 1;
    block[end] = 0;
    block.as_chunks().0.iter().map(|word| u64::from_be_bytes(*word)).collect()
}

/// An AlgorithmIdentifier with NULL for parameters.
fn algorithm(oid: &[u8]) -> Vec<u8> {
    tlv::write(tlv::SEQUENCE, &[&tlv::oid(oid), &[tlv::NULL, 0]])
}

/// A number of 2048 bits, its lowest word first.
struct Number([u64; PRIMES]);

impl Number {
    fn new(lowest: u64) -> Self {
        let mut words = [0; PRIMES];
        words[0] = lowest;
        Self(words)
    }

    fn times_plus(&mut self, factor: u64, addend: u64) {
        let mut carry = u128::from(addend);
        for word in &mut self.0 {
            carry += u128::from(*word) * u128::from(factor);
            (*word, carry) = (carry as u64, carry >> 64);
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().rev().flat_map(|word| word.to_be_bytes()).collect()
    }
}

/// 1.2.840.113549.1.1.1.
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
/// 1.2.840.113549.1.1.11.
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
/// What stands before the digest (RFC 8017 §9.2 note 1).
const DIGEST_INFO: &[u8] =
    &[0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 0x05, 0x00, 0x04, 0x20];
