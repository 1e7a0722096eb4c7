//! The search for one of the two primes.

use std::sync::OnceLock;

use chacha20::ChaCha20Rng;
use rand::Rng as _;
use zeroize::Zeroizing;

use super::super::confirm;
use super::super::fermat::{MOST_WORDS, Number};
use super::super::lanes::MOST_LANES;
use super::super::path::Path;
use super::super::sieve::Stretch;
use super::{FIRST_HUNT, FIRST_ROUND, stream};

/// The numbers of a hunt come from a stream of its own.
pub(super) struct Hunt {
    which: u64,
    pub(super) words: usize,
    seed: Zeroizing<[u8; 32]>,
    rng: ChaCha20Rng,
    start: Zeroizing<Number>,
    /// What follows the start. Sieved by the first who asks for it, while others wait.
    stretch: OnceLock<Stretch>,
    /// The survivor of the stretch from which the search goes on.
    pub(super) next: u64,
    /// The survivor that is prime.
    pub(super) prime: Option<u64>,
    /// Rounds of the library on numbers that were not taken.
    rounds: u64,
}

/// What the filter says about some survivors.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Filtered {
    /// The first of them that may be a prime of a key.
    Candidate(u64),
    /// None of them is.
    Nothing,
    /// There are no more.
    End,
}

impl Hunt {
    pub(super) fn new(seed: &[u8; 32], which: u64, words: usize) -> Self {
        let mut hunt = Self {
            which,
            words,
            seed: Zeroizing::new(*seed),
            rng: stream(seed, words, FIRST_HUNT + which),
            start: Zeroizing::new([0; MOST_WORDS]),
            stretch: OnceLock::new(),
            next: 0,
            prime: None,
            rounds: 0,
        };
        hunt.start_anew();
        hunt
    }

    /// Begins a stretch at a new random start.
    pub(super) fn start_anew(&mut self) {
        let start = &mut self.start[..self.words];
        start.iter_mut().for_each(|word| *word = self.rng.next_u64());
        start[0] |= 1;
        // With both upper bits set a product of two such primes has all its bits.
        start[self.words - 1] |= 3 << 62;
        self.stretch = OnceLock::new();
        self.next = 0;
    }

    /// A number of the stretch that the sieve left, by its index.
    pub(super) fn number(&self, path: Path, survivor: u64) -> Zeroizing<Number> {
        number_at(&self.start, self.stretch(path).survivor(survivor))
    }

    /// Tests survivors from this one on, as many as there are lanes.
    pub(super) fn filter(&self, path: Path, first: u64) -> Filtered {
        let (lanes, survivors) = (path.lanes(), self.stretch(path).survivors());
        if first >= survivors {
            return Filtered::End;
        }
        let indices: [u64; MOST_LANES] = core::array::from_fn(|lane| (first + lane as u64).min(survivors - 1));
        let mut numbers = Zeroizing::new([[0; MOST_WORDS]; MOST_LANES]);
        for (number, index) in numbers.iter_mut().zip(&indices[..lanes]) {
            *number = *self.number(path, *index);
        }
        let passed = path.probable_primes(&numbers, self.words);
        let lane = (0..lanes).find(|lane| passed[*lane] && suits(&numbers[*lane][..self.words]));
        lane.map_or(Filtered::Nothing, |lane| Filtered::Candidate(indices[lane]))
    }

    /// Asks the library about a survivor, each round with a generator of its own.
    pub(super) fn passes_a_round(&self, path: Path, survivor: u64, round: u32) -> bool {
        let mut rng = stream(&self.seed, self.words, FIRST_ROUND + 2 * (self.rounds + u64::from(round)) + self.which);
        confirm::passes_a_round(&self.number(path, survivor)[..self.words], &mut rng)
    }

    /// Takes none of the survivors up to this one.
    pub(super) fn go_on_after(&mut self, survivor: u64) {
        self.next = survivor + 1;
        self.prime = None;
        self.rounds += u64::from(confirm::rounds(self.words));
    }

    fn stretch(&self, path: Path) -> &Stretch {
        self.stretch.get_or_init(|| path.sieve(&self.start[..self.words]))
    }
}

/// The odd number at this place after the start.
pub(super) fn number_at(start: &Number, place: u64) -> Zeroizing<Number> {
    let mut number = Zeroizing::new(*start);
    let mut carry = 2 * place;
    for word in number.iter_mut() {
        let (sum, over) = word.overflowing_add(carry);
        *word = sum;
        carry = over.into();
    }
    number
}

/// Whether 65537, a prime, does not divide `number - 1`, and the upper two bits are still set.
///
/// 2^16 is -1 modulo 65537, so the digits of 16 bits alternate in sign.
pub(super) fn suits(number: &[u64]) -> bool {
    let digit = |word: &u64, at: u32| (*word >> (16 * at)) & 0xffff;
    let even: u64 = number.iter().map(|word| digit(word, 0) + digit(word, 2)).sum();
    let odd: u64 = number.iter().map(|word| digit(word, 1) + digit(word, 3)).sum();
    (even + 65_537 * MOST_WORDS as u64 * 2 - odd) % 65_537 != 1 && number.last().is_some_and(|word| word >> 62 == 3)
}

#[cfg(test)]
impl Hunt {
    pub(super) fn starting_at(start: &Number, seed: &[u8; 32], which: u64, words: usize) -> Self {
        let mut hunt = Self::new(seed, which, words);
        *hunt.start = *start;
        hunt
    }
}
