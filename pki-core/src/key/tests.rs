//! What a new key takes.

use std::thread;

use rand::SeedableRng as _;

use super::{KeyAlgorithm, KeyPair};

/// Whoever takes more than the thread has ends the process. `prime` overwrites 64 KiB, so that a thread with little more
/// is one that leaves nothing behind: what the thread itself takes, and what calls the search, is in it too.
#[test]
fn a_key_of_new_primes_takes_no_more_stack_than_is_overwritten() {
    for algorithm in [KeyAlgorithm::Rsa2048, KeyAlgorithm::Rsa3072, KeyAlgorithm::Rsa4096] {
        let make = move || KeyPair::generate(algorithm, &mut chacha20::ChaCha20Rng::seed_from_u64(1)).map(drop);
        let thread = thread::Builder::new().stack_size(72 * 1024).spawn(make).unwrap();
        assert_eq!(thread.join().unwrap(), Ok(()));
    }
}
