//! Kits that stay and get other roots.

use std::path::Path;
use std::sync::Arc;

use pki_core::bundle::{Bundle, TrustedRoot};
use serde::Serialize;

use super::super::{Estate, KitOnDisk, damage, kit_folder};
use super::previous::Changes;
use super::{Made, Trust, put};
use crate::exit::Result;
use crate::files::Batch;
use crate::kit::{self, Kit, PREVIOUS};

/// A kit that stays, with the labels of the roots that came and went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Touched {
    pub(crate) host: String,
    pub(crate) added: Vec<String>,
    pub(crate) removed: Vec<String>,
    /// Files that were missing or changed, and are as they were made.
    pub(crate) repaired: Vec<String>,
    /// The labels of the roots that went from the kit that it keeps of before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) removed_from_previous: Vec<String>,
}

/// Changes the roots of a kit that stays: one file for each root, and the files that list them.
pub(super) fn touch(
    batch: &mut Batch,
    dir: &Path,
    estate: &Estate,
    kit: &KitOnDisk,
    trust: &Trust<'_>,
    made: &Made<'_>,
) -> Result<Option<Touched>> {
    let Trust { roots, new, dropped, .. } = trust;
    let folder = kit_folder(&kit.host);
    let previous = match kit.has_previous && !made.work.finished.contains(&kit.host) {
        true => Changes::of(&dir.join(&folder).join(PREVIOUS), trust, made.now)?,
        false => Changes::default(),
    };
    previous.stage(batch, &folder.join(PREVIOUS))?;
    let is_whole = |root: &TrustedRoot| !kit.damage.repairable.contains(&root.path());
    let has = |root: &&TrustedRoot| !new.contains(root.label.as_str()) && kit.has(&root.label, estate);
    let added: Vec<_> = roots.iter().filter(|root| !has(root)).collect();
    let stays = |label: &&String| added.iter().any(|root| root.label == **label);
    let gone = kit.unknown.iter().filter(|label| !stays(label));
    let removed: Vec<_> = dropped.iter().filter(|label| !kit.missing.contains(*label)).chain(gone).collect();
    if added.is_empty() && removed.is_empty() && kit.damage.is_none() && previous.removed.is_empty() {
        return Ok(None);
    }
    let pfx = damage::pfx(&dir.join(&folder), &Kit::manifest_of(&dir.join(&folder))?)?;
    let signer = kit.signer.as_deref().unwrap_or_default();
    let bundle = Bundle::new(kit.fqdn.clone(), kit.leaf.clone(), pfx, kit.pfx.encoding(), Arc::clone(roots), signer);
    for (name, bytes) in kit::lists(&bundle, kit.pfx.generated_password, made.now)? {
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
        repaired: kit.damage.repairable.iter().cloned().collect(),
        removed_from_previous: previous.removed,
    }))
}
