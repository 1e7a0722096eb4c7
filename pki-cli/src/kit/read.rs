//! Reading a kit back, trusting nothing in it.

use std::fs;
use std::path::{Path, PathBuf};

use pki_core::certificate::Certificate;
use pki_core::name::printable;
use sha2::{Digest as _, Sha256};

use super::{MANIFEST, Manifest};
use crate::exit::{Failure, Result};
use crate::files;

/// A kit as it lies in its folder.
#[derive(Debug)]
pub(crate) struct Kit {
    pub(crate) manifest: Manifest,
    pub(crate) leaf: Certificate,
    pub(crate) trust: Vec<Certificate>,
    pub(crate) pfx: Vec<u8>,
    /// Each file with what became of it, in the order of the manifest.
    pub(crate) files: Vec<(String, FileState)>,
}

/// A file compared with the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileState {
    Intact,
    Changed,
    /// In the folder, but not in the manifest.
    Unlisted,
}

impl Kit {
    /// Reads a kit's folder. A file that is missing or unreadable is a failure; one that was changed is reported.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let manifest = read_manifest(&folder.join(MANIFEST))?;
        let mut files = Vec::new();
        for (path, expected) in &manifest.sha256 {
            let bytes = files::read(&folder.join(inside(path)?))?;
            let actual: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02X}")).collect();
            let state = if actual.eq_ignore_ascii_case(expected) { FileState::Intact } else { FileState::Changed };
            files.push((path.clone(), state));
        }
        for path in present(folder)? {
            if path != MANIFEST && !manifest.sha256.contains_key(&path) {
                files.push((path, FileState::Unlisted));
            }
        }
        let read = |path: &str| files::read(&folder.join(inside(path)?));
        let certificate = |path: &str| {
            Certificate::from_der_or_pem(&read(path)?).map_err(|error| Failure::from(error).context(printable(path)))
        };
        let leaf = certificate(&manifest.leaf.file)?;
        let trust = manifest.trust.iter().map(|root| certificate(&root.file)).collect::<Result<_>>()?;
        let pfx = read(&manifest.pfx.file)?;
        Ok(Self { leaf, trust, pfx, files, manifest })
    }
}

fn read_manifest(path: &Path) -> Result<Manifest> {
    let not_a_kit = |failure: Failure| failure.hint("a kit is one folder below DIR/hosts, made by: replica-pki issue");
    let bytes = files::read(path).map_err(not_a_kit)?;
    let manifest: Manifest = serde_json::from_slice(&bytes)
        .map_err(|error| not_a_kit(Failure::new(error).context(format!("{} is damaged", path.display()))))?;
    if manifest.format != super::manifest::FORMAT {
        return Err(Failure::new(format!("{} has format {}", path.display(), manifest.format))
            .hint("use the version of replica-pki that made the kit, or a newer one"));
    }
    Ok(manifest)
}

/// A manifest's path, if it stays inside the kit: `NAME` or `trust/NAME`, on every system.
fn inside(path: &str) -> Result<PathBuf> {
    let name = path.strip_prefix("trust/").unwrap_or(path);
    if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\\', ':', '\0']) {
        return Err(Failure::new(format!("the manifest names a file outside the kit: {}", printable(path)))
            .hint("do not use this kit; get it again from where it was made"));
    }
    Ok(path.split('/').collect())
}

/// The files of a kit's folder and of its `trust`, as the manifest would name them.
fn present(folder: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for (prefix, folder) in [("", folder.to_owned()), ("trust/", folder.join("trust"))] {
        let context = |error| Failure::io(format!("cannot read {}", folder.display()), &error);
        for entry in fs::read_dir(&folder).map_err(context)? {
            let entry = entry.map_err(context)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !(prefix.is_empty() && name == "trust") {
                paths.push(format!("{prefix}{name}"));
            }
        }
    }
    paths.sort();
    Ok(paths)
}
