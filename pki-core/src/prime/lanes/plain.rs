//! One lane, with the multiplication of every processor.

use super::{Lanes, MOST_LANES};

/// Needs nothing, so it is its own proof.
#[derive(Clone, Copy)]
pub(in crate::prime) struct Plain;

const MASK: u64 = (1 << Plain::RADIX) - 1;

impl Lanes for Plain {
    const RADIX: u32 = 52;
    const COUNT: usize = 1;
    const LOW_EXCESS: u64 = 0;
    const HIGH_EXCESS: u64 = 0;

    type Word = u64;
    type Factor = u64;

    #[inline(always)]
    fn splat(self, value: u64) -> u64 {
        value
    }

    #[inline(always)]
    fn load(self, values: &[u64; MOST_LANES]) -> u64 {
        values[0]
    }

    #[inline(always)]
    fn store(self, word: u64) -> [u64; MOST_LANES] {
        [word, 0, 0, 0, 0, 0, 0, 0]
    }

    #[inline(always)]
    fn add(self, a: u64, b: u64) -> u64 {
        a.wrapping_add(b)
    }

    #[inline(always)]
    fn sub(self, a: u64, b: u64) -> u64 {
        a.wrapping_sub(b)
    }

    #[inline(always)]
    fn and(self, a: u64, b: u64) -> u64 {
        a & b
    }

    #[inline(always)]
    fn or(self, a: u64, b: u64) -> u64 {
        a | b
    }

    #[inline(always)]
    fn shift_left(self, a: u64, counts: u64) -> u64 {
        (a << (counts & 63)) & below_64(counts)
    }

    #[inline(always)]
    fn shift_right(self, a: u64, counts: u64) -> u64 {
        (a >> (counts & 63)) & below_64(counts)
    }

    #[inline(always)]
    fn shift_right_limb(self, a: u64) -> u64 {
        a >> Self::RADIX
    }

    #[inline(always)]
    fn factor(self, limb: u64) -> u64 {
        limb
    }

    #[inline(always)]
    fn factor_of_low_bits(self, word: u64) -> u64 {
        word & MASK
    }

    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "the high half of 104 bits has 52")]
    fn add_product(self, low: u64, high: u64, a: u64, b: u64) -> (u64, u64) {
        let product = u128::from(a) * u128::from(b);
        (low + (product as u64 & MASK), high + (product >> Self::RADIX) as u64)
    }
}

/// All ones for a count below 64, else zero. A comparison, but no branch.
#[inline(always)]
fn below_64(counts: u64) -> u64 {
    u64::from(counts < 64).wrapping_neg()
}
