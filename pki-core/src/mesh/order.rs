//! Work to be done: roots and hosts' certificates to make, beside roots that exist. Every piece comes from a generator of
//! its own.

use std::collections::HashMap;
use std::sync::Arc;

use chacha20::ChaCha20Rng;
use rand::{CryptoRng, SeedableRng as _};

use super::{Executor, IssuedHost, IssuedMesh, IssuedRoot, PasswordSource};
use crate::authority::Authority;
use crate::bundle::{Bundle, TrustedRoot};
use crate::error::{Error, Result};
use crate::key::{KeyAlgorithm, KeyPair};
use crate::password::Password;
use crate::pfx::{self, Encoding, SealOptions};
use crate::profile::{LeafProfile, RootProfile};
use crate::stack::wiped;
use crate::validity::Time;

/// What is to be made. [`Mesh::order`](super::Mesh::order) orders a whole mesh; a mesh that grows or is renewed orders
/// what it lacks.
///
/// ```
/// use pki_core::mesh::{HostOrder, KeySource, Known, Order, PasswordSource, Sequential};
/// # use pki_core::key::KeyAlgorithm;
/// # use pki_core::mesh::{Host, Mesh};
/// # use pki_core::profile::LeafProfile;
/// # use rand::SeedableRng as _;
/// # let mut rng = chacha20::ChaCha20Rng::seed_from_u64(1); // a fixed seed: for tests and examples only
/// # let now = "2026-11-22T17:00:00Z".parse()?;
/// # let mut mesh = Mesh::new(vec![Host::new("HOST4.atwork.at".parse()?)])?;
/// # mesh.key_algorithm = KeyAlgorithm::Rsa2048;
/// # let issued = mesh.issue(&Sequential, &PasswordSource::Generate, now, &mut rng)?;
///
/// // A new certificate for HOST4 from the root that signed the first.
/// let profile = LeafProfile::new("HOST4.atwork.at".parse()?);
/// let host = HostOrder::new(profile, "HOST4.atwork.at.root", KeySource::Generate(KeyAlgorithm::Rsa2048));
/// let trusted = issued.hosts[0].bundle.trust().cloned().collect();
/// let known = Known { signers: issued.roots, trusted };
/// let renewed =
///     Order { roots: vec![], hosts: vec![host] }.issue(known, &Sequential, &PasswordSource::Generate, now, &mut rng)?;
/// assert_eq!(renewed.hosts[0].bundle.trust().next(), issued.hosts[0].bundle.trust().next());
/// # Ok::<(), pki_core::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Order {
    /// Roots to make.
    pub roots: Vec<RootOrder>,
    /// Hosts' certificates to make.
    pub hosts: Vec<HostOrder>,
}

/// What exists already.
#[derive(Debug, Default)]
pub struct Known {
    /// Roots that sign some of the hosts' certificates. They come back in [`IssuedMesh::roots`], in front of new ones.
    pub signers: Vec<IssuedRoot>,
    /// Roots that the hosts are to trust beside the new ones.
    pub trusted: Vec<TrustedRoot>,
}

/// A root to make.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RootOrder {
    /// The name of its files without their endings.
    pub label: String,
    /// What stands in it.
    pub profile: RootProfile,
    /// Its key.
    pub key_algorithm: KeyAlgorithm,
}

/// A host's certificate to make.
#[derive(Debug)]
#[non_exhaustive]
pub struct HostOrder {
    /// What stands in it.
    pub profile: LeafProfile,
    /// The label of the root that signs it, a new one or one that exists.
    pub signer: String,
    /// Its key.
    pub key: KeySource,
    /// How its PFX is encoded.
    pub encoding: Encoding,
    /// The password of its PFX; without one it comes from the source that all others use.
    pub password: Option<Password>,
}

/// Where a host's key comes from.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeySource {
    /// A new one.
    Generate(KeyAlgorithm),
    /// The one that it has.
    Keep(Box<KeyPair>),
}

impl RootOrder {
    /// A root under the name of its files.
    pub fn new(label: impl Into<String>, profile: RootProfile, key_algorithm: KeyAlgorithm) -> Self {
        Self { label: label.into(), profile, key_algorithm }
    }
}

impl HostOrder {
    /// A certificate with the default encoding.
    pub fn new(profile: LeafProfile, signer: impl Into<String>, key: KeySource) -> Self {
        Self { profile, signer: signer.into(), key, encoding: Encoding::default(), password: None }
    }
}

impl Order {
    /// Makes everything. The same order, time and generator state give the same bytes whatever the executor.
    ///
    /// # Errors
    /// [`Error::UnknownSigner`] for a host whose root is neither new nor among the known; what
    /// [`Authority::create`], [`Authority::issue`] and [`pfx::seal`] return. Then nothing is returned at all.
    pub fn issue(
        self,
        known: Known,
        executor: &impl Executor,
        passwords: &PasswordSource,
        now: Time,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<IssuedMesh> {
        // A generator is moved from hand to hand. In a box it leaves no copies of its seed behind.
        let mut generator = || wiped(|| Box::new(ChaCha20Rng::from_rng(rng)));
        let root_tasks: Vec<_> = self.roots.into_iter().map(|root| (root, generator())).collect();
        let host_tasks: Vec<_> = self.hosts.into_iter().map(|host| (host, generator())).collect();

        let made = run(executor, root_tasks, |(root, mut rng)| root.make(now, &mut rng))?;
        let new = made.iter().map(|root| TrustedRoot::new(&root.label, root.authority.certificate().clone()));
        let trust: Arc<[TrustedRoot]> = known.trusted.into_iter().chain(new).collect();
        let mut roots = known.signers;
        roots.extend(made);
        let signers: HashMap<&str, &Authority> =
            roots.iter().map(|root| (root.label.as_str(), &root.authority)).collect();
        let hosts = run(executor, host_tasks, |(host, mut rng)| {
            let signer = signers.get(host.signer.as_str()).copied();
            let signer = signer.ok_or_else(|| Error::UnknownSigner { label: host.signer.clone() })?;
            host.make(signer, &trust, passwords, now, &mut rng)
        })?;
        Ok(IssuedMesh { roots, hosts })
    }
}

impl RootOrder {
    fn make(self, now: Time, rng: &mut ChaCha20Rng) -> Result<IssuedRoot> {
        let key = KeyPair::generate(self.key_algorithm, rng)?;
        Ok(IssuedRoot { label: self.label, authority: Authority::create(&self.profile, key, now, rng)? })
    }
}

impl HostOrder {
    fn make(
        self,
        signer: &Authority,
        trust: &Arc<[TrustedRoot]>,
        passwords: &PasswordSource,
        now: Time,
        rng: &mut ChaCha20Rng,
    ) -> Result<IssuedHost> {
        let Self { profile, signer: label, key, encoding, password } = self;
        let key = match key {
            KeySource::Generate(algorithm) => KeyPair::generate(algorithm, rng)?,
            KeySource::Keep(key) => *key,
        };
        let identity = signer.issue(&profile, key, now, rng)?;
        let options = SealOptions::for_host(&profile.fqdn, encoding);
        let (pfx, password) = match (password, passwords) {
            (Some(password), _) => (pfx::seal(&identity, &password, &options, rng)?, None),
            (None, PasswordSource::Given(password)) => (pfx::seal(&identity, password, &options, rng)?, None),
            (None, PasswordSource::Generate) => {
                let password = Password::generate(rng);
                (pfx::seal(&identity, &password, &options, rng)?, Some(password))
            }
        };
        let bundle = Bundle::new(profile.fqdn, identity.leaf().clone(), pfx, encoding, Arc::clone(trust), label);
        Ok(IssuedHost { bundle, password })
    }
}

/// Hands tasks to the executor and insists on a result for each.
fn run<T: Send, R: Send>(
    executor: &impl Executor,
    tasks: Vec<T>,
    work: impl Fn(T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let given = tasks.len();
    let results = executor.map(tasks, work).into_iter().collect::<Result<Vec<R>>>()?;
    if results.len() != given {
        let detail = format!("the executor was given {given} tasks and returned {} results", results.len());
        return Err(Error::Internal { what: "running tasks", detail });
    }
    Ok(results)
}
