//! What roots know of revoked keys, when something goes.

use std::collections::BTreeMap;
use std::path::Path;

use pki_core::certificate::Certificate;

use super::super::layout::{root_ledger, root_list};
use super::super::rollover::generation;
use super::super::{Estate, Ledger, Root, name_of_line};
use super::Made;
use crate::exit::{Failure, Result};
use crate::files::Batch;
use crate::output;

/// A key whose certificate was taken back stays known when that certificate goes, and when the root goes: to the root that
/// follows it.
pub(super) fn keep_revoked_keys(batch: &mut Batch, dir: &Path, estate: &Estate, made: &Made<'_>) -> Result<()> {
    let mut kept = Kept { dir, estate, ledgers: BTreeMap::new() };
    for root in made.roots {
        refuse_stray_list(dir, estate, &root.label)?;
        kept.ledger(&root.label)?;
    }
    for host in &made.work.finished {
        let kit = estate.kits.get(&host.to_ascii_lowercase());
        let revoked = kit.and_then(|kit| Some((estate.revoked_previous(kit)?, kit.signer.as_deref()?)));
        if let Some((previous, signer)) = revoked {
            kept.ledger(signer)?.add_key(previous.public_key());
        }
    }
    let is_dropped = |label: &String| made.work.drops_roots && !made.work.trust.contains(label);
    for (label, root) in estate.roots.iter().filter(|(label, _)| is_dropped(label)) {
        let line = made.work.trust.iter().filter(|kept| name_of_line(kept) == name_of_line(label));
        let Some(heir) = line.max_by_key(|kept| generation(kept)) else { continue };
        let heritage = heritage(estate, root)?;
        if heritage != Ledger::default() {
            kept.ledger(heir)?.inherit(&heritage);
        }
    }
    for (label, ledger) in kept.ledgers {
        match ledger == Ledger::default() {
            true => batch.remove(root_ledger(label)),
            false => batch.put_file(root_ledger(label), &ledger.to_json()?)?,
        }
    }
    Ok(())
}

/// What is known afterwards, by the label of the root.
struct Kept<'k> {
    dir: &'k Path,
    estate: &'k Estate,
    ledgers: BTreeMap<&'k str, Ledger>,
}

impl<'k> Kept<'k> {
    fn ledger(&mut self, label: &'k str) -> Result<&mut Ledger> {
        if !self.ledgers.contains_key(label) {
            self.ledgers.insert(label, self.there(label)?);
        }
        Ok(self.ledgers.entry(label).or_default())
    }

    /// What a root begins with. One that is new to the folder finds the keys there of one that was called so and is lost.
    fn there(&self, label: &str) -> Result<Ledger> {
        match self.estate.roots.get(label) {
            Some(root) => root.ledger.clone(),
            None => Ok(Ledger::read(&self.dir.join(root_ledger(label)))?.for_another_root()),
        }
    }
}

/// A list that another root signed and only that root can continue, if it ever comes back.
fn refuse_stray_list(dir: &Path, estate: &Estate, label: &str) -> Result<()> {
    let list = dir.join(root_list(label));
    if estate.roots.contains_key(label) || list.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} is there, and the root that signed it is not in private/roots; a new root would have its label",
        list.display()
    ))
    .hint(format!(
        "nothing was written; bring the root back from a copy; if there is none, move the list to another place, and run the \
         command again: {} can stay, so that the keys in it are never signed for again",
        output::path(&dir.join(root_ledger(label)))
    )))
}

/// What a root leaves to the next one. Of lists that were made before keys were kept the kits know more.
fn heritage(estate: &Estate, root: &Root) -> Result<Ledger> {
    let mut heritage = root.ledger.clone()?.for_another_root();
    let certificates = estate.kits.values().flat_map(|kit| [Some(&kit.leaf), kit.previous.as_ref()]).flatten();
    let revoked = certificates.filter(|certificate: &&Certificate| root.revocation_of(certificate).is_some());
    revoked.for_each(|certificate| heritage.add_key(certificate.public_key()));
    Ok(heritage)
}
