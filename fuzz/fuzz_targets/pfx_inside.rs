//! The inside of PFX files, encrypted and given its MAC anew for each input. What is promised stands in `src/pfx.rs`.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use pki_fuzz::{der_tree, limits, pfx};

fuzz_target!(|data: &[u8]| limits::keep(|| pfx::check_inside(data)));
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    der_tree::mutate(data, size, max_size, seed)
});
