//! Reading a kit back, trusting nothing in it.

use std::fs;
use std::path::{Path, PathBuf};

use pki_core::certificate::Certificate;
use pki_core::name::printable;
use sha2::{Digest as _, Sha256};

use super::{MANIFEST, Manifest, PREVIOUS};
use crate::exit::{Failure, Result};
use crate::files;
use crate::output::hex;
use crate::plan::KitId;

/// What the paths of the roots start with.
const TRUST: &str = "trust/";

/// What to do about a manifest that leads astray.
const DO_NOT_USE: &str = "do not use this kit; get it again from where it was made";

/// A kit as it lies in its folder.
#[derive(Debug)]
pub(crate) struct Kit {
    pub(crate) id: KitId,
    pub(crate) manifest: Manifest,
    pub(crate) leaf: Certificate,
    /// Every root that lies in `trust`, listed or not, with its path: the host installs what it finds there.
    pub(crate) trust: Vec<(String, Certificate)>,
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
    /// Which kit lies in a folder, by its manifest alone.
    pub(crate) fn identify(folder: &Path) -> Result<Identified> {
        let (manifest, id) = read_manifest(&folder.join(MANIFEST))?;
        Ok(Identified { id, leaf_sha256: manifest.leaf.thumbprint_sha256 })
    }

    /// What the manifest in a kit's folder says.
    pub(crate) fn manifest_of(folder: &Path) -> Result<Manifest> {
        Ok(read_manifest(&folder.join(MANIFEST))?.0)
    }

    /// Reads a kit's folder. A file that is missing or unreadable is a failure; one that was changed is reported.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let (manifest, id) = read_manifest(&folder.join(MANIFEST))?;
        let mut files = Vec::new();
        for (path, expected) in &manifest.sha256 {
            let is_intact = has_hash(&read(folder, path)?, expected);
            let state = if is_intact { FileState::Intact } else { FileState::Changed };
            files.push((path.clone(), state));
        }
        let mut trust = Vec::new();
        for path in present(folder)? {
            let is_listed = manifest.sha256.contains_key(&path);
            if path.starts_with(TRUST) {
                match certificate(folder, &path) {
                    Ok(root) => trust.push((path.clone(), root)),
                    // What is no certificate is not trusted, and it is reported as a file of unknown origin.
                    Err(_) if !is_listed => {}
                    Err(failure) => return Err(failure),
                }
            }
            if path != MANIFEST && !is_listed {
                files.push((path, FileState::Unlisted));
            }
        }
        let leaf = certificate(folder, &manifest.leaf.file)?;
        let pfx = read(folder, &manifest.pfx.file)?;
        Ok(Self { id, leaf, trust, pfx, files, manifest })
    }
}

/// What tells a kit from all others.
#[derive(Debug)]
pub(crate) struct Identified {
    pub(crate) id: KitId,
    /// SHA-256 of its leaf, as its manifest says.
    pub(crate) leaf_sha256: String,
}

fn read(folder: &Path, path: &str) -> Result<Vec<u8>> {
    read_plain(&folder.join(inside(path)?))
}

fn certificate(folder: &Path, path: &str) -> Result<Certificate> {
    files::certificate_of(&read(folder, path)?).map_err(|failure| failure.context(path))
}

/// Reads a file if it is one: a pipe would never end, a link or a device leads out of the kit.
fn read_plain(path: &Path) -> Result<Vec<u8>> {
    if files::kind(path)?.is_file() { files::read(path) } else { Err(not_plain(path, "file")) }
}

fn not_plain(path: &Path, what: &str) -> Failure {
    Failure::new(format!("{} is no plain {what}", path.display()))
        .hint("a kit holds plain files and one folder, trust; get it again from where it was made")
}

fn read_manifest(path: &Path) -> Result<(Manifest, KitId)> {
    let not_a_kit = |failure: Failure| failure.hint("a kit is one folder below DIR/hosts, made by: replica-pki issue");
    let bytes = files::kind(path).map_err(not_a_kit).and_then(|_| read_plain(path))?;
    let manifest: Manifest = serde_json::from_slice(&bytes)
        .map_err(|error| not_a_kit(Failure::new(error).context(format!("{} is damaged", path.display()))))?;
    if manifest.format != super::manifest::FORMAT {
        return Err(Failure::new(format!("{} has format {}", path.display(), manifest.format))
            .hint("use the version of replica-pki that made the kit, or a newer one"));
    }
    // Before anything is done with them: some are removed, and some are written.
    paths_in(&manifest).try_for_each(|path| inside(path).map(drop))?;
    Ok((manifest, KitId(hex(&Sha256::digest(&bytes)))))
}

/// Every path that a manifest names.
fn paths_in(manifest: &Manifest) -> impl Iterator<Item = &String> {
    let Manifest { pfx, leaf, trust, sha256, .. } = manifest;
    [&pfx.file, &leaf.file].into_iter().chain(trust.iter().map(|entry| &entry.file)).chain(sha256.keys())
}

/// A manifest's path, if it stays inside the kit: `NAME` or `trust/NAME`, on every system.
fn inside(path: &str) -> Result<PathBuf> {
    let name = path.strip_prefix(TRUST).unwrap_or(path);
    if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\\', ':', '\0']) {
        return Err(
            Failure::new(format!("the manifest names a file outside the kit: {}", printable(path))).hint(DO_NOT_USE)
        );
    }
    files::refuse_unportable(name).map_err(|failure| {
        Failure::new(format!("the manifest names a file that is none on every system: {}", failure.message()))
            .hint(DO_NOT_USE)
    })?;
    Ok(path.split('/').collect())
}

/// The files of a kit with their paths inside it, whatever they are, but not what it keeps of an earlier one.
pub(crate) fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    present(folder)?.into_iter().map(|path| Ok((path.clone(), read(folder, &path)?))).collect()
}

/// Whether a file of a kit is there and as the manifest says.
pub(crate) fn is_intact(folder: &Path, path: &str, sha256: &str) -> bool {
    read(folder, path).is_ok_and(|bytes| has_hash(&bytes, sha256))
}

fn has_hash(bytes: &[u8], sha256: &str) -> bool {
    hex(&Sha256::digest(bytes)).eq_ignore_ascii_case(sha256)
}

/// What lies in a kit's folder and is not of the kit.
pub(crate) fn strays(folder: &Path, manifest: &Manifest) -> Result<Vec<String>> {
    // Of a kit that lost its roots, what is left is no less somebody's.
    let paths = if folder.join("trust").is_dir() { present(folder)? } else { entries(folder, "")? };
    Ok(paths.into_iter().filter(|path| path != MANIFEST && !manifest.sha256.contains_key(path)).collect())
}

/// The files of a kit's folder and of its `trust`, as the manifest would name them.
fn present(folder: &Path) -> Result<Vec<String>> {
    let trust = folder.join("trust");
    if !files::kind(&trust)?.is_dir() {
        return Err(not_plain(&trust, "folder"));
    }
    let mut paths = entries(folder, "")?;
    paths.extend(entries(&trust, TRUST)?);
    paths.sort();
    Ok(paths)
}

/// What lies in one folder, each behind a prefix.
fn entries(folder: &Path, prefix: &str) -> Result<Vec<String>> {
    let context = |error| Failure::io(format!("cannot read {}", folder.display()), &error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(context)? {
        let entry = entry.map_err(context)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_folder_of_kit = prefix.is_empty() && (name == "trust" || name == PREVIOUS && entry.path().is_dir());
        if !is_folder_of_kit {
            paths.push(format!("{prefix}{name}"));
        }
    }
    Ok(paths)
}
