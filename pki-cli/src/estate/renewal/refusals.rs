//! Why a kit is not renewed.

use super::super::kit_folder;
use super::super::plan::names_of;
use super::super::work::{KitWork, Reason, Refusal};
use super::{Renewer, Step};
use crate::inventory::Entry;

impl Renewer<'_> {
    pub(super) fn kit(&self, entry: &Entry, signer: &str, reason: Reason) -> Result<KitWork, Refusal> {
        self.estate.refuse_without_key(signer, entry)?;
        self.refuse_damaged(entry)?;
        self.refuse_revoked(entry, reason)?;
        self.refuse_constrained(entry, signer)?;
        Ok(KitWork::new(self.inventory, self.estate, entry, signer, reason))
    }

    /// Nothing is signed that whoever checks the chain refuses.
    fn refuse_constrained(&self, entry: &Entry, signer: &str) -> Result<(), Refusal> {
        let root = self.estate.roots.get(signer).map(|root| root.certificate.extensions());
        let constraints = root.and_then(|extensions| extensions.name_constraints.as_ref());
        if let Some(violation) = constraints.and_then(|limits| limits.check_hosts(&names_of(entry)).err()) {
            return Err(Refusal {
                host: entry.fqdn.to_string(),
                problem: format!(
                    "the root {signer} does not permit every name that the inventory gives {}: {violation}",
                    entry.fqdn
                ),
                way_out: format!("give the host a new root: replica-pki issue --replace {}", entry.fqdn),
            });
        }
        Ok(())
    }

    /// The kit is kept as the way back, and nothing mends it there.
    fn refuse_damaged(&self, entry: &Entry) -> Result<(), Refusal> {
        let kit = self.estate.kit(&entry.fqdn);
        let words = kit.and_then(|kit| kit.damage.in_words(&kit_folder(&kit.host)));
        let Some((problem, way_out)) = words else { return Ok(()) };
        let problem = format!("the kit of {}, which would be kept as previous, {problem}", entry.fqdn);
        Err(Refusal { host: entry.fqdn.to_string(), problem, way_out })
    }

    /// A key whose certificate was taken back gets no other one, whatever the reason was.
    fn refuse_revoked(&self, entry: &Entry, reason: Reason) -> Result<(), Refusal> {
        let kit = self.estate.kit(&entry.fqdn).filter(|_| reason == Reason::Renewed { new_key: false });
        let Some((kit, root)) = kit.and_then(|kit| Some((kit, self.estate.roots.get(kit.signer.as_deref()?)?))) else {
            return Ok(());
        };
        let (host, refuse) = (entry.fqdn.to_string(), |problem, way_out| {
            Err(Refusal { host: entry.fqdn.to_string(), problem, way_out })
        });
        if let Some(Err(failure)) = &root.list {
            return refuse(
                format!("what the root of {host} took back cannot be known: {}", failure.message()),
                failure.way_out().to_owned(),
            );
        }
        let what = match root.revocation_of(&kit.leaf) {
            Some(revocation) => {
                format!("the certificate of {host} was revoked on {} ({})", revocation.time, revocation.reason)
            }
            None if self.estate.has_revoked_key(kit) => format!("a certificate of the key of {host} was revoked"),
            None => return Ok(()),
        };
        let step = if self.renewal.step == Step::RootsInstalled { " --roots-installed" } else { "" };
        refuse(
            format!("{what}, and the new one would have the same key"),
            format!("replica-pki renew{step} {host} --new-key"),
        )
    }
}

/// What `--finish` would end is in its first phase.
pub(super) fn unfinished_phase(entry: &Entry) -> Refusal {
    Refusal {
        host: entry.fqdn.to_string(),
        problem: format!(
            "the root of {} is being rolled over, and this is phase 1: its successor goes to every host",
            entry.fqdn
        ),
        way_out: "install every kit on its host, then: replica-pki renew --roots-installed".to_owned(),
    }
}
