//! Identities that are issued, sealed and opened. What is promised stands in `src/sealing.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pki_fuzz::{limits, sealing};

fuzz_target!(init: sealing::prepare(), |data: &[u8]| limits::keep(|| sealing::check(data)));
