//! What `renew` does next. Pure.

use pki_core::mesh::{Mesh, RootOrder};
use pki_core::name::{Fqdn, RootName};
use pki_core::pfx::Encoding;
use pki_core::validity::Time;

use super::plan::{KitWork, Reason, Refusal, Work};
use super::rollover::{Line, Phase, lines, name_of_line};
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

/// What comes out.
#[derive(Debug)]
pub(crate) struct Renewed {
    pub(crate) work: Work,
    /// Lines that got a new root, and those that changed over.
    pub(crate) spreading: Vec<String>,
    pub(crate) changed_over: Vec<String>,
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
        for (entry, kit) in self.hosts()? {
            let is_named = self.renewal.hosts.contains(&entry.fqdn);
            let line = self.line_of(entry, kit)?;
            let root_ends = line
                .labels
                .last()
                .and_then(|label| self.estate.roots.get(label))
                .map(|root| root.certificate.validity().not_after.days_after(self.now) < self.renewal.within);
            let leaf_ends = kit.leaf.validity().not_after.days_after(self.now) < self.renewal.within;
            if !(is_named || leaf_ends || root_ends == Some(true)) {
                continue;
            }
            self.refuse_unfinished(entry, kit, line)?;
            if root_ends == Some(true) {
                self.order_root(&mut renewed, line, entry)?;
            } else {
                renewed.work.kits.push(self.kit(
                    entry,
                    line.newest(),
                    Reason::Renewed { new_key: self.renewal.new_key },
                )?);
            }
        }
        Ok(renewed)
    }

    /// Phase 1 comes before anything else, and neither is begun twice.
    fn refuse_unfinished(&self, entry: &Entry, kit: &KitOnDisk, line: &Line) -> Result<(), Refusal> {
        let host = entry.fqdn.to_string();
        match line.phase {
            Phase::Spreading => Err(Refusal {
                problem: format!(
                    "the root of {host} is being rolled over, and this is phase 1: its successor goes to every host"
                ),
                way_out: "install every kit on its host, then: replica-pki renew --roots-installed".to_owned(),
                host,
            }),
            Phase::ChangedOver => Err(Refusal {
                problem: format!(
                    "the root of {host} is being rolled over, and this is phase 2: new certificates go to their hosts"
                ),
                way_out: "install the kits, then: replica-pki renew --finish".to_owned(),
                host,
            }),
            Phase::Settled if kit.has_previous => Err(Refusal {
                problem: format!("{host} was renewed already, and the kit before that is still kept"),
                way_out: format!("install its kit, then: replica-pki renew --finish {host}"),
                host,
            }),
            Phase::Settled => Ok(()),
        }
    }

    fn order_root(&self, renewed: &mut Renewed, line: &Line, entry: &Entry) -> Result<(), Refusal> {
        let label = line.next_label();
        if renewed.work.roots.iter().any(|root| root.label == label) {
            return Ok(());
        }
        let mut order = self.orders.iter().find(|order| order.label == line.name).cloned().ok_or_else(|| Refusal {
            host: entry.fqdn.to_string(),
            problem: format!("the root of {} is not the one that the inventory asks for", entry.fqdn),
            way_out: "look at trust in the inventory".to_owned(),
        })?;
        order.profile.name = successor(&order.profile.name, &label);
        order.label = label.clone();
        renewed.work.roots.push(order);
        renewed.work.trust.push(label);
        renewed.spreading.push(line.name.clone());
        Ok(())
    }

    fn change_over(&self) -> Result<Renewed, Refusal> {
        let mut renewed = self.nothing();
        for (entry, kit) in self.hosts()? {
            let line = self.line_of(entry, kit)?;
            if line.phase != Phase::Spreading {
                continue;
            }
            let newest = line.newest().to_owned();
            renewed.work.kits.push(self.kit(entry, &newest, Reason::Renewed { new_key: self.renewal.new_key })?);
            if !renewed.changed_over.contains(&line.name) {
                renewed.changed_over.push(line.name.clone());
            }
        }
        if renewed.work.kits.is_empty() {
            return Err(Refusal {
                host: String::new(),
                problem: "no root is being rolled over, so there is no second phase to begin".to_owned(),
                way_out: "begin with: replica-pki renew".to_owned(),
            });
        }
        Ok(renewed)
    }

    fn finish(&self) -> Result<Renewed, Refusal> {
        let mut renewed = self.nothing();
        renewed.work.drops_roots = true;
        for (entry, kit) in self.hosts()? {
            let line = self.line_of(entry, kit)?;
            match line.phase {
                Phase::Spreading => return self.refuse_unfinished(entry, kit, line).map(|()| renewed),
                Phase::ChangedOver => {
                    renewed.work.trust.retain(|label| name_of_line(label) != line.name || label == line.newest());
                }
                Phase::Settled => {}
            }
            if kit.has_previous {
                renewed.work.finished.push(kit.host.clone());
            }
        }
        Ok(renewed)
    }

    /// Nothing changes but what is added to this.
    fn nothing(&self) -> Renewed {
        let work = Work { trust: self.estate.roots.keys().cloned().collect(), ..Work::default() };
        Renewed { work, spreading: Vec::new(), changed_over: Vec::new() }
    }

    /// The hosts that were named, or all, with their kits.
    fn hosts(&self) -> Result<Vec<(&'r Entry, &'r KitOnDisk)>, Refusal> {
        let named = &self.renewal.hosts;
        if let Some(host) = named.iter().find(|host| self.inventory.hosts.iter().all(|entry| entry.fqdn != **host)) {
            return Err(Refusal {
                host: host.to_string(),
                problem: format!("{host} is not in the inventory"),
                way_out: format!("to make its kit: replica-pki issue {host}"),
            });
        }
        let entries = self.inventory.hosts.iter().filter(|entry| named.is_empty() || named.contains(&entry.fqdn));
        let with_kit = |entry: &'r Entry| {
            let kit = self.estate.kit(&entry.fqdn).ok_or_else(|| Refusal {
                host: entry.fqdn.to_string(),
                problem: format!("{} has no kit yet", entry.fqdn),
                way_out: "make it: replica-pki issue".to_owned(),
            })?;
            Ok((entry, kit))
        };
        entries.map(with_kit).collect()
    }

    fn line_of(&self, entry: &Entry, kit: &KitOnDisk) -> Result<&Line, Refusal> {
        let name = self.estate.signer_of(&kit.leaf).map(name_of_line);
        self.lines.iter().find(|line| Some(line.name.as_str()) == name).ok_or_else(|| Refusal {
            host: entry.fqdn.to_string(),
            problem: format!("the root that signed for {} is not in private/roots", entry.fqdn),
            way_out: format!("bring it back, or give the host a new root: replica-pki issue --replace {}", entry.fqdn),
        })
    }

    fn kit(&self, entry: &Entry, signer: &str, reason: Reason) -> Result<KitWork, Refusal> {
        if self.estate.roots.get(signer).is_some_and(|root| !root.has_key) {
            return Err(Refusal {
                host: entry.fqdn.to_string(),
                problem: format!(
                    "the key of the root {signer} was discarded, so {} cannot be renewed below it",
                    entry.fqdn
                ),
                way_out: format!("give the host a new root: replica-pki issue --replace {}", entry.fqdn),
            });
        }
        let encoding = Encoding::for_windows(entry.windows.unwrap_or(self.inventory.defaults.windows));
        Ok(KitWork { entry: entry.clone(), signer: signer.to_owned(), encoding, reason })
    }
}

/// A name that differs from its predecessor's, so that nobody takes one root for the other.
fn successor(name: &RootName, label: &str) -> RootName {
    let number: String = label.chars().rev().take_while(char::is_ascii_digit).collect();
    let number: String = number.chars().rev().collect();
    let room = 64 - 1 - number.len();
    let start: String = name.as_str().chars().take(room).collect();
    format!("{} {number}", start.trim_end()).parse().unwrap_or_else(|_| name.clone())
}
