//! `issue`: makes the mesh of a folder what its inventory says.

mod ask;
mod order;
mod report;

use pki_core::validity::Time;

use super::carry_out::{Secrets, carry_out};
use super::{file_stem, plural, warn_of_single_label};
use crate::args::{Issue, Within};
use crate::estate::{self, Estate, Fresh, PRIVATE, Reason, Wishes, Work};
use crate::exit::{Failure, Result};
use crate::files;
use crate::inventory::{INVENTORY, Inventory};
use crate::{output, system};

pub(crate) fn run(arguments: Issue) -> Result {
    let dir = &arguments.dir.path;
    let _lock = estate::lock(dir)?;
    files::recover(dir, PRIVATE)?;
    let (text, inventory) = ask::inventory(dir, &arguments)?;
    inventory.hosts.iter().try_for_each(|entry| file_stem(entry.fqdn.as_str()).map(drop))?;
    let (lost, safe) = estate::restorable_roots(dir, arguments.passphrase.file.as_deref())?;
    let mut estate = Estate::read_with(dir, lost, safe)?;
    estate.look_for_damage(dir, &[])?;
    let wishes = Wishes {
        prune: arguments.prune,
        replace: arguments.replace.clone(),
        discard_root_keys: arguments.discard_root_keys || inventory.defaults.discard_root_keys,
    };
    refuse_unlisted(&inventory, &wishes)?;

    let now = system::now()?;
    let mesh = inventory.mesh()?;
    let work = estate::plan(&inventory, &mesh, &estate, &wishes, now)?
        .map_err(|refusal| Failure::new(refusal.problem).hint(output::for_folder(dir, &refusal.way_out)))?;
    work.kits.iter().for_each(|kit| warn_of_single_label(&kit.entry.fqdn));
    let secrets = Secrets {
        password_file: arguments.password.file.as_deref(),
        passphrase_file: arguments.passphrase.file.as_deref(),
    };
    let (made, touched) = carry_out(dir, (&text, &inventory), &mut estate, &work, &secrets, now)?;
    warn_of_short_lives(&made, &work, now);
    if arguments.discard_root_keys && !inventory.defaults.discard_root_keys {
        output::note(
            "note",
            &format!(
                "the keys of roots that are made later are kept, unless {INVENTORY} says discard_root_keys = true"
            ),
        );
    }
    if arguments.discard_root_keys {
        for label in &work.kept_keys {
            let what = "stays until the rollover of its root has ended, for it has still to sign; then do this again";
            output::note("note", &format!("the key of {label} {what}"));
        }
    }
    let (inventory, estate, work, made, touched) = (&inventory, &estate, &work, &made, touched.as_slice());
    report::Outcome { dir, inventory, estate, work, made, touched, now }.print(arguments.json)
}

/// What ends so soon would be to renew again from its first day.
fn warn_of_short_lives(made: &Fresh, work: &Work, now: Time) {
    let signed = made.hosts.iter().zip(&work.kits).filter(|(_, kit)| kit.reason != Reason::Encoding);
    let days = signed.map(|(host, _)| host.bundle.leaf.validity().not_after.days_after(now)).min();
    if let Some(days) = days.filter(|days| *days < Within::USUAL) {
        output::note(
            "warning",
            &format!(
                "a new certificate ends in {}, and status and renew look {} days ahead: they would call for the next one at \
                 once; let {INVENTORY} give it more days (leaf_days, root_days), or give them fewer (--within)",
                plural(days, "day"),
                Within::USUAL
            ),
        );
    }
}

/// Who is to be replaced has to be there.
fn refuse_unlisted(inventory: &Inventory, wishes: &Wishes) -> Result<()> {
    match wishes.replace.iter().find(|host| inventory.hosts.iter().all(|entry| entry.fqdn != **host)) {
        Some(host) => Err(Failure::new(format!("--replace names {host}, which is not in {INVENTORY}"))
            .hint("name a host of the inventory")),
        None => Ok(()),
    }
}
