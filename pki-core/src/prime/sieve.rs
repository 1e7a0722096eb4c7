//! Throws away, from a stretch of odd numbers, those with a small factor.
//!
//! An ordinary sieve writes at places that depend on the secret start. Here each multiple is struck out of the whole
//! stretch, a bitmap of 512 bytes, in registers where there are enough: every step and every address is the same for every start.

#![allow(clippy::indexing_slicing, reason = "bitmaps and groups of fixed sizes")]

use std::sync::OnceLock;

use zeroize::Zeroizing;

use super::lanes::{Lanes, MOST_LANES};

/// A bit for each of the odd numbers from a start on: set if it has a small factor.
pub(super) struct Stretch {
    composite: Zeroizing<[u64; WORDS]>,
}

/// Odd numbers in a stretch. A prime of 1024 bits is one of 355 on average, one of 2048 bits one of 710.
pub(super) const NUMBERS: u64 = 64 * WORDS as u64;
const WORDS: usize = BLOCKS * BLOCK;
/// Words that are worked on together, in registers where there are enough.
const BLOCK: usize = 32;
const BLOCKS: usize = 2;

/// Primes that are worked on together. The steps of a reduction wait for each other; those of so many keep a processor busy
/// meanwhile.
const GROUP: usize = 64;

/// The odd primes below a bound, with what Montgomery's reduction by 32 bits needs of each.
pub(super) struct SmallPrimes(Vec<[SmallPrime; GROUP]>);

#[derive(Clone, Copy, Default)]
struct SmallPrime {
    prime: u32,
    /// `-1 / prime` modulo 2^32.
    negative_inverse: u32,
    /// Turns the start's residue, as it is left by the reductions, into the number of the first multiple.
    to_first_multiple: u32,
}

impl Stretch {
    /// Marks the multiples of the small primes from `start` on, a number of as many `words` as the primes were prepared for.
    #[inline(always)]
    pub(super) fn sieve<V: Lanes>(lanes: V, start: &[u64], primes: &SmallPrimes) -> Self {
        let mut halves = Zeroizing::new([0_u64; 64]);
        let halves = &mut halves[..2 * start.len()];
        for (pair, word) in halves.chunks_exact_mut(2).zip(start) {
            pair.copy_from_slice(&[word & LOW_32, word >> 32]);
        }
        let steps: [u64; MOST_LANES] = [0, 64, 128, 192, 256, 320, 384, 448];
        let offsets = lanes.load(&steps);
        let mut blocks = [[lanes.splat(0); BLOCK]; BLOCKS];
        for group in &primes.0 {
            let first = first_multiples(halves, group);
            for (prime, first) in group.iter().zip(first) {
                let prime = u64::from(prime.prime);
                let mut at = first;
                for _ in 0..NUMBERS.div_ceil(prime) {
                    strike(lanes, &mut blocks, offsets, at);
                    at += prime;
                }
            }
        }
        let mut composite = Zeroizing::new([0; WORDS]);
        let vectors = blocks.iter().flat_map(|block| &block[..BLOCK / V::COUNT]);
        for (words, vector) in composite.chunks_exact_mut(V::COUNT).zip(vectors) {
            words.copy_from_slice(&lanes.store(*vector)[..V::COUNT]);
        }
        Self { composite }
    }

    /// How many numbers are left.
    pub(super) fn survivors(&self) -> u64 {
        self.composite.iter().map(|word| u64::from(word.count_zeros())).sum()
    }

    /// The place of the survivor with this index. Looks at every word and chooses without a branch.
    pub(super) fn survivor(&self, index: u64) -> u64 {
        let (mut place, mut seen) = (0, 0);
        for (i, word) in (0_u64..).zip(self.composite.iter()) {
            let survivors = u64::from(word.count_zeros());
            let here = (1 - less(index, seen)) & less(index, seen + survivors);
            place |= here.wrapping_neg() & (64 * i + place_in_word(!word, index.wrapping_sub(seen)));
            seen += survivors;
        }
        place
    }
}

/// Sets the bit `at`, if it is inside, by shifting a one in every word.
#[inline(always)]
fn strike<V: Lanes>(lanes: V, blocks: &mut [[V::Word; BLOCK]; BLOCKS], offsets: V::Word, at: u64) {
    let (one, step) = (lanes.splat(1), lanes.splat(64 * V::COUNT as u64));
    let mut distance = lanes.sub(lanes.splat(at), offsets);
    for block in blocks {
        for words in &mut block[..BLOCK / V::COUNT] {
            *words = lanes.or(*words, lanes.shift_left(one, distance));
            distance = lanes.sub(distance, step);
        }
    }
}

/// For each prime the first `i` for which it divides `start + 2 i`, which is `-start / 2` modulo the prime.
#[inline(always)]
fn first_multiples(halves: &[u64], group: &[SmallPrime; GROUP]) -> [u64; GROUP] {
    let reduce = |sums: &mut [u64; GROUP]| {
        for (sum, prime) in sums.iter_mut().zip(group) {
            let factor = ((*sum & LOW_32) * u64::from(prime.negative_inverse)) & LOW_32;
            *sum = (*sum + factor * u64::from(prime.prime)) >> 32;
        }
    };
    let mut residues = [0; GROUP];
    for half in halves {
        for residue in &mut residues {
            *residue += half;
        }
        reduce(&mut residues);
    }
    for (residue, prime) in residues.iter_mut().zip(group) {
        *residue *= u64::from(prime.to_first_multiple);
    }
    reduce(&mut residues);
    for (residue, prime) in residues.iter_mut().zip(group) {
        let reduced = residue.wrapping_sub(prime.prime.into());
        *residue = reduced.wrapping_add((reduced >> 63).wrapping_neg() & u64::from(prime.prime));
    }
    residues
}

/// The place of the set bit with this index, by halves.
fn place_in_word(word: u64, mut index: u64) -> u64 {
    let mut place = 0;
    for width in [32, 16, 8, 4, 2, 1] {
        let below = u64::from((word >> place & ((1 << width) - 1)).count_ones());
        let above = (1 - less(index, below)).wrapping_neg();
        place += above & width;
        index = index.wrapping_sub(above & below);
    }
    place & 63
}

/// 1 if `a < b`, else 0, for numbers below 2^63 and what lies as far below zero.
fn less(a: u64, b: u64) -> u64 {
    a.wrapping_sub(b) >> 63
}

impl SmallPrimes {
    /// Those for starts of as many `words`, 16, 24 or 32. Made when they are asked for the first time.
    ///
    /// The bounds were chosen by measurement: further primes cost more time than the tests that they save.
    pub(super) fn for_numbers_of(words: usize) -> &'static Self {
        static MADE: [OnceLock<SmallPrimes>; 3] = [const { OnceLock::new() }; 3];
        static NONE: SmallPrimes = SmallPrimes(Vec::new());
        let (made, bound) = match words {
            16 => (&MADE[0], 1 << 17),
            24 => (&MADE[1], 1 << 18),
            32 => (&MADE[2], 1 << 20),
            // Keeping all numbers is never wrong.
            _ => return &NONE,
        };
        made.get_or_init(|| Self::new(bound, words))
    }

    fn new(bound: u32, words: usize) -> Self {
        let exponent = 64 * words as u64 + 31;
        let prepared: Vec<SmallPrime> = odd_primes(bound).map(|prime| SmallPrime::new(prime, exponent)).collect();
        Self(prepared.chunks_exact(GROUP).map(|group| core::array::from_fn(|i| group[i])).collect())
    }
}

impl SmallPrime {
    /// The reductions divide by two to the power of the start's size; the one that comes last by 2^32 more. The
    /// exponent makes up for all but one of them.
    #[allow(clippy::cast_possible_truncation, reason = "residues of a prime below 2^32")]
    fn new(prime: u32, exponent: u64) -> Self {
        let inverse = (0..4).fold(prime, |i, _| i.wrapping_mul(2_u32.wrapping_sub(prime.wrapping_mul(i))));
        let modulus = u64::from(prime);
        let power = (0..64 - exponent.leading_zeros())
            .rev()
            .fold(1, |power, bit| ((power * power % modulus) << ((exponent >> bit) & 1)) % modulus);
        Self { prime, negative_inverse: inverse.wrapping_neg(), to_first_multiple: (modulus - power) as u32 }
    }
}

/// By the sieve of Eratosthenes; nothing here is secret.
#[allow(clippy::cast_possible_truncation, reason = "numbers below the bound")]
fn odd_primes(bound: u32) -> impl Iterator<Item = u32> {
    let mut composite = vec![false; bound as usize / 2];
    for i in 1..composite.len() {
        let prime = 2 * i + 1;
        if prime * prime >= bound as usize {
            break;
        }
        if !composite[i] {
            composite[prime * prime / 2..].iter_mut().step_by(prime).for_each(|number| *number = true);
        }
    }
    composite.into_iter().enumerate().skip(1).filter(|(_, composite)| !composite).map(|(i, _)| 2 * i as u32 + 1)
}

const LOW_32: u64 = u32::MAX as u64;
