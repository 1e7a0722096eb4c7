//! `renew`: new certificates below the roots that hosts trust already, and new roots in time.

mod report;
pub(super) mod steps;

use std::path::Path;

use super::carry_out::{Secrets, carry_out};
use crate::args::Renew;
use crate::estate::{self, Estate, PRIVATE, Phase, Renewal, Renewed, Safe, Step};
use crate::exit::{Failure, Result};
use crate::files;
use crate::inventory::Inventory;
use crate::{output, system};

pub(crate) fn run(arguments: &Renew) -> Result {
    let dir = &arguments.dir.path;
    // Nothing is made in a folder that is none of a mesh.
    Inventory::of(dir)?;
    let _lock = estate::lock(dir)?;
    files::recover(dir, PRIVATE)?;
    let (text, inventory) = Inventory::of(dir)?;
    refuse_without_root(dir)?;
    let (mut estate, now) = (Estate::read(dir)?, system::now()?);
    let renewal = Renewal {
        hosts: arguments.hosts.clone(),
        within: i64::from(arguments.within.days().get()),
        new_key: arguments.new_key,
        step: match (arguments.roots_installed, arguments.finish) {
            (true, _) => Step::RootsInstalled,
            (_, true) => Step::Finish,
            _ => Step::Start,
        },
    };
    if renewal.step != Step::Finish {
        estate.look_for_damage(dir, &renewal.hosts)?;
    }
    let renewed = estate::renew(&inventory, &inventory.mesh()?, &estate, &renewal, now)?
        .map_err(|refusal| Failure::new(refusal.problem).hint(output::for_folder(dir, &refusal.way_out)))?;
    refuse_without_lists(dir, &inventory, &estate, &renewed)?;
    let secrets = Secrets {
        password_file: arguments.password.file.as_deref(),
        passphrase_file: arguments.passphrase.file.as_deref(),
    };
    let (fresh, touched) = carry_out(dir, (&text, &inventory), &mut estate, &renewed.work, &secrets, now)?;
    let outcome = report::Outcome {
        dir,
        inventory: &inventory,
        estate: &estate,
        renewed: &renewed,
        fresh: &fresh,
        touched: &touched,
        now,
    };
    outcome.print(arguments.json)
}

/// What is missing comes back first.
fn refuse_without_root(dir: &Path) -> Result<()> {
    match estate::lost_roots(dir, &Safe::of(dir))?.into_keys().next() {
        None => Ok(()),
        Some(label) => Err(Failure::new(format!("the certificate of the root {label} is gone from private/roots"))
            .hint(output::for_folder(dir, "the kits bring it, and it is put back by: replica-pki issue"))),
    }
}

/// A host that looks for a list refuses a certificate whose root has none.
fn refuse_without_lists(dir: &Path, inventory: &Inventory, estate: &Estate, renewed: &Renewed) -> Result<()> {
    if inventory.defaults.crl_url.is_none() {
        return Ok(());
    }
    let mut new = renewed.rollovers.iter().filter(|it| it.phase == Phase::ChangedOver).map(|it| &it.new);
    let has_no_list =
        |label: &&String| estate.roots.get(*label).is_some_and(|root| root.has_key && root.list.is_none());
    match new.find(has_no_list) {
        None => Ok(()),
        Some(label) => Err(Failure::new(format!(
            "the root {label} has no revocation list yet, and its certificates would name one"
        ))
        .hint(format!("make it, publish it, and run the command again: {}", steps::crl(dir, label)))),
    }
}
