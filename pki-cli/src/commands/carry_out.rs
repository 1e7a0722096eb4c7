//! What `issue` and `renew` do when it is decided what is to be done.

use std::path::Path;

use pki_core::mesh::PasswordSource;
use pki_core::validity::{Time, Validity};

use super::warn_of_early_end;
use crate::estate::{self, Estate, Fresh, Made, Reason, Touched, Work};
use crate::exit::Result;
use crate::inventory::Inventory;
use crate::password;

/// What may be asked for meanwhile.
pub(super) struct Secrets<'s> {
    pub(super) password_file: Option<&'s Path>,
    pub(super) passphrase_file: Option<&'s Path>,
}

/// Makes what is new and writes everything. `text` is that of the inventory.
pub(super) fn carry_out(
    dir: &Path,
    (text, inventory): (&str, &Inventory),
    estate: &mut Estate,
    work: &Work,
    secrets: &Secrets<'_>,
    now: Time,
) -> Result<(Fresh, Vec<Touched>)> {
    let passwords = match password::given(secrets.password_file)? {
        Some(password) => {
            password::warn_if_not_portable(&password);
            PasswordSource::Given(password)
        }
        None => PasswordSource::Generate,
    };
    estate.open_safe(dir, work, secrets.passphrase_file)?;
    let fresh = estate::make(dir, inventory, estate, work, &passwords, now)?;
    let full = Validity::starting(now, inventory.defaults.leaf_days)?.not_after;
    let signed = fresh.hosts.iter().zip(&work.kits).filter(|(_, kit)| kit.reason != Reason::Encoding);
    if let Some(end) = signed.map(|(host, _)| host.bundle.leaf.validity().not_after).find(|end| *end < full) {
        warn_of_early_end(end);
    }
    let given = matches!(passwords, PasswordSource::Given(_));
    let (roots, hosts) = (&fresh.roots, &fresh.hosts);
    let touched = estate::write(dir, estate, &Made { inventory: text, work, roots, hosts, given, now })?;
    Ok((fresh, touched))
}
