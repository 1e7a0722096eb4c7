//! From a seed to two primes: sieve, filter, and the library's word on what is left.

#![allow(clippy::indexing_slicing, reason = "words of a number whose size is known")]

mod board;
mod hunt;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};

use chacha20::ChaCha20Rng;
use rand::SeedableRng as _;

use self::board::{Board, Piece};
use self::hunt::Hunt;
use super::path::Path;
use crate::executor::Executor;
#[cfg(not(feature = "threads"))]
use crate::executor::Sequential;
#[cfg(feature = "threads")]
use crate::executor::Threads;
use crate::stack::wiped;

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
    /// What `accept` makes of two primes of `64 * words` bits, little end first, whose product has twice as many bits, and
    /// which are further apart than FIPS 186-5 A.1.1 asks. Neither is 1 modulo 65537.
    ///
    /// `accept` may refuse a pair; then another one is made. It is also called, on any thread, with numbers of which the
    /// library may yet find that they are composite. What it made of such is dropped.
    ///
    /// Each thread overwrites its stack, with what `accept` left there.
    pub(crate) fn pair<T: Send>(&self, seed: &[u8; 32], words: usize, accept: impl Accept<T>) -> T {
        wiped(|| {
            let mut hunts = [0, 1].map(|which| Hunt::new(seed, which, words));
            loop {
                if let Some(accepted) = self.advance(&mut hunts, &accept) {
                    return accepted;
                }
            }
        })
    }

    /// Goes on until both hunts have a number that is prime, or as far as their stretches reach.
    fn advance<T: Send>(&self, hunts: &mut [Hunt; 2], accept: &impl Accept<T>) -> Option<T> {
        let board = Mutex::new(Board::new(hunts));
        let threads = (0..self.threads()).collect();
        self.executor().map(threads, |thread| wiped(|| self.work(thread, hunts, &board, accept)));
        board.into_inner().unwrap_or_else(PoisonError::into_inner).settle(hunts)
    }

    /// Does what the board hands out until there is nothing more.
    fn work<T>(&self, thread: usize, hunts: &[Hunt; 2], board: &Mutex<Board<T>>, accept: &impl Accept<T>) {
        let board = || board.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken in a statement of its own, so that the board is free while the work lasts.
        let take = || board().next(thread, self.path.lanes());
        while let Some(piece) = take() {
            match piece {
                Piece::Filter { hunt, first } => {
                    let found = hunts[hunt].filter(self.path, first);
                    board().filtered(hunt, found);
                }
                Piece::Round { hunt, candidate, round } => {
                    let passed = hunts[hunt].passes_a_round(self.path, candidate, round);
                    board().tested(hunt, candidate, passed);
                }
                Piece::Join { candidates } => {
                    let [p, q] = [0, 1].map(|hunt| hunts[hunt].number(self.path, candidates[hunt]));
                    let (p, q) = (&p[..hunts[0].words], &q[..hunts[1].words]);
                    let accepted = if are_far_apart(p, q) { accept(p, q) } else { None };
                    board().joined(candidates, accepted);
                }
            }
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

/// What makes a key of two primes.
pub(crate) trait Accept<T>: Fn(&[u64], &[u64]) -> Option<T> + Sync {}
impl<T, F: Fn(&[u64], &[u64]) -> Option<T> + Sync> Accept<T> for F {}

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
