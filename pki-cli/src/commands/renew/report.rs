//! What `renew` tells at its end: what was made, and what to do on each host, in this order.

use std::path::Path;

use pki_core::validity::Time;
use serde::Serialize;

use super::super::plural;
use crate::estate::{Estate, Fresh, Renewed, Touched, kit_folder};
use crate::exit::{Exit, Result};
use crate::output;

/// What became of the folder.
pub(super) struct Outcome<'o> {
    pub(super) dir: &'o Path,
    pub(super) estate: &'o Estate,
    pub(super) renewed: &'o Renewed,
    pub(super) fresh: &'o Fresh,
    pub(super) touched: &'o [Touched],
    pub(super) now: Time,
}

#[derive(Serialize)]
struct Summary<'s> {
    /// Hosts with a new certificate.
    renewed: Vec<HostSummary>,
    /// Roots whose successors are in every kit now (phase 1).
    spreading: &'s [String],
    /// Roots whose hosts have certificates of their successors now (phase 2).
    changed_over: &'s [String],
    /// Hosts whose previous kits are gone.
    finished: &'s [String],
    other_roots: &'s [Touched],
}

#[derive(Serialize)]
struct HostSummary {
    host: String,
    kit: String,
    thumbprint_sha1: String,
    previous_thumbprint_sha1: String,
    not_after: String,
    commands: Vec<String>,
}

impl Outcome<'_> {
    pub(super) fn print(&self, json: bool) -> Result {
        let hosts = self.hosts();
        if json {
            output::json(&Summary {
                renewed: hosts,
                spreading: &self.renewed.spreading,
                changed_over: &self.renewed.changed_over,
                finished: &self.renewed.work.finished,
                other_roots: self.touched,
            })?;
        } else {
            output::result(&self.text(&hosts))?;
        }
        Ok(Exit::Done)
    }

    fn hosts(&self) -> Vec<HostSummary> {
        let summary = |bundle: &pki_core::bundle::Bundle| {
            let host = bundle.fqdn.as_str();
            let old = self.estate.kit(&bundle.fqdn).map(|kit| kit.leaf.thumbprint().to_string()).unwrap_or_default();
            let new = bundle.leaf.thumbprint().to_string();
            HostSummary {
                host: host.to_owned(),
                kit: self.dir.join(kit_folder(host)).display().to_string(),
                commands: commands(host, &old, &new),
                thumbprint_sha1: new,
                previous_thumbprint_sha1: old,
                not_after: bundle.leaf.validity().not_after.to_string(),
            }
        };
        self.fresh.hosts.iter().map(|host| summary(&host.bundle)).collect()
    }

    fn text(&self, hosts: &[HostSummary]) -> String {
        let mut text = String::new();
        for HostSummary { host, kit, thumbprint_sha1, previous_thumbprint_sha1, not_after, commands } in hosts {
            let rows = [
                ["kit", kit],
                ["thumbprint", thumbprint_sha1],
                ["before", previous_thumbprint_sha1],
                ["ends", not_after],
            ];
            let rows = rows.map(|row| row.map(str::to_owned));
            text.push_str(&format!("{host}: a new certificate\n{}", output::columns(2, &rows)));
            text.push_str("\n  On this host, as administrator, in PowerShell:\n");
            text.extend(commands.iter().map(|line| format!("    {line}\n")));
            text.push('\n');
        }
        for label in &self.renewed.spreading {
            text.push_str(&format!("{label}: phase 1 of its rollover: its successor is in every kit now\n"));
        }
        for label in &self.renewed.changed_over {
            text.push_str(&format!("{label}: phase 2 of its rollover: its hosts have new certificates now\n"));
        }
        for host in &self.renewed.work.finished {
            text.push_str(&format!("{host}: the previous kit is removed\n"));
        }
        for Touched { host, added, removed } in self.touched {
            let labels =
                added.iter().map(|label| format!("+{label}")).chain(removed.iter().map(|label| format!("-{label}")));
            text.push_str(&format!("{host}: other roots: {}\n", labels.collect::<Vec<_>>().join(", ")));
        }
        if text.is_empty() {
            return format!("nothing to do: no certificate ends soon, judged at {}\n", self.now);
        }
        text.push_str(&self.next());
        text
    }

    fn next(&self) -> String {
        let step = if !self.renewed.spreading.is_empty() {
            "install every kit on its host; when all have it: replica-pki renew --roots-installed"
        } else if !self.fresh.hosts.is_empty() {
            "when replication is healthy on every host: replica-pki renew --finish"
        } else {
            return String::new();
        };
        format!("\nNext, for {}: {step}\n", plural(self.estate.kits.len() as i64, "host"))
    }
}

/// The order that keeps replication running: install, change the server, change what replicates, test, take back.
fn commands(host: &str, old: &str, new: &str) -> Vec<String> {
    vec![
        format!("replica-pki.exe install {host}"),
        format!("Set-VMReplicationServer -CertificateThumbprint {new}"),
        format!(
            "Get-VMReplication | Where-Object CertificateThumbprint -eq {old} | Set-VMReplication -CertificateThumbprint {new}"
        ),
        "Get-VMReplication | Format-Table Name, State, Health".to_owned(),
        format!("replica-pki.exe uninstall {host}\\previous"),
    ]
}
