//! The folder of `issue`: the mesh as it is. What it should be stands in the inventory; `plan` compares the two.
//!
//! ```text
//! inventory.toml
//! hosts/HOST/                     a kit
//! private/roots/LABEL.cer         each root that hosts trust, and
//! private/roots/LABEL.key.pem     its key, unless it was discarded
//! private/roots/LABEL.crl         what it has taken back, if anything was asked of `crl`
//! private/passwords/HOST.txt      what opens a kit's PFX, unless it was given
//! ```

mod layout;
mod make;
mod plan;
mod renewal;
mod rollover;
mod write;

pub(crate) use layout::{HOSTS, PRIVATE, ROOTS, kit_folder, password_file, root_certificate, root_key, root_list};
pub(crate) use make::{Fresh, make};
pub(crate) use plan::{KitWork, Reason, Wishes, Work, plan};
pub(crate) use renewal::{Renewal, Renewed, Step, renew};
pub(crate) use write::{Made, Touched, write};

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use pki_core::authority::Authority;
use pki_core::certificate::Certificate;
use pki_core::key::KeyPair;
use pki_core::name::{Fqdn, printable};
use zeroize::Zeroizing;

use crate::exit::{Failure, Result};
use crate::files;
use crate::kit::{Kit, Manifest, PREVIOUS};

/// What lies in the folder.
#[derive(Debug, Default)]
pub(crate) struct Estate {
    /// By label.
    pub(crate) roots: BTreeMap<String, Root>,
    /// By the host's name in lower case.
    pub(crate) kits: BTreeMap<String, KitOnDisk>,
}

/// A root that hosts trust.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) certificate: Certificate,
    pub(crate) has_key: bool,
}

/// A kit, by its manifest and leaf. The manifest's word is taken for the rest of its files.
#[derive(Debug)]
pub(crate) struct KitOnDisk {
    /// The name of its folder.
    pub(crate) host: String,
    pub(crate) manifest: Manifest,
    pub(crate) leaf: Certificate,
    /// Whether it keeps the kit that it replaced.
    pub(crate) has_previous: bool,
}

impl Estate {
    /// Reads the folder. One that does not exist holds nothing.
    pub(crate) fn read(dir: &Path) -> Result<Self> {
        let mut estate = Self::default();
        for name in names_in(&dir.join(PRIVATE).join(ROOTS))? {
            let Some(label) = name.strip_suffix(layout::CERTIFICATE) else { continue };
            let certificate = files::certificate(&dir.join(root_certificate(label)))?;
            let has_key = dir.join(root_key(label)).symlink_metadata().is_ok();
            estate.roots.insert(label.to_owned(), Root { certificate, has_key });
        }
        for host in names_in(&dir.join(HOSTS))? {
            let kit = KitOnDisk::read(dir, &host).map_err(|failure| {
                failure
                    .context(format!("the kit of {}", printable(&host)))
                    .hint(
                        "a kit that cannot be saved is made anew after its folder was removed; what is no kit belongs elsewhere",
                    )
            })?;
            estate.kits.insert(host.to_ascii_lowercase(), kit);
        }
        Ok(estate)
    }

    pub(crate) fn kit(&self, host: &Fqdn) -> Option<&KitOnDisk> {
        self.kits.get(&host.as_dns_name().to_lowercase())
    }

    /// Whether a host had a kit, also if that was lost since: its root is there.
    fn had_kit(&self, host: &Fqdn, signer: &str) -> bool {
        self.kit(host).is_some() || self.roots.contains_key(signer)
    }

    /// The label of the root that signed a certificate.
    pub(crate) fn signer_of(&self, leaf: &Certificate) -> Option<&str> {
        let signed = |root: &Root| {
            leaf.issuer() == root.certificate.subject()
                && leaf.check_signature_by(root.certificate.public_key()).is_ok()
        };
        self.roots.iter().find(|(_, root)| signed(root)).map(|(label, _)| label.as_str())
    }
}

impl KitOnDisk {
    fn read(dir: &Path, host: &str) -> Result<Self> {
        let folder = dir.join(kit_folder(host));
        let manifest = Kit::manifest_of(&folder)?;
        let leaf = files::certificate(&folder.join(format!("{host}.cer")))?;
        let has_previous = folder.join(PREVIOUS).is_dir();
        Ok(Self { host: host.to_owned(), manifest, leaf, has_previous })
    }

    /// The labels of the roots that it brings.
    pub(crate) fn trusts(&self) -> impl Iterator<Item = &str> {
        self.manifest.trust.iter().filter_map(|entry| entry.file.strip_prefix("trust/")?.strip_suffix(".cer"))
    }
}

/// A root with its key.
pub(crate) fn authority(dir: &Path, label: &str, root: &Root) -> Result<Authority> {
    let path = dir.join(root_key(label));
    let pem = Zeroizing::new(files::read(&path)?);
    let read = || -> Result<Authority> {
        let text = str::from_utf8(&pem).map_err(|_| Failure::new("it is not a PEM file"))?;
        Ok(Authority::from_parts(root.certificate.clone(), KeyPair::from_pkcs8_pem(text, None)?)?)
    };
    read().map_err(|failure| failure.context(path.display()))
}

/// The entries of a folder by name, in order; of one that is not there, none.
fn names_in(folder: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| files::cannot_read(folder, &error))?,
    };
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let name = entry.map_err(|error| files::cannot_read(folder, &error))?.file_name();
        name.into_string().map_err(|name| {
            Failure::new(format!("{} holds something with a strange name: {name:?}", folder.display()))
                .hint("remove what this program did not make")
        })
    };
    let mut names = entries.map(name).collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}
