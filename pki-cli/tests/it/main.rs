//! What `replica-pki` promises, seen from outside: arguments, files, output and exit code.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod converting;
mod explaining;
mod failures;
mod growing;
mod help;
mod inspect;
mod kits;
mod overwriting;
mod passwords;
mod plans;
mod requests;
mod revocation_lists;
mod scripts;
mod shells;
mod single_steps;
mod support;
mod verify;
#[cfg(windows)]
mod windows;
