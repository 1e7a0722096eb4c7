//! Making a mesh.

use rand::CryptoRng;

use super::{Executor, Host, HostOrder, KeySource, Known, Mesh, Order, RootOrder, SHARED_ROOT, Trust};
use crate::authority::Authority;
use crate::bundle::Bundle;
use crate::error::Result;
use crate::name::{DnsName, RootName};
use crate::password::Password;
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
pub struct IssuedRoot {
    /// The name of its files without their endings, such as `HOST4.atwork.at.root`.
    pub label: String,
    /// The root.
    pub authority: Authority,
}

/// One host's bundle, and the password that opens it.
#[derive(Debug)]
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
    /// What [`Authority::create`], [`Authority::issue`] and [`pfx::seal`](crate::pfx::seal) return; then nothing is returned at all.
    pub fn issue(
        &self,
        executor: &impl Executor,
        passwords: &PasswordSource,
        now: Time,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<IssuedMesh> {
        self.order()?.issue(Known::default(), executor, passwords, now, rng)
    }

    /// What it takes to make this mesh from nothing.
    ///
    /// # Errors
    /// [`Error::RootName`](crate::Error::RootName) if the name made for a shared root were none.
    pub fn order(&self) -> Result<Order> {
        let labels = self.root_labels();
        let contents: Vec<(RootName, Vec<DnsName>)> = match self.trust {
            Trust::PerHost => self.hosts.iter().map(|host| (host.root_name(), host.names().collect())).collect(),
            Trust::Shared => vec![(self.name_of_shared_root()?, self.hosts.iter().flat_map(Host::names).collect())],
        };
        let root = |(label, (name, permitted)): (&String, _)| {
            let mut profile = RootProfile::new(name, permitted);
            profile.days = self.root_days;
            profile.name_constraints = self.name_constraints;
            profile.extended_key_usage = self.extended_key_usage;
            RootOrder { label: label.clone(), profile, key_algorithm: self.key_algorithm }
        };
        let host = |(host, label): (&Host, &String)| {
            let mut profile = LeafProfile::new(host.fqdn.clone());
            profile.also = host.also.clone();
            profile.days = self.leaf_days;
            let key = KeySource::Generate(self.key_algorithm);
            HostOrder { profile, signer: label.clone(), key, encoding: host.encoding, password: None }
        };
        Ok(Order {
            roots: labels.iter().zip(contents).map(root).collect(),
            hosts: self.hosts.iter().zip(labels.iter().cycle()).map(host).collect(),
        })
    }

    /// The names of the roots' files without their endings, in the order of [`IssuedMesh::roots`].
    pub fn root_labels(&self) -> Vec<String> {
        match self.trust {
            Trust::PerHost => self.hosts.iter().map(Host::root_label).collect(),
            Trust::Shared => vec![SHARED_ROOT.to_owned()],
        }
    }
}
