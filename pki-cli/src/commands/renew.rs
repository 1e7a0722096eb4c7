//! `renew`: new certificates below the roots that hosts trust already, and new roots in time.

mod report;
pub(super) mod steps;

use pki_core::mesh::PasswordSource;
use pki_core::validity::Validity;

use super::warn_of_early_end;
use crate::args::Renew;
use crate::estate::{self, Estate, Made, PRIVATE, Renewal, Step};
use crate::exit::{Failure, Result};
use crate::files;
use crate::inventory::Inventory;
use crate::{output, password, system};

pub(crate) fn run(arguments: &Renew) -> Result {
    let dir = &arguments.dir.path;
    // Nothing is made in a folder that is none of a mesh.
    Inventory::of(dir)?;
    let _lock = estate::lock(dir)?;
    files::recover(dir, PRIVATE)?;
    let (text, inventory) = Inventory::of(dir)?;
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
    let renewed = estate::renew(&inventory, &inventory.mesh()?, &estate, &renewal, now)?
        .map_err(|refusal| Failure::new(refusal.problem).hint(output::for_folder(dir, &refusal.way_out)))?;
    let passwords = match password::given(arguments.password.file.as_deref())? {
        Some(password) => {
            password::warn_if_not_portable(&password);
            PasswordSource::Given(password)
        }
        None => PasswordSource::Generate,
    };
    estate.open_safe(dir, &renewed.work, arguments.passphrase.file.as_deref())?;
    let fresh = estate::make(dir, &inventory, &estate, &renewed.work, &passwords, now)?;
    let full = Validity::starting(now, inventory.defaults.leaf_days)?.not_after;
    if let Some(end) = fresh.hosts.iter().map(|host| host.bundle.leaf.validity().not_after).find(|end| *end < full) {
        warn_of_early_end(end);
    }
    let given = matches!(passwords, PasswordSource::Given(_));
    let (work, roots, hosts) = (&renewed.work, &fresh.roots, &fresh.hosts);
    let touched = estate::write(dir, &estate, &Made { inventory: &text, work, roots, hosts, given, now })?;
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
