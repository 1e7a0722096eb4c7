//! Names, URLs and times from any text. What is promised stands in `src/names.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pki_fuzz::{limits, names};

fuzz_target!(|data: &[u8]| limits::keep(|| names::check(data)));
