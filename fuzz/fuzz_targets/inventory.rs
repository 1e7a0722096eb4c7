//! Inventories from any text. What is promised stands in `src/inventory.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pki_fuzz::{inventory, limits};

fuzz_target!(|data: &[u8]| limits::keep(|| inventory::check(data)));
