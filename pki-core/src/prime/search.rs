//! From a seed to two primes: sieve, filter, and the library's word on what is left.

#![allow(clippy::indexing_slicing, reason = "words of a number whose size is known")]

#[cfg(test)]
mod tests;

use core::sync::atomic::{AtomicU64, Ordering};

use chacha20::ChaCha20Rng;
use rand::{Rng as _, SeedableRng as _};
use zeroize::Zeroizing;

use super::confirm;
use super::fermat::{MOST_WORDS, Number};
use super::lanes::MOST_LANES;
use super::path::Path;
use super::sieve::Stretch;
use super::stack::wiped;
use crate::executor::Executor;
#[cfg(not(feature = "threads"))]
use crate::executor::Sequential;
#[cfg(feature = "threads")]
use crate::executor::Threads;

/// How primes are searched for. Whatever is chosen, the same seed gives the same primes.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Search {
    /// The instructions of the filter: the fastest, if not chosen otherwise.
    pub path: Path,
    /// Threads that work on one key together: one, if not chosen otherwise.
    #[cfg(feature = "threads")]
    pub threads: core::num::NonZero<usize>,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            path: Path::fastest(),
            #[cfg(feature = "threads")]
            threads: core::num::NonZero::<usize>::MIN,
        }
    }
}

impl Search {
    /// Two primes of `64 * words` bits, little end first, whose product has twice as many bits, and which are further
    /// apart than FIPS 186-5 A.1.1 asks. Neither is 1 modulo 65537.
    ///
    /// `accept` may refuse a pair; then another one is made. Then the stack below is overwritten, with what
    /// `accept` left there; each thread overwrites its own at the end of each task.
    pub(crate) fn pair<T>(&self, seed: &[u8; 32], words: usize, accept: impl Fn(&[u64], &[u64]) -> Option<T>) -> T {
        wiped(|| self.hunt_for_pair(seed, words, accept))
    }

    fn hunt_for_pair<T>(&self, seed: &[u8; 32], words: usize, accept: impl Fn(&[u64], &[u64]) -> Option<T>) -> T {
        let mut hunts = [0, 1].map(|which| Hunt::new(seed, which, words));
        loop {
            let open = hunts.iter_mut().filter(|hunt| hunt.found != Found::Prime).collect();
            let mut open = self.executor().map(open, |hunt: &mut Hunt| {
                wiped(|| hunt.prepare(self.path));
                hunt
            });
            let filters: Vec<Filter<'_>> = open.iter().map(|hunt| Filter::new(hunt)).collect();
            // Each begins with another hunt, so that less is begun in vain when the other finds a number.
            self.executor().map((0..self.threads()).collect(), |thread: usize| {
                let (later, first) = filters.split_at(thread % filters.len().max(1));
                wiped(|| first.iter().chain(later).for_each(|filter| filter.run(self.path)));
            });
            let passed: Vec<u64> = filters.into_iter().map(|filter| filter.passed.into_inner()).collect();
            for (hunt, index) in open.iter_mut().zip(passed) {
                hunt.take(index);
            }
            self.confirm(seed, &mut open);
            let [p, q] = &mut hunts;
            if p.found == Found::Prime && q.found == Found::Prime {
                let (first, second) = (&p.number[..words], &q.number[..words]);
                if are_far_apart(first, second)
                    && let Some(accepted) = accept(first, second)
                {
                    return accepted;
                }
                q.found = Found::Nothing;
            }
        }
    }

    /// Asks the library about what the hunts have found, each round with a generator of its own.
    fn confirm(&self, seed: &[u8; 32], hunts: &mut [&mut Hunt]) {
        let mut rounds = Vec::new();
        for (i, hunt) in hunts.iter_mut().enumerate().filter(|(_, hunt)| hunt.found == Found::Candidate) {
            for _ in 0..confirm::rounds(hunt.words) {
                hunt.rounds += 1;
                rounds.push((i, &hunt.number[..hunt.words], FIRST_ROUND + 2 * hunt.rounds + hunt.which));
            }
        }
        let results = self.executor().map(rounds, |(i, candidate, number)| {
            (i, wiped(|| confirm::passes_a_round(candidate, &mut stream(seed, candidate.len(), number))))
        });
        for (i, hunt) in hunts.iter_mut().enumerate().filter(|(_, hunt)| hunt.found == Found::Candidate) {
            let confirmed = results.iter().all(|(of, passed)| *of != i || *passed);
            hunt.found = if confirmed { Found::Prime } else { Found::Nothing };
        }
    }

    fn executor(&self) -> impl Executor {
        #[cfg(feature = "threads")]
        return Threads(self.threads);
        #[cfg(not(feature = "threads"))]
        return Sequential;
    }

    fn threads(&self) -> usize {
        #[cfg(feature = "threads")]
        return self.threads.get();
        #[cfg(not(feature = "threads"))]
        return 1;
    }
}

/// The search for one of the two primes. Its numbers come from a stream of its own.
struct Hunt {
    which: u64,
    words: usize,
    rng: ChaCha20Rng,
    start: Zeroizing<Number>,
    stretch: Option<Stretch>,
    /// The survivor of the stretch from which the search goes on.
    next: u64,
    /// What the filter let pass last. In its place from the beginning, as an `Option` would leave it behind when emptied.
    number: Zeroizing<Number>,
    /// What the number is.
    found: Found,
    /// Rounds of the library so far.
    rounds: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Found {
    Nothing,
    /// The filter let it pass, and the library has not spoken yet.
    Candidate,
    Prime,
}

impl Hunt {
    fn new(seed: &[u8; 32], which: u64, words: usize) -> Self {
        Self {
            which,
            words,
            rng: stream(seed, words, FIRST_HUNT + which),
            start: Zeroizing::new([0; MOST_WORDS]),
            stretch: None,
            next: 0,
            number: Zeroizing::new([0; MOST_WORDS]),
            found: Found::Nothing,
            rounds: 0,
        }
    }

    /// Sees to it that there is a stretch to search. A used up one is followed by one from a new random start.
    fn prepare(&mut self, path: Path) {
        if self.stretch.is_none() {
            let start = &mut self.start[..self.words];
            start.iter_mut().for_each(|word| *word = self.rng.next_u64());
            start[0] |= 1;
            // With both upper bits set a product of two such primes has all its bits.
            start[self.words - 1] |= 3 << 62;
            self.stretch = Some(path.sieve(start));
            self.next = 0;
        }
    }

    /// Takes note of the first survivor that passed the filter, or that none did.
    fn take(&mut self, index: u64) {
        let Some(stretch) = &self.stretch else { return };
        if index == NONE {
            self.stretch = None;
        } else {
            *self.number = *number_at(&self.start, stretch.survivor(index));
            self.found = Found::Candidate;
            self.next = index + 1;
        }
    }
}

/// The filter at work on one hunt, on several threads. All survivors before the one that it names were looked at, so it
/// does not matter which thread looked at which.
struct Filter<'h> {
    hunt: &'h Hunt,
    next: AtomicU64,
    passed: AtomicU64,
}

/// In place of an index: none.
const NONE: u64 = u64::MAX;

impl<'h> Filter<'h> {
    fn new(hunt: &'h Hunt) -> Self {
        Self { hunt, next: AtomicU64::new(hunt.next), passed: AtomicU64::new(NONE) }
    }

    fn run(&self, path: Path) {
        let Some(stretch) = &self.hunt.stretch else { return };
        let (words, lanes) = (self.hunt.words, path.lanes());
        let survivors = stretch.survivors();
        loop {
            let first = self.next.fetch_add(lanes as u64, Ordering::Relaxed);
            if first >= survivors.min(self.passed.load(Ordering::Relaxed)) {
                return;
            }
            let indices: [u64; MOST_LANES] = core::array::from_fn(|lane| (first + lane as u64).min(survivors - 1));
            let mut numbers = Zeroizing::new([[0; MOST_WORDS]; MOST_LANES]);
            for (number, index) in numbers.iter_mut().zip(&indices[..lanes]) {
                *number = *number_at(&self.hunt.start, stretch.survivor(*index));
            }
            let passed = path.probable_primes(&numbers, words);
            let suits = |lane: &usize| passed[*lane] && suits(&numbers[*lane][..words]);
            if let Some(lane) = (0..lanes).find(suits) {
                self.passed.fetch_min(indices[lane], Ordering::Relaxed);
            }
        }
    }
}

/// The odd number at this place after the start.
fn number_at(start: &Number, place: u64) -> Zeroizing<Number> {
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
fn suits(number: &[u64]) -> bool {
    let digit = |word: &u64, at: u32| (*word >> (16 * at)) & 0xffff;
    let even: u64 = number.iter().map(|word| digit(word, 0) + digit(word, 2)).sum();
    let odd: u64 = number.iter().map(|word| digit(word, 1) + digit(word, 3)).sum();
    (even + 65_537 * MOST_WORDS as u64 * 2 - odd) % 65_537 != 1 && number.last().is_some_and(|word| word >> 62 == 3)
}

/// Whether the numbers differ by more than two to the power of 100 bits less than they have.
fn are_far_apart(p: &[u64], q: &[u64]) -> bool {
    let upper = |number: &[u64]| number.iter().rev().take(2).fold(0, |upper, word| upper << 64 | u128::from(*word));
    upper(p).abs_diff(upper(q)) > 1 << 28
}

/// A generator for one purpose and one size of primes: no stream tells anything about another. So two keys of one seed
/// have nothing in common, should somebody make them.
fn stream(seed: &[u8; 32], words: usize, number: u64) -> ChaCha20Rng {
    let mut rng = ChaCha20Rng::from_seed(*seed);
    rng.set_stream((words as u64) << 32 | number);
    rng
}

// Numbers of streams.
const FIRST_HUNT: u64 = 1;
const FIRST_ROUND: u64 = 16;
