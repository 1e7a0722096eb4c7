//! Eight lanes, with the multiplication of 52 bits that AVX-512 IFMA brings.

use core::arch::x86_64::*;

use super::{Lanes, MOST_LANES};

/// Proof that the processor has AVX-512 F and IFMA.
#[derive(Clone, Copy)]
pub(in crate::prime) struct Ifma(());

impl Ifma {
    /// The proof, if the processor and the system can do it.
    pub(in crate::prime) fn detect() -> Option<Self> {
        (std::arch::is_x86_feature_detected!("avx512f") && std::arch::is_x86_feature_detected!("avx512ifma"))
            .then_some(Self(()))
    }
}

// SAFETY: what each `unsafe` below asks for is a processor with AVX-512 F and IFMA. `detect` alone makes an `Ifma`,
// after it found both.
#[allow(unsafe_code, reason = "vector instructions of a processor that was asked for them")]
impl Lanes for Ifma {
    const RADIX: u32 = 52;
    const COUNT: usize = 8;
    const LOW_EXCESS: u64 = 0;
    const HIGH_EXCESS: u64 = 0;

    type Word = __m512i;
    type Factor = __m512i;

    #[inline(always)]
    fn splat(self, value: u64) -> __m512i {
        // SAFETY: as above.
        unsafe { _mm512_set1_epi64(value.cast_signed()) }
    }

    #[inline(always)]
    fn load(self, values: &[u64; MOST_LANES]) -> __m512i {
        // SAFETY: as above; the pointer is to 64 bytes, and may be unaligned.
        unsafe { _mm512_loadu_epi64(values.as_ptr().cast()) }
    }

    #[inline(always)]
    fn store(self, word: __m512i) -> [u64; MOST_LANES] {
        let mut values = [0_u64; MOST_LANES];
        // SAFETY: as above; the pointer is to 64 bytes, and may be unaligned.
        unsafe { _mm512_storeu_epi64(values.as_mut_ptr().cast(), word) };
        values
    }

    #[inline(always)]
    fn add(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: as above.
        unsafe { _mm512_add_epi64(a, b) }
    }

    #[inline(always)]
    fn sub(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: as above.
        unsafe { _mm512_sub_epi64(a, b) }
    }

    #[inline(always)]
    fn and(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: as above.
        unsafe { _mm512_and_si512(a, b) }
    }

    #[inline(always)]
    fn or(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: as above.
        unsafe { _mm512_or_si512(a, b) }
    }

    #[inline(always)]
    fn shift_left(self, a: __m512i, counts: __m512i) -> __m512i {
        // SAFETY: as above.
        unsafe { _mm512_sllv_epi64(a, counts) }
    }

    #[inline(always)]
    fn shift_right(self, a: __m512i, counts: __m512i) -> __m512i {
        // SAFETY: as above.
        unsafe { _mm512_srlv_epi64(a, counts) }
    }

    #[inline(always)]
    fn shift_right_limb(self, a: __m512i) -> __m512i {
        // SAFETY: as above.
        unsafe { _mm512_srli_epi64::<{ Self::RADIX }>(a) }
    }

    #[inline(always)]
    fn factor(self, limb: __m512i) -> __m512i {
        limb
    }

    /// The multiplication takes no notice of the bits above.
    #[inline(always)]
    fn factor_of_low_bits(self, word: __m512i) -> __m512i {
        word
    }

    #[inline(always)]
    fn add_product(self, low: __m512i, high: __m512i, a: __m512i, b: __m512i) -> (__m512i, __m512i) {
        // SAFETY: as above.
        unsafe { (_mm512_madd52lo_epu64(low, a, b), _mm512_madd52hi_epu64(high, a, b)) }
    }
}
