//! Keys for tests, which need no time to make. **Everyone knows them: what they sign or protect is not protected.**
//!
//! Only with the feature `test-keys`, which belongs among `dev-dependencies`:
//!
//! ```toml
//! [dev-dependencies]
//! pki-core = { version = "0.1", features = ["test-keys"] }
//! ```
//!
//! Each certificate and request that this crate makes for one of them, root or host, and each certificate that one of them
//! signs, says so first in its subject: `OU=INSECURE TEST KEY - DO NOT TRUST`. Without the feature this crate reads none of
//! these keys, issues nothing for them, and accepts no signature of theirs.
//!
//! ```
//! use pki_core::authority::Authority;
//! use pki_core::key::test_keys::insecure_test_key;
//! use pki_core::name::RootName;
//! use pki_core::profile::RootProfile;
//! # use rand::SeedableRng as _;
//! # let mut rng = chacha20::ChaCha20Rng::seed_from_u64(1); // a fixed seed: for tests and examples only
//!
//! let host: pki_core::name::Fqdn = "HOST4.atwork.at".parse()?;
//! let profile = RootProfile::new(RootName::default_for(&host), vec![host.into()]);
//! let root = Authority::create(&profile, insecure_test_key(0)?, "2026-11-22T17:00:00Z".parse()?, &mut rng)?;
//! assert!(root.certificate().subject().to_string().contains("INSECURE TEST KEY - DO NOT TRUST"));
//! # Ok::<(), pki_core::Error>(())
//! ```

use super::KeyPair;
use crate::error::Result;

/// How many test keys there are.
pub const COUNT: usize = 4;

/// The keys as PKCS#8, made once with OpenSSL. All of 2048 bits.
const KEYS: [&[u8]; COUNT] = [
    include_bytes!("../../test-keys/0.der"),
    include_bytes!("../../test-keys/1.der"),
    include_bytes!("../../test-keys/2.der"),
    include_bytes!("../../test-keys/3.der"),
];

/// One of four keys of 2048 bits, the same ones everywhere and for everyone. The fifth is the first again.
///
/// # Errors
/// [`Error::Damaged`](crate::Error::Damaged) if the key in the library is, which its tests rule out.
#[allow(clippy::indexing_slicing, reason = "a remainder below the length")]
pub fn insecure_test_key(index: usize) -> Result<KeyPair> {
    KeyPair::from_pkcs8_der(KEYS[index % COUNT])
}
