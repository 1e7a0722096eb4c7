//! The second phase of a rollover: hosts get certificates of the new root.

use super::super::rollover::Phase;
use super::super::standing::standing;
use super::super::work::{Reason, Refusal};
use super::{Renewed, Renewer};

impl Renewer<'_> {
    pub(super) fn change_over(&self) -> Result<Renewed, Refusal> {
        let mut renewed = self.nothing();
        for entry in self.entries()? {
            let kit = match self.kit_of(entry) {
                Ok(kit) => kit,
                Err(refusal) => {
                    self.spare(&mut renewed, refusal)?;
                    continue;
                }
            };
            let line = self.line_of(entry, kit)?;
            let Some(signer) = kit.signer.as_ref().filter(|_| !line.has_changed_over(kit)) else {
                let standing = standing(self.inventory, self.estate, line, kit);
                standing.filter(|_| line.phase != Phase::Settled).into_iter().for_each(|it| renewed.wait(it));
                continue;
            };
            let newest = line.newest().to_owned();
            renewed.work.kits.push(self.kit(entry, &newest, Reason::Renewed { new_key: self.renewal.new_key })?);
            renewed.went_on(line, Phase::ChangedOver, signer.clone(), newest);
        }
        if renewed.work.kits.is_empty()
            && let Some(refusal) = self.nothing_to_change_over(&renewed)
        {
            return Err(refusal);
        }
        if self.inventory.defaults.discard_root_keys {
            self.discard_spent(&mut renewed);
        }
        Ok(renewed)
    }

    /// Why there is nothing to do, unless it is that all is done.
    fn nothing_to_change_over(&self, renewed: &Renewed) -> Option<Refusal> {
        let listed =
            |host: &&String| self.inventory.hosts.iter().any(|entry| entry.fqdn.as_str().eq_ignore_ascii_case(host));
        let spreading =
            self.lines.iter().filter(|line| line.phase == Phase::Spreading && self.renewal.hosts.is_empty());
        match spreading.flat_map(|line| &line.hosts).find(|host| !listed(host)) {
            Some(host) => Some(Refusal {
                host: host.clone(),
                problem: format!("{host} has a certificate of the old root, and is not in the inventory"),
                way_out: "remove it: replica-pki issue --prune".to_owned(),
            }),
            None if renewed.waiting.is_empty() => Some(Refusal {
                host: String::new(),
                problem: "no root is in phase 1 of its rollover, so there is no phase 2 to begin".to_owned(),
                way_out: "phase 1 begins by itself when a root ends soon: replica-pki renew".to_owned(),
            }),
            None => None,
        }
    }

    /// A root that has now signed for all of its hosts needs its key no more.
    fn discard_spent(&self, renewed: &mut Renewed) {
        for line in self.lines.iter().filter(|line| renewed.rollovers.iter().any(|it| it.line == line.name)) {
            let changes_over =
                |host: &String| renewed.work.kits.iter().any(|kit| kit.entry.fqdn.as_str().eq_ignore_ascii_case(host));
            let is_done = |host: &String| {
                let kit = self.estate.kits.get(&host.to_ascii_lowercase());
                kit.and_then(|kit| kit.signer.as_deref()) == Some(line.newest())
            };
            if line.hosts.iter().all(|host| changes_over(host) || is_done(host)) {
                renewed.work.discarded.push(line.newest().to_owned());
            }
        }
    }
}
