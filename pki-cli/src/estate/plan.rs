//! Compares the inventory with the folder: what to make, what to change, what is in the way. Pure.

mod roots;

use std::collections::BTreeSet;

use pki_core::mesh::{Mesh, RootOrder, SHARED_ROOT, Trust};
use pki_core::name::{DnsName, Fqdn};
use pki_core::validity::Time;

use super::rollover::{Line, Phase, generation, lines, name_of_line};
use super::work::{KitWork, Reason, Refusal, Work};
use super::{Estate, KitOnDisk};
use crate::inventory::{Entry, Inventory};

/// What the caller allows beyond what is always done.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    /// Take away what belongs to hosts that are no longer in the inventory.
    pub(crate) prune: bool,
    /// Hosts that may get a new root.
    pub(crate) replace: Vec<Fqdn>,
    /// Keep no root's key.
    pub(crate) discard_root_keys: bool,
}

/// Compares. `mesh` is the inventory as the library takes it.
pub(crate) fn plan(
    inventory: &Inventory,
    mesh: &Mesh,
    estate: &Estate,
    wishes: &Wishes,
    now: Time,
) -> pki_core::Result<Result<Work, Refusal>> {
    let orders = mesh.order()?.roots;
    let lines = lines(estate);
    Ok(Planner { inventory, orders, estate, lines, wishes, now, work: Work::default() }.plan())
}

struct Planner<'p> {
    inventory: &'p Inventory,
    /// Every root of the mesh, if it were made from nothing.
    orders: Vec<RootOrder>,
    estate: &'p Estate,
    lines: Vec<Line>,
    wishes: &'p Wishes,
    now: Time,
    work: Work,
}

impl Planner<'_> {
    fn plan(mut self) -> Result<Work, Refusal> {
        let shared: Vec<_> = self.inventory.hosts.iter().collect();
        let groups: Vec<Vec<&Entry>> = match self.inventory.defaults.trust {
            Trust::Shared => vec![shared],
            _ => shared.into_iter().map(|entry| vec![entry]).collect(),
        };
        for (order, entries) in self.orders.clone().into_iter().zip(groups) {
            self.group(order, &entries)?;
        }
        self.strangers();
        if self.wishes.discard_root_keys {
            self.discard();
        }
        Ok(self.work)
    }

    /// A root and the hosts that it signs for.
    fn group(&mut self, mut order: RootOrder, entries: &[&Entry]) -> Result<(), Refusal> {
        let mut signing = Vec::new();
        for entry in entries {
            if let Some(kit) = self.estate.kit(&entry.fqdn) {
                signing.push(self.signer_of(entry, kit, &order.label)?);
            }
        }
        let oldest = signing.into_iter().min_by_key(|label| generation(label));
        order.label = match oldest {
            Some(oldest) => self.this_or_newest(oldest),
            None => self.signer_without_kits(&order.label),
        };
        let (label, is_new) = self.root(order, entries)?;
        for entry in entries {
            self.host(entry, &label, is_new)?;
        }
        self.work.trust.push(label);
        Ok(())
    }

    /// The label of the root that signed a kit's certificate, where the inventory's shape of trust has its hosts signed
    /// by one of this label.
    fn signer_of(&self, entry: &Entry, kit: &KitOnDisk, usual: &str) -> Result<String, Refusal> {
        match kit.signer.as_deref() {
            Some(label) if (name_of_line(label) == SHARED_ROOT) == (name_of_line(usual) == SHARED_ROOT) => {
                Ok(label.to_owned())
            }
            Some(_) => Err(Refusal {
                host: entry.fqdn.to_string(),
                problem: format!("the kit of {} was made for another shape of trust", entry.fqdn),
                way_out: "change trust in the inventory back, or make the mesh anew in another folder".to_owned(),
            }),
            None if self.may_replace(&entry.fqdn) => Ok(usual.to_owned()),
            None => Err(Refusal {
                host: entry.fqdn.to_string(),
                problem: format!("the root that signed for {} is not in private/roots", entry.fqdn),
                way_out: format!(
                    "bring it back, or give the host a new root: replica-pki issue --replace {}",
                    entry.fqdn
                ),
            }),
        }
    }

    /// A root that has ended leaves signing to the newest of its line, if there is a good one.
    fn this_or_newest(&self, label: String) -> String {
        let line = self.lines.iter().find(|line| line.name == name_of_line(&label));
        match line.map(Line::newest) {
            Some(newest) if !self.is_valid(&label) && self.is_valid(newest) => newest.to_owned(),
            _ => label,
        }
    }

    fn is_valid(&self, label: &str) -> bool {
        self.estate.roots.get(label).is_some_and(|root| root.certificate.validity().contains(self.now))
    }

    /// The label of the root that signs where every kit of a line was lost. Then nothing tells how far a rollover was, and
    /// the old root is the one that every host trusts in both of its phases.
    fn signer_without_kits(&self, usual: &str) -> String {
        let Some(line) = self.lines.iter().find(|line| line.name.eq_ignore_ascii_case(usual)) else {
            return usual.to_owned();
        };
        let can_sign =
            |label: &&String| self.is_valid(label) && self.estate.roots.get(*label).is_some_and(|root| root.has_key);
        line.labels.iter().find(can_sign).map_or(line.newest(), |label| label).to_owned()
    }

    fn host(&mut self, entry: &Entry, signer: &str, is_new_root: bool) -> Result<(), Refusal> {
        let encoding = self.inventory.encoding_of(entry);
        let reason = match self.estate.kit(&entry.fqdn) {
            None => Some(Reason::New),
            Some(_) if is_new_root => Some(Reason::NewRoot),
            Some(kit) if !has_names(kit, entry) => Some(Reason::Names),
            Some(kit) if kit.pfx.encoding != encoding.to_string() => Some(Reason::Encoding),
            Some(_) => None,
        };
        if matches!(reason, Some(Reason::New | Reason::Names)) && !is_new_root {
            self.refuse_outside_of_its_time(signer, entry)?;
            self.estate.refuse_without_key(signer, entry)?;
        }
        if let Some(reason) = reason {
            self.work.kits.push(KitWork::new(self.inventory, self.estate, entry, signer, reason));
        }
        Ok(())
    }

    /// What a root is to sign that has ended, or has not begun.
    fn refuse_outside_of_its_time(&self, label: &str, entry: &Entry) -> Result<(), Refusal> {
        let Some(root) = self.estate.roots.get(label).filter(|_| !self.is_valid(label)) else { return Ok(()) };
        let (host, validity) = (&entry.fqdn, root.certificate.validity());
        let has_kits = self.lines.iter().any(|line| line.name == name_of_line(label) && !line.hosts.is_empty());
        Err(Refusal {
            host: host.to_string(),
            problem: format!("the root {label} is not valid now ({validity}), so nothing new can be signed for {host}"),
            way_out: match has_kits {
                _ if self.now < validity.not_before => "compare the clock of this computer with these dates".to_owned(),
                true => "let another root follow it: replica-pki renew".to_owned(),
                false => format!("give the host a new root: replica-pki issue --replace {host}"),
            },
        })
    }

    /// What belongs to hosts that are not in the inventory. Until somebody asks to prune they are trusted.
    fn strangers(&mut self) {
        let listed =
            |host: &str| self.inventory.hosts.iter().any(|entry| entry.fqdn.as_str().eq_ignore_ascii_case(host));
        let mut strangers: Vec<_> =
            self.estate.kits.values().map(|kit| kit.host.clone()).filter(|host| !listed(host)).collect();
        let lines = lines_of(self.work.trust.iter());
        let replaced = lines_of(self.work.roots.iter().map(|root| &root.label));
        // The roots of a host whose kit is there are told of with it.
        let others = self.lines.iter().filter(|line| line.hosts.is_empty());
        let others = others.filter(|line| !lines.contains(&line.name) && !replaced.contains(&line.name));
        let stray_roots = others.flat_map(|line| &line.labels).cloned().collect();
        // A root that is being rolled over has a predecessor or a successor, which is as good as itself. Who asks for
        // another root wants neither.
        let stays = |label: &&String| {
            let line = name_of_line(label);
            !replaced.contains(line) && (!self.wishes.prune || lines.contains(line))
        };
        let others = self.estate.roots.keys().filter(|label| !self.work.trust.contains(label)).filter(stays);
        let others: Vec<_> = others.cloned().collect();
        self.work.trust.extend(others);
        self.work.drops_roots = true;
        if self.wishes.prune {
            let is_gone = |host: &&String| !listed(host) && !self.estate.kits.contains_key(&host.to_ascii_lowercase());
            strangers.extend(self.estate.passwords.iter().filter(is_gone).cloned());
            self.work.pruned = strangers;
        } else {
            self.work.strangers = strangers;
            self.work.stray_roots = stray_roots;
        }
    }

    /// The newest root of a line that is being rolled over has still to sign.
    fn discard(&mut self) {
        let spreading =
            |label: &String| self.lines.iter().any(|line| line.phase == Phase::Spreading && line.newest() == label);
        let is_new = |label: &String| self.work.roots.iter().any(|root| root.label == *label);
        let has_key = |label: &String| self.estate.roots.get(label).is_some_and(|root| root.has_key);
        let there = self.work.trust.iter().filter(|label| is_new(label) || has_key(label));
        let (kept, spent) = there.cloned().partition(|label| !is_new(label) && spreading(label));
        (self.work.kept_keys, self.work.discarded) = (kept, spent);
    }

    fn may_replace(&self, host: &Fqdn) -> bool {
        self.wishes.replace.contains(host)
    }
}

fn lines_of<'l>(labels: impl Iterator<Item = &'l String>) -> BTreeSet<String> {
    labels.map(|label| name_of_line(label).to_owned()).collect()
}

/// Every name that the certificate of a host is to have.
pub(super) fn names_of(entry: &Entry) -> Vec<DnsName> {
    std::iter::once(entry.fqdn.as_dns_name()).chain(&entry.also).cloned().collect()
}

/// Whether a kit's certificate has exactly the names of the inventory. Their order does not matter.
fn has_names(kit: &KitOnDisk, entry: &Entry) -> bool {
    let lower = |name: &str| name.to_ascii_lowercase();
    let wanted: BTreeSet<_> = names_of(entry).iter().map(DnsName::to_lowercase).collect();
    kit.leaf.dns_names().into_iter().map(lower).collect::<BTreeSet<_>>() == wanted
}
