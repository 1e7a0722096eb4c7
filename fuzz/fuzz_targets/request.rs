//! Requests from any bytes, and with a signature that matches. What is promised stands in `src/request.rs`.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use pki_fuzz::{der_tree, limits, request};

fuzz_target!(|data: &[u8]| limits::keep(|| request::check(data)));
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    der_tree::mutate(data, size, max_size, seed)
});
