//! Certificates for Windows servers that trust each other without a domain: self-signed roots, host certificates, PFX
//! files, and whole meshes of hosts.
//!
//! Two hosts that are to replicate with each other, from names to what each installs:
//!
//! ```
//! use pki_core::mesh::{Host, Mesh, PasswordSource, Sequential};
//! use pki_core::verify::{Question, verify};
//! # use rand::SeedableRng as _;
//! # let mut rng = chacha20::ChaCha20Rng::seed_from_u64(1); // a fixed seed: for tests and examples only
//! # let now = "2026-11-22T17:00:00Z".parse()?;
//!
//! let hosts = ["HOST4.atwork.at", "HOST5.atwork.at"];
//! let mesh = Mesh::new(hosts.iter().map(|name| name.parse().map(Host::new)).collect::<Result<_, _>>()?)?;
//! let issued = mesh.issue(&Sequential, &PasswordSource::Generate, now, &mut rng)?;
//! for host in &issued.hosts {
//!     for file in host.bundle.files() {
//!         println!("{}: {} bytes", file.path, file.bytes.len());
//!     }
//! }
//! let (host4, host5) = (&issued.hosts[0].bundle, &issued.hosts[1].bundle);
//! let roots: Vec<_> = host5.trust().map(|root| root.certificate.clone()).collect();
//! let mut question = Question::new(now);
//! question.host = Some("HOST4.atwork.at".parse()?);
//! assert!(verify(&host4.leaf, &[], &roots, &question).passed());
//! # Ok::<(), pki_core::Error>(())
//! ```
//!
//! | you want | you use |
//! |---|---|
//! | everything for several hosts | [`mesh::Mesh`] |
//! | one root, one certificate, step by step | [`authority::Authority`] |
//! | a certificate for a key that stays where it is | [`request::CertificationRequest`] |
//! | a revocation list | [`revocation::Revocations`] |
//! | a PFX of your own making, or one of others explained | [`pfx::seal`], [`pfx::open`] |
//! | secrets kept under one passphrase | [`vault::Vault`] |
//! | to know whether a peer will accept a certificate | [`verify::verify`] |
//! | a CA in a unit test | `examples/unit_test.rs` |
//! | keys in a unit test that take no time | the feature `test-keys` |
//!
//! The crate reads no disk, no network, no clock and no randomness of the operating system: the caller hands over the
//! time and a [`CryptoRng`](rand::CryptoRng). The same seed and time give the same keys, certificates and PFX files,
//! byte for byte, on every system. A generator for real keys is seeded by the operating system, such as
//! `ChaCha20Rng::try_from_rng(&mut SysRng)`.
//!
//! It also runs on WebAssembly (`wasm32-unknown-unknown`). There it answers for getrandom 0.2, which a dependency names and
//! nothing calls: who uses that version for something else there has to register a source of randomness.
//!
//! Making RSA keys is slow in unoptimised builds. In a crate that uses this one in its tests, add to `Cargo.toml`:
//!
//! ```toml
//! [profile.dev.package."*"]
//! opt-level = 3
//! ```
//!
//! Where a whole build like that takes too long, these are the packages that matter:
//!
//! ```toml
//! [profile.dev.package]
//! crypto-bigint = { opt-level = 3 }
//! crypto-primes = { opt-level = 3 }
//! pki-core = { opt-level = 3 }
//! rsa = { opt-level = 3 }
//! ```
//!
//! A key of 2048 bits took 1.4 seconds without such lines, 15 ms with the four, 11 ms with all, and 37 ms with all at `"s"`
//! in place of 3 (one thread, AVX2). Tests that need no new keys take those of the feature `test-keys`.
//!
//! The feature `threads` brings `mesh::Threads`, an [`Executor`](mesh::Executor) for meshes, and gives a number of threads to
//! [`Search`](prime::Search): several threads for one key, if asked for.
//!
//! Not here: asking anybody whether a certificate is revoked, certificate policies, algorithms other than RSA, and anything
//! of Windows itself.

// What the tests need comes on top of that.
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

// Bottom-up: a room uses only rooms declared above it.

pub mod error;
pub mod name;
pub mod password;
mod executor;
mod stack;
pub mod prime;
pub mod key;
pub mod vault;
pub mod validity;
pub mod certificate;
pub mod profile;
pub mod request;
pub mod authority;
pub mod revocation;
pub mod pfx;
pub mod bundle;
pub mod mesh;
pub mod verify;

pub use error::{Error, Result};

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use getrandom as _; // with a feature that p12 needs there
