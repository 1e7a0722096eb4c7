//! What the command line and the inventory ask for together.

use std::fmt::Display;
use std::path::Path;

use pki_core::Error;
use pki_core::name::Fqdn;

use crate::args::Issue;
use crate::exit::{Failure, Result};
use crate::inventory::{self, Defaults, Entry, INVENTORY, Inventory};
use crate::{files, output};

/// The inventory as it is to be, with its text: the one in the folder and the hosts that were named beyond it, or a new
/// one.
pub(super) fn inventory(dir: &Path, arguments: &Issue) -> Result<(String, Inventory)> {
    refuse_twins(&arguments.hosts)?;
    if arguments.discard_root_keys && arguments.crl_url.is_some() {
        return Err(lists_without_keys());
    }
    let path = dir.join(INVENTORY);
    let text = if path.symlink_metadata().is_ok() {
        let (text, known) = Inventory::read(&path)?;
        if arguments.discard_root_keys && known.defaults.crl_url.is_some() {
            return Err(lists_without_keys().context(path.display()));
        }
        let hosts = new_hosts(&known, arguments);
        if !hosts.is_empty() {
            refuse_link(&path)?;
        }
        refuse_other_defaults(&path, &known.defaults, arguments, hosts.is_empty())?;
        inventory::added(&text, &hosts)
    } else if arguments.hosts.is_empty() {
        return Err(Failure::new(format!("no host is named, and there is no {}", path.display()))
            .hint(output::for_folder(dir, "name the hosts: replica-pki issue HOST4.atwork.at HOST5.atwork.at")));
    } else {
        let hosts: Vec<_> = arguments.hosts.iter().cloned().map(Entry::new).collect();
        let defaults = defaults(arguments);
        defaults.refuse_one_list_for_many(hosts.len()).map_err(|problem| {
            Failure::new(problem).hint("with --trust shared there is one root, and one address is enough")
        })?;
        inventory::new(&defaults, &hosts)
    };
    let inventory = Inventory::parse(&text, &path)?;
    if inventory.hosts.is_empty() {
        return Err(Failure::new(format!("{} names no host", path.display()))
            .hint("add some: [[host]] and below it fqdn = \"HOST4.atwork.at\""));
    }
    Ok((text, inventory))
}

/// A file would take the link's place, and what it leads to would stay as it was.
fn refuse_link(path: &Path) -> Result<()> {
    if !files::kind(path)?.is_symlink() {
        return Ok(());
    }
    Err(Failure::new(format!("{} is a symbolic link, and hosts are to be added to it", path.display()))
        .hint("nothing was changed; add them to the file that it leads to, and run issue without hosts"))
}

fn lists_without_keys() -> Failure {
    Failure::new(inventory::LISTS_WITHOUT_KEYS)
        .hint("nothing was changed; leave --discard-root-keys out, or --crl-url and crl_url in the inventory")
}

fn refuse_twins(hosts: &[Fqdn]) -> Result<()> {
    match hosts.iter().enumerate().find(|(number, host)| hosts.iter().take(*number).any(|earlier| earlier == *host)) {
        Some((_, host)) => Err(Error::DuplicateHost { name: host.to_string() }.into()),
        None => Ok(()),
    }
}

fn defaults(arguments: &Issue) -> Defaults {
    let usual = Defaults::default();
    Defaults {
        key: arguments.key.unwrap_or(usual.key),
        leaf_days: arguments.days.unwrap_or(usual.leaf_days),
        root_days: arguments.root_days.unwrap_or(usual.root_days),
        windows: arguments.windows.unwrap_or(usual.windows),
        trust: arguments.trust.unwrap_or(usual.trust),
        name_constraints: usual.name_constraints,
        crl_url: arguments.crl_url.clone(),
        discard_root_keys: arguments.discard_root_keys,
    }
}

/// The hosts that the inventory lacks. A version of Windows that is not its default stands with each.
fn new_hosts(known: &Inventory, arguments: &Issue) -> Vec<Entry> {
    let is_new = |host: &&Fqdn| known.hosts.iter().all(|entry| entry.fqdn != **host);
    let windows = arguments.windows.filter(|windows| *windows != known.defaults.windows);
    let entry = |host: &Fqdn| Entry { windows, ..Entry::new(host.clone()) };
    arguments.hosts.iter().filter(is_new).map(entry).collect()
}

/// What the inventory says holds for all its hosts. A command line that says otherwise is not followed in silence.
fn refuse_other_defaults(path: &Path, defaults: &Defaults, arguments: &Issue, nothing_new: bool) -> Result<()> {
    fn other<T: PartialEq + Display>(given: Option<T>, key: &str, known: T) -> Option<String> {
        given.filter(|given| *given != known).map(|given| format!("{key} = {known}, and the command line says {given}"))
    }
    let Issue { key, days, root_days, trust, windows, crl_url, .. } = arguments;
    let known_url = defaults.crl_url.as_ref().map_or("none".to_owned(), ToString::to_string);
    let problems = [
        other(*key, "key", defaults.key),
        other(*days, "leaf_days", defaults.leaf_days),
        other(*root_days, "root_days", defaults.root_days),
        other(*trust, "trust", defaults.trust),
        other(windows.filter(|_| nothing_new), "windows", defaults.windows),
        other(crl_url.as_ref().map(ToString::to_string), "crl_url", known_url),
    ];
    match problems.into_iter().flatten().next() {
        Some(problem) => Err(Failure::new(format!("{} says {problem}", path.display()))
            .hint("nothing was changed; change it there, or leave the option out")),
        None => Ok(()),
    }
}
