//! The root that signs for some hosts: the one that is there, or another.

use pki_core::mesh::RootOrder;
use pki_core::name::RootName;

use super::super::Root;
use super::super::rollover::{Line, name_in_line, name_of_line};
use super::super::work::{Refusal, refuse_one_address};
use super::{Planner, names_of};
use crate::inventory::Entry;

impl Planner<'_> {
    /// Orders a root if there is none, or if another one was asked for. Returns its label, and whether it is new.
    pub(super) fn root(&mut self, mut order: RootOrder, entries: &[&Entry]) -> Result<(String, bool), Refusal> {
        let is_asked_for = entries.iter().any(|entry| self.may_replace(&entry.fqdn));
        let mut lines = self.lines.iter();
        if let Some(line) =
            lines.find(|line| line.name.eq_ignore_ascii_case(name_of_line(&order.label)) && is_asked_for)
        {
            entries.iter().try_for_each(|entry| refuse_one_address(self.inventory, entry))?;
            (order.label, order.profile.name) = self.successor(line, &order, entries);
        } else if let Some(root) = self.estate.roots.get(&order.label) {
            return match self.misfit(root, &order, entries) {
                None => Ok((order.label, false)),
                Some(problem) => Err(Refusal {
                    host: entries.first().map(|entry| entry.fqdn.to_string()).unwrap_or_default(),
                    problem: format!("{} cannot stay as it is: {problem}", root.certificate.subject()),
                    way_out: format!(
                        "with a new root its hosts get new certificates, and every host has to install its new kit; if \
                         that is wanted: replica-pki issue --replace {}",
                        entries.first().map(|entry| entry.fqdn.to_string()).unwrap_or_default()
                    ),
                }),
            };
        }
        let label = order.label.clone();
        self.work.roots.push(order);
        Ok((label, true))
    }

    /// Label and name of the root that takes the place of a line. Both differ from those before, which hosts still know. A
    /// name that the inventory gives anew does without a number.
    fn successor(&self, line: &Line, order: &RootOrder, entries: &[&Entry]) -> (String, RootName) {
        let first = &order.profile.name;
        let (label, name) = line.next(self.estate, self.orders.iter().chain(&self.work.roots), first);
        let is_taken = |(label, root): (&String, &Root)| {
            let mut names = root.certificate.subject().common_names();
            names.any(|cn| names_of_root(first, label).iter().any(|name| name.as_str().eq_ignore_ascii_case(cn)))
        };
        let is_new = gives_name(entries) && !self.estate.roots.iter().any(is_taken);
        (label, if is_new { first.clone() } else { name })
    }

    /// Why a root cannot serve its hosts. One that has ended does not serve them at all: the next one is made as the
    /// inventory says by then.
    fn misfit(&self, root: &Root, order: &RootOrder, entries: &[&Entry]) -> Option<String> {
        let certificate = &root.certificate;
        if self.now > certificate.validity().not_after {
            return None;
        }
        // Without a name of its own in the inventory it keeps the one that it got, whatever the default is by now.
        let names = names_of_root(&order.profile.name, &order.label);
        let is_called = |cn: &str| names.iter().any(|name| name.as_str() == cn);
        if gives_name(entries) && !certificate.subject().common_names().any(is_called) {
            return Some(format!("the inventory calls it {}", order.profile.name));
        }
        match &certificate.extensions().name_constraints {
            // Host by host: the limit of comparisons is meant for the names of one certificate.
            Some(constraints) => entries
                .iter()
                .find_map(|entry| constraints.check_hosts(&names_of(entry)).err())
                .map(|violation| format!("its name constraints do not permit every name of its hosts: {violation}")),
            None if order.profile.name_constraints => {
                Some("it is not limited to its hosts' names, as name_constraints asks".to_owned())
            }
            None => None,
        }
    }
}

fn gives_name(entries: &[&Entry]) -> bool {
    entries.iter().any(|entry| entry.root.is_some())
}

/// What a root may be called: as the inventory says, with the number of its label or without.
fn names_of_root(name: &RootName, label: &str) -> [RootName; 2] {
    [name.clone(), name_in_line(name, label)]
}
