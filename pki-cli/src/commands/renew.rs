//! `renew`: new certificates below the roots that hosts trust already, and new roots in time.

mod report;
pub(super) mod steps;

use super::carry_out::{Secrets, carry_out};
use crate::args::Renew;
use crate::estate::{self, Estate, PRIVATE, Renewal, Step};
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
