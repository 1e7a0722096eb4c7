//! Puts into the folder what was made, and changes what has to change: nothing else, and all of it at once.

mod passwords;
mod previous;
mod revoked_keys;
mod touch;

pub(crate) use touch::Touched;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pki_core::bundle::{Bundle, TrustedRoot};
use pki_core::mesh::{IssuedHost, IssuedRoot};
use pki_core::validity::Time;

use super::layout::{previous_password_file, root_ledger, root_without_key};
use super::{
    Estate, KitOnDisk, PRIVATE, Reason, Work, kit_folder, password_file, root_certificate, root_key, root_list,
};
use crate::exit::{Failure, Result};
use crate::files::{self, Batch};
use crate::inventory::INVENTORY;
use crate::kit::{self, Kit, Manifest, PREVIOUS};
use passwords::put_passwords;
use previous::Changes;
use revoked_keys::keep_revoked_keys;
use touch::touch;

/// Everything that is to be written.
pub(crate) struct Made<'m> {
    pub(crate) inventory: &'m str,
    pub(crate) work: &'m Work,
    /// The new roots.
    pub(crate) roots: &'m [IssuedRoot],
    /// What was issued, or sealed anew, for each of the work's kits.
    pub(crate) hosts: &'m [IssuedHost],
    /// Whether the password was given, so that none is kept.
    pub(crate) given: bool,
    pub(crate) now: Time,
}

/// Writes. Private files come first: a kit is never there without the password that opens it.
pub(crate) fn write(dir: &Path, estate: &Estate, made: &Made<'_>) -> Result<Vec<Touched>> {
    refuse_strays(dir, estate, made)?;
    let mut batch = Batch::new(dir, PRIVATE)?;
    put_roots(&mut batch, dir, estate, made)?;
    put_passwords(&mut batch, dir, estate, made)?;
    keep_revoked_keys(&mut batch, dir, estate, made)?;
    batch.put_shared_file(INVENTORY, made.inventory.as_bytes())?;
    let trust = Trust::of(estate, made);
    put_kits(&mut batch, dir, estate, &trust, made)?;
    let mut touched = Vec::new();
    for kit in estate.kits.values().filter(|kit| !is_made(kit, made) && !made.work.pruned.contains(&kit.host)) {
        touched.extend(touch(&mut batch, dir, estate, kit, &trust, made)?);
    }
    remove_pruned(&mut batch, estate, made);
    if !batch.is_empty() {
        batch.commit()?;
    }
    Ok(touched)
}

/// New roots, those that are back from the kits, and what is left of those whose keys go.
fn put_roots(batch: &mut Batch, dir: &Path, estate: &Estate, made: &Made<'_>) -> Result<()> {
    for label in estate.restored.iter().filter(|label| made.work.trust.contains(label)) {
        if let Some(root) = estate.roots.get(label) {
            batch.file(root_certificate(label), root.certificate.as_der())?;
        }
    }
    for root in made.roots {
        refuse_to_lose_key(dir, &root.label)?;
        if made.work.discarded.contains(&root.label) {
            put_no_key(batch, dir, &root.label)?;
        } else {
            let pem = estate.safe.key_file(root.authority.secret_key())?;
            batch.file(root_key(&root.label), pem.as_bytes())?;
        }
        batch.file(root_certificate(&root.label), root.authority.certificate().as_der())?;
    }
    for label in made.work.discarded.iter().filter(|label| estate.roots.contains_key(*label)) {
        batch.remove(root_key(label));
        batch.put_file(root_without_key(label), NO_KEY)?;
    }
    Ok(())
}

fn put_kits(batch: &mut Batch, dir: &Path, estate: &Estate, trust: &Trust<'_>, made: &Made<'_>) -> Result<()> {
    for (IssuedHost { bundle, .. }, kit) in made.hosts.iter().zip(&made.work.kits) {
        let folder = estate.kit(&bundle.fqdn).map_or(bundle.fqdn.as_str(), |kit| &kit.host);
        let bundle = with_trust(bundle, &trust.roots, &kit.signer);
        let generated = match kit.reason {
            Reason::Encoding => estate.kit(&bundle.fqdn).is_some_and(|kit| kit.pfx.generated_password),
            _ => !made.given,
        };
        let mut files = kit::contents(&bundle, generated, made.now)?;
        files.extend(previous(dir, folder, kit.reason, trust, made.now)?);
        if estate.kit(&bundle.fqdn).is_some() {
            batch.put_folder(kit_folder(folder), &files)?;
        } else {
            batch.folder(kit_folder(folder), &files)?;
        }
    }
    Ok(())
}

/// Of a root whose certificate was lost the note may be there already.
fn put_no_key(batch: &mut Batch, dir: &Path, label: &str) -> Result<()> {
    let path = root_without_key(label);
    let is_ours = files::read(&dir.join(&path)).is_ok_and(|there| there == NO_KEY);
    put(batch, is_ours, path, NO_KEY)
}

/// A key without its certificate is still a key that somebody may need.
fn refuse_to_lose_key(dir: &Path, label: &str) -> Result<()> {
    let key = dir.join(root_key(label));
    if key.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} is there, and the certificate that belongs to it is neither in private/roots nor in a kit",
        key.display()
    ))
    .hint(
        "nothing was written; bring the certificate back from a copy; if there is none, move the key to another place, and \
         run the command again",
    ))
}

/// Replaces a file only if it is known to be of this mesh. Whatever else has its name is in the way.
fn put(batch: &mut Batch, is_known: bool, path: impl Into<PathBuf>, bytes: &[u8]) -> Result<()> {
    if is_known { batch.put_file(path, bytes) } else { batch.file(path, bytes) }
}

/// Refuses to replace or remove a folder in which somebody put something.
fn refuse_strays(dir: &Path, estate: &Estate, made: &Made<'_>) -> Result<()> {
    for kit in estate.kits.values() {
        let (folder, is_pruned) = (kit_folder(&kit.host), made.work.pruned.contains(&kit.host));
        if is_pruned || is_made(kit, made) {
            let folder = dir.join(&folder);
            let manifest = Kit::manifest_of(&folder)?;
            refuse_stray(folder, &manifest)?;
        }
        let previous = dir.join(&folder).join(PREVIOUS);
        if is_pruned || made.work.finished.contains(&kit.host) || gets_new_root(kit, made) {
            refuse_stray_previous(previous)?;
        }
    }
    Ok(())
}

/// Without its manifest nobody knows what in it was of the kit.
fn refuse_stray_previous(folder: PathBuf) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    match Kit::manifest_of(&folder) {
        Ok(manifest) => refuse_stray(folder, &manifest),
        Err(failure) => {
            Err(failure.hint("nothing was written; move the folder to another place, and run the command again"))
        }
    }
}

fn refuse_stray(folder: PathBuf, manifest: &Manifest) -> Result<()> {
    let Some(stray) = kit::strays(&folder, manifest)?.into_iter().next() else { return Ok(()) };
    let path = folder.join(stray);
    Err(Failure::new(format!("{} is not of the kit, which has to be replaced or removed", path.display()))
        .hint("nothing was written; move it to another place, and run the command again"))
}

/// What hosts trust afterwards.
struct Trust<'t> {
    roots: Arc<[TrustedRoot]>,
    /// The labels of those that are new.
    new: BTreeSet<&'t str>,
    /// The labels of the folder's roots that are not among them.
    dropped: Vec<String>,
}

impl<'t> Trust<'t> {
    fn of(estate: &Estate, made: &Made<'t>) -> Self {
        let new: BTreeMap<_, _> =
            made.roots.iter().map(|root| (root.label.as_str(), root.authority.certificate())).collect();
        let certificate =
            |label: &str| new.get(label).copied().or(estate.roots.get(label).map(|root| &root.certificate));
        let labels = made.work.trust.iter();
        let roots = labels.filter_map(|label| Some(TrustedRoot::new(label, certificate(label)?.clone()))).collect();
        let kept: BTreeSet<_> = made.work.trust.iter().collect();
        let dropped = estate.roots.keys().filter(|label| !kept.contains(label)).cloned().collect();
        Self { roots, new: new.into_keys().collect(), dropped }
    }
}

fn with_trust(bundle: &Bundle, trust: &Arc<[TrustedRoot]>, signer: &str) -> Bundle {
    let Bundle { fqdn, leaf, pfx, encoding, .. } = bundle;
    Bundle::new(fqdn.clone(), leaf.clone(), pfx.clone(), *encoding, Arc::clone(trust), signer)
}

/// What is kept of the kit that was there: all of it, if it is being renewed, and else what it kept itself. Below a new
/// root nothing: its own leaves every kit, so that nobody would trust what was before.
fn previous(dir: &Path, folder: &str, reason: Reason, trust: &Trust<'_>, now: Time) -> Result<Vec<(String, Vec<u8>)>> {
    let kit = dir.join(kit_folder(folder));
    let from = if matches!(reason, Reason::Renewed { .. }) { kit } else { kit.join(PREVIOUS) };
    if reason == Reason::NewRoot || !from.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = kit::files(&from)?;
    Changes::of(&from, trust, now)?.apply(&mut files);
    Ok(files.into_iter().map(|(path, bytes)| (format!("{PREVIOUS}/{path}"), bytes)).collect())
}

fn is_made(kit: &KitOnDisk, made: &Made<'_>) -> bool {
    made.hosts.iter().any(|host| host.bundle.fqdn.as_str().eq_ignore_ascii_case(&kit.host))
}

fn gets_new_root(kit: &KitOnDisk, made: &Made<'_>) -> bool {
    let mut new = made.work.kits.iter().filter(|work| work.reason == Reason::NewRoot);
    new.any(|work| work.entry.fqdn.as_str().eq_ignore_ascii_case(&kit.host))
}

fn remove_pruned(batch: &mut Batch, estate: &Estate, made: &Made<'_>) {
    for host in &made.work.pruned {
        batch.remove(kit_folder(host));
        batch.remove(password_file(host));
        batch.remove(previous_password_file(host));
    }
    for host in &made.work.finished {
        batch.remove(previous_password_file(host));
        batch.remove(kit_folder(host).join(PREVIOUS));
    }
    if made.work.drops_roots {
        for label in estate.roots.keys().filter(|label| !made.work.trust.contains(label)) {
            batch.remove(root_certificate(label));
            batch.remove(root_key(label));
            batch.remove(root_without_key(label));
            batch.remove(root_list(label));
            batch.remove(root_ledger(label));
        }
    }
}

/// For the people who look for the key.
const NO_KEY: &[u8] = b"The key of this root was destroyed when it had signed, as --discard-root-keys asks.\n";
