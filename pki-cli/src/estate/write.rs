//! Puts into the folder what was made, and changes what has to change: nothing else, and all of it at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pki_core::bundle::{Bundle, TrustedRoot};
use pki_core::mesh::{IssuedHost, IssuedRoot};
use pki_core::pfx::Encoding;
use pki_core::validity::Time;
use serde::Serialize;
use zeroize::Zeroizing;

use super::layout::{previous_password_file, root_ledger, root_without_key};
use super::rollover::generation;
use super::{
    Estate, KitOnDisk, Ledger, PRIVATE, Reason, Work, kit_folder, name_of_line, password_file, root_certificate,
    root_key, root_list,
};
use crate::exit::{Failure, Result};
use crate::files::{self, Batch};
use crate::inventory::INVENTORY;
use crate::kit::{self, Kit, Manifest, PREVIOUS};

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

/// A kit that stays, with the labels of the roots that came and went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Touched {
    pub(crate) host: String,
    pub(crate) added: Vec<String>,
    pub(crate) removed: Vec<String>,
    /// Files that were missing or changed, and are as they were made.
    pub(crate) repaired: Vec<String>,
}

/// Writes. Private files come first: a kit is never there without the password that opens it.
pub(crate) fn write(dir: &Path, estate: &Estate, made: &Made<'_>) -> Result<Vec<Touched>> {
    refuse_strays(dir, estate, made)?;
    let mut batch = Batch::new(dir, PRIVATE)?;
    for root in made.roots {
        let is_known = estate.roots.contains_key(&root.label);
        if made.work.discarded.contains(&root.label) {
            put(&mut batch, is_known, root_without_key(&root.label), NO_KEY)?;
        } else {
            let pem = estate.safe.key_file(root.authority.secret_key())?;
            put(&mut batch, is_known, root_key(&root.label), pem.as_bytes())?;
        }
        put(&mut batch, is_known, root_certificate(&root.label), root.authority.certificate().as_der())?;
        if is_known {
            // What the root that it replaces had taken back.
            batch.remove(root_list(&root.label));
            batch.remove(root_ledger(&root.label));
            if !made.work.discarded.contains(&root.label) {
                batch.remove(root_without_key(&root.label));
            }
        }
    }
    for (IssuedHost { bundle, password, .. }, kit) in made.hosts.iter().zip(&made.work.kits) {
        let is_known = estate.had_kit(&bundle.fqdn, &kit.signer);
        if let Some(password) = password {
            let line = estate.safe.password_file(password)?;
            put(&mut batch, is_known, password_file(bundle.fqdn.as_str()), line.as_bytes())?;
        } else if made.given && is_known && kit.reason != Reason::Encoding {
            batch.remove(password_file(bundle.fqdn.as_str()));
        }
        keep_previous_password(&mut batch, dir, bundle.fqdn.as_str(), kit.reason, made.given)?;
    }
    for label in made.work.discarded.iter().filter(|label| estate.roots.contains_key(*label)) {
        batch.remove(root_key(label));
        batch.put_file(root_without_key(label), NO_KEY)?;
    }
    keep_revoked_keys(&mut batch, estate, made)?;
    batch.put_shared_file(INVENTORY, made.inventory.as_bytes())?;
    let trust = Trust::of(estate, made);
    for (IssuedHost { bundle, .. }, kit) in made.hosts.iter().zip(&made.work.kits) {
        let folder = estate.kit(&bundle.fqdn).map_or(bundle.fqdn.as_str(), |kit| &kit.host);
        let bundle = with_trust(bundle, &trust.roots, &kit.signer);
        let generated = match kit.reason {
            Reason::Encoding => estate.kit(&bundle.fqdn).is_some_and(|kit| kit.pfx.generated_password),
            _ => !made.given,
        };
        let mut files = kit::contents(&bundle, generated, made.now)?;
        files.extend(previous(dir, folder, kit.reason)?);
        if estate.kit(&bundle.fqdn).is_some() {
            batch.put_folder(kit_folder(folder), &files)?;
        } else {
            batch.folder(kit_folder(folder), &files)?;
        }
    }
    let mut touched = Vec::new();
    for kit in estate.kits.values().filter(|kit| !is_made(kit, made) && !made.work.pruned.contains(&kit.host)) {
        touched.extend(touch(&mut batch, dir, estate, kit, &trust, made.now)?);
    }
    remove_pruned(&mut batch, estate, made);
    if !batch.is_empty() {
        batch.commit()?;
    }
    Ok(touched)
}

/// Replaces a file only if it is known to be of this mesh. Whatever else has its name is in the way.
fn put(batch: &mut Batch, is_known: bool, path: impl Into<PathBuf>, bytes: &[u8]) -> Result<()> {
    if is_known { batch.put_file(path, bytes) } else { batch.file(path, bytes) }
}

/// A kit that is kept needs the password that opens it, if the new kit has another one.
fn keep_previous_password(batch: &mut Batch, dir: &Path, host: &str, reason: Reason, given: bool) -> Result<()> {
    let (current, previous) = (password_file(host), previous_password_file(host));
    let is_there = |path: &Path| dir.join(path).symlink_metadata().is_ok();
    let keeps_kit = dir.join(kit_folder(host)).join(PREVIOUS).is_dir();
    match reason {
        Reason::Renewed { .. } if given && is_there(&current) => {
            batch.put_file(previous, &Zeroizing::new(files::read(&dir.join(current))?))?;
        }
        Reason::Names if given && keeps_kit && is_there(&current) && !is_there(&previous) => {
            batch.put_file(previous, &Zeroizing::new(files::read(&dir.join(current))?))?;
        }
        Reason::Renewed { .. } | Reason::NewRoot => batch.remove(previous),
        Reason::New | Reason::Names | Reason::Encoding => {}
    }
    Ok(())
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
    /// The labels of those that are new or took another's place.
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
fn previous(dir: &Path, folder: &str, reason: Reason) -> Result<Vec<(String, Vec<u8>)>> {
    let kit = dir.join(kit_folder(folder));
    let from = if matches!(reason, Reason::Renewed { .. }) { kit } else { kit.join(PREVIOUS) };
    if reason == Reason::NewRoot || !from.is_dir() {
        return Ok(Vec::new());
    }
    let kept = |(path, bytes): (String, Vec<u8>)| (format!("{PREVIOUS}/{path}"), bytes);
    Ok(kit::files(&from)?.into_iter().map(kept).collect())
}

fn is_made(kit: &KitOnDisk, made: &Made<'_>) -> bool {
    made.hosts.iter().any(|host| host.bundle.fqdn.as_str().eq_ignore_ascii_case(&kit.host))
}

fn gets_new_root(kit: &KitOnDisk, made: &Made<'_>) -> bool {
    let mut new = made.work.kits.iter().filter(|work| work.reason == Reason::NewRoot);
    new.any(|work| work.entry.fqdn.as_str().eq_ignore_ascii_case(&kit.host))
}

/// Changes the roots of a kit that stays: one file for each root, and the files that list them.
fn touch(
    batch: &mut Batch,
    dir: &Path,
    estate: &Estate,
    kit: &KitOnDisk,
    trust: &Trust<'_>,
    now: Time,
) -> Result<Option<Touched>> {
    let Trust { roots, new, dropped } = trust;
    let is_whole = |root: &TrustedRoot| !kit.damaged.contains(&root.path());
    let has = |root: &&TrustedRoot| !new.contains(root.label.as_str()) && kit.has(&root.label, estate);
    let added: Vec<_> = roots.iter().filter(|root| !has(root)).collect();
    let stays = |label: &&String| added.iter().any(|root| root.label == **label);
    let gone = kit.unknown.iter().filter(|label| !stays(label));
    let removed: Vec<_> = dropped.iter().filter(|label| !kit.missing.contains(*label)).chain(gone).collect();
    if added.is_empty() && removed.is_empty() && kit.damaged.is_empty() {
        return Ok(None);
    }
    let folder = kit_folder(&kit.host);
    let pfx = files::read(&dir.join(&folder).join(&kit.pfx.file))?;
    let encoding = if kit.pfx.encoding == Encoding::Legacy.to_string() { Encoding::Legacy } else { Encoding::Modern };
    let signer = kit.signer.as_deref().unwrap_or_default();
    let bundle = Bundle::new(kit.fqdn.clone(), kit.leaf.clone(), pfx, encoding, Arc::clone(roots), signer);
    for (name, bytes) in kit::lists(&bundle, kit.pfx.generated_password, now)? {
        batch.put_file(folder.join(name), &bytes)?;
    }
    let damaged = roots.iter().filter(|root| has(root) && !is_whole(root));
    for root in added.iter().copied().chain(damaged) {
        let is_known = kit.lists(&root.label, estate);
        put(batch, is_known, folder.join(root.path()), root.certificate.as_der())?;
    }
    for label in &removed {
        batch.remove(folder.join(format!("trust/{label}.cer")));
    }
    Ok(Some(Touched {
        host: kit.host.clone(),
        added: added.iter().map(|root| root.label.clone()).collect(),
        removed: removed.into_iter().cloned().collect(),
        repaired: kit.damaged.iter().cloned().collect(),
    }))
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

/// A key whose certificate was taken back stays known when that certificate goes, and when the root goes: to the root that
/// follows it.
fn keep_revoked_keys(batch: &mut Batch, estate: &Estate, made: &Made<'_>) -> Result<()> {
    let mut known: BTreeMap<&str, Ledger> = BTreeMap::new();
    let ledger_of = |label: &str| estate.roots.get(label).map(|root| root.ledger.clone()).unwrap_or_default();
    for host in &made.work.finished {
        let kit = estate.kits.get(&host.to_ascii_lowercase());
        let revoked = kit.and_then(|kit| Some((estate.revoked_previous(kit)?, kit.signer.as_deref()?)));
        if let Some((previous, signer)) = revoked {
            known.entry(signer).or_insert_with(|| ledger_of(signer)).add_key(previous.public_key());
        }
    }
    let goes = |label: &String| made.work.drops_roots && !made.work.trust.contains(label);
    for (label, root) in estate.roots.iter().filter(|(label, _)| goes(label)) {
        let line = made.work.trust.iter().filter(|kept| name_of_line(kept) == name_of_line(label));
        if let Some(heir) = line.max_by_key(|kept| generation(kept)) {
            known.entry(heir).or_insert_with(|| ledger_of(heir)).inherit(&root.ledger);
        }
    }
    let is_other = |label: &str, ledger: &Ledger| estate.roots.get(label).is_some_and(|root| root.ledger != *ledger);
    for (label, ledger) in known.iter().filter(|(label, ledger)| is_other(label, ledger)) {
        if let Some(Err(failure)) = estate.roots.get(*label).and_then(|root| root.list.as_ref()) {
            return Err(Failure::new(failure.message()).hint(failure.way_out()));
        }
        batch.put_file(root_ledger(label), &ledger.to_json()?)?;
    }
    Ok(())
}

/// For the people who look for the key.
const NO_KEY: &[u8] = b"The key of this root was destroyed when it had signed, as --discard-root-keys asks.\n";
