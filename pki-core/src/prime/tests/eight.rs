//! What stands for AVX-512 IFMA on a processor without it.

use super::{Lanes, MOST_LANES};

/// AVX-512 IFMA as its manual describes it, in plain words: eight lanes, and a multiplication that takes no notice of what
/// stands above 52 bits.
#[derive(Clone, Copy)]
pub(super) struct Eight;

impl Eight {
    fn zip(a: [u64; 8], b: [u64; 8], what: impl Fn(u64, u64) -> u64) -> [u64; 8] {
        core::array::from_fn(|lane| what(a[lane], b[lane]))
    }
}

impl Lanes for Eight {
    const RADIX: u32 = 52;
    const COUNT: usize = 8;
    const LOW_EXCESS: u64 = 0;
    const HIGH_EXCESS: u64 = 0;

    type Word = [u64; 8];
    type Factor = [u64; 8];

    fn splat(self, value: u64) -> [u64; 8] {
        [value; 8]
    }
    fn load(self, values: &[u64; MOST_LANES]) -> [u64; 8] {
        *values
    }
    fn store(self, word: [u64; 8]) -> [u64; MOST_LANES] {
        word
    }
    fn add(self, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        Self::zip(a, b, u64::wrapping_add)
    }
    fn sub(self, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        Self::zip(a, b, u64::wrapping_sub)
    }
    fn and(self, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        Self::zip(a, b, |a, b| a & b)
    }
    fn or(self, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        Self::zip(a, b, |a, b| a | b)
    }
    fn shift_left(self, a: [u64; 8], counts: [u64; 8]) -> [u64; 8] {
        Self::zip(a, counts, |a, count| if count < 64 { a << count } else { 0 })
    }
    fn shift_right(self, a: [u64; 8], counts: [u64; 8]) -> [u64; 8] {
        Self::zip(a, counts, |a, count| if count < 64 { a >> count } else { 0 })
    }
    fn shift_right_limb(self, a: [u64; 8]) -> [u64; 8] {
        a.map(|word| word >> 52)
    }
    fn factor(self, limb: [u64; 8]) -> [u64; 8] {
        limb
    }
    fn factor_of_low_bits(self, word: [u64; 8]) -> [u64; 8] {
        word
    }
    fn add_product(self, low: [u64; 8], high: [u64; 8], a: [u64; 8], b: [u64; 8]) -> ([u64; 8], [u64; 8]) {
        const MASK: u64 = (1 << 52) - 1;
        let product = |a: u64, b: u64| u128::from(a & MASK) * u128::from(b & MASK);
        let lows = Self::zip(a, b, |a, b| product(a, b) as u64 & MASK);
        let highs = Self::zip(a, b, |a, b| (product(a, b) >> 52) as u64);
        (self.add(low, lows), self.add(high, highs))
    }
}
