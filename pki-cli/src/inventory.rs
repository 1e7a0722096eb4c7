//! `inventory.toml`: which hosts a folder's mesh has, and how their certificates are made. Edited by hand; the program
//! writes it once and then only adds hosts at its end.

mod crl_url;
mod file;
mod text;
mod values;

use std::path::Path;

use pki_core::key::KeyAlgorithm;
use pki_core::mesh::{Host, Mesh, Trust};
use pki_core::name::{DnsName, Fqdn, RootName};
use pki_core::pfx::{Encoding, WindowsServer};
use pki_core::validity::Days;
use serde::Deserialize;

use crate::exit::{Failure, Result};
use crate::files;

pub(crate) use crl_url::CrlUrl;
use file::File;
pub(crate) use text::{added, new};

/// The file's name in the folder of `issue`.
pub(crate) const INVENTORY: &str = "inventory.toml";

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inventory {
    pub(crate) defaults: Defaults,
    /// In the order of the file.
    pub(crate) hosts: Vec<Entry>,
}

/// What holds for every host. Of what exists already only the PFX's encoding follows a change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Defaults {
    #[serde(deserialize_with = "values::from_text")]
    pub(crate) key: KeyAlgorithm,
    #[serde(deserialize_with = "values::days")]
    pub(crate) leaf_days: Days,
    #[serde(deserialize_with = "values::days")]
    pub(crate) root_days: Days,
    #[serde(deserialize_with = "values::from_text")]
    pub(crate) windows: WindowsServer,
    #[serde(deserialize_with = "values::from_text")]
    pub(crate) trust: Trust,
    #[serde(deserialize_with = "values::yes_or_no")]
    pub(crate) name_constraints: bool,
    /// Where the roots' revocation lists will be read; certificates that exist keep what they say.
    #[serde(deserialize_with = "values::some_text")]
    pub(crate) crl_url: Option<CrlUrl>,
    /// Whether each root's key is destroyed as soon as it has signed.
    #[serde(deserialize_with = "values::yes_or_no")]
    pub(crate) discard_root_keys: bool,
}

/// One host.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    #[serde(deserialize_with = "values::computer")]
    pub(crate) fqdn: Fqdn,
    /// The CommonName of its root, if not the default.
    #[serde(default, deserialize_with = "values::some_text")]
    pub(crate) root: Option<RootName>,
    /// Further DNS names.
    #[serde(default, deserialize_with = "values::dns_names")]
    pub(crate) also: Vec<DnsName>,
    #[serde(default, deserialize_with = "values::some_text")]
    pub(crate) windows: Option<WindowsServer>,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            key: KeyAlgorithm::default(),
            leaf_days: Days::LEAF,
            root_days: Days::ROOT,
            windows: WindowsServer::V2019,
            trust: Trust::default(),
            name_constraints: true,
            crl_url: None,
            discard_root_keys: false,
        }
    }
}

impl Defaults {
    /// Why they cannot hold for so many hosts: a revocation list is of one root.
    pub(crate) fn refuse_one_list_for_many(&self, hosts: usize) -> std::result::Result<(), String> {
        match &self.crl_url {
            Some(url) if self.trust != Trust::Shared && hosts > 1 && !url.tells_roots_apart() => Err(format!(
                "crl_url is one address for the lists of {hosts} roots, and a list is of one root; let {{root}} stand \
                 for the root in it, as in http://pki.atwork.at/{{root}}.crl"
            )),
            _ => Ok(()),
        }
    }
}

/// Why both cannot be: who checks for revocation refuses a certificate whose list nobody can sign.
pub(crate) const LISTS_WITHOUT_KEYS: &str = "crl_url names revocation lists, and without its key no root can ever sign one (discard_root_keys); leave out one \
     of both";

impl Entry {
    pub(crate) fn new(fqdn: Fqdn) -> Self {
        Self { fqdn, root: None, also: Vec::new(), windows: None }
    }

    /// The CommonName of its own root.
    pub(crate) fn root_name(&self) -> RootName {
        self.root.clone().unwrap_or_else(|| RootName::default_for(&self.fqdn))
    }
}

impl Inventory {
    /// Reads the one of a folder, and keeps its text too.
    pub(crate) fn of(dir: &Path) -> Result<(String, Self)> {
        let path = dir.join(INVENTORY);
        if path.symlink_metadata().is_err() {
            return Err(Failure::new(format!("there is no {}", path.display())).hint(
                "name the folder of a mesh with --dir, or make one: replica-pki issue HOST4.atwork.at HOST5.atwork.at",
            ));
        }
        Self::read(&path)
    }

    /// Reads a file, and keeps its text too.
    pub(crate) fn read(path: &Path) -> Result<(String, Self)> {
        let metadata = path.metadata().map_err(|error| files::cannot_read(path, &error))?;
        // A pipe or a device would never end.
        if !metadata.is_file() {
            return Err(Failure::new(format!("{} is not a file", path.display()))
                .hint("nothing was changed; move it away, and let a file of text have this name"));
        }
        let text = String::from_utf8(files::read(path)?)
            .map_err(|_| Failure::new(format!("{} is not UTF-8", path.display())).hint("save it as UTF-8"))?;
        let inventory = Self::parse(&text, path)?;
        Ok((text, inventory))
    }

    /// Reads the text of a file, which is named in what is refused.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self> {
        Ok(File::parse(text, path)?.into_inventory())
    }

    /// How the PFX of a host is encoded.
    pub(crate) fn encoding_of(&self, entry: &Entry) -> Encoding {
        Encoding::for_windows(entry.windows.unwrap_or(self.defaults.windows))
    }

    /// The same as the library takes it.
    pub(crate) fn mesh(&self) -> Result<Mesh> {
        let host = |entry: &Entry| {
            let mut host = Host::new(entry.fqdn.clone());
            host.root_name = entry.root.clone();
            host.also = entry.also.clone();
            host.encoding = self.encoding_of(entry);
            host
        };
        let mut mesh = Mesh::new(self.hosts.iter().map(host).collect())?;
        let Defaults { key, leaf_days, root_days, trust, name_constraints, .. } = &self.defaults;
        mesh.key_algorithm = *key;
        mesh.leaf_days = *leaf_days;
        mesh.root_days = *root_days;
        mesh.trust = *trust;
        mesh.name_constraints = *name_constraints;
        Ok(mesh)
    }
}

#[cfg(test)]
mod tests;
