//! Four lanes, multiplied as floating-point numbers: AVX2 has no multiplication of 64 bits, but its fused multiply-add
//! rounds a product of 102 bits once, and what was rounded away is exact again.

use core::arch::x86_64::*;

use super::{Lanes, MOST_LANES};

/// Proof that the processor has AVX2 and FMA.
#[derive(Clone, Copy)]
pub(in crate::prime) struct Avx2(());

impl Avx2 {
    /// The proof, if the processor and the system can do it.
    pub(in crate::prime) fn detect() -> Option<Self> {
        (std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")).then_some(Self(()))
    }
}

/// A double as large as this counts in steps of `2^RADIX`: added to a product, it leaves the product's high half in the
/// low bits of the sum.
const HIGH: f64 = (1_u128 << 103) as f64;
/// A double between 2^52 and 2^53 counts in ones, from this one by 2^51 in either direction.
const LOW: f64 = (3_u64 << 51) as f64;
/// Turns a limb into a double: with these bits above it, it is the double `2^52 + limb`.
const TWO_TO_52: f64 = (1_u64 << 52) as f64;
const MASK: i64 = (1 << Avx2::RADIX) - 1;

// SAFETY: what each `unsafe` below asks for is a processor with AVX2 and FMA. `detect` alone makes an `Avx2`, after it
// found both.
#[allow(unsafe_code, reason = "vector instructions of a processor that was asked for them")]
impl Lanes for Avx2 {
    const RADIX: u32 = 51;
    const COUNT: usize = 4;
    const LOW_EXCESS: u64 = LOW.to_bits();
    const HIGH_EXCESS: u64 = HIGH.to_bits();

    type Word = __m256i;
    type Factor = __m256d;

    #[inline(always)]
    fn splat(self, value: u64) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_set1_epi64x(value.cast_signed()) }
    }

    #[inline(always)]
    fn load(self, values: &[u64; MOST_LANES]) -> __m256i {
        let [a, b, c, d, ..] = values.map(u64::cast_signed);
        // SAFETY: as above.
        unsafe { _mm256_setr_epi64x(a, b, c, d) }
    }

    #[inline(always)]
    fn store(self, word: __m256i) -> [u64; MOST_LANES] {
        // SAFETY: as above.
        let lanes = unsafe {
            [
                _mm256_extract_epi64::<0>(word),
                _mm256_extract_epi64::<1>(word),
                _mm256_extract_epi64::<2>(word),
                _mm256_extract_epi64::<3>(word),
            ]
        };
        let [a, b, c, d] = lanes.map(i64::cast_unsigned);
        [a, b, c, d, 0, 0, 0, 0]
    }

    #[inline(always)]
    fn add(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_add_epi64(a, b) }
    }

    #[inline(always)]
    fn sub(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_sub_epi64(a, b) }
    }

    #[inline(always)]
    fn and(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_and_si256(a, b) }
    }

    #[inline(always)]
    fn or(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_or_si256(a, b) }
    }

    #[inline(always)]
    fn shift_left(self, a: __m256i, counts: __m256i) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_sllv_epi64(a, counts) }
    }

    #[inline(always)]
    fn shift_right(self, a: __m256i, counts: __m256i) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_srlv_epi64(a, counts) }
    }

    #[inline(always)]
    fn shift_right_limb(self, a: __m256i) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_srli_epi64::<{ Self::RADIX.cast_signed() }>(a) }
    }

    #[inline(always)]
    fn factor(self, limb: __m256i) -> __m256d {
        // SAFETY: as above.
        unsafe {
            let offset = _mm256_set1_pd(TWO_TO_52);
            _mm256_sub_pd(_mm256_or_pd(_mm256_castsi256_pd(limb), offset), offset)
        }
    }

    #[inline(always)]
    fn factor_of_low_bits(self, word: __m256i) -> __m256d {
        // SAFETY: as above.
        let mask = unsafe { _mm256_set1_epi64x(MASK) };
        self.factor(self.and(word, mask))
    }

    #[inline(always)]
    fn add_product(self, low: __m256i, high: __m256i, a: __m256d, b: __m256d) -> (__m256i, __m256i) {
        // SAFETY: as above.
        unsafe {
            let rounded = _mm256_fmadd_pd(a, b, _mm256_set1_pd(HIGH));
            let rest = _mm256_fmadd_pd(a, b, _mm256_sub_pd(_mm256_set1_pd(HIGH + LOW), rounded));
            (self.add(low, _mm256_castpd_si256(rest)), self.add(high, _mm256_castpd_si256(rounded)))
        }
    }
}
