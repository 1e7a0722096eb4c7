//! What `renew` does next. Pure.

mod change_over;
mod refusals;
mod renewed;

pub(crate) use renewed::{Renewed, Rollover};

use pki_core::mesh::{Mesh, RootOrder};
use pki_core::name::Fqdn;
use pki_core::validity::Time;

use super::rollover::{Line, Phase, lines, name_of_line};
use super::standing::{standing, unfinished};
use super::work::{Reason, Refusal, Work, refuse_one_address};
use super::{Estate, KitOnDisk};
use crate::inventory::{Entry, Inventory};

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renewal {
    /// These hosts; if empty, those whose certificates end soon.
    pub(crate) hosts: Vec<Fqdn>,
    /// In days.
    pub(crate) within: i64,
    pub(crate) new_key: bool,
    pub(crate) step: Step,
}

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// New certificates, or new roots where they end soon.
    Start,
    /// Every host trusts the new roots: change over to them.
    RootsInstalled,
    /// Everything is installed: what was before goes.
    Finish,
}

/// Decides.
pub(crate) fn renew(
    inventory: &Inventory,
    mesh: &Mesh,
    estate: &Estate,
    renewal: &Renewal,
    now: Time,
) -> pki_core::Result<Result<Renewed, Refusal>> {
    let orders = mesh.order()?.roots;
    let lines = lines(estate);
    let renewer = Renewer { inventory, orders, estate, renewal, now, lines };
    Ok(match renewal.step {
        Step::Start => renewer.start(),
        Step::RootsInstalled => renewer.change_over(),
        Step::Finish => renewer.finish(),
    })
}

struct Renewer<'r> {
    inventory: &'r Inventory,
    orders: Vec<RootOrder>,
    estate: &'r Estate,
    renewal: &'r Renewal,
    now: Time,
    lines: Vec<Line>,
}

impl<'r> Renewer<'r> {
    fn start(&self) -> Result<Renewed, Refusal> {
        let mut renewed = self.nothing();
        for entry in self.entries()? {
            if let Err(refusal) = self.start_host(&mut renewed, entry) {
                self.spare(&mut renewed, refusal)?;
            }
        }
        Ok(renewed)
    }

    fn start_host(&self, renewed: &mut Renewed, entry: &Entry) -> Result<(), Refusal> {
        let kit = self.kit_of(entry)?;
        let line = self.line_of(entry, kit)?;
        // Phase 1 comes before anything else, and nothing is begun twice.
        if let Some(standing) = standing(self.inventory, self.estate, line, kit) {
            renewed.wait(standing);
            return Ok(());
        }
        let is_named = self.renewal.hosts.contains(&entry.fqdn);
        let root_ends = line
            .labels
            .last()
            .and_then(|label| self.estate.roots.get(label))
            .is_some_and(|root| root.certificate.validity().not_after.days_after(self.now) < self.renewal.within);
        let leaf_ends = kit.leaf.validity().not_after.days_after(self.now) < self.renewal.within;
        if root_ends && !unfinished(self.inventory, self.estate, line).is_empty() {
            self.wait_for_others(renewed, line);
        } else if root_ends {
            self.order_root(renewed, line, entry)?;
        } else if is_named || leaf_ends {
            let reason = Reason::Renewed { new_key: self.renewal.new_key };
            renewed.work.kits.push(self.kit(entry, line.newest(), reason)?);
        }
        Ok(())
    }

    /// Where the others of a line keep something that a step of the whole line would take away.
    fn wait_for_others(&self, renewed: &mut Renewed, line: &Line) {
        for host in unfinished(self.inventory, self.estate, line) {
            let kit = self.estate.kits.get(&host.to_ascii_lowercase());
            if let Some(standing) = kit.and_then(|kit| standing(self.inventory, self.estate, line, kit)) {
                renewed.wait(standing);
            }
        }
    }

    fn order_root(&self, renewed: &mut Renewed, line: &Line, entry: &Entry) -> Result<(), Refusal> {
        if renewed.work.roots.iter().any(|root| name_of_line(&root.label) == line.name) {
            return Ok(());
        }
        let is_of_line = |order: &&RootOrder| order.label.eq_ignore_ascii_case(&line.name);
        let mut order = self.orders.iter().find(is_of_line).cloned().ok_or_else(|| Refusal {
            host: entry.fqdn.to_string(),
            problem: format!("the root of {} is not the one that the inventory asks for", entry.fqdn),
            way_out: "look at trust in the inventory".to_owned(),
        })?;
        refuse_one_address(self.inventory, entry)?;
        let ordered = self.orders.iter().chain(&renewed.work.roots);
        let (label, name) = line.next(self.estate, ordered, &order.profile.name);
        (order.profile.name, order.label) = (name, label.clone());
        renewed.work.roots.push(order);
        renewed.work.trust.push(label.clone());
        renewed.went_on(line, Phase::Spreading, line.newest().to_owned(), label);
        Ok(())
    }

    fn finish(&self) -> Result<Renewed, Refusal> {
        let mut renewed = self.nothing();
        renewed.work.drops_roots = true;
        for entry in self.entries()? {
            let kit = self.kit_of(entry)?;
            let line = self.line_of(entry, kit)?;
            match line.phase {
                // A host that changed over before the others can be finished by name.
                Phase::Spreading if self.renewal.hosts.is_empty() || !line.has_changed_over(kit) => {
                    return Err(refusals::unfinished_phase(entry));
                }
                // Another host that still presents a certificate of the old root would be trusted no more.
                Phase::ChangedOver if !self.finishes(line) => self.wait_for_others(&mut renewed, line),
                Phase::ChangedOver => {
                    let old = line.labels.iter().filter(|label| *label != line.newest());
                    for old in old {
                        renewed.went_on(line, Phase::Settled, old.clone(), line.newest().to_owned());
                    }
                    renewed.work.trust.retain(|label| name_of_line(label) != line.name || label == line.newest());
                }
                Phase::Spreading | Phase::Settled => {}
            }
            if kit.has_previous {
                renewed.work.finished.push(kit.host.clone());
            }
        }
        renewed.finish_waiting();
        Ok(renewed)
    }

    /// Whether no host of a line is left unfinished.
    fn finishes(&self, line: &Line) -> bool {
        let named = &self.renewal.hosts;
        let is_asked =
            |host: &String| named.is_empty() || named.iter().any(|named| named.as_str().eq_ignore_ascii_case(host));
        unfinished(self.inventory, self.estate, line).iter().all(is_asked)
    }

    /// Nothing changes but what is added to this.
    fn nothing(&self) -> Renewed {
        let work = Work { trust: self.estate.roots.keys().cloned().collect(), ..Work::default() };
        Renewed { work, rollovers: Vec::new(), waiting: Vec::new(), refused: Vec::new() }
    }

    /// The hosts that were named, or all.
    fn entries(&self) -> Result<Vec<&'r Entry>, Refusal> {
        let named = &self.renewal.hosts;
        if let Some(host) = named.iter().find(|host| self.inventory.hosts.iter().all(|entry| entry.fqdn != **host)) {
            return Err(Refusal {
                host: host.to_string(),
                problem: format!("{host} is not in the inventory"),
                way_out: format!("to make its kit: replica-pki issue {host}"),
            });
        }
        let entries = self.inventory.hosts.iter();
        Ok(entries.filter(|entry| named.is_empty() || named.contains(&entry.fqdn)).collect())
    }

    fn kit_of(&self, entry: &Entry) -> Result<&'r KitOnDisk, Refusal> {
        self.estate.kit(&entry.fqdn).ok_or_else(|| Refusal {
            host: entry.fqdn.to_string(),
            problem: format!("{} has no kit yet", entry.fqdn),
            way_out: "make it: replica-pki issue".to_owned(),
        })
    }

    /// A host that nobody named keeps no other from a renewal.
    fn spare(&self, renewed: &mut Renewed, refusal: Refusal) -> Result<(), Refusal> {
        if !self.renewal.hosts.is_empty() {
            return Err(refusal);
        }
        renewed.refused.push(refusal);
        Ok(())
    }

    fn line_of(&self, entry: &Entry, kit: &KitOnDisk) -> Result<&Line, Refusal> {
        let name = kit.signer.as_deref().map(name_of_line);
        self.lines.iter().find(|line| Some(line.name.as_str()) == name).ok_or_else(|| Refusal {
            host: entry.fqdn.to_string(),
            problem: format!("the root that signed for {} is not in private/roots", entry.fqdn),
            way_out: format!("bring it back, or give the host a new root: replica-pki issue --replace {}", entry.fqdn),
        })
    }
}
