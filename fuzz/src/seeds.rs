//! The inputs to begin with, made by this project's own code from a fixed seed at a fixed time.

pub mod certificates;
mod kits;
mod others;
mod pfx_files;

use chacha20::ChaCha20Rng;
use pki_core::name::Fqdn;
use pki_core::validity::Time;
use rand::SeedableRng as _;

/// An input of a target, with the name of its file.
pub struct Seed {
    /// The target.
    pub target: &'static str,
    /// What it is, as a file's name.
    pub name: String,
    /// The input.
    pub bytes: Vec<u8>,
}

/// All of them; the same ones whenever and wherever they are made.
pub fn all() -> Vec<Seed> {
    [others::seeds(), certificates::seeds(), pfx_files::seeds(), kits::seeds()].into_iter().flatten().collect()
}

/// When everything is made and judged.
pub fn now() -> Time {
    "2026-11-22T17:00:00Z".parse().expect("a time")
}

/// One of the hosts that everything is made for.
pub fn host(index: usize) -> Fqdn {
    let name = ["HOST4.atwork.at", "HOST5.atwork.at", "broker.atwork.at"][index % 3];
    name.parse().expect("a name")
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(1)
}

fn seed(target: &'static str, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Seed {
    Seed { target, name: name.into(), bytes: bytes.into() }
}
