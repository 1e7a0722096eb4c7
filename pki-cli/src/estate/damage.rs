//! Files of kits that are missing, or are not as they were made.

use std::collections::BTreeSet;
use std::path::Path;

use pki_core::name::printable;

use crate::exit::{Failure, Result};
use crate::files;
use crate::kit::{self, Kit, Manifest};
use crate::output;

/// By their paths inside the kit.
#[derive(Debug, Default)]
pub(crate) struct Damage {
    /// Lists, scripts and roots: `issue` makes them again.
    pub(crate) repairable: BTreeSet<String>,
    /// PFX and certificate: nothing makes these again, and nothing may be written that calls them right.
    pub(crate) lost: BTreeSet<String>,
}

impl Damage {
    /// Compares a kit with its manifest.
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        let manifest = Kit::manifest_of(folder)?;
        let lost = lost(folder, &manifest);
        let others = manifest.sha256.iter().filter(|(path, _)| !cannot_be_made_again(&manifest).contains(path));
        let damaged = others.filter(|(path, sha256)| !kit::is_intact(folder, path, sha256));
        Ok(Self { repairable: damaged.map(|(path, _)| path.clone()).collect(), lost })
    }

    pub(crate) fn is_none(&self) -> bool {
        self.repairable.is_empty() && self.lost.is_empty()
    }

    /// What is wrong and what helps.
    pub(crate) fn in_words(&self, folder: &Path) -> Option<(String, String)> {
        if !self.lost.is_empty() {
            return Some(lost_in_words(&self.lost, folder));
        }
        let repaired = || "replica-pki issue makes it so again".to_owned();
        (!self.repairable.is_empty()).then(|| (format!("is not whole ({})", listed(&self.repairable)), repaired()))
    }
}

/// The PFX of a kit, if it and the certificate are as they were made.
pub(super) fn pfx(folder: &Path, manifest: &Manifest) -> Result<Vec<u8>> {
    let lost = lost(folder, manifest);
    if lost.is_empty() {
        return files::read(&folder.join(&manifest.pfx.file));
    }
    let (problem, way_out) = lost_in_words(&lost, folder);
    Err(Failure::new(format!("{} {problem}", folder.display())).hint(format!("nothing was written; {way_out}")))
}

fn lost(folder: &Path, manifest: &Manifest) -> BTreeSet<String> {
    let is_intact =
        |path: &&String| manifest.sha256.get(*path).is_some_and(|sha256| kit::is_intact(folder, path, sha256));
    cannot_be_made_again(manifest).into_iter().filter(|path| !is_intact(path)).cloned().collect()
}

fn cannot_be_made_again(manifest: &Manifest) -> [&String; 2] {
    [&manifest.pfx.file, &manifest.leaf.file]
}

fn lost_in_words(lost: &BTreeSet<String>, folder: &Path) -> (String, String) {
    let way_out = format!(
        "bring it back from a copy; if there is none, remove {}, and replica-pki issue makes a new certificate",
        output::path(folder)
    );
    (format!("is not whole ({})", listed(lost)), way_out)
}

fn listed(paths: &BTreeSet<String>) -> String {
    paths.iter().map(|path| printable(path)).collect::<Vec<_>>().join(", ")
}
