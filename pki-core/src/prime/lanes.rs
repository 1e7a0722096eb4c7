//! Numbers side by side: a limb of each in a lane of one vector. The same arithmetic runs on each kind of lanes.

#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "what only vectors and tests use"))]

#[cfg(target_arch = "x86_64")]
pub(super) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(super) mod ifma;
pub(super) mod plain;

/// What the arithmetic needs of a processor. A value of the type is the proof that the processor can do it.
///
/// A limb has [`RADIX`](Self::RADIX) bits in 64, so that sums of products need no carries until the end.
pub(super) trait Lanes: Copy {
    /// Bits of a limb.
    const RADIX: u32;
    /// Numbers that are worked on at once, at most [`MOST_LANES`].
    const COUNT: usize;
    /// What [`add_product`](Self::add_product) adds to the low sum above the product's half.
    const LOW_EXCESS: u64;
    /// What it adds to the high sum.
    const HIGH_EXCESS: u64;

    /// 64 bits a lane, unsigned, modulo 2^64.
    type Word: Copy;
    /// A limb of each number, made ready to be multiplied.
    type Factor: Copy;

    /// The same in each lane.
    fn splat(self, value: u64) -> Self::Word;
    /// The first `COUNT` values.
    fn load(self, values: &[u64; MOST_LANES]) -> Self::Word;
    /// A value per lane; what is beyond `COUNT` is zero.
    fn store(self, word: Self::Word) -> [u64; MOST_LANES];
    fn add(self, a: Self::Word, b: Self::Word) -> Self::Word;
    fn sub(self, a: Self::Word, b: Self::Word) -> Self::Word;
    fn and(self, a: Self::Word, b: Self::Word) -> Self::Word;
    fn or(self, a: Self::Word, b: Self::Word) -> Self::Word;
    /// Each lane to the left by its own count; nothing is left of it from 64 on.
    fn shift_left(self, a: Self::Word, counts: Self::Word) -> Self::Word;
    /// Each lane to the right by its own count; nothing is left of it from 64 on.
    fn shift_right(self, a: Self::Word, counts: Self::Word) -> Self::Word;
    /// By one limb.
    fn shift_right_limb(self, a: Self::Word) -> Self::Word;
    /// The word must be below `2^RADIX`.
    fn factor(self, limb: Self::Word) -> Self::Factor;
    /// As [`factor`](Self::factor), of the word's low `RADIX` bits.
    fn factor_of_low_bits(self, word: Self::Word) -> Self::Factor;
    /// Adds the low half of `a * b` to `low` and the high half to `high`, where `a * b = low + high * 2^RADIX`. The low
    /// half may be negative.
    fn add_product(
        self,
        low: Self::Word,
        high: Self::Word,
        a: Self::Factor,
        b: Self::Factor,
    ) -> (Self::Word, Self::Word);
}

/// The most lanes that any processor here has.
pub(super) const MOST_LANES: usize = 8;
