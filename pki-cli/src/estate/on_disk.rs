//! A kit as the folder of a mesh knows it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pki_core::certificate::Certificate;
use pki_core::name::Fqdn;

use super::{Damage, Estate, kit_folder, password_file};
use crate::exit::Result;
use crate::files;
use crate::inventory::Entry;
use crate::kit::{Kit, Manifest, PREVIOUS, PfxEntry};

/// A kit, by its manifest and leaf. The manifest's word is taken for the rest of its files.
///
/// Of its roots no more is kept than how they differ from the folder's: a thousand kits with a thousand roots each
/// would not fit into memory.
#[derive(Debug)]
pub(crate) struct KitOnDisk {
    /// The name of its folder.
    pub(crate) host: String,
    /// The computer that it is for.
    pub(crate) fqdn: Fqdn,
    pub(crate) pfx: PfxEntry,
    pub(crate) leaf: Certificate,
    /// The label of the root that signed the leaf.
    pub(crate) signer: Option<String>,
    /// Labels of the folder's roots that it does not bring.
    pub(crate) missing: BTreeSet<String>,
    /// Labels under which it brings another certificate than the folder has.
    pub(crate) outdated: BTreeSet<String>,
    /// Labels that it brings and the folder does not know.
    pub(crate) unknown: BTreeSet<String>,
    /// Whether it keeps the kit that it replaced.
    pub(crate) has_previous: bool,
    /// The certificate in that, if it can be read.
    pub(crate) previous: Option<Certificate>,
    /// Whether the password that was generated for it is gone from the folder.
    pub(crate) lost_password: bool,
    /// What is damaged, where somebody looked.
    pub(crate) damage: Damage,
}

impl KitOnDisk {
    /// `roots` has the SHA-256 of each root of the estate, by label.
    pub(super) fn read(dir: &Path, host: &str, estate: &Estate, roots: &BTreeMap<&str, String>) -> Result<Self> {
        let folder = dir.join(kit_folder(host));
        let manifest = Kit::manifest_of(&folder)?;
        let leaf = files::certificate(&folder.join(format!("{host}.cer")))?;
        let fqdn = Fqdn::of_computer(&manifest.host)?;
        // Files are called by both.
        [host, fqdn.as_str()].into_iter().try_for_each(files::refuse_unportable)?;
        let brought: BTreeMap<&str, &str> = brought(&manifest).collect();
        let owned = |label: &&str| (*label).to_owned();
        Ok(Self {
            host: host.to_owned(),
            signer: estate.signer_of(&leaf).map(str::to_owned),
            leaf,
            missing: roots.keys().filter(|label| !brought.contains_key(*label)).map(owned).collect(),
            outdated: brought
                .iter()
                .filter(|(label, sha256)| roots.get(*label).is_some_and(|known| known != *sha256))
                .map(|(label, _)| owned(label))
                .collect(),
            unknown: brought.keys().filter(|label| !roots.contains_key(*label)).map(owned).collect(),
            has_previous: folder.join(PREVIOUS).is_dir(),
            previous: files::certificate(&folder.join(PREVIOUS).join(format!("{host}.cer"))).ok(),
            lost_password: manifest.pfx.generated_password
                && dir.join(password_file(fqdn.as_str())).symlink_metadata().is_err(),
            damage: Damage::default(),
            fqdn,
            pfx: manifest.pfx,
        })
    }

    pub(super) fn look_for_damage(&self, dir: &Path) -> Result<Damage> {
        Damage::of(&dir.join(kit_folder(&self.host)))
    }

    /// What the inventory says of its host, with the name as it was made: files are called by it, and another case is no
    /// other name.
    pub(super) fn entry(&self, entry: &Entry) -> Entry {
        Entry { fqdn: self.fqdn.clone(), ..entry.clone() }
    }

    /// Whether it brings a root under this label, whichever.
    pub(super) fn lists(&self, label: &str, estate: &Estate) -> bool {
        if estate.roots.contains_key(label) { !self.missing.contains(label) } else { self.unknown.contains(label) }
    }

    /// Whether it brings the folder's root of this label.
    pub(super) fn has(&self, label: &str, estate: &Estate) -> bool {
        estate.roots.contains_key(label) && !self.missing.contains(label) && !self.outdated.contains(label)
    }
}

/// Label and SHA-256 of each root.
fn brought(manifest: &Manifest) -> impl Iterator<Item = (&str, &str)> {
    let entries = manifest.trust.iter();
    entries.filter_map(|entry| {
        let label = entry.file.strip_prefix("trust/")?.strip_suffix(".cer")?;
        Some((label, entry.thumbprint_sha256.as_str()))
    })
}
