//! What roots know of revoked keys, when something goes.

use std::collections::BTreeMap;

use super::super::layout::root_ledger;
use super::super::rollover::generation;
use super::super::{Estate, Ledger, name_of_line};
use super::Made;
use crate::exit::{Failure, Result};
use crate::files::Batch;

/// A key whose certificate was taken back stays known when that certificate goes, and when the root goes: to the root that
/// follows it.
pub(super) fn keep_revoked_keys(batch: &mut Batch, estate: &Estate, made: &Made<'_>) -> Result<()> {
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
    let is_other = |label: &str, ledger: &Ledger| *ledger != ledger_of(label);
    for (label, ledger) in known.iter().filter(|(label, ledger)| is_other(label, ledger)) {
        if let Some(Err(failure)) = estate.roots.get(*label).and_then(|root| root.list.as_ref()) {
            return Err(Failure::new(failure.message()).hint(failure.way_out()));
        }
        batch.put_file(root_ledger(label), &ledger.to_json()?)?;
    }
    Ok(())
}
