//! Which instructions the filter uses.

#![allow(clippy::indexing_slicing, reason = "the lanes of a batch")]

use core::fmt;

#[cfg(target_arch = "x86_64")]
use super::fermat;
use super::fermat::Number;
#[cfg(target_arch = "x86_64")]
use super::lanes::avx2::Avx2;
#[cfg(target_arch = "x86_64")]
use super::lanes::ifma::Ifma;
use super::lanes::plain::Plain;
use super::lanes::{Lanes, MOST_LANES};
use super::sieve::{SmallPrimes, Stretch};
use super::words;

/// The instructions that throw composite numbers away. Which they are changes the time, never the key.
#[derive(Clone, Copy)]
pub struct Path(Kind);

#[derive(Clone, Copy)]
enum Kind {
    #[cfg(target_arch = "x86_64")]
    Ifma(Ifma),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    Plain(Plain),
}

impl Path {
    /// What this processor can do, fastest first. The last one is everywhere.
    pub fn available() -> Vec<Self> {
        let mut paths = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            paths.extend(Ifma::detect().map(|proof| Self(Kind::Ifma(proof))));
            paths.extend(Avx2::detect().map(|proof| Self(Kind::Avx2(proof))));
        }
        paths.push(Self(Kind::Plain(Plain)));
        paths
    }

    /// The fastest that this processor can do.
    pub fn fastest() -> Self {
        Self::available().into_iter().next().unwrap_or(Self(Kind::Plain(Plain)))
    }

    /// `avx512-ifma`, `avx2` or `plain`.
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Ifma(_) => "avx512-ifma",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(_) => "avx2",
            Kind::Plain(_) => "plain",
        }
    }

    /// How many numbers are tested at once.
    pub(super) fn lanes(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Ifma(_) => Ifma::COUNT,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(_) => Avx2::COUNT,
            Kind::Plain(_) => Plain::COUNT,
        }
    }

    /// Sieves the stretch that begins with `start`.
    pub(super) fn sieve(self, start: &[u64]) -> Stretch {
        let primes = SmallPrimes::for_numbers_of(start.len());
        self.run(Sieve { start, primes })
    }

    /// [`fermat::probable_primes`].
    pub(super) fn probable_primes(self, numbers: &[Number; MOST_LANES], words: usize) -> [bool; MOST_LANES] {
        match self.0 {
            Kind::Plain(_) => {
                core::array::from_fn(|lane| lane < Plain::COUNT && words::is_probable_prime(&numbers[lane][..words]))
            }
            #[cfg(target_arch = "x86_64")]
            _ => self.run(Fermat { numbers, words }),
        }
    }

    fn run<J: Job>(self, job: J) -> J::Result {
        match self.0 {
            // SAFETY: the proof says that the processor has what the function is compiled for.
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "a function for processors that were asked for it")]
            Kind::Ifma(proof) => unsafe { on_ifma(proof, job) },
            // SAFETY: the proof says that the processor has what the function is compiled for.
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "a function for processors that were asked for it")]
            Kind::Avx2(proof) => unsafe { on_avx2(proof, job) },
            Kind::Plain(proof) => on_plain(proof, job),
        }
    }
}

/// What is compiled once for each path.
trait Job {
    type Result;
    fn run<V: Lanes>(self, lanes: V) -> Self::Result;
}

struct Sieve<'a> {
    start: &'a [u64],
    primes: &'a SmallPrimes,
}

impl Job for Sieve<'_> {
    type Result = Stretch;

    #[inline(always)]
    fn run<V: Lanes>(self, lanes: V) -> Stretch {
        Stretch::sieve(lanes, self.start, self.primes)
    }
}

#[cfg(target_arch = "x86_64")]
struct Fermat<'a> {
    numbers: &'a [Number; MOST_LANES],
    words: usize,
}

#[cfg(target_arch = "x86_64")]
impl Job for Fermat<'_> {
    type Result = [bool; MOST_LANES];

    #[inline(always)]
    fn run<V: Lanes>(self, lanes: V) -> [bool; MOST_LANES] {
        fermat::probable_primes(lanes, self.numbers, self.words)
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline(never)]
fn on_ifma<J: Job>(proof: Ifma, job: J) -> J::Result {
    job.run(proof)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
#[inline(never)]
fn on_avx2<J: Job>(proof: Avx2, job: J) -> J::Result {
    job.run(proof)
}

fn on_plain<J: Job>(proof: Plain, job: J) -> J::Result {
    job.run(proof)
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
