//! Encrypted private keys, and what may be inside one. What is promised stands in `src/keys.rs`.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use pki_fuzz::{der_tree, keys, limits};

fuzz_target!(|data: &[u8]| limits::keep(|| keys::check_encrypted(data)));
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    der_tree::mutate(data, size, max_size, seed)
});
