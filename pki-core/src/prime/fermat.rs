//! Fermat's test with base 2, for as many numbers at once as there are lanes: `n` passes if `2^(n-1) = 1` modulo `n`. A
//! prime always passes; a composite number nearly never does.
//!
//! Base 2 needs no multiplication but squaring: where the exponent has a bit, the square is doubled. Nothing here
//! branches on the numbers or looks anything up by them.

#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "what only vectors and tests use"))]
#![allow(clippy::indexing_slicing, reason = "arithmetic on limbs; the tests reach every index of every size")]

use core::array::from_fn;

use super::lanes::{Lanes, MOST_LANES};
use super::square::Modulus;

/// The longest number, in words of 64 bits.
pub(super) const MOST_WORDS: usize = 32;

/// A number to be tested, little end first; the words beyond the size are zero.
pub(super) type Number = [u64; MOST_WORDS];

/// How many bits of the exponent are not worked off by squaring: their power of two is written down.
pub(super) const LEADING: usize = 10;

/// Which of the numbers pass. Each is odd and has 16, 24 or 32 `words`, the uppermost bit set; lanes that are not needed
/// repeat a number.
#[inline(always)]
pub(super) fn probable_primes<V: Lanes>(lanes: V, numbers: &[Number; MOST_LANES], words: usize) -> [bool; MOST_LANES] {
    match (words, V::RADIX) {
        (16, 52) => passes::<V, 21, 42>(lanes, numbers, words),
        (24, 52) => passes::<V, 31, 62>(lanes, numbers, words),
        (32, 52) => passes::<V, 41, 82>(lanes, numbers, words),
        (16, 51) => passes::<V, 22, 44>(lanes, numbers, words),
        (24, 51) => passes::<V, 32, 64>(lanes, numbers, words),
        (32, 51) => passes::<V, 42, 84>(lanes, numbers, words),
        // Passing says nothing, so it is never wrong.
        _ => [true; MOST_LANES],
    }
}

/// With `R = 2^(L * RADIX)`, the Montgomery form of `2^e` is `2^e * R`. For a negative `e` above that of `R` it is a plain
/// power of two, so the exponent here is `1 - n`, whose leading bits are such an `e`; `2^(1-n)` is one when
/// `2^(n-1)` is.
#[inline(always)]
fn passes<V: Lanes, const L: usize, const C: usize>(
    lanes: V,
    numbers: &[Number; MOST_LANES],
    words: usize,
) -> [bool; MOST_LANES] {
    let mut quotients = [[0; MOST_LANES]; L];
    let mut powers = [[0; MOST_LANES]; L];
    let mut exponents = [[0; MOST_LANES]; MOST_WORDS];
    for lane in 0..V::COUNT {
        let number = &numbers[lane][..words];
        let quotient = friendly_quotient(number, V::RADIX);
        let exponent = negative_exponent(number);
        for limb in 0..L {
            quotients[limb][lane] = limb_of(&quotient, limb, V::RADIX);
            powers[limb][lane] = leading_power(&exponent[..words], (L - limb) * V::RADIX as usize, V::RADIX);
        }
        for word in 0..words {
            exponents[word][lane] = exponent[word];
        }
    }

    let modulus = Modulus::<V, L, C>::new(lanes, from_fn(|i| lanes.factor(lanes.load(&quotients[i]))));
    let mut x: [V::Word; L] = from_fn(|i| lanes.load(&powers[i]));
    let one = lanes.splat(1);
    for bit in (0..64 * words - LEADING).rev() {
        let word = lanes.load(&exponents[bit / 64]);
        let doublings = lanes.and(lanes.shift_right(word, lanes.splat((bit % 64) as u64)), one);
        x = modulus.square(&x, doublings);
    }

    let x: [[u64; MOST_LANES]; L] = from_fn(|i| lanes.store(x[i]));
    from_fn(|lane| lane < V::COUNT && is_one(&from_fn::<u64, L, _>(|i| x[i][lane]), &numbers[lane][..words], V::RADIX))
}

/// `(k * n + 1) / 2^radix` with the `k` below `2^radix` that makes it whole.
fn friendly_quotient(number: &[u64], radix: u32) -> [u64; MOST_WORDS + 2] {
    let k = inverse(number[0]).wrapping_neg() & ((1 << radix) - 1);
    let mut product = [0; MOST_WORDS + 2];
    let mut carry = 1_u128;
    for (to, word) in product.iter_mut().zip(number.iter().chain(&[0])) {
        carry += u128::from(*word) * u128::from(k);
        *to = low(carry);
        carry >>= 64;
    }
    for i in 0..=number.len() {
        product[i] = product[i] >> radix | product[i + 1] << (64 - radix);
    }
    product
}

/// `1 - n` in two's complement, of which there are all ones above the words that `n` has.
pub(super) fn negative_exponent(number: &[u64]) -> Number {
    let mut exponent = [0; MOST_WORDS];
    let mut carry = 2;
    for (to, word) in exponent.iter_mut().zip(number) {
        let (sum, over) = (!word).overflowing_add(carry);
        *to = sum;
        carry = over.into();
    }
    exponent
}

/// A limb of the power of two that stands for the leading bits of the exponent. The limb ends `distance` bits below
/// `R`, the Montgomery form of one. A comparison, but no branch.
pub(super) fn leading_power(exponent: &[u64], distance: usize, radix: u32) -> u64 {
    let leading = (1 << LEADING) - (exponent[exponent.len() - 1] >> (64 - LEADING));
    let bit = (distance as u64).wrapping_sub(leading);
    u64::from(bit < radix.into()) << (bit & 63)
}

/// Whether `x`, in Montgomery form, is one modulo `n`: whether `R - x` is a multiple of `n`.
fn is_one<const L: usize>(x: &[u64; L], number: &[u64], radix: u32) -> bool {
    let mut rest = [0; MOST_WORDS + 2];
    let rest = &mut rest[..number.len() + 2];
    for (i, limb) in x.iter().enumerate() {
        let bit = i * radix as usize;
        let complement = u128::from(((1 << radix) - 1) - limb) << (bit % 64);
        rest[bit / 64] |= low(complement);
        if bit / 64 + 1 < rest.len() {
            rest[bit / 64 + 1] |= low(complement >> 64);
        }
    }
    let mut carry = true;
    for word in rest.iter_mut() {
        (*word, carry) = word.overflowing_add(carry.into());
    }
    is_multiple(rest, number)
}

/// Whether `rest`, two words longer than the number, is a multiple of it. The factor is found from the lower end.
pub(super) fn is_multiple(rest: &mut [u64], number: &[u64]) -> bool {
    let inverse = inverse(number[0]);
    for from in 0..2 {
        let factor = rest[from].wrapping_mul(inverse);
        let mut borrow = 0_u128;
        for (i, word) in rest[from..].iter_mut().enumerate() {
            let product = u128::from(number.get(i).copied().unwrap_or(0)) * u128::from(factor) + borrow;
            let (difference, below) = word.overflowing_sub(low(product));
            *word = difference;
            borrow = (product >> 64) + u128::from(below);
        }
    }
    rest.iter().fold(0, |all, word| all | word) == 0
}

/// The inverse of an odd number modulo 2^64: each step doubles the bits that are right, from three on.
pub(super) fn inverse(odd: u64) -> u64 {
    (0..5).fold(odd, |inverse, _| inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse))))
}

fn limb_of(words: &[u64], limb: usize, radix: u32) -> u64 {
    let bit = limb * radix as usize;
    let word = |i: usize| u128::from(words.get(i).copied().unwrap_or(0));
    let both = word(bit / 64) | word(bit / 64 + 1) << 64;
    low(both >> (bit % 64)) & ((1 << radix) - 1)
}

#[allow(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
pub(super) fn low(wide: u128) -> u64 {
    wide as u64
}
