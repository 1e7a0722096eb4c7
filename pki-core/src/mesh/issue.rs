//! Making a mesh: first the roots, then the hosts, every piece from a generator of its own.

use chacha20::ChaCha20Rng;
use rand::{CryptoRng, SeedableRng as _};

use super::{Executor, Host, Mesh, Trust};
use crate::authority::Authority;
use crate::bundle::{Bundle, TrustedRoot};
use crate::error::{Error, Result};
use crate::key::KeyPair;
use crate::name::{DnsName, RootName};
use crate::password::Password;
use crate::pfx::{self, SealOptions};
use crate::profile::{LeafProfile, RootProfile};
use crate::validity::Time;

/// Where the passwords of the PFX files come from.
#[derive(Debug)]
#[non_exhaustive]
pub enum PasswordSource {
    /// A random one for each host.
    Generate,
    /// This one for all.
    Given(Password),
}

/// A finished mesh. It holds every root's private key: what of it goes where is the caller's duty.
#[derive(Debug)]
#[non_exhaustive]
pub struct IssuedMesh {
    /// The roots, in the order of the hosts.
    pub roots: Vec<IssuedRoot>,
    /// The hosts, in the order they were given.
    pub hosts: Vec<IssuedHost>,
}

/// A root with its key.
#[derive(Debug)]
#[non_exhaustive]
pub struct IssuedRoot {
    /// The name of its files without their endings, such as `HOST4.atwork.at.root`.
    pub label: String,
    /// The root.
    pub authority: Authority,
}

/// One host's bundle, and the password that opens it.
#[derive(Debug)]
#[non_exhaustive]
pub struct IssuedHost {
    /// What the host installs.
    pub bundle: Bundle,
    /// The password of its PFX, if it was generated. It must not travel with the bundle.
    pub password: Option<Password>,
}

impl Mesh {
    /// Makes everything. The same mesh, time and generator state give the same bytes whatever the executor.
    ///
    /// # Errors
    /// What [`Authority::create`], [`Authority::issue`] and [`pfx::seal`] return; then nothing is returned at all.
    pub fn issue(
        &self,
        executor: &impl Executor,
        passwords: &PasswordSource,
        now: Time,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<IssuedMesh> {
        let plans = self.root_plans()?;
        let root_tasks: Vec<_> = plans.into_iter().map(|plan| (plan, ChaCha20Rng::from_rng(rng))).collect();
        let host_rngs: Vec<_> = self.hosts.iter().map(|_| ChaCha20Rng::from_rng(rng)).collect();

        let roots = run(executor, root_tasks, |(plan, mut rng)| self.make_root(plan, now, &mut rng))?;
        let root_of_each_host: Vec<&IssuedRoot> = match self.trust {
            Trust::PerHost => roots.iter().collect(),
            Trust::Shared => roots.iter().cycle().take(self.hosts.len()).collect(),
        };
        let host_tasks = self.hosts.iter().zip(root_of_each_host).zip(host_rngs).collect();
        let hosts = run(executor, host_tasks, |((host, root), mut rng)| {
            self.make_host(host, root, &roots, passwords, now, &mut rng)
        })?;
        Ok(IssuedMesh { roots, hosts })
    }

    /// The names of the roots' files without their endings, in the order of [`IssuedMesh::roots`].
    pub fn root_labels(&self) -> Vec<String> {
        match self.trust {
            Trust::PerHost => self.hosts.iter().map(|host| format!("{}.root", host.fqdn)).collect(),
            Trust::Shared => vec!["shared.root".to_owned()],
        }
    }

    fn root_plans(&self) -> Result<Vec<RootPlan>> {
        let contents: Vec<(RootName, Vec<DnsName>)> = match self.trust {
            Trust::PerHost => self.hosts.iter().map(|host| (host.root_name(), host.names().collect())).collect(),
            Trust::Shared => vec![(self.name_of_shared_root()?, self.hosts.iter().flat_map(Host::names).collect())],
        };
        let plan = |(label, (name, permitted))| RootPlan { label, name, permitted };
        Ok(self.root_labels().into_iter().zip(contents).map(plan).collect())
    }

    fn make_root(&self, plan: RootPlan, now: Time, rng: &mut ChaCha20Rng) -> Result<IssuedRoot> {
        let RootPlan { label, name, permitted } = plan;
        let mut profile = RootProfile::new(name, permitted);
        profile.days = self.root_days;
        profile.name_constraints = self.name_constraints;
        profile.extended_key_usage = self.extended_key_usage;
        let key = KeyPair::generate(self.key_algorithm, rng)?;
        Ok(IssuedRoot { label, authority: Authority::create(&profile, key, now, rng)? })
    }

    fn make_host(
        &self,
        host: &Host,
        root: &IssuedRoot,
        roots: &[IssuedRoot],
        passwords: &PasswordSource,
        now: Time,
        rng: &mut ChaCha20Rng,
    ) -> Result<IssuedHost> {
        let mut profile = LeafProfile::new(host.fqdn.clone());
        profile.also = host.also.clone();
        profile.days = self.leaf_days;
        let key = KeyPair::generate(self.key_algorithm, rng)?;
        let identity = root.authority.issue(&profile, key, now, rng)?;

        let options = SealOptions::for_host(&host.fqdn, host.encoding);
        let (pfx, password) = match passwords {
            PasswordSource::Given(password) => (pfx::seal(&identity, password, &options, rng)?, None),
            PasswordSource::Generate => {
                let password = Password::generate(rng);
                (pfx::seal(&identity, &password, &options, rng)?, Some(password))
            }
        };

        let own_first = core::iter::once(root).chain(roots.iter().filter(|other| other.label != root.label));
        let trust =
            own_first.map(|root| TrustedRoot::new(root.label.clone(), root.authority.certificate().clone())).collect();
        let bundle = Bundle::new(host.fqdn.clone(), identity.leaf().clone(), pfx, host.encoding, trust);
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

/// What a root is to be.
struct RootPlan {
    label: String,
    name: RootName,
    permitted: Vec<DnsName>,
}
