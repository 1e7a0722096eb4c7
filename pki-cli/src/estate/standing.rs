//! Where hosts stand in a renewal that was begun and not finished, and what leads on. `renew` waits and refuses by it, and
//! `status` advises by it, so that nothing is advised that is refused.

use super::rollover::{Line, Phase};
use super::{Estate, KitOnDisk, Step};
use crate::inventory::Inventory;

/// Hosts of one line that wait for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The label of the line's first root.
    pub(crate) line: String,
    /// Of the line.
    pub(crate) phase: Phase,
    pub(crate) hosts: Vec<String>,
    /// What comes next.
    pub(crate) step: Step,
    /// The hosts that are then to be finished.
    pub(crate) finishes: Vec<String>,
}

/// Where the host of a kit stands; nowhere if nothing was begun.
pub(crate) fn standing(inventory: &Inventory, estate: &Estate, line: &Line, kit: &KitOnDisk) -> Option<Standing> {
    let (step, finishes) = match line.phase {
        Phase::Spreading if !(line.has_changed_over(kit) && kit.has_previous) => (Step::RootsInstalled, Vec::new()),
        Phase::Settled if !kit.has_previous => return None,
        _ if kit.has_previous => (Step::Finish, vec![kit.host.clone()]),
        _ => match unfinished(inventory, estate, line) {
            others if others.is_empty() => (Step::Finish, vec![kit.host.clone()]),
            others => (Step::Finish, others),
        },
    };
    Some(Standing { line: line.name.clone(), phase: line.phase, hosts: vec![kit.host.clone()], step, finishes })
}

/// The hosts of a line that keep their previous kits, and so may still use the certificates in them. One that left the
/// inventory is not waited for.
pub(super) fn unfinished(inventory: &Inventory, estate: &Estate, line: &Line) -> Vec<String> {
    let listed = |host: &str| inventory.hosts.iter().any(|entry| entry.fqdn.as_str().eq_ignore_ascii_case(host));
    let keeps = |host: &&String| estate.kits.get(&host.to_ascii_lowercase()).is_some_and(|kit| kit.has_previous);
    line.hosts.iter().filter(keeps).filter(|host| listed(host)).cloned().collect()
}

impl Standing {
    /// In words.
    pub(crate) fn what(&self) -> &'static str {
        match (self.step, self.phase) {
            (Step::Finish, Phase::ChangedOver) => "rollover of its root, phase 2",
            (Step::Finish, _) => "renewed",
            _ => "rollover of its root, phase 1",
        }
    }

    /// What has to be so before the next command.
    pub(crate) fn when(&self) -> &'static str {
        match self.step {
            Step::Finish => "when replication is healthy",
            _ => "when every host has installed its kit",
        }
    }

    /// What `renew` is given next.
    pub(crate) fn arguments(&self) -> String {
        match self.step {
            Step::Finish => format!("--finish {}", self.finishes.join(" ")),
            _ => "--roots-installed".to_owned(),
        }
    }

    /// Takes in another one that waits for the same.
    pub(super) fn join(&mut self, other: Self) {
        let add = |all: &mut Vec<String>, more: Vec<String>| {
            for host in more {
                if !all.contains(&host) {
                    all.push(host);
                }
            }
        };
        add(&mut self.hosts, other.hosts);
        add(&mut self.finishes, other.finishes);
    }
}
