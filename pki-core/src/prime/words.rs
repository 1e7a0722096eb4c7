//! The same test for processors without vectors: one number, in words of 64 bits.
//!
//! With a word more than the number has, no sum ever needs a subtraction of the modulus (C. D. Walter, Electronics
//! Letters 35, 1999).

#![allow(clippy::indexing_slicing, reason = "arithmetic on words; the tests reach every index of every size")]

use super::fermat::{LEADING, MOST_WORDS, is_multiple, leading_power, low, negative_exponent};

/// Whether an odd number of 16, 24 or 32 words, the uppermost bit set, passes [Fermat's test](super::fermat).
pub(super) fn is_probable_prime(number: &[u64]) -> bool {
    match number.len() {
        16 => passes::<16, 17, 34>(number),
        24 => passes::<24, 25, 50>(number),
        32 => passes::<32, 33, 66>(number),
        // Passing says nothing, so it is never wrong.
        _ => true,
    }
}

/// `W` words in the number, one more in what is worked on, twice as many of them in a square.
fn passes<const W: usize, const L: usize, const C: usize>(number: &[u64]) -> bool {
    let mut modulus = [0; W];
    modulus.copy_from_slice(&number[..W]);
    let negative_inverse = super::fermat::inverse(modulus[0]).wrapping_neg();
    let exponent = negative_exponent(number);
    let mut x = [0; L];
    for (limb, word) in x.iter_mut().enumerate() {
        *word = leading_power(&exponent[..W], (L - limb) * 64, 64);
    }
    for bit in (0..64 * W - LEADING).rev() {
        let columns = square::<L, C>(&x);
        let reduced = reduce::<W, L, C>(columns, &modulus, negative_inverse);
        let doubling = (exponent[bit / 64] >> (bit % 64)) & 1;
        let mut carry = 0;
        for (to, word) in x.iter_mut().zip(reduced) {
            *to = (word << doubling) | carry;
            carry = (word >> 63) & doubling;
        }
    }
    let mut rest = [0; MOST_WORDS + 2];
    let mut carry = true;
    for (to, word) in rest.iter_mut().zip(&x) {
        (*to, carry) = (!word).overflowing_add(carry.into());
    }
    is_multiple(&mut rest[..W + 2], number)
}

/// Products of two different words once and then doubled, those of a word with itself last.
#[inline(always)]
fn square<const L: usize, const C: usize>(x: &[u64; L]) -> [u64; C] {
    let mut columns = [0; C];
    for i in 0..L {
        let mut carry = 0;
        for j in i + 1..L {
            (columns[i + j], carry) = multiply_add(x[i], x[j], columns[i + j], carry);
        }
        columns[i + L] = carry;
    }
    let (mut carry, mut above) = (0, 0);
    for i in 0..L {
        let (even, odd) = (columns[2 * i], columns[2 * i + 1]);
        let square = u128::from(x[i]) * u128::from(x[i]);
        let sum = u128::from(even << 1 | above) + u128::from(low(square)) + u128::from(carry);
        columns[2 * i] = low(sum);
        let sum = u128::from(odd << 1 | even >> 63) + (square >> 64) + (sum >> 64);
        columns[2 * i + 1] = low(sum);
        carry = low(sum >> 64);
        above = odd >> 63;
    }
    columns
}

/// Adds multiples of the modulus until the lower half of the columns is zero; the upper half is what remains.
#[inline(always)]
fn reduce<const W: usize, const L: usize, const C: usize>(
    mut columns: [u64; C],
    modulus: &[u64; W],
    negative_inverse: u64,
) -> [u64; L] {
    let mut over = 0;
    for i in 0..L {
        let factor = columns[i].wrapping_mul(negative_inverse);
        let mut carry = 0;
        for j in 0..W {
            (columns[i + j], carry) = multiply_add(factor, modulus[j], columns[i + j], carry);
        }
        let sum = u128::from(columns[i + W]) + u128::from(carry) + u128::from(over);
        columns[i + W] = low(sum);
        over = low(sum >> 64);
    }
    columns[C - 1] = columns[C - 1].wrapping_add(over);
    core::array::from_fn(|i| columns[L + i])
}

/// `a * b + c + d`, which never has more than two words: the low one and the high one.
#[inline(always)]
fn multiply_add(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let sum = u128::from(a) * u128::from(b) + u128::from(c) + u128::from(d);
    (low(sum), low(sum >> 64))
}
