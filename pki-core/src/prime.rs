//! The search for primes: nearly all of the time that a key takes.
//!
//! Random odd numbers go through two filters and then to the library:
//!
//! 1. `sieve` strikes out the multiples of small primes in a stretch of 4096 odd numbers after a random start.
//! 2. `fermat` tests the survivors in order with base 2, as many at once as the processor has lanes: eight with AVX-512
//!    IFMA, four with AVX2, else one. Both only ever throw numbers away. A fault in them could cost time, or another
//!    prime for the same seed, but never make a composite number pass.
//! 3. `confirm` asks the crate `crypto-primes`, which alone decides that a number is prime: Miller and Rabin's test with
//!    random bases, as often as FIPS 186-5 table B.1 asks for an error below 2^-100.
//!
//! The first number after the start that passes all is taken, so the same seed gives the same primes whichever
//! instructions did the work, and on any number of threads. As with every search that goes up from a random start,
//! primes after a long gap are a little more likely than others.
//!
//! # Time and secrets
//!
//! No branch and no address in 1 and 2 depends on the bits of a number: residues, bitmaps and powers are worked out by
//! the same steps for every number, those thrown away included. That is said of the source, and of processors that multiply
//! 64 bits in a time of their own, as x86-64 and AArch64 do; 32 bits and WebAssembly may not.
//!
//! What time does tell: how many stretches were begun, how many numbers survived in them, and how many of those were tested
//! until one passed. Step 3 sees one number that is nearly always the prime itself. Its exponentiations take the same time
//! for all numbers of a size; the handling of the bits at the low end of `p - 1` does not, and neither does the drawing of
//! the bases, which is done again while one is not below the prime. What follows, the private exponent and the exponents
//! of the two primes, is worked out by the crate `rsa`.
//!
//! Seeds, starts, bitmaps, candidates and primes are overwritten when dropped, and so is the stack below the search, as far as
//! an optimised build uses it; registers are not. What the libraries for 3 and for the exponents put on the heap meanwhile
//! is freed as it is.

mod confirm;
mod fermat;
mod lanes;
mod path;
mod search;
mod sieve;
mod square;
#[cfg(test)]
mod tests;
mod words;

pub use path::Path;
pub use search::Search;
