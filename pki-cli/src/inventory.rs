//! `inventory.toml`: which hosts a folder's mesh has, and how their certificates are made. Edited by hand; the program
//! writes it once and then only adds hosts at its end.

mod crl_url;
mod text;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;

use pki_core::key::KeyAlgorithm;
use pki_core::mesh::{Host, Mesh, Trust};
use pki_core::name::{DnsName, Fqdn, RootName};
use pki_core::pfx::{Encoding, WindowsServer};
use pki_core::validity::Days;
use serde::Deserialize;
use toml::Spanned;

use crate::exit::{Failure, Result};
use crate::files;

pub(crate) use crl_url::CrlUrl;
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
    #[serde(deserialize_with = "from_text")]
    pub(crate) key: KeyAlgorithm,
    #[serde(deserialize_with = "days")]
    pub(crate) leaf_days: Days,
    #[serde(deserialize_with = "days")]
    pub(crate) root_days: Days,
    #[serde(deserialize_with = "from_text")]
    pub(crate) windows: WindowsServer,
    #[serde(deserialize_with = "from_text")]
    pub(crate) trust: Trust,
    pub(crate) name_constraints: bool,
    /// Where the roots' revocation lists will be read; certificates that exist keep what they say.
    #[serde(deserialize_with = "some_text")]
    pub(crate) crl_url: Option<CrlUrl>,
    /// Whether each root's key is destroyed as soon as it has signed.
    pub(crate) discard_root_keys: bool,
}

/// One host.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    #[serde(deserialize_with = "computer")]
    pub(crate) fqdn: Fqdn,
    /// The CommonName of its root, if not the default.
    #[serde(default, deserialize_with = "some_text")]
    pub(crate) root: Option<RootName>,
    /// Further DNS names.
    #[serde(default, deserialize_with = "dns_names")]
    pub(crate) also: Vec<DnsName>,
    #[serde(default, deserialize_with = "some_text")]
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
        let text = String::from_utf8(files::read(path)?)
            .map_err(|_| Failure::new(format!("{} is not UTF-8", path.display())).hint("save it as UTF-8"))?;
        let inventory = Self::parse(&text, path)?;
        Ok((text, inventory))
    }

    /// Reads the text of a file, which is named in what is refused.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self> {
        let file: File = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            refused(path, line, error.message())
        })?;
        file.refuse_twins(text, path)?;
        file.refuse_impossible(text, path)?;
        let defaults = file.defaults.map(Spanned::into_inner).unwrap_or_default();
        Ok(Self { defaults, hosts: file.host.into_iter().map(Spanned::into_inner).collect() })
    }
}

impl Inventory {
    /// The same as the library takes it.
    pub(crate) fn mesh(&self) -> Result<Mesh> {
        let host = |entry: &Entry| {
            let mut host = Host::new(entry.fqdn.clone());
            host.root_name = entry.root.clone();
            host.also = entry.also.clone();
            host.encoding = Encoding::for_windows(entry.windows.unwrap_or(self.defaults.windows));
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

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    defaults: Option<Spanned<Defaults>>,
    #[serde(default)]
    host: Vec<Spanned<Entry>>,
}

impl File {
    /// The same computer, or the same root, twice. Case does not tell names apart.
    fn refuse_twins(&self, text: &str, path: &Path) -> Result<()> {
        let (mut hosts, mut roots) = (BTreeMap::new(), BTreeMap::new());
        for host in &self.host {
            let (line, entry) = (line_of(text, host.span().start), host.as_ref());
            if let Some(first) = hosts.insert(entry.fqdn.as_dns_name().to_lowercase(), line) {
                return Err(refused(path, line, &format!("{} stands in line {first} already", entry.fqdn)));
            }
            let root = entry.root_name();
            if let Some(first) = roots.insert(root.as_str().to_lowercase(), line) {
                let problem =
                    format!("the host of line {first} has a root of the name {root:?} too; each needs its own");
                return Err(refused(path, line, &problem));
            }
        }
        Ok(())
    }

    fn refuse_impossible(&self, text: &str, path: &Path) -> Result<()> {
        let is_shared = self.defaults.as_ref().is_some_and(|defaults| defaults.as_ref().trust == Trust::Shared);
        if let Some(defaults) = &self.defaults {
            let line = line_of(text, defaults.span().start);
            let possible = defaults.as_ref().refuse_one_list_for_many(self.host.len());
            possible.map_err(|problem| refused(path, line, &problem))?;
        }
        for host in &self.host {
            let (line, entry) = (line_of(text, host.span().start), host.as_ref());
            if is_shared && entry.root.is_some() {
                return Err(refused(
                    path,
                    line,
                    "with trust = \"shared\" no host has a root of its own; leave root out",
                ));
            }
            let root = entry.root_name();
            if root.as_str().eq_ignore_ascii_case(entry.fqdn.as_str()) {
                return Err(refused(path, line, "root must differ from fqdn: its certificate would look self-signed"));
            }
        }
        Ok(())
    }
}

fn refused(path: &Path, line: usize, problem: &str) -> Failure {
    Failure::new(format!("{}, line {line}: {problem}", path.display()))
        .hint("nothing was changed; correct the file and run the command again")
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

fn from_text<'de, D: serde::Deserializer<'de>, T: FromStr<Err: Display>>(value: D) -> std::result::Result<T, D::Error> {
    String::deserialize(value)?.parse().map_err(serde::de::Error::custom)
}

fn some_text<'de, D: serde::Deserializer<'de>, T: FromStr<Err: Display>>(
    value: D,
) -> std::result::Result<Option<T>, D::Error> {
    from_text(value).map(Some)
}

fn computer<'de, D: serde::Deserializer<'de>>(value: D) -> std::result::Result<Fqdn, D::Error> {
    Fqdn::of_computer(&String::deserialize(value)?).map_err(serde::de::Error::custom)
}

fn dns_names<'de, D: serde::Deserializer<'de>>(value: D) -> std::result::Result<Vec<DnsName>, D::Error> {
    let names = Vec::<String>::deserialize(value)?;
    names.iter().map(|name| DnsName::of_computer(name).map_err(serde::de::Error::custom)).collect()
}

fn days<'de, D: serde::Deserializer<'de>>(value: D) -> std::result::Result<Days, D::Error> {
    Days::new(u32::deserialize(value)?).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests;
