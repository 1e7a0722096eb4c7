//! Revocation lists from any bytes, and with a signature that matches. What is promised stands in `src/revocation.rs`.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use pki_fuzz::{der_tree, limits, revocation};

fuzz_target!(init: revocation::prepare(), |data: &[u8]| limits::keep(|| revocation::check(data)));
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    der_tree::mutate(data, size, max_size, seed)
});
