//! The filter against plain integers, on every path that the processor has, and on the vector arithmetic with one lane.

#![allow(clippy::cast_possible_truncation, reason = "sizes and counts")]

mod eight;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd, Resize as _};
use rand::{Rng as _, SeedableRng as _};

use self::eight::Eight;
use super::fermat::{MOST_WORDS, Number, probable_primes};
use super::lanes::plain::Plain;
use super::lanes::{Lanes, MOST_LANES};
use super::path::Path;
use super::sieve::{NUMBERS, Stretch};
use super::square::Modulus;

/// Squarings that are compared; a million in a release run.
const SQUARINGS: usize = if cfg!(miri) {
    20
} else if cfg!(debug_assertions) {
    6_000
} else {
    1_000_000
};
/// Whole tests that are compared for each size.
const TESTS: usize = if cfg!(miri) {
    0
} else if cfg!(debug_assertions) {
    24
} else {
    400
};

/// Runs `$run::<lanes>` on all that this processor has, and on what stands for AVX-512 IFMA where it lacks that.
macro_rules! on_all_lanes {
    ($run:ident) => {
        $run(Plain);
        $run(Eight);
        #[cfg(target_arch = "x86_64")]
        {
            super::lanes::avx2::Avx2::detect().map($run);
            super::lanes::ifma::Ifma::detect().map($run);
        }
    };
}

#[test]
fn squares_are_those_of_plain_integers() {
    fn compare<V: Lanes>(lanes: V) {
        let count = (SQUARINGS / 3 / V::COUNT).max(2);
        if V::RADIX == 52 {
            compare_squares::<V, 21, 42>(lanes, 16, count);
            compare_squares::<V, 31, 62>(lanes, 24, count);
            compare_squares::<V, 41, 82>(lanes, 32, count);
        } else {
            compare_squares::<V, 22, 44>(lanes, 16, count);
            compare_squares::<V, 32, 64>(lanes, 24, count);
            compare_squares::<V, 42, 84>(lanes, 32, count);
        }
    }
    on_all_lanes!(compare);
}

/// From many starts, a chain of squares each.
fn compare_squares<V: Lanes, const L: usize, const C: usize>(lanes: V, words: usize, count: usize) {
    let mut rng = chacha20::ChaCha20Rng::seed_from_u64(words as u64);
    let mask = (1_u64 << V::RADIX) - 1;
    // Of the limbs below the uppermost, the last is filled as far as the number's size goes.
    let top_bits = 64 * words as u32 - (L as u32 - 2) * V::RADIX;
    let mut done = 0;
    while done < count {
        let mut quotients = [[0_u64; MOST_LANES]; L];
        let mut x = [[0_u64; MOST_LANES]; L];
        // Which lane has which pattern changes, so that a path of few lanes meets all of them too.
        let (of_quotient, of_x) = (rng.next_u64() as usize % 8, rng.next_u64() as usize % 8);
        for lane in 0..MOST_LANES {
            for limb in 0..L - 1 {
                quotients[limb][lane] = pattern(&mut rng, lane + of_quotient, mask);
                x[limb][lane] = pattern(&mut rng, lane + of_x, mask);
            }
            quotients[L - 2][lane] = quotients[L - 2][lane] & ((1 << top_bits) - 1) | 1 << (top_bits - 1);
            x[L - 1][lane] = 1 << top_bits;
        }
        let modulus = Modulus::<V, L, C>::new(lanes, quotients.map(|limb| lanes.factor(lanes.load(&limb))));
        for _ in 0..32.min(count - done) {
            let doublings: [u64; MOST_LANES] = core::array::from_fn(|_| rng.next_u64() & 1);
            let squared = modulus.square(&x.map(|limb| lanes.load(&limb)), lanes.load(&doublings));
            let squared = squared.map(|limb| lanes.store(limb));
            for lane in 0..V::COUNT {
                let plain =
                    |limbs: &[[u64; MOST_LANES]; L]| Integer::from_limbs(limbs.map(|limb| limb[lane]), V::RADIX);
                let expected = plain(&x).squared_by(&plain(&quotients), V::RADIX, L, doublings[lane]);
                assert!(squared.iter().all(|limb| limb[lane] <= mask), "a limb has too many bits");
                assert_eq!(plain(&squared).0, expected.0, "lane {lane} of {words} words");
            }
            x = squared;
            done += 1;
        }
    }
}

/// An integer as everyone would write it: words of 64 bits, and enough of them for every product here.
struct Integer([u64; 72]);

impl Integer {
    fn from_limbs(limbs: impl IntoIterator<Item = u64>, radix: u32) -> Self {
        let mut integer = Self([0; 72]);
        for (i, limb) in limbs.into_iter().enumerate() {
            let bit = i * radix as usize;
            integer.0[bit / 64] |= limb << (bit % 64);
            integer.0[bit / 64 + 1] |= if bit.is_multiple_of(64) { 0 } else { limb >> (64 - bit % 64) };
        }
        integer
    }

    /// The square, from which `count` limbs are taken one by one: `limb * m` added, and what became zero shifted out,
    /// where `m = quotient * 2^radix - 1`. Then doubled or not.
    fn squared_by(&self, quotient: &Self, radix: u32, count: usize, doubling: u64) -> Self {
        let mut result = Self([0; 72]);
        for (i, word) in self.0.iter().enumerate().filter(|(_, word)| **word != 0) {
            result.add_product(i, *word, self);
        }
        for _ in 0..count {
            let limb = result.0[0] & ((1 << radix) - 1);
            for i in 0..72 {
                let above = result.0.get(i + 1).copied().unwrap_or(0);
                result.0[i] = result.0[i] >> radix | above << (64 - radix);
            }
            result.add_product(0, limb, quotient);
        }
        if doubling == 1 {
            let once = Self(result.0);
            result.add_product(0, 1, &once);
        }
        result
    }

    fn add_product(&mut self, at: usize, factor: u64, other: &Self) {
        let mut carry = 0;
        for (word, other) in self.0[at..].iter_mut().zip(&other.0) {
            carry += u128::from(*word) + u128::from(*other) * u128::from(factor);
            *word = carry as u64;
            carry >>= 64;
        }
        assert_eq!(carry, 0);
    }
}

/// All ones, all zeros, a single bit, bits next to each other, or anything.
fn pattern(rng: &mut impl rand::Rng, lane: usize, mask: u64) -> u64 {
    let random = rng.next_u64();
    mask & match lane % 8 {
        0 => u64::MAX,
        1 => 0,
        2 => 1 << (random % 52),
        3 => u64::MAX << (random % 52),
        4 => u64::MAX >> (random % 64),
        5 if !random.is_multiple_of(8) => u64::MAX,
        _ => random,
    }
}

#[test]
fn what_passes_is_what_passes_with_plain_integers() {
    let mut rng = chacha20::ChaCha20Rng::seed_from_u64(4);
    // Miri takes half a minute for each test of the smallest size.
    for words in if cfg!(miri) { &[16][..] } else { &[16, 24, 32] }.iter().copied() {
        let mut numbers = special_numbers(words);
        numbers.truncate(if cfg!(miri) { 2 } else { usize::MAX });
        numbers.extend((0..TESTS).map(|_| random_odd(&mut rng, words)));
        let expected: Vec<bool> = numbers.iter().map(|number| passes_with_plain_integers(&number[..words])).collect();
        assert!(
            cfg!(miri) || expected.iter().filter(|passes| **passes).count() >= if words == 32 { 2 } else { 3 },
            "the prime and the pseudoprimes"
        );
        for path in Path::available() {
            let passed = tested(&numbers, path.lanes(), |batch| path.probable_primes(batch, words));
            assert_eq!(passed, expected, "{path:?}, {words} words");
        }
        let passed = tested(&numbers, 1, |batch| probable_primes(Plain, batch, words));
        assert_eq!(passed, expected, "one lane, {words} words");
        if !cfg!(miri) {
            let passed = tested(&numbers, 8, |batch| probable_primes(Eight, batch, words));
            assert_eq!(passed, expected, "eight lanes, {words} words");
        }
    }
}

/// Composite numbers that pass, a prime, and numbers near powers of two and with long runs of ones.
fn special_numbers(words: usize) -> Vec<Number> {
    let bits = 64 * words as u32;
    let mut numbers = Vec::new();
    for mut number in pseudoprimes(words) {
        numbers.push(number);
        // Its neighbour does not pass.
        number[0] ^= 2;
        numbers.push(number);
    }
    let largest = below_two_to_the_power_of_all_bits(words);
    for k in [1, 3, largest, largest + 2, 1 << 32 | 1, u64::MAX] {
        numbers.push(all_ones_less(words, k));
    }
    for at in [1, 51, 52, 63, 64, 511, bits as usize - 2] {
        let mut number = [0; MOST_WORDS];
        number[words - 1] = 1 << 63;
        number[at / 64] |= 1 << (at % 64);
        number[0] |= 1;
        numbers.push(number);
    }
    numbers
}

/// Composite numbers of as many words that pass Fermat's test with base 2.
pub(super) fn pseudoprimes(words: usize) -> Vec<Number> {
    let lines = include_str!("../../tests/it/vectors/pseudoprimes.txt").lines();
    let numbers = lines.filter(|line| line.len() == 16 * words).map(|line| {
        let mut number = [0; MOST_WORDS];
        for (word, digits) in number.iter_mut().zip(line.as_bytes().rchunks(16)) {
            *word = u64::from_str_radix(core::str::from_utf8(digits).unwrap(), 16).unwrap();
        }
        number
    });
    numbers.collect()
}

/// The largest prime of as many words.
pub(super) fn largest_prime(words: usize) -> Number {
    all_ones_less(words, below_two_to_the_power_of_all_bits(words))
}

/// How far that is below `2^bits`.
fn below_two_to_the_power_of_all_bits(words: usize) -> u64 {
    match words {
        16 => 105,
        24 => 3453,
        _ => 1_942_289,
    }
}

/// `2^bits - k`.
fn all_ones_less(words: usize, k: u64) -> Number {
    let mut number = [0; MOST_WORDS];
    number[..words].fill(u64::MAX);
    number[0] = 0_u64.wrapping_sub(k);
    number
}

fn random_odd(rng: &mut impl rand::Rng, words: usize) -> Number {
    let mut number = [0; MOST_WORDS];
    number[..words].iter_mut().for_each(|word| *word = rng.next_u64());
    number[0] |= 1;
    number[words - 1] |= 1 << 63;
    number
}

fn passes_with_plain_integers(number: &[u64]) -> bool {
    let n = integer(number);
    let exponent = n.wrapping_sub(BoxedUint::one().resize(n.bits_precision()));
    let parameters = BoxedMontyParams::new_vartime(Odd::new(n.clone()).unwrap());
    let two = BoxedMontyForm::new(BoxedUint::from(2_u8).resize(n.bits_precision()), &parameters);
    two.pow(&exponent).retrieve() == BoxedUint::one().resize(n.bits_precision())
}

fn integer(number: &[u64]) -> BoxedUint {
    let bytes: Vec<u8> = number.iter().flat_map(|word| word.to_le_bytes()).collect();
    BoxedUint::from_le_slice(&bytes, 8 * bytes.len() as u32).unwrap()
}

fn tested(numbers: &[Number], lanes: usize, test: impl Fn(&[Number; MOST_LANES]) -> [bool; MOST_LANES]) -> Vec<bool> {
    let batches = numbers.chunks(lanes).flat_map(|chunk| {
        let batch = core::array::from_fn(|lane| chunk[lane.min(chunk.len() - 1)]);
        test(&batch).into_iter().take(chunk.len())
    });
    batches.collect()
}

#[test]
#[cfg_attr(miri, ignore = "every step of it is one that the other tests take too, and there are too many")]
fn a_stretch_keeps_exactly_the_numbers_without_small_factors() {
    let mut rng = chacha20::ChaCha20Rng::seed_from_u64(5);
    for (words, bound) in [(16, 1_u128 << 17), (24, 1 << 18), (32, 1 << 20)] {
        let start = random_odd(&mut rng, words);
        let stretches: Vec<Stretch> = Path::available().iter().map(|path| path.sieve(&start[..words])).collect();
        let mut kept = vec![true; NUMBERS as usize];
        // As many primes at the end as are not a whole group, 63 at most, are left out.
        for divisor in (3..bound - 1000).step_by(2).filter(|n| (3..=n.isqrt()).step_by(2).all(|d| n % d != 0)) {
            let residue = start[..words].iter().rev().fold(0, |r, word| (r << 64 | u128::from(*word)) % divisor);
            let first = if residue % 2 == 1 { (divisor - residue) / 2 } else { (divisor - residue / 2) % divisor };
            kept.iter_mut().skip(first as usize).step_by(divisor as usize).for_each(|kept| *kept = false);
        }
        let places: Vec<u64> = (0..NUMBERS).filter(|i| kept[*i as usize]).collect();
        let survivors = |stretch: &Stretch| (0..stretch.survivors()).map(|i| stretch.survivor(i)).collect::<Vec<u64>>();
        let kept_by_first = survivors(&stretches[0]);
        for stretch in &stretches {
            let survivors = survivors(stretch);
            assert!(survivors.iter().all(|place| places.contains(place)), "{words} words");
            assert!(places.len() - survivors.len() <= 8, "{words} words");
            assert_eq!(survivors, kept_by_first, "each path keeps the same");
        }
    }
}
