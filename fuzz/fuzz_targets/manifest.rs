//! Manifests from any bytes. What is promised stands in `src/manifest.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pki_fuzz::{limits, manifest};

fuzz_target!(|data: &[u8]| limits::keep(|| manifest::check(data)));
