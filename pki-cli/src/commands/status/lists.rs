//! What is wrong with the roots' revocation lists: hosts that look for one refuse every certificate when there is none, or it
//! has ended.

use std::path::Path;

use pki_core::name::printable;

use super::super::plural;
use super::super::renew::steps;
use super::Mesh;
use crate::estate::{KitOnDisk, Phase, Root, name_of_line};

impl Mesh<'_> {
    /// What is wrong with the last list of a root, and what helps.
    pub(super) fn of_list(&self, dir: &Path, label: &str, root: &Root) -> Option<String> {
        let name = printable(label);
        let list = match &root.list {
            Some(Err(failure)) => return Some(format!("{}: {}", printable(failure.message()), failure.way_out())),
            Some(Ok(list)) => Some(list),
            None => None,
        };
        // Below an ended root every certificate has ended too, and it signs nothing more.
        if !root.certificate.validity().contains(self.now) || !self.is_used(label, root) {
            return None;
        }
        let problem = match list.map(|list| list.validity().not_after.days_after(self.now)) {
            None if self.is_list_named(label) => {
                format!("the root {name} has no revocation list yet, and certificates name one")
            }
            Some(..0) => format!("the revocation list of {name} has ended"),
            Some(days) if days < self.within => {
                format!("the revocation list of {name} ends in {}", plural(days, "day"))
            }
            _ => return None,
        };
        if root.has_key {
            return Some(format!("{problem}: {}", steps::crl(dir, label)));
        }
        let host = self.signed(label).find(|kit| names_list(kit) && self.is_listed(kit)).map(|kit| &kit.host)?;
        Some(format!("{problem}, and the key that signs the next one is gone: replica-pki issue --replace {host}"))
    }

    /// Whether certificates of a root may be in use, those of kits that a renewal keeps among them, or will be soon.
    fn is_used(&self, label: &str, root: &Root) -> bool {
        let line = name_of_line(label);
        let is_of_line = |kit: &&KitOnDisk| kit.signer.as_deref().is_some_and(|signer| name_of_line(signer) == line);
        let is_before = |kit: &KitOnDisk| {
            kit.previous.as_ref().is_some_and(|previous| previous.issuer() == root.certificate.subject())
        };
        self.line_of(label).is_some_and(|line| line.phase == Phase::Spreading && line.newest() == label)
            || self.signed(label).next().is_some()
            || self.estate.kits.values().filter(is_of_line).any(is_before)
    }

    /// Whether certificates of a root say that it has lists, or will.
    fn is_list_named(&self, label: &str) -> bool {
        self.inventory.defaults.crl_url.is_some() || self.signed(label).any(names_list)
    }

    /// The kits whose certificates a root signed.
    fn signed<'s>(&'s self, label: &'s str) -> impl Iterator<Item = &'s KitOnDisk> {
        self.estate.kits.values().filter(move |kit| kit.signer.as_deref() == Some(label))
    }

    fn is_listed(&self, kit: &KitOnDisk) -> bool {
        self.inventory.hosts.iter().any(|entry| entry.fqdn.as_str().eq_ignore_ascii_case(&kit.host))
    }
}

fn names_list(kit: &KitOnDisk) -> bool {
    kit.leaf.extensions().crl_distribution_points.is_some()
}
