//! `verify` with any leaf, intermediates and roots. What is promised stands in `src/verify.rs`.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use pki_fuzz::{der_tree, limits, verify};

fuzz_target!(|data: &[u8]| limits::keep(|| verify::check(data)));
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    der_tree::mutate(data, size, max_size, seed)
});
