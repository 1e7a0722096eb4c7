//! Primes just below 2^64, modulo which 128-bit numbers are quickly reduced.

/// `2^64 - distance`, with the exponent that takes 65537th roots.
#[derive(Clone, Copy)]
pub(super) struct Prime {
    distance: u64,
    root: u64,
}

const EXPONENT: u64 = 65_537;

impl Prime {
    /// From the largest downwards, those modulo which every number has a root.
    pub(super) fn downwards() -> impl Iterator<Item = Self> {
        (1..).step_by(2).map(|distance| Self { distance, root: 0 }).filter(Self::is_prime).filter_map(Self::with_root)
    }

    pub(super) fn value(self) -> u64 {
        self.distance.wrapping_neg()
    }

    /// The 65537th root of a number, which is given from its highest word to its lowest.
    pub(super) fn root_of(self, words: &[u64]) -> u64 {
        let rest = words.iter().fold(0, |rest, word| self.modulo(u128::from(rest) << 64 | u128::from(*word)));
        self.power(rest, self.root)
    }

    pub(super) fn inverse_of(self, other: Self) -> u64 {
        // Fermat's little theorem.
        self.power(self.modulo(other.value().into()), self.value() - 2)
    }

    pub(super) fn times(self, left: u64, right: u64) -> u64 {
        self.modulo(u128::from(left) * u128::from(right))
    }

    pub(super) fn minus(self, left: u64, right: u64) -> u64 {
        let right = self.modulo(right.into());
        self.modulo(u128::from(left) + u128::from(self.value() - right))
    }

    fn modulo(self, number: u128) -> u64 {
        // 2^64 and the distance are the same modulo the prime. Twice is enough for a distance below 2^16.
        let fold = |number: u128| (number >> 64) * u128::from(self.distance) + u128::from(number as u64);
        let folded = fold(fold(number));
        folded.checked_sub(self.value().into()).unwrap_or(folded) as u64
    }

    fn power(self, base: u64, exponent: u64) -> u64 {
        let bits = (0..64).rev().map(|bit| exponent >> bit & 1 == 1);
        bits.fold(1, |power, is_set| {
            let square = self.times(power, power);
            if is_set { self.times(square, base) } else { square }
        })
    }

    /// Miller and Rabin's test with bases that leave no doubt below 2^64.
    fn is_prime(&self) -> bool {
        let minus_one = self.value() - 1;
        let twos = minus_one.trailing_zeros();
        [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37].into_iter().all(|base| {
            let first = self.power(base, minus_one >> twos);
            let squares = std::iter::successors(Some(first), |square| Some(self.times(*square, *square)));
            first == 1 || squares.take(twos as usize).any(|square| square == minus_one)
        })
    }

    fn with_root(self) -> Option<Self> {
        let order = self.value() - 1;
        let factor = (1..EXPONENT).find(|factor| (1 + factor * (order % EXPONENT)) % EXPONENT == 0)?;
        let root = (1 + u128::from(factor) * u128::from(order)) / u128::from(EXPONENT);
        Some(Self { root: root as u64, ..self })
    }
}
