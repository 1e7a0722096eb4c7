//! What `renew` tells at its end: what was made, which phase a rollover is in, and what to do on each host, in this order.

use std::path::Path;

use pki_core::certificate::Certificate;
use pki_core::name::{Fqdn, printable};
use pki_core::validity::Time;
use serde::Serialize;

use super::steps::{self, Step, Used};
use crate::estate::{Estate, Fresh, Phase, Refusal, Renewed, Rollover, Standing, Touched, kit_folder};
use crate::exit::{Exit, Result};
use crate::inventory::Inventory;
use crate::output;

/// What became of the folder.
pub(super) struct Outcome<'o> {
    pub(super) dir: &'o Path,
    pub(super) inventory: &'o Inventory,
    pub(super) estate: &'o Estate,
    pub(super) renewed: &'o Renewed,
    pub(super) fresh: &'o Fresh,
    pub(super) touched: &'o [Touched],
    pub(super) now: Time,
}

#[derive(Serialize)]
struct Summary<'s> {
    dir: String,
    /// Hosts with a new certificate.
    renewed: Vec<HostSummary>,
    /// Roots that went one phase on.
    rollovers: Vec<RolloverSummary>,
    /// Hosts whose previous kits are gone.
    finished: &'s [String],
    other_roots: &'s [Touched],
    /// Roots whose keys are gone.
    discarded_keys: &'s [String],
    /// What was begun before, where it stands, and what leads on.
    waiting: Vec<WaitingSummary>,
    /// Hosts that could not be renewed, why, and what helps.
    refused: Vec<RefusedSummary>,
    /// What to do before that is done on the hosts.
    first: Vec<Step>,
    /// What to do when that is done on the hosts.
    next: Vec<Step>,
}

#[derive(Serialize)]
struct HostSummary {
    host: String,
    kit: String,
    thumbprint_sha1: String,
    previous_thumbprint_sha1: String,
    root: String,
    not_after: String,
    /// In this order.
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct RolloverSummary {
    root: String,
    phase: &'static str,
    old: RootSummary,
    new: RootSummary,
}

#[derive(Serialize)]
struct WaitingSummary {
    root: String,
    phase: &'static str,
    hosts: Vec<String>,
    next: Step,
    #[serde(skip)]
    what: &'static str,
}

#[derive(Serialize)]
struct RefusedSummary {
    host: String,
    problem: String,
    way_out: String,
}

#[derive(Serialize)]
struct RootSummary {
    label: String,
    subject: String,
    thumbprint_sha1: String,
    not_after: String,
}

impl Outcome<'_> {
    pub(super) fn print(&self, json: bool) -> Result {
        let summary = Summary {
            dir: self.dir.display().to_string(),
            renewed: self.hosts(),
            rollovers: self.renewed.rollovers.iter().filter_map(|rollover| self.rollover(rollover)).collect(),
            finished: &self.renewed.work.finished,
            other_roots: self.touched,
            discarded_keys: &self.renewed.work.discarded,
            waiting: self.renewed.waiting.iter().map(|standing| self.waiting(standing)).collect(),
            refused: self.renewed.refused.iter().map(|refusal| self.refused(refusal)).collect(),
            first: steps::missing_lists(self.dir, self.inventory, self.estate, &self.renewed.work, self.now),
            next: self.next(),
        };
        if json {
            output::json(&summary)?;
        } else {
            output::result(&self.text(&summary))?;
        }
        Ok(if summary.refused.is_empty() { Exit::Done } else { Exit::FoundWrong })
    }

    fn hosts(&self) -> Vec<HostSummary> {
        let summary = |host: &pki_core::mesh::IssuedHost, root: &str| {
            let (fqdn, leaf) = (&host.bundle.fqdn, &host.bundle.leaf);
            let kit = self.estate.kit(fqdn);
            let old = kit.map(|kit| kit.leaf.thumbprint().to_string()).unwrap_or_default();
            let new = leaf.thumbprint().to_string();
            let partners: Vec<_> =
                self.inventory.hosts.iter().map(|entry| &entry.fqdn).filter(|partner| *partner != fqdn).collect();
            HostSummary {
                host: fqdn.to_string(),
                kit: self.dir.join(kit_folder(kit.map_or(fqdn.as_str(), |kit| &kit.host))).display().to_string(),
                steps: std::iter::once(steps::install(fqdn))
                    .chain(steps::change_over(fqdn, &Used::These(std::slice::from_ref(&old)), &new, &partners))
                    .collect(),
                thumbprint_sha1: new,
                previous_thumbprint_sha1: old,
                root: root.to_owned(),
                not_after: leaf.validity().not_after.to_string(),
            }
        };
        self.fresh.hosts.iter().zip(&self.renewed.work.kits).map(|(host, kit)| summary(host, &kit.signer)).collect()
    }

    fn rollover(&self, rollover: &Rollover) -> Option<RolloverSummary> {
        let Rollover { line, phase, old, new } = rollover;
        let root = |label: &String| {
            let certificate = self.root(label)?;
            Some(RootSummary {
                label: label.clone(),
                subject: certificate.subject().to_string(),
                thumbprint_sha1: certificate.thumbprint().to_string(),
                not_after: certificate.validity().not_after.to_string(),
            })
        };
        Some(RolloverSummary { root: line.clone(), phase: phase.name(), old: root(old)?, new: root(new)? })
    }

    fn waiting(&self, standing: &Standing) -> WaitingSummary {
        WaitingSummary {
            root: standing.line.clone(),
            phase: standing.phase.name(),
            hosts: standing.hosts.clone(),
            next: steps::here(self.dir, standing.when(), &standing.arguments()),
            what: standing.what(),
        }
    }

    fn refused(&self, Refusal { host, problem, way_out }: &Refusal) -> RefusedSummary {
        let way_out = output::for_folder(self.dir, way_out);
        RefusedSummary { host: host.clone(), problem: problem.clone(), way_out }
    }

    fn root(&self, label: &str) -> Option<&Certificate> {
        let new = self.fresh.roots.iter().find(|root| root.label == label).map(|root| root.authority.certificate());
        new.or(self.estate.roots.get(label).map(|root| &root.certificate))
    }

    /// What follows when the steps of each host are done.
    fn next(&self) -> Vec<Step> {
        let every_host = || self.inventory.hosts.iter().map(|entry| &entry.fqdn);
        let renewed: Vec<&Fqdn> = self.fresh.hosts.iter().map(|host| &host.bundle.fqdn).collect();
        let is_in = |phase: Phase| self.renewed.rollovers.iter().filter(move |rollover| rollover.phase == phase);
        let mut next = steps::first_lists(self.dir, self.inventory, &self.renewed.work);
        next.extend(renewed.iter().map(|host| steps::take_back(host)));
        if !renewed.is_empty() {
            let is_all = renewed.len() == self.inventory.hosts.len();
            let named = renewed.iter().filter(|_| !is_all).map(|host| format!(" {host}"));
            let arguments = format!("--finish{}", named.collect::<String>());
            next.push(steps::here(self.dir, "forget what was before", &arguments));
        }
        if is_in(Phase::Spreading).next().is_some() {
            next.extend(every_host().map(steps::install));
            let what = "when every host has installed its kit, begin phase 2";
            next.push(steps::here(self.dir, what, "--roots-installed"));
        }
        let old = is_in(Phase::Settled).filter_map(|rollover| self.root(&rollover.old));
        let old: Vec<_> = old.map(|root| root.thumbprint().to_string()).collect();
        if !old.is_empty() {
            next.push(steps::drop_roots(&every_host().collect::<Vec<_>>(), &old));
        }
        next
    }

    fn text(&self, summary: &Summary<'_>) -> String {
        let mut text = beginning(summary);
        for host in &summary.renewed {
            let HostSummary { host, kit, thumbprint_sha1, previous_thumbprint_sha1, root, not_after, steps } = host;
            let rows = [
                ["kit", kit],
                ["thumbprint", thumbprint_sha1],
                ["before", previous_thumbprint_sha1],
                ["signed by", root],
                ["ends", not_after],
            ];
            let rows = rows.map(|row| row.map(str::to_owned));
            text.push_str(&format!("{host}: a new certificate\n{}", output::columns(2, &rows)));
            text.push_str(&format!(
                "\n  On {host}, in PowerShell as administrator, in this order:\n{}\n",
                steps::list(steps, false)
            ));
        }
        for host in summary.finished {
            text.push_str(&format!("{}: the previous kit is removed\n", printable(host)));
        }
        for Touched { host, added, removed, .. } in self.touched {
            let labels =
                added.iter().map(|label| format!("+{label}")).chain(removed.iter().map(|label| format!("-{label}")));
            let labels = labels.collect::<Vec<_>>().join(", ");
            text.push_str(&format!("{}: other roots: {}\n", printable(host), printable(&labels)));
        }
        for label in summary.discarded_keys {
            text.push_str(&format!("{}: its key is discarded\n", printable(label)));
        }
        for WaitingSummary { root, hosts, next, what, .. } in &summary.waiting {
            let rows = [
                ["hosts".to_owned(), hosts.join(", ")],
                ["next".to_owned(), format!("{}: {}", next.what, next.command)],
            ];
            text.push_str(&format!("{}: {what}\n{}\n", printable(root), output::columns(2, &rows)));
        }
        for RefusedSummary { host, problem, way_out } in &summary.refused {
            let rows = [["why".to_owned(), problem.clone()], ["way out".to_owned(), way_out.clone()]];
            text.push_str(&format!("{}: NOT renewed\n{}\n", printable(host), output::columns(2, &rows)));
        }
        if text.is_empty() {
            return format!("nothing to do, judged at {}\n", self.now);
        }
        if !summary.next.is_empty() {
            text.push_str(&format!("\nThen, in this order:\n{}", steps::list(&summary.next, true)));
        }
        text
    }
}

/// What comes before the work on the hosts.
fn beginning(summary: &Summary<'_>) -> String {
    let mut text: String = summary.rollovers.iter().map(describe).collect();
    if !summary.first.is_empty() {
        text.push_str(&format!("First, in this order:\n{}\n", steps::list(&summary.first, true)));
    }
    text
}

fn describe(rollover: &RolloverSummary) -> String {
    let RolloverSummary { root, phase, old, new } = rollover;
    let meaning = match *phase {
        "spreading" => "rollover, phase 1 of 2: every kit brings the new root beside the old",
        "changed-over" => "rollover, phase 2 of 2: its hosts have certificates of the new root",
        _ => "rollover finished: the old root is in no kit any more",
    };
    let shown = |root: &RootSummary| format!("{} ({}), ends {}", root.subject, root.thumbprint_sha1, root.not_after);
    let rows = [["old root".to_owned(), shown(old)], ["new root".to_owned(), shown(new)]];
    format!("{}: {meaning}\n{}\n", printable(root), output::columns(2, &rows))
}
