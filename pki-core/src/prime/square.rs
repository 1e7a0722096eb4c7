//! Squaring modulo a number, side by side in lanes (P. L. Montgomery, Math. Comp. 44, 1985), for numbers of `L` limbs.
//!
//! Every loop and every index depends on the size of the numbers alone.

#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "what only vectors and tests use"))]
// The indices are sums of loop counters below sizes that are known when this is compiled. `C` is always twice `L`.
#![allow(clippy::indexing_slicing, reason = "arithmetic on limbs; the tests reach every index of every size")]

use core::array::from_fn;

use super::lanes::Lanes;

/// A modulus `m` with `m = -1` modulo `2^RADIX`. Then a limb of the number is itself the multiple of `m` that clears it.
pub(super) struct Modulus<V: Lanes, const L: usize, const C: usize> {
    lanes: V,
    /// The limbs of `(m + 1) / 2^RADIX`; the uppermost is zero and left out of every sum.
    quotient: [V::Factor; L],
    /// Takes from each column what the multiplications add to it above the products.
    correction: [u64; C],
}

/// Rows that are multiplied at once: their limbs stay in registers while a column is summed up.
/// More of them would save loads and stores, but each sum would be a longer chain of steps that wait for each other.
const ROWS: usize = 3;
/// Added to a column before its carry is taken, so that no carry is negative. Sums are smaller than it in each direction.
const OFFSET: u32 = 61;

impl<V: Lanes, const L: usize, const C: usize> Modulus<V, L, C> {
    /// From the limbs of `(m + 1) / 2^RADIX`.
    #[inline(always)]
    pub(super) fn new(lanes: V, quotient: [V::Factor; L]) -> Self {
        Self { lanes, quotient, correction: const { correction::<V, L, C>() } }
    }

    /// `x^2 / 2^(L * RADIX)` modulo `m`, times two to the power of each lane's `doublings`, which is 0 or 1. If `x` is
    /// below four times `m`, so is what comes out.
    #[inline(always)]
    pub(super) fn square(&self, x: &[V::Word; L], doublings: V::Word) -> [V::Word; L] {
        let x: [V::Factor; L] = from_fn(|i| self.lanes.factor(x[i]));
        let mut columns = [self.lanes.splat(0); C];
        self.square_into(&mut columns, &x);
        self.reduce(&mut columns);
        self.carry(&columns, doublings)
    }

    /// Products of two different limbs once and then doubled, those of a limb with itself last.
    #[inline(always)]
    fn square_into(&self, columns: &mut [V::Word; C], x: &[V::Factor; L]) {
        let mut row = 0;
        while row + 2 * ROWS <= L + 1 {
            self.multiply_rows::<ROWS>(columns, x, row);
            row += ROWS;
        }
        while row < L {
            self.multiply_rows::<1>(columns, x, row);
            row += 1;
        }
        for i in 0..L {
            let double = |at: usize| {
                let twice = self.lanes.add(columns[at], columns[at]);
                if V::HIGH_EXCESS == 0 { twice } else { self.lanes.add(twice, self.lanes.splat(self.correction[at])) }
            };
            (columns[2 * i], columns[2 * i + 1]) = self.lanes.add_product(double(2 * i), double(2 * i + 1), x[i], x[i]);
        }
    }

    /// Adds the products of the limbs `row..row + B` with all limbs above each.
    #[inline(always)]
    fn multiply_rows<const B: usize>(&self, columns: &mut [V::Word; C], x: &[V::Factor; L], row: usize) {
        let zero = self.lanes.splat(0);
        let rows: [V::Factor; B] = from_fn(|r| x[row + r]);
        let mut high = zero;
        let mut at = 2 * row + 1;
        for step in 0..2 * (B - 1) {
            let mut low = self.lanes.add(columns[at], high);
            high = zero;
            for r in 0..=step / 2 {
                (low, high) = self.lanes.add_product(low, high, rows[r], x[at - row - r]);
            }
            columns[at] = low;
            at += 1;
        }
        // The limbs for the next column are one further up: `x[at - row]` for the first row, less for the others.
        for (column, limbs) in columns[at..].iter_mut().zip(x[at + 1 - row - B..].windows(B)) {
            let mut low = self.lanes.add(*column, high);
            high = zero;
            for r in 0..B {
                (low, high) = self.lanes.add_product(low, high, rows[r], limbs[B - 1 - r]);
            }
            *column = low;
        }
        at = row + L;
        for step in 1..B {
            let mut low = self.lanes.add(columns[at], high);
            high = zero;
            for r in step..B {
                (low, high) = self.lanes.add_product(low, high, rows[r], x[at - row - r]);
            }
            columns[at] = low;
            at += 1;
        }
        columns[at] = self.lanes.add(columns[at], high);
    }

    /// Adds multiples of `m` until the lower half of the columns is zero; what stands there afterwards is of no use.
    #[inline(always)]
    fn reduce(&self, columns: &mut [V::Word; C]) {
        let mut row = 0;
        while row + ROWS <= L {
            self.reduce_rows::<ROWS>(columns, row);
            row += ROWS;
        }
        while row < L {
            self.reduce_rows::<1>(columns, row);
            row += 1;
        }
    }

    /// Adding `limb * m` takes the limb away and adds `limb * quotient` one column further up.
    #[inline(always)]
    fn reduce_rows<const B: usize>(&self, columns: &mut [V::Word; C], row: usize) {
        let zero = self.lanes.splat(0);
        let quotient = &self.quotient[..L - 1];
        let mut rows = [self.lanes.factor_of_low_bits(columns[row]); B];
        let (mut high, mut carry) = (zero, self.lanes.shift_right_limb(columns[row]));
        // One row waits for the other here. What the next limb needs of the last one is added last.
        for step in 0..B - 1 {
            let mut low = self.lanes.add(columns[row + 1 + step], high);
            high = zero;
            for r in 0..step {
                (low, high) = self.lanes.add_product(low, high, rows[r], quotient[step - r]);
            }
            (low, high) = self.lanes.add_product(low, high, rows[step], quotient[0]);
            low = self.lanes.add(low, carry);
            rows[step + 1] = self.lanes.factor_of_low_bits(low);
            carry = self.lanes.shift_right_limb(low);
        }
        high = self.lanes.add(high, carry);
        for (column, limbs) in columns[row + B..].iter_mut().zip(quotient.windows(B)) {
            let mut low = self.lanes.add(*column, high);
            high = zero;
            for r in 0..B {
                (low, high) = self.lanes.add_product(low, high, rows[r], limbs[B - 1 - r]);
            }
            *column = low;
        }
        let mut at = row + L;
        for step in 1..B {
            let mut low = self.lanes.add(columns[at], high);
            high = zero;
            for r in step..B {
                (low, high) = self.lanes.add_product(low, high, rows[r], quotient[L - 1 + step - 1 - r]);
            }
            columns[at] = low;
            at += 1;
        }
        columns[at] = self.lanes.add(columns[at], high);
    }

    /// The upper half of the columns, doubled where asked, as limbs again.
    #[inline(always)]
    fn carry(&self, columns: &[V::Word; C], doublings: V::Word) -> [V::Word; L] {
        let mask = self.lanes.splat((1 << V::RADIX) - 1);
        let offset = self.lanes.shift_left(self.lanes.splat(1 << (OFFSET - V::RADIX)), doublings);
        let mut carry = self.lanes.splat(0);
        from_fn(|i| {
            let doubled = self.lanes.shift_left(columns[L + i], doublings);
            let sum = self.lanes.add(doubled, carry);
            carry = self.lanes.shift_right_limb(sum);
            if V::HIGH_EXCESS != 0 {
                carry = self.lanes.sub(carry, offset);
            }
            self.lanes.and(sum, mask)
        })
    }
}

/// For each column, minus all excess of the products that are added to it, plus the offset, minus the offset's part in
/// the carry from the column below.
const fn correction<V: Lanes, const L: usize, const C: usize>() -> [u64; C] {
    let mut correction = [0_u64; C];
    if V::HIGH_EXCESS == 0 {
        return correction;
    }
    let mut i = 0;
    while i < L {
        let mut j = 0;
        while j < L {
            // Every product of x with itself, and of the limbs with the quotient, whose last limb is left out.
            correction[i + j] = correction[i + j].wrapping_sub(V::LOW_EXCESS);
            correction[i + j + 1] = correction[i + j + 1].wrapping_sub(V::HIGH_EXCESS);
            if j < L - 1 {
                correction[i + j + 1] = correction[i + j + 1].wrapping_sub(V::LOW_EXCESS);
                correction[i + j + 2] = correction[i + j + 2].wrapping_sub(V::HIGH_EXCESS);
            }
            j += 1;
        }
        i += 1;
    }
    let mut at = 0;
    while at < C {
        correction[at] = correction[at].wrapping_add(1 << OFFSET);
        // Above the middle the carry is doubled or not; it is mended when it is taken.
        if at > 0 && at <= L {
            correction[at] = correction[at].wrapping_sub(1 << (OFFSET - V::RADIX));
        }
        at += 1;
    }
    correction
}
