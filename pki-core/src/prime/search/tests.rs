//! What a pair of primes must be, and what happens to one that is not.

use std::cell::RefCell;

use super::super::tests::{largest_prime, pseudoprimes};
use super::*;

/// Without this a key could be made of what only passes the filter.
#[test]
fn the_library_refuses_what_only_the_filter_lets_pass_and_the_search_goes_on() {
    for words in [16, 24, 32] {
        let pseudoprimes = pseudoprimes(words);
        let batch = core::array::from_fn(|_| pseudoprimes[0]);
        assert!(Path::fastest().probable_primes(&batch, words)[0]);
        // Such numbers are the worst there are: one base in four may let them pass, and nearly none any other number.
        for number in &pseudoprimes {
            let refused = (0..16).filter(|seed| settled(&[*seed; 32], number, words) == Found::Nothing).count();
            assert!(refused >= 12, "{refused} of 16, {words} words");
        }
        let prime = largest_prime(words);
        assert!((0..4).all(|seed| settled(&[seed; 32], &prime, words) == Found::Prime), "{words} words");
    }
}

/// What a hunt that came upon this number makes of it.
fn settled(seed: &[u8; 32], number: &Number, words: usize) -> Found {
    let mut hunt = Hunt::new(seed, 0, words);
    *hunt.number = *number;
    hunt.found = Found::Candidate;
    Search::default().confirm(seed, &mut [&mut hunt]);
    hunt.found
}

#[test]
fn one_seed_gives_keys_of_different_sizes_that_have_nothing_in_common() {
    let lowest = |words| {
        let mut rng = stream(&[9; 32], words, FIRST_HUNT);
        rng.next_u64()
    };
    assert!(lowest(16) != lowest(24) && lowest(24) != lowest(32) && lowest(16) != lowest(32));
}

#[test]
fn numbers_that_are_1_modulo_the_exponent_or_too_small_do_not_suit() {
    let mut rng = stream(&[8; 32], 16, 0);
    let extremes = [0xffff_0000_ffff_0000, 0x0000_ffff_0000_ffff, u64::MAX, 0].map(|word| [word; MOST_WORDS]);
    let random = (0..200).map(|_| core::array::from_fn(|_| rng.next_u64()));
    for mut number in extremes.into_iter().chain(random) {
        for words in [16, 24, 32] {
            number[words - 1] |= 3 << 62;
            number[0] |= 0xf_ffff;
            let modulo = |number: &Number| {
                number[..words].iter().rev().fold(0, |rest, word| (rest << 64 | u128::from(*word)) % 65_537)
            };
            for wanted in [0, 1, 2, 65_536] {
                let down = (modulo(&number) + 65_537 - wanted) % 65_537;
                let mut moved = number;
                moved[0] -= u64::try_from(down).unwrap();
                assert_eq!(modulo(&moved), wanted);
                assert_eq!(suits(&moved[..words]), wanted != 1, "{wanted}, {words} words");
                for bit in [62, 63] {
                    let mut small = moved;
                    small[words - 1] &= !(1 << bit);
                    assert!(!suits(&small[..words]));
                }
            }
        }
    }
}

#[test]
fn a_difference_must_have_more_than_100_bits_less_than_the_primes() {
    let apart = |difference: u64| {
        let (mut p, mut q) = ([u64::MAX; 16], [u64::MAX; 16]);
        // Words 14 and 15 are the upper 128 bits, in which 2^28 is 100 bits below the top.
        (p[14], q[14]) = (0, difference);
        [are_far_apart(&p, &q), are_far_apart(&q, &p)]
    };
    assert_eq!(apart(0), [false; 2]);
    assert_eq!(apart(1 << 28), [false; 2]);
    assert_eq!(apart((1 << 28) + 1), [true; 2]);
}

#[test]
fn places_are_counted_across_words() {
    let mut start = [u64::MAX; MOST_WORDS];
    start[2] = 7;
    let number = number_at(&start, 4);
    assert_eq!(number[..4], [7, 0, 8, u64::MAX]);
}

#[test]
fn a_pair_that_is_refused_is_followed_by_another_one() {
    let offered = RefCell::new(Vec::new());
    Search::default().pair(&[9; 32], 16, |p, q| {
        offered.borrow_mut().push((p.to_vec(), q.to_vec()));
        (offered.borrow().len() == 3).then_some(())
    });
    let [(p, first), (_, second), (_, third)] = &offered.into_inner()[..] else { panic!() };
    assert!(first != second && second != third && first != third && p != first);
}
