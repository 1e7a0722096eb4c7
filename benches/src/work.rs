//! The pieces of work, each with all who do it.

mod by_openssl;
mod by_rcgen;
mod chains;
mod keys;
mod meshes;
mod pfx;
mod signatures;

use std::hint::black_box;
use std::time::{SystemTime, UNIX_EPOCH};

use chacha20::ChaCha20Rng;
use pki_core::authority::{Authority, Identity};
use pki_core::key::{KeyAlgorithm, KeyPair};
use pki_core::name::{Fqdn, RootName};
use pki_core::pfx::Encoding;
use pki_core::profile::{LeafProfile, RootProfile};
use pki_core::validity::Time;
use rand::SeedableRng as _;
use rand::rngs::SysRng;

use crate::Result;
use crate::contest::Contest;

/// A piece of work that can be prepared.
pub struct Work {
    /// Its name, from the general to the special: `keys 2048`.
    pub name: String,
    /// What it is, in a sentence.
    pub what: &'static str,
    prepare: Box<dyn Fn() -> Result<Contest>>,
}

impl Work {
    /// All there is, in the order of the table.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for size in SIZES {
            all.push(Self::new(format!("keys {}", size.bits()), KEYS, move || keys::contest(size)));
        }
        for size in SIZES {
            all.push(Self::new(format!("root and leaf {}", size.bits()), ROOT_AND_LEAF, move || {
                chains::root_and_leaf(size)
            }));
        }
        for size in SIZES {
            all.push(Self::new(format!("sign {}", size.bits()), SIGN, move || signatures::sign(size)));
        }
        for size in SIZES {
            all.push(Self::new(format!("leaf {}", size.bits()), LEAF, move || chains::leaf(size)));
        }
        for size in SIZES {
            all.push(Self::new(format!("verify signature {}", size.bits()), VERIFY, move || signatures::verify(size)));
        }
        for size in SIZES {
            all.push(Self::new(format!("verify chain {}", size.bits()), CHAIN, move || chains::verify(size)));
        }
        for encoding in [Encoding::Legacy, Encoding::Modern] {
            all.push(Self::new(format!("seal {encoding}"), SEAL, move || pfx::seal(encoding)));
        }
        for encoding in [Encoding::Legacy, Encoding::Modern] {
            all.push(Self::new(format!("open {encoding}"), OPEN, move || pfx::open(encoding)));
        }
        for hosts in [2, 8, 64] {
            all.push(Self::new(format!("mesh {hosts}"), MESH, move || meshes::contest(hosts)));
        }
        all
    }

    /// Makes what the contenders start from.
    pub fn prepare(&self) -> Result<Contest> {
        (self.prepare)()
    }

    fn new(name: String, what: &'static str, prepare: impl Fn() -> Result<Contest> + 'static) -> Self {
        Self { name, what, prepare: Box::new(prepare) }
    }
}

const SIZES: [KeyAlgorithm; 3] = [KeyAlgorithm::Rsa2048, KeyAlgorithm::Rsa3072, KeyAlgorithm::Rsa4096];

const KEYS: &str = "One new RSA key.";
const ROOT_AND_LEAF: &str = "Two new keys, a root with name constraints, and a leaf that it signs.";
const SIGN: &str = "A signature (PKCS #1 v1.5, SHA-256) over 1,000 bytes with a key that is there.";
const LEAF: &str = "A leaf for a key that is there, signed by a root that is there; pki-core also verifies it.";
const VERIFY: &str = "A signature (PKCS #1 v1.5, SHA-256) over 1,000 bytes, from the bytes of the public key on.";
const CHAIN: &str =
    "A leaf against its root: signature, dates, name, name constraints, purpose; certificates were read before.";
const SEAL: &str = "Key (3072 bits), leaf and root into a PFX; the others with the same algorithms and iterations.";
const OPEN: &str = "The same PFX opened: MAC, key, certificates.";
const MESH: &str = "Keys (3072 bits), roots, leaves and PFX files (modern) of so many hosts; the others on one thread.";

/// The path that the goals for keys are for.
pub const IFMA: &str = "avx512-ifma";

/// The host of every certificate here.
const HOST: &str = "HOST4.atwork.at";

/// The message that is signed.
const MESSAGE: [u8; 1000] = [0x5a; 1000];

fn rng() -> Result<ChaCha20Rng> {
    Ok(ChaCha20Rng::try_from_rng(&mut SysRng)?)
}

fn now() -> Result<Time> {
    Ok(Time::from_unix(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?)
}

fn host() -> Result<Fqdn> {
    Ok(HOST.parse()?)
}

fn root_profile() -> Result<RootProfile> {
    let host = host()?;
    Ok(RootProfile::new(RootName::default_for(&host), vec![host.into()]))
}

/// A new root.
fn authority(size: KeyAlgorithm, rng: &mut ChaCha20Rng) -> Result<Authority> {
    Ok(Authority::create(&root_profile()?, KeyPair::generate(size, rng)?, now()?, rng)?)
}

/// A new host with a new root.
fn identity(size: KeyAlgorithm, rng: &mut ChaCha20Rng) -> Result<Identity> {
    let key = KeyPair::generate(size, rng)?;
    Ok(authority(size, rng)?.issue(&LeafProfile::new(host()?), key, now()?, rng)?)
}

/// The end of a piece of work; keeps the compiler from leaving it out because nobody looks at the result.
fn done<T>(result: T) -> Result<()> {
    black_box(result);
    Ok(())
}

/// An error of a library that has no type of its own for it.
fn failed(what: &str) -> crate::Failure {
    what.to_owned().into()
}
