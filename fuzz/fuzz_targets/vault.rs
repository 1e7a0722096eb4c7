//! What is sealed in a vault, and what could pretend to be. What is promised stands in `src/vault.rs`.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use pki_fuzz::{der_tree, limits, vault};

fuzz_target!(init: vault::prepare(), |data: &[u8]| limits::keep(|| vault::check(data)));
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    der_tree::mutate(data, size, max_size, seed)
});
