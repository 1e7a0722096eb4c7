//! What `issue` leaves to do on the hosts: to change over to other certificates, and to take roots away.

use pki_core::certificate::Certificate;
use pki_core::mesh::IssuedHost;
use serde::Serialize;

use super::super::renew::steps::{self, Step};
use super::report::Outcome;
use crate::estate::Reason;

/// A root that went from every kit.
#[derive(Serialize)]
pub(super) struct RemovedRoot {
    pub(super) label: String,
    pub(super) subject: String,
    pub(super) thumbprint_sha1: String,
}

impl Outcome<'_> {
    /// The thumbprint of the certificate that a host used until now, if it gets another one.
    pub(super) fn before(&self, made: &IssuedHost, reason: Reason) -> Option<String> {
        let is_other = matches!(reason, Reason::NewRoot | Reason::Names | Reason::Renewed { .. });
        let kit = self.estate.kit(&made.bundle.fqdn).filter(|_| is_other)?;
        Some(kit.leaf.thumbprint().to_string())
    }

    /// Whether a kit that a renewal kept is gone.
    pub(super) fn drops_previous(&self, made: &IssuedHost, reason: Reason) -> bool {
        reason == Reason::NewRoot && self.estate.kit(&made.bundle.fqdn).is_some_and(|kit| kit.has_previous)
    }

    /// The order of work on a host that gets another certificate.
    pub(super) fn change_over(&self, made: &IssuedHost, reason: Reason) -> Vec<Step> {
        let Some(old) = self.before(made, reason) else { return Vec::new() };
        let host = &made.bundle.fqdn;
        let hosts = self.inventory.hosts.iter().map(|entry| &entry.fqdn);
        let partners: Vec<_> = hosts.filter(|partner| *partner != host).collect();
        let mut steps = steps::change_over(host, &old, &made.bundle.leaf.thumbprint().to_string(), &partners);
        steps.push(steps::remove(host, &old));
        steps
    }

    /// Roots that were replaced, or whose hosts are gone. `install` takes none away.
    pub(super) fn removed_roots(&self) -> Vec<RemovedRoot> {
        let is_replaced = |label: &String| self.made.roots.iter().any(|root| root.label == *label);
        let is_gone = |label: &String| {
            is_replaced(label) || self.work.drops_roots && !self.work.trust.iter().any(|kept| kept == label)
        };
        let removed = |label: &String, root: &Certificate| RemovedRoot {
            label: label.clone(),
            subject: root.subject().to_string(),
            thumbprint_sha1: root.thumbprint().to_string(),
        };
        let gone = self.estate.roots.iter().filter(|(label, _)| is_gone(label));
        gone.map(|(label, root)| removed(label, &root.certificate)).collect()
    }

    /// What comes before any new certificate is used.
    pub(super) fn first(&self) -> Vec<Step> {
        steps::first_lists(self.dir, self.inventory, &self.made.roots, &self.work.discarded)
    }

    /// What is left when every host uses its new kit.
    pub(super) fn last(&self) -> Vec<Step> {
        let removed: Vec<_> = self.removed_roots().into_iter().map(|root| root.thumbprint_sha1).collect();
        let hosts: Vec<_> = self.inventory.hosts.iter().map(|entry| &entry.fqdn).collect();
        if removed.is_empty() { Vec::new() } else { vec![steps::drop_roots(&hosts, &removed)] }
    }
}
