//! What pki-core promises, a file per promise and a file per program of others that has to agree.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod authority;
mod certificates;
mod determinism;
mod errors;
mod keys;
mod layers;
#[cfg(target_os = "linux")]
mod linux_memory;
mod mesh;
mod name_constraints;
mod names;
mod odd_certificates;
mod p12_keystore;
mod pfx_open;
mod pfx_reseal;
mod pfx_seal;
mod pfx_vectors;
mod profiles;
mod requests;
mod revocation;
mod support;
mod test_keys;
mod times;
mod vault;
mod verify;
mod verify_chains;
mod webpki;
mod wycheproof;
mod x509_parser;
