//! Who trusts whom: from host names to what each host installs.

mod issue;
mod order;

#[cfg(feature = "threads")]
pub use crate::executor::Threads;
pub use crate::executor::{Executor, Sequential};
pub use issue::{IssuedHost, IssuedMesh, IssuedRoot, PasswordSource};
pub use order::{HostOrder, KeySource, Known, Order, RootOrder};

use core::fmt;
use core::str::FromStr;
use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::key::KeyAlgorithm;
use crate::name::{DnsName, Fqdn, RootName};
use crate::pfx::Encoding;
use crate::validity::Days;

/// Hosts that are to trust each other.
///
/// ```
/// use pki_core::mesh::{Host, Mesh, PasswordSource, Sequential};
/// # use pki_core::key::KeyAlgorithm;
/// # use rand::SeedableRng as _;
/// # let mut rng = chacha20::ChaCha20Rng::seed_from_u64(1); // a fixed seed: for tests and examples only
/// # let now = "2026-11-22T17:00:00Z".parse()?;
///
/// let mut mesh = Mesh::new(vec![Host::new("HOST4.atwork.at".parse()?), Host::new("HOST5.atwork.at".parse()?)])?;
/// # mesh.key_algorithm = KeyAlgorithm::Rsa2048;
/// let issued = mesh.issue(&Sequential, &PasswordSource::Generate, now, &mut rng)?;
/// let paths: Vec<_> = issued.hosts[0].bundle.files().into_iter().map(|file| file.path).collect();
/// assert_eq!(paths, [
///     "HOST4.atwork.at.pfx",
///     "HOST4.atwork.at.cer",
///     "trust/HOST4.atwork.at.root.cer",
///     "trust/HOST5.atwork.at.root.cer",
/// ]);
/// # Ok::<(), pki_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Mesh {
    hosts: Vec<Host>,
    /// One root per host, or one for all.
    pub trust: Trust,
    /// The algorithm of every key, roots included.
    pub key_algorithm: KeyAlgorithm,
    /// How long roots live.
    pub root_days: Days,
    /// How long the hosts' certificates live.
    pub leaf_days: Days,
    /// Whether each root is limited to its hosts.
    pub name_constraints: bool,
    /// Whether each root is limited to TLS servers and clients.
    pub extended_key_usage: bool,
    /// The CommonName of a shared root; by default `Replica Shared Root` and eight hexadecimal digits that stand for
    /// the hosts, so that two meshes differ.
    pub shared_root_name: Option<RootName>,
}

/// One host of a mesh.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Host {
    /// Its full name.
    pub fqdn: Fqdn,
    /// The CommonName of its own root; by default [`RootName::default_for`] the host.
    pub root_name: Option<RootName>,
    /// Further names of its certificate, such as its cluster's Replica Broker.
    pub also: Vec<DnsName>,
    /// How its PFX is encoded.
    pub encoding: Encoding,
}

/// The shape of trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Trust {
    /// Each host has a root of its own, and trusts the roots of all: a root that is lost concerns one host.
    #[default]
    PerHost,
    /// All hosts have and trust one root: less to install, and who holds its key can be any of them.
    Shared,
}

/// The label of a shared root.
pub const SHARED_ROOT: &str = "shared.root";

impl Mesh {
    /// A mesh with a root per host and default sizes and lifetimes.
    ///
    /// # Errors
    /// [`Error::NoHosts`]; [`Error::DuplicateHost`] or [`Error::DuplicateRoot`] if a name comes twice.
    pub fn new(hosts: Vec<Host>) -> Result<Self> {
        if hosts.is_empty() {
            return Err(Error::NoHosts);
        }
        let (mut names, mut roots) = (HashSet::new(), HashSet::new());
        for host in &hosts {
            if !names.insert(&host.fqdn) {
                return Err(Error::DuplicateHost { name: host.fqdn.to_string() });
            }
            if !roots.insert(host.root_name()) {
                return Err(Error::DuplicateRoot { name: host.root_name().to_string() });
            }
        }
        Ok(Self {
            hosts,
            trust: Trust::default(),
            key_algorithm: KeyAlgorithm::default(),
            root_days: Days::ROOT,
            leaf_days: Days::LEAF,
            name_constraints: true,
            extended_key_usage: true,
            shared_root_name: None,
        })
    }

    /// The hosts, in the order they were given.
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// How many keys are made: the unit of work, and of progress.
    pub fn key_count(&self) -> usize {
        match self.trust {
            Trust::PerHost => 2 * self.hosts.len(),
            Trust::Shared => 1 + self.hosts.len(),
        }
    }

    fn name_of_shared_root(&self) -> Result<RootName> {
        if let Some(name) = &self.shared_root_name {
            return Ok(name.clone());
        }
        let mut hosts: Vec<String> = self.hosts.iter().map(|host| host.fqdn.as_dns_name().to_lowercase()).collect();
        hosts.sort();
        let digest = Sha256::digest(hosts.join("\n"));
        let digits: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        format!("Replica Shared Root {digits}").parse()
    }
}

impl Host {
    /// A host with a root of its own and the default encoding.
    pub fn new(fqdn: Fqdn) -> Self {
        Self { fqdn, root_name: None, also: Vec::new(), encoding: Encoding::default() }
    }

    /// The CommonName of its own root.
    pub fn root_name(&self) -> RootName {
        self.root_name.clone().unwrap_or_else(|| RootName::default_for(&self.fqdn))
    }

    /// The label of its own root, such as `HOST4.atwork.at.root`.
    pub fn root_label(&self) -> String {
        format!("{}.root", self.fqdn)
    }

    /// Every name that its certificate will carry.
    fn names(&self) -> impl Iterator<Item = DnsName> {
        core::iter::once(self.fqdn.as_dns_name().clone()).chain(self.also.iter().cloned())
    }
}

impl FromStr for Trust {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self> {
        match given {
            "per-host" => Ok(Self::PerHost),
            "shared" => Ok(Self::Shared),
            _ => Err(Error::UnknownChoice {
                what: "a shape of trust",
                given: given.to_owned(),
                known: "per-host, shared",
            }),
        }
    }
}

impl fmt::Display for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PerHost => "per-host",
            Self::Shared => "shared",
        })
    }
}
