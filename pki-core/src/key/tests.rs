//! What a new key takes.

use std::thread;

use rand::SeedableRng as _;

use super::{KeyAlgorithm, KeyPair};

/// Whoever takes more than the thread has ends the process. `prime` overwrites 64 KiB below its caller, which takes as much;
/// 16 KiB are for what calls it and for the thread itself. So whatever stood in the stack of this thread was overwritten,
/// and that it ends well says that the work takes no more.
#[test]
fn a_key_of_new_primes_takes_no_more_stack_than_is_overwritten() {
    for algorithm in [KeyAlgorithm::Rsa2048, KeyAlgorithm::Rsa3072, KeyAlgorithm::Rsa4096] {
        let make = move || KeyPair::generate(algorithm, &mut chacha20::ChaCha20Rng::seed_from_u64(1)).map(drop);
        let thread = thread::Builder::new().stack_size(80 * 1024).spawn(make).unwrap();
        assert_eq!(thread.join().unwrap(), Ok(()));
    }
}
