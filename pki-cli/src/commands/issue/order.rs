//! What `issue` leaves to do on the hosts: to change over to other certificates, and to take roots away.

use std::collections::BTreeSet;

use pki_core::certificate::Certificate;
use pki_core::mesh::{IssuedHost, SHARED_ROOT};
use pki_core::name::Fqdn;
use serde::Serialize;

use super::super::renew::steps::{self, Step, Used};
use super::report::Outcome;
use crate::estate::{self, KitWork, Phase, Reason, Root, generation, name_of_line};

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

    /// The order of work on a host that gets another certificate. Below a new root it begins when all kits are installed.
    pub(super) fn change_over(&self, made: &IssuedHost, kit: &KitWork) -> Vec<Step> {
        let used = self.used(made, kit.reason);
        let old = match used.as_slice() {
            [] if self.is_made_again(kit) => Used::Another,
            [] => return Vec::new(),
            used => Used::These(used),
        };
        let host = &made.bundle.fqdn;
        let partners: Vec<_> = self.hosts().filter(|partner| *partner != host).collect();
        let install = (!self.begins_everywhere()).then(|| steps::install(host));
        let new = made.bundle.leaf.thumbprint().to_string();
        // The kit that a renewal kept takes its certificate back, as long as it is there.
        let is_kept = !self.drops_previous(made, kit.reason);
        let remove = used.iter().take(if is_kept { 1 } else { used.len() }).map(|old| steps::remove(host, old));
        install.into_iter().chain(steps::change_over(host, &old, &new, &partners)).chain(remove).collect()
    }

    /// The thumbprints of the certificates that a host's virtual machines may use until now. Where a renewal was not finished
    /// they are two, the newer one first.
    fn used(&self, made: &IssuedHost, reason: Reason) -> Vec<String> {
        let kit = self.estate.kit(&made.bundle.fqdn);
        let previous = kit.and_then(|kit| kit.previous.as_ref()).map(|leaf| leaf.thumbprint().to_string());
        let before = self.before(made, reason);
        let previous = previous.filter(|_| before.is_some());
        before.into_iter().chain(previous).collect()
    }

    /// Whether the host had a kit, which was lost: a root of its own is there, or the first shared one is limited to the names
    /// of its hosts and permits this one's.
    fn is_made_again(&self, kit: &KitWork) -> bool {
        let line = name_of_line(&kit.signer);
        let name = std::slice::from_ref(kit.entry.fqdn.as_dns_name());
        let permits = |root: &Root| {
            let limits = root.certificate.extensions().name_constraints.as_ref();
            limits.is_some_and(|limits| limits.check_hosts(name).is_ok())
        };
        let roots = self.estate.roots.iter().filter(|(label, _)| name_of_line(label) == line);
        let oldest = roots.min_by_key(|(label, _)| generation(label));
        kit.reason == Reason::New && oldest.is_some_and(|(_, root)| line != SHARED_ROOT || permits(root))
    }

    fn hosts(&self) -> impl Iterator<Item = &Fqdn> {
        self.inventory.hosts.iter().map(|entry| &entry.fqdn)
    }

    /// Roots that were replaced, or whose hosts are gone. `install` takes none away.
    pub(super) fn removed_roots(&self) -> Vec<RemovedRoot> {
        let is_gone = |label: &String| self.work.drops_roots && !self.work.trust.contains(label);
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
        let install = self.begins_everywhere().then(|| steps::install_all(&self.hosts().collect::<Vec<_>>()));
        self.lists().into_iter().chain(install).collect()
    }

    /// The revocation lists among that.
    pub(super) fn lists(&self) -> Vec<Step> {
        let mut lists = steps::first_lists(self.dir, self.inventory, self.work);
        lists.extend(steps::missing_lists(self.dir, self.inventory, self.estate, self.work, self.now));
        lists
    }

    /// Whether every host has to install its kit before a new certificate is used.
    pub(super) fn begins_everywhere(&self) -> bool {
        self.replaces_a_root() || self.is_ahead_of_phase_2()
    }

    /// Whether a root that is spreading signed, because none before it can: nobody said yet that every host has it.
    pub(super) fn is_ahead_of_phase_2(&self) -> bool {
        let lines = estate::lines(self.estate);
        let mut signed = self.work.kits.iter().filter(|kit| kit.reason != Reason::Encoding);
        signed.any(|kit| lines.iter().any(|line| line.phase == Phase::Spreading && line.newest() == kit.signer))
    }

    /// Whether a new root takes another's place, also where the kit was lost that would tell.
    fn replaces_a_root(&self) -> bool {
        let unknown = self.estate.kits.values().flat_map(|kit| &kit.unknown);
        let lines: BTreeSet<_> = self.estate.roots.keys().chain(unknown).map(|label| name_of_line(label)).collect();
        self.made.roots.iter().any(|root| lines.contains(name_of_line(&root.label)))
    }

    /// What is left when every host uses its new kit.
    pub(super) fn last(&self) -> Vec<Step> {
        let removed: Vec<_> = self.removed_roots().into_iter().map(|root| root.thumbprint_sha1).collect();
        let hosts: Vec<_> = self.hosts().collect();
        if removed.is_empty() { Vec::new() } else { vec![steps::drop_roots(&hosts, &removed)] }
    }
}
