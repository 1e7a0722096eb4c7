//! Makes what the plan asks for: keys, certificates and PFX files, nothing of it on disk yet.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use pki_core::authority::Identity;
use pki_core::bundle::Bundle;
use pki_core::mesh::{HostOrder, IssuedHost, IssuedRoot, KeySource, Known, Order, PasswordSource};
use pki_core::password::Password;
use pki_core::pfx::{self, OpenOptions, SealOptions};
use pki_core::profile::LeafProfile;
use pki_core::validity::Time;
use rand::CryptoRng;

use super::{Estate, KitWork, Reason, Root, Work, authority, kit_folder, password_file};
use crate::exit::{Failure, PASSWORD_HINT, Result};
use crate::inventory::Inventory;
use crate::workers::Workers;
use crate::{files, output, system};

/// What was made.
pub(crate) struct Fresh {
    /// The new roots.
    pub(crate) roots: Vec<IssuedRoot>,
    /// One for each of the work's kits, in their order. Their bundles still trust nobody.
    pub(crate) hosts: Vec<IssuedHost>,
}

pub(crate) fn make(
    dir: &Path,
    inventory: &Inventory,
    estate: &Estate,
    work: &Work,
    passwords: &PasswordSource,
    now: Time,
) -> Result<Fresh> {
    let signers = signers(dir, estate, work)?;
    let known = signers.len();
    let hosts = work.kits.iter().filter(|kit| kit.reason != Reason::Encoding);
    let hosts = hosts.map(|kit| order(dir, inventory, estate, kit, passwords)).collect::<Result<Vec<_>>>()?;
    let order = Order { roots: work.roots.clone(), hosts };
    let workers = Workers::new(order.roots.len() + order.hosts.len(), "making keys");
    let mut rng = system::rng()?;
    let issued = order.issue(Known { signers, trusted: Vec::new() }, &workers, passwords, now, &mut rng)?;
    let mut fresh = VecDeque::from(issued.hosts);
    let host = |kit: &KitWork| match kit.reason {
        Reason::Encoding => reseal(dir, estate, kit, passwords, &mut rng),
        _ => fresh.pop_front().ok_or_else(|| Failure::new("fewer certificates were made than ordered")),
    };
    let hosts = work.kits.iter().map(host).collect::<Result<_>>()?;
    Ok(Fresh { roots: issued.roots.into_iter().skip(known).collect(), hosts })
}

/// The roots that exist and sign something now.
fn signers(dir: &Path, estate: &Estate, work: &Work) -> Result<Vec<IssuedRoot>> {
    let signing = work.kits.iter().filter(|kit| kit.reason != Reason::Encoding).map(|kit| kit.signer.as_str());
    let roots: BTreeMap<_, _> = signing.filter_map(|label| Some((label, estate.roots.get(label)?))).collect();
    let issued = |(label, root): (&str, &Root)| {
        Ok(IssuedRoot { label: label.to_owned(), authority: authority(dir, &estate.safe, label, root)? })
    };
    roots.into_iter().map(issued).collect()
}

fn order(
    dir: &Path,
    inventory: &Inventory,
    estate: &Estate,
    kit: &KitWork,
    passwords: &PasswordSource,
) -> Result<HostOrder> {
    let mut profile = LeafProfile::new(kit.entry.fqdn.clone());
    profile.also = kit.entry.also.clone();
    profile.days = inventory.defaults.leaf_days;
    profile.revocation_list = inventory.defaults.crl_url.as_ref().map(|url| url.of_root(&kit.signer)).transpose()?;
    let key = match kit.reason {
        Reason::Renewed { new_key: false } => {
            KeySource::Keep(Box::new(identity_of(dir, estate, kit, passwords)?.0.into_secret_key()))
        }
        _ => KeySource::Generate(inventory.defaults.key),
    };
    let mut order = HostOrder::new(profile, &kit.signer, key);
    order.encoding = kit.encoding;
    // The administrator of a host that had a kit knows its password already.
    if estate.had_kit(&kit.entry.fqdn, &kit.signer) && matches!(passwords, PasswordSource::Generate) {
        order.password = recorded_password(dir, estate, kit)?;
    }
    Ok(order)
}

/// The same key and certificate in another encoding.
fn reseal(
    dir: &Path,
    estate: &Estate,
    kit: &KitWork,
    passwords: &PasswordSource,
    rng: &mut impl CryptoRng,
) -> Result<IssuedHost> {
    let fqdn = &kit.entry.fqdn;
    let (identity, recorded) = identity_of(dir, estate, kit, passwords)?;
    let password = match (&recorded, passwords) {
        (Some(password), _) | (None, PasswordSource::Given(password)) => password,
        _ => return Err(Failure::new(format!("the password of {fqdn} is not known")).hint(PASSWORD_HINT)),
    };
    let sealed = pfx::seal(&identity, password, &SealOptions::for_host(fqdn, kit.encoding), rng)?;
    let bundle = Bundle::new(fqdn.clone(), identity.leaf().clone(), sealed, kit.encoding, [].into(), &kit.signer);
    Ok(IssuedHost { bundle, password: None })
}

/// What is in the PFX of a kit, and its password if that is kept in the folder.
fn identity_of(
    dir: &Path,
    estate: &Estate,
    kit: &KitWork,
    passwords: &PasswordSource,
) -> Result<(Identity, Option<Password>)> {
    let fqdn = &kit.entry.fqdn;
    let old = estate.kit(fqdn).ok_or_else(|| Failure::new(format!("the kit of {fqdn} is gone")))?;
    let path = dir.join(kit_folder(&old.host)).join(&old.pfx.file);
    let recorded = recorded_password(dir, estate, kit)?;
    let password = match (&recorded, passwords) {
        (Some(password), _) | (None, PasswordSource::Given(password)) => password,
        _ => {
            return Err(Failure::new(format!("{} has to be opened, and its password is not known", path.display()))
                .hint(PASSWORD_HINT));
        }
    };
    let open = || pfx::open(&files::read(&path)?, password, &OpenOptions::default())?.identity().map_err(Failure::from);
    let identity = open().map_err(|failure| failure.context(path.display()))?;
    if *identity.leaf() != old.leaf {
        return Err(Failure::new(format!("{} holds another certificate than the one beside it", path.display())).hint(
            output::for_folder(dir, &format!("give the host a new certificate: replica-pki issue --replace {fqdn}")),
        ));
    }
    Ok((identity, recorded))
}

fn recorded_password(dir: &Path, estate: &Estate, kit: &KitWork) -> Result<Option<Password>> {
    let path = dir.join(password_file(kit.entry.fqdn.as_str()));
    if path.symlink_metadata().is_ok() { estate.safe.password(&path).map(Some) } else { Ok(None) }
}
