//! The library's word: `crypto-primes` alone decides that a number is prime.
//!
//! Rounds of Miller and Rabin's test with random bases, as many as FIPS 186-5 table B.1 asks for an error below 2^-100:
//! four for primes of 1024 bits, three for 1536, two for 2048. The filter's test with base 2 comes on top.
//!
//! The table is about numbers that are random one by one, and a search tries one after the other from a random start. Each
//! of them alone is still random, so the bounds of all that are tried add up: 4096 in a stretch, where the formula behind
//! the table (FIPS 186-5 appendix C) allows for as many as it takes to meet a prime, 356 with 1024 bits; and there are half as many
//! numbers with both upper bits set. That is 23 times the bound of one at most, less for longer primes, and the
//! formula has more to spare: with these rounds it gives 2^-108, so that the error stays below 2^-103.

use crypto_bigint::{BoxedUint, RandomMod, U1024, UnsignedWithMontyForm};
use crypto_primes::Flavor;
use crypto_primes::fips::{FipsOptions, is_prime};
use rand::CryptoRng;
use zeroize::Zeroizing;

/// How many rounds a prime of `64 * words` bits must pass. Written down, as the compiler takes minutes to work
/// them out.
pub(super) fn rounds(words: usize) -> u32 {
    match words {
        16 => 4,
        24 => 3,
        32 => 2,
        // No other size is made. Whoever adds one looks into the table.
        _ => 64,
    }
}

/// One round, with a base drawn from the generator.
pub(super) fn passes_a_round(number: &[u64], rng: &mut impl CryptoRng) -> bool {
    let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(number.iter().flat_map(|word| word.to_le_bytes()).collect());
    if number.len() == 16 {
        // Integers of a size that is known beforehand are a little faster here, and slower where they are longer.
        return passes(&*Zeroizing::new(U1024::from_le_slice(&bytes)), rng);
    }
    let bits = u32::try_from(8 * bytes.len()).unwrap_or(u32::MAX);
    BoxedUint::from_le_slice(&bytes, bits).map(Zeroizing::new).is_ok_and(|number| passes(&*number, rng))
}

fn passes<T: UnsignedWithMontyForm + RandomMod>(number: &T, rng: &mut impl CryptoRng) -> bool {
    is_prime(rng, Flavor::Any, number, FipsOptions::with_mr_iterations(1))
}

#[cfg(test)]
mod tests {
    use crypto_primes::hazmat::minimum_mr_iterations;

    use super::rounds;

    #[test]
    fn the_rounds_are_those_of_the_library_for_an_error_below_2_to_the_minus_100() {
        for words in [16, 24, 32] {
            assert_eq!(minimum_mr_iterations(64 * words, 100), Some(rounds(words as usize) as usize));
            // Enough even if it were 2^8 times as likely.
            assert_eq!(minimum_mr_iterations(64 * words, 108), Some(rounds(words as usize) as usize));
        }
    }
}
