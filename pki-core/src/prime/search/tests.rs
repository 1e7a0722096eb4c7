//! What a pair of primes must be, and what happens to one that is not.

use rand::Rng as _;

use super::super::confirm;
use super::super::fermat::{MOST_WORDS, Number};
use super::super::tests::{largest_prime, pseudoprimes};
use super::hunt::{Filtered, number_at, suits};
use super::*;

/// Without this a key could be made of what only passes the filter.
#[test]
fn the_library_refuses_what_only_the_filter_lets_pass_and_the_search_goes_on() {
    for words in [16, 24, 32] {
        // Such numbers are the worst there are: one base in four may let them pass, and nearly none any other number.
        for number in &pseudoprimes(words) {
            let refused = (0..16).filter(|seed| !is_taken(&[*seed; 32], number, words)).count();
            assert!(refused >= 12, "{refused} of 16, {words} words");
        }
        let prime = largest_prime(words);
        assert!((0..4).all(|seed| is_taken(&[seed; 32], &prime, words)), "{words} words");
    }
}

/// Whether a hunt that begins with this number takes it for a prime. The other one begins with a prime.
fn is_taken(seed: &[u8; 32], number: &Number, words: usize) -> bool {
    let mut hunts =
        [(0, number), (1, &largest_prime(words))].map(|(which, start)| Hunt::starting_at(start, seed, which, words));
    let key = Search::default().advance(&mut hunts, &|_: &[u64], _: &[u64]| Some(()));
    let is_taken = hunts[0].prime == Some(0);
    assert!(is_taken || key.is_none() && hunts[0].next == 1);
    is_taken
}

#[test]
fn what_was_done_on_a_number_after_the_first_is_forgotten() {
    let prime = largest_prime(16);
    let mut hunts = [0, 1].map(|which| Hunt::starting_at(&prime, &[1; 32], which, 16));
    let mut board = Board::new(&hunts);
    let rounds = confirm::rounds(16);
    for (thread, hunt, from) in [(0, 0, 0), (1, 1, 0), (2, 0, 8)] {
        assert_eq!(board.next(thread, 8), Some(Piece::Filter { hunt, first: from }));
    }
    // The second batch of the first hunt is done before the first one.
    board.filtered(0, Filtered::Candidate(9));
    for round in 0..rounds {
        assert_eq!(board.next(0, 8), Some(Piece::Round { hunt: 0, candidate: 9, round }));
        board.tested(0, 9, true);
    }
    board.filtered(1, Filtered::Candidate(3));
    assert_eq!(board.next(0, 8), Some(Piece::Join { candidates: [9, 3] }));
    board.filtered(0, Filtered::Candidate(5));
    assert_eq!(board.next(1, 8), Some(Piece::Join { candidates: [5, 3] }));
    board.joined([5, 3], Some("of the first"));
    board.joined([9, 3], Some("of a later one"));
    for (hunt, candidate) in [(0, 5), (1, 3)] {
        for round in 0..rounds {
            assert_eq!(board.next(hunt, 8), Some(Piece::Round { hunt, candidate, round }));
            board.tested(hunt, candidate, true);
        }
        board.tested(0, 9, true);
    }
    assert_eq!(board.next(0, 8), None);
    assert_eq!(board.settle(&mut hunts), Some("of the first"));
}

#[test]
fn a_number_that_fails_one_round_is_not_taken_and_its_key_is_dropped() {
    let prime = largest_prime(16);
    for failing in [0, 1] {
        let mut hunts = [0, 1].map(|which| Hunt::starting_at(&prime, &[1; 32], which, 16));
        let mut board = Board::new(&hunts);
        board.filtered(0, Filtered::Candidate(4));
        board.filtered(1, Filtered::Candidate(6));
        let mut pieces = 0;
        while let Some(piece) = board.next(0, 8) {
            pieces += 1;
            match piece {
                Piece::Join { candidates } => board.joined(candidates, Some(())),
                Piece::Round { hunt, candidate, round } => board.tested(hunt, candidate, (hunt, round) != (failing, 2)),
                Piece::Filter { .. } => panic!("both have a candidate"),
            }
        }
        assert_eq!(pieces, 1 + 2 * confirm::rounds(16));
        assert_eq!(board.settle(&mut hunts), None);
        let mut expected = [(Some(4), 0), (Some(6), 0)];
        expected[failing] = (None, [5, 7][failing]);
        assert_eq!(hunts.map(|hunt| (hunt.prime, hunt.next)), expected);
    }
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
    let offered = Mutex::new(Vec::new());
    Search::default().pair(&[9; 32], 16, |p: &[u64], q: &[u64]| {
        let mut offered = offered.lock().unwrap();
        offered.push((p.to_vec(), q.to_vec()));
        (offered.len() == 3).then_some(())
    });
    let [(p, first), (_, second), (_, third)] = &offered.into_inner().unwrap()[..] else { panic!() };
    assert!(first != second && second != third && first != third && p != first);
}
