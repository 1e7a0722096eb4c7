//! A host's row: facts, what is wrong, and what is good to know.

use pki_core::certificate::Certificate;
use serde::Serialize;

use super::super::plural;
use super::Mesh;
use crate::estate::{self, KitOnDisk, Phase, Root, Standing};
use crate::exit::Result;

#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) host: String,
    /// Absent without a kit.
    #[serde(flatten)]
    pub(super) facts: Option<Facts>,
    /// What ends soon or does not fit.
    pub(super) problems: Vec<String>,
    /// What is as it was asked for.
    pub(super) notes: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Facts {
    pub(super) encoding: String,
    pub(super) thumbprint_sha1: String,
    pub(super) leaf_ends: String,
    pub(super) leaf_days_left: i64,
    pub(super) root: String,
    pub(super) root_ends: String,
    pub(super) root_days_left: i64,
    /// Whether the root's key is there, so that the host can be renewed.
    pub(super) root_key: bool,
    /// Whether it was discarded.
    pub(super) root_key_discarded: bool,
    /// `settled`, or how far the rollover of its root is.
    pub(super) phase: &'static str,
    /// Whether the kit keeps the one before.
    pub(super) keeps_previous: bool,
    /// Where its certificate says that the revocation list lies.
    pub(super) revocation_list: Option<String>,
}

impl Row {
    pub(super) fn new(host: &str) -> Self {
        Self { host: host.to_owned(), facts: None, problems: Vec::new(), notes: Vec::new() }
    }

    /// What a kit and its root tell by themselves.
    pub(super) fn of_kit(mesh: &Mesh<'_>, host: &str, kit: &KitOnDisk, label: &str, root: &Root) -> Result<Self> {
        let line = mesh.line_of(label);
        let phase = line.map_or(Phase::Settled, |line| line.phase);
        let standing = line.and_then(|line| estate::standing(mesh.inventory, mesh.estate, line, kit));
        let facts = Facts::of(mesh, kit, label, root, phase);
        let way_out = way_out(host, standing.as_ref(), &facts, facts.root_days_left < mesh.within);
        let ends = facts.ends(mesh.within);
        let wanted = mesh.inventory.defaults.crl_url.as_ref().map(|url| url.of_root(label)).transpose()?;
        let problems = [
            ends.as_ref().map(|ends| format!("{ends}: {way_out}")),
            revoked(mesh, kit, root).map(|problem| format!("{problem}: {}", with_other_key(host, phase, &facts))),
            kit.lost_password.then(|| {
                format!(
                    "the password that was generated for its PFX is gone: bring private/passwords/{}.txt back from a \
                     copy, or make another certificate: {}",
                    kit.fqdn,
                    with_other_key(host, phase, &facts)
                )
            }),
            facts.other_list(wanted.map(|url| url.to_string())).map(|problem| format!("{problem}: {way_out}")),
            of_root_key(mesh, host, label, root, phase),
        ];
        Ok(Self {
            host: host.to_owned(),
            problems: problems.into_iter().flatten().collect(),
            // What to do about its end is said already.
            notes: notes(&facts, standing.as_ref().filter(|_| ends.is_none())),
            facts: Some(facts),
        })
    }

    /// One line of the table.
    pub(super) fn cells(&self) -> [String; 5] {
        let days = |days: i64| if days < 0 { "ended".to_owned() } else { plural(days, "day") };
        let fact = |read: fn(&Facts) -> i64| self.facts.as_ref().map_or("-".to_owned(), |facts| days(read(facts)));
        let good = if self.problems.is_empty() { vec!["good".to_owned()] } else { Vec::new() };
        let state: Vec<_> = [&good, &self.problems, &self.notes].into_iter().flatten().cloned().collect();
        [
            self.host.clone(),
            fact(|facts| facts.leaf_days_left),
            fact(|facts| facts.root_days_left),
            self.facts.as_ref().map_or("-", |facts| &facts.encoding).to_owned(),
            state.join("; "),
        ]
    }
}

impl Facts {
    fn of(mesh: &Mesh<'_>, kit: &KitOnDisk, label: &str, root: &Root, phase: Phase) -> Self {
        let (leaf_end, root_end) = (kit.leaf.validity().not_after, root.certificate.validity().not_after);
        Self {
            encoding: kit.pfx.encoding.clone(),
            thumbprint_sha1: kit.leaf.thumbprint().to_string(),
            leaf_ends: leaf_end.to_string(),
            leaf_days_left: leaf_end.days_after(mesh.now),
            root: label.to_owned(),
            root_ends: root_end.to_string(),
            root_days_left: root_end.days_after(mesh.now),
            root_key: root.has_key,
            root_key_discarded: root.is_discarded,
            phase: phase.name(),
            keeps_previous: kit.has_previous,
            revocation_list: revocation_list(&kit.leaf),
        }
    }

    /// What ends within so many days, or has ended.
    fn ends(&self, within: i64) -> Option<String> {
        let ends = [("certificate", self.leaf_days_left), ("root", self.root_days_left)];
        let ends = ends.into_iter().filter(|(_, days)| *days < within).map(|(what, days)| match days {
            ..0 => format!("its {what} has ended"),
            days => format!("its {what} ends in {}", plural(days, "day")),
        });
        let ends: Vec<_> = ends.collect();
        (!ends.is_empty()).then(|| ends.join(", "))
    }

    /// Whether its certificate says another place of the revocation list than the inventory does.
    fn other_list(&self, wanted: Option<String>) -> Option<String> {
        let shown = |url: &Option<String>| url.clone().unwrap_or_else(|| "nowhere".to_owned());
        let (says, wants) = (shown(&self.revocation_list), shown(&wanted));
        (self.revocation_list != wanted).then(|| {
            format!("its certificate says that its revocation list lies {says}, and the inventory says {wants}")
        })
    }
}

fn revoked(mesh: &Mesh<'_>, kit: &KitOnDisk, root: &Root) -> Option<String> {
    match root.revocation_of(&kit.leaf) {
        Some(it) => Some(format!("its certificate was revoked on {} ({})", it.time, it.reason)),
        None if mesh.estate.has_revoked_key(kit) => Some("a certificate with the same key was revoked".to_owned()),
        None => None,
    }
}

/// A root's key that is not there although it should be, or the other way round.
fn of_root_key(mesh: &Mesh<'_>, host: &str, label: &str, root: &Root, phase: Phase) -> Option<String> {
    if !root.has_key && !root.is_discarded {
        return Some(format!(
            "the key of its root is missing and was not discarded: bring {} back from a copy; if there is none: \
             replica-pki issue --replace {host}",
            estate::root_key(label).display()
        ));
    }
    let stayed = mesh.inventory.defaults.discard_root_keys && root.has_key && phase == Phase::Settled;
    stayed.then(|| "the key of its root is there, and discard_root_keys is true: replica-pki issue".to_owned())
}

/// How a host gets its next certificate. What was begun comes first.
fn way_out(host: &str, standing: Option<&Standing>, facts: &Facts, root_ends_soon: bool) -> String {
    // A new root beside the old one needs no key of the old one.
    let can_go_on = root_ends_soon || facts.root_key;
    match standing {
        Some(standing) if can_go_on || standing.phase != Phase::Settled => {
            let again = if standing.phase == Phase::Settled { ", and renew it again" } else { "" };
            format!("{}: replica-pki renew {}{again}", standing.when(), standing.arguments())
        }
        _ if root_ends_soon => "replica-pki renew".to_owned(),
        _ if !facts.root_key => {
            format!("without the key of its root only a new root helps: replica-pki issue --replace {host}")
        }
        _ => format!("replica-pki renew {host}"),
    }
}

/// How a host gets a certificate with another key.
fn with_other_key(host: &str, phase: Phase, facts: &Facts) -> String {
    match phase {
        Phase::Spreading => {
            format!("install every kit, then: replica-pki renew --roots-installed {host} --new-key")
        }
        Phase::Settled if facts.root_key && !facts.keeps_previous => format!("replica-pki renew {host} --new-key"),
        Phase::Settled if facts.root_key => {
            format!("replica-pki renew --finish {host}, then: replica-pki renew {host} --new-key")
        }
        Phase::ChangedOver if facts.root_key => {
            format!("replica-pki renew --finish, then: replica-pki renew {host} --new-key")
        }
        Phase::Settled | Phase::ChangedOver => format!("replica-pki issue --replace {host}"),
    }
}

fn notes(facts: &Facts, standing: Option<&Standing>) -> Vec<String> {
    let mut notes = Vec::new();
    if facts.root_key_discarded {
        notes.push("the key of its root was discarded, so a new certificate will need a new root".to_owned());
    }
    if let Some(standing) = standing {
        let (what, when) = (standing.what(), standing.when());
        notes.push(format!("{what}: {when}: replica-pki renew {}", standing.arguments()));
    }
    notes
}

fn revocation_list(leaf: &Certificate) -> Option<String> {
    leaf.extensions().crl_distribution_points.iter().flatten().next().map(|url| pki_core::name::printable(url))
}
