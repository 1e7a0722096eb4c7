//! Puts into the folder what was made, and changes what has to change: nothing else, and all of it at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pki_core::bundle::{Bundle, TrustedRoot};
use pki_core::mesh::{IssuedHost, IssuedRoot};
use pki_core::pfx::Encoding;
use pki_core::validity::Time;
use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    Estate, KitOnDisk, PRIVATE, Reason, Work, kit_folder, password_file, root_certificate, root_key, root_list,
};
use crate::exit::{Failure, Result};
use crate::files::{self, Batch};
use crate::inventory::INVENTORY;
use crate::kit::{self, MANIFEST, PREVIOUS};

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
}

/// Writes. Private files come first: a kit is never there without the password that opens it.
pub(crate) fn write(dir: &Path, estate: &Estate, made: &Made<'_>) -> Result<Vec<Touched>> {
    refuse_strays(dir, estate, made)?;
    let mut batch = Batch::new(dir, PRIVATE)?;
    for root in made.roots {
        let is_known = estate.roots.contains_key(&root.label);
        let pem = root.authority.secret_key().secret_pkcs8_pem()?;
        put(&mut batch, is_known, root_key(&root.label), pem.as_bytes())?;
        put(&mut batch, is_known, root_certificate(&root.label), root.authority.certificate().as_der())?;
        if is_known {
            // What the root that it replaces had taken back.
            batch.remove(root_list(&root.label));
        }
    }
    for (IssuedHost { bundle, password, .. }, kit) in made.hosts.iter().zip(&made.work.kits) {
        let is_known = estate.had_kit(&bundle.fqdn, &kit.signer);
        if let Some(password) = password {
            let line = Zeroizing::new(format!("{}\n", password.secret_text()));
            put(&mut batch, is_known, password_file(bundle.fqdn.as_str()), line.as_bytes())?;
        } else if made.given && is_known {
            batch.remove(password_file(bundle.fqdn.as_str()));
        }
    }
    batch.put_file(INVENTORY, made.inventory.as_bytes())?;
    let trust = trust(estate, made);
    for (IssuedHost { bundle, .. }, kit) in made.hosts.iter().zip(&made.work.kits) {
        let folder = estate.kit(&bundle.fqdn).map_or(bundle.fqdn.as_str(), |kit| &kit.host);
        let bundle = with_trust(bundle, &trust, &kit.signer);
        let mut files = kit::contents(&bundle, made.now)?;
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

/// Refuses to replace or remove the folder of a kit in which somebody put something.
fn refuse_strays(dir: &Path, estate: &Estate, made: &Made<'_>) -> Result<()> {
    let goes = |kit: &&KitOnDisk| is_made(kit, made) || made.work.pruned.contains(&kit.host);
    for kit in estate.kits.values().filter(goes) {
        let folder = kit_folder(&kit.host);
        if let Some(stray) = kit::strays(&dir.join(&folder), &kit.manifest)?.first() {
            let path = dir.join(folder).join(stray);
            return Err(Failure::new(format!(
                "{} is not of the kit, which has to be replaced or removed",
                path.display()
            ))
            .hint("nothing was written; move it to another place, and run the command again"));
        }
    }
    Ok(())
}

/// Every root that hosts trust afterwards.
fn trust(estate: &Estate, made: &Made<'_>) -> Arc<[TrustedRoot]> {
    let new: BTreeMap<_, _> =
        made.roots.iter().map(|root| (root.label.as_str(), root.authority.certificate())).collect();
    let certificate = |label: &str| new.get(label).copied().or(estate.roots.get(label).map(|root| &root.certificate));
    let labels = made.work.trust.iter();
    labels.filter_map(|label| Some(TrustedRoot::new(label, certificate(label)?.clone()))).collect()
}

fn with_trust(bundle: &Bundle, trust: &Arc<[TrustedRoot]>, signer: &str) -> Bundle {
    let Bundle { fqdn, leaf, pfx, encoding, .. } = bundle;
    Bundle::new(fqdn.clone(), leaf.clone(), pfx.clone(), *encoding, Arc::clone(trust), signer)
}

/// What is kept of the kit that was there: all of it, if it is being renewed, and else what it kept itself.
fn previous(dir: &Path, folder: &str, reason: Reason) -> Result<Vec<(String, Vec<u8>)>> {
    let kit = dir.join(kit_folder(folder));
    let from = if matches!(reason, Reason::Renewed { .. }) { kit } else { kit.join(PREVIOUS) };
    if !from.is_dir() {
        return Ok(Vec::new());
    }
    let kept = |(path, bytes): (String, Vec<u8>)| (format!("{PREVIOUS}/{path}"), bytes);
    Ok(kit::files(&from)?.into_iter().map(kept).collect())
}

fn is_made(kit: &KitOnDisk, made: &Made<'_>) -> bool {
    made.hosts.iter().any(|host| host.bundle.fqdn.as_str().eq_ignore_ascii_case(&kit.host))
}

/// Changes the roots of a kit that stays: one file for each root, and the files that list them.
fn touch(
    batch: &mut Batch,
    dir: &Path,
    estate: &Estate,
    kit: &KitOnDisk,
    trust: &Arc<[TrustedRoot]>,
    now: Time,
) -> Result<Option<Touched>> {
    let has = |root: &&TrustedRoot| {
        let (path, sha256) = (root.path(), root.certificate.sha256_thumbprint().to_string());
        kit.manifest.trust.iter().any(|entry| entry.file == path && entry.thumbprint_sha256 == sha256)
    };
    let added: Vec<_> = trust.iter().filter(|root| !has(root)).collect();
    let removed: Vec<_> = kit.trusts().filter(|label| !trust.iter().any(|root| root.label == *label)).collect();
    if added.is_empty() && removed.is_empty() {
        return Ok(None);
    }
    let folder = kit_folder(&kit.host);
    let pfx = files::read(&dir.join(&folder).join(&kit.manifest.pfx.file))?;
    let fqdn = pki_core::name::Fqdn::of_computer(&kit.manifest.host)?;
    let encoding =
        if kit.manifest.pfx.encoding == Encoding::Legacy.to_string() { Encoding::Legacy } else { Encoding::Modern };
    let signer = estate.signer_of(&kit.leaf).unwrap_or_default();
    let bundle = Bundle::new(fqdn, kit.leaf.clone(), pfx, encoding, Arc::clone(trust), signer);
    for (name, bytes) in kit::contents(&bundle, now)? {
        let lists_roots = !name.starts_with("trust/") && !bundle.files().iter().any(|file| file.path == name);
        if lists_roots || added.iter().any(|root| root.path() == name) {
            put(batch, kit.manifest.sha256.contains_key(&name) || name == MANIFEST, folder.join(&name), &bytes)?;
        }
    }
    for label in &removed {
        batch.remove(folder.join(format!("trust/{label}.cer")));
    }
    Ok(Some(Touched {
        host: kit.host.clone(),
        added: added.iter().map(|root| root.label.clone()).collect(),
        removed: removed.into_iter().map(str::to_owned).collect(),
    }))
}

fn remove_pruned(batch: &mut Batch, estate: &Estate, made: &Made<'_>) {
    for host in &made.work.pruned {
        batch.remove(kit_folder(host));
        batch.remove(password_file(host));
    }
    for host in &made.work.finished {
        batch.remove(kit_folder(host).join(PREVIOUS));
    }
    if made.work.drops_roots {
        for label in estate.roots.keys().filter(|label| !made.work.trust.contains(label)) {
            batch.remove(root_certificate(label));
            batch.remove(root_key(label));
            batch.remove(root_list(label));
        }
    }
}
