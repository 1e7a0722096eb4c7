//! What `issue` tells at its end: what it changed, and nothing of what stayed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pki_core::mesh::{IssuedHost, IssuedRoot};
use pki_core::name::printable;
use pki_core::validity::Time;
use serde::Serialize;

use super::super::plural;
use super::super::renew::steps::{self, Step};
use super::order::RemovedRoot;
use crate::estate::{
    Estate, Fresh, HOSTS, KitWork, PRIVATE, Reason, Touched, Work, kit_folder, password_file, root_key,
};
use crate::exit::{Exit, Result};
use crate::inventory::Inventory;
use crate::kit::{CertificateEntry, PREVIOUS};
use crate::output;

/// What became of the folder.
pub(super) struct Outcome<'o> {
    pub(super) dir: &'o Path,
    pub(super) inventory: &'o Inventory,
    /// As it was before.
    pub(super) estate: &'o Estate,
    pub(super) work: &'o Work,
    pub(super) made: &'o Fresh,
    pub(super) touched: &'o [Touched],
    pub(super) now: Time,
}

impl Outcome<'_> {
    pub(super) fn print(&self, json: bool) -> Result {
        for host in &self.work.strangers {
            let consequence = "its kit stays and its root is still trusted; --prune removes both";
            output::note("warning", &format!("{host} is not in the inventory: {consequence}"));
        }
        for label in &self.work.stray_roots {
            let consequence = "every kit brings it all the same; --prune takes it away";
            output::note("warning", &format!("the root {label} is of no host of the inventory: {consequence}"));
        }
        if json {
            output::json(&self.summary())?;
        } else {
            output::result(&self.text())?;
        }
        Ok(Exit::Done)
    }

    fn text(&self) -> String {
        let mut text: String =
            self.made.hosts.iter().zip(&self.work.kits).map(|(host, kit)| self.host(host, kit.reason)).collect();
        for Touched { host, added, removed, repaired, removed_from_previous } in self.touched {
            let mut rows = vec![["kit".to_owned(), self.shown(kit_folder(host))]];
            rows.extend(added.iter().map(|label| ["trusts now".to_owned(), format!("trust/{label}.cer")]));
            rows.extend(removed.iter().map(|label| ["no longer".to_owned(), format!("trust/{label}.cer")]));
            let previous = removed_from_previous.iter();
            rows.extend(previous.map(|label| ["no longer".to_owned(), format!("{PREVIOUS}/trust/{label}.cer")]));
            rows.extend(repaired.iter().map(|path| ["repaired".to_owned(), path.clone()]));
            let is_whole = added.is_empty() && removed.is_empty() && removed_from_previous.is_empty();
            let what = if is_whole { "made whole again" } else { "other roots" };
            text.push_str(&format!("{}: {what}\n{}\n", printable(host), output::columns(2, &rows)));
        }
        for label in &self.estate.restored {
            text.push_str(&format!(
                "{}: its certificate was gone from private/roots, and is back from the kits\n\n",
                printable(label)
            ));
        }
        for host in &self.work.pruned {
            text.push_str(&format!("{}: removed\n\n", printable(host)));
        }
        for label in &self.work.discarded {
            text.push_str(&format!("{}: its key is discarded\n\n", printable(label)));
        }
        for RemovedRoot { label, subject, thumbprint_sha1 } in self.removed_roots() {
            let rows = [["root", &subject], ["thumbprint", &thumbprint_sha1]].map(|row| row.map(str::to_owned));
            text.push_str(&format!(
                "{}: taken out of every kit, and still trusted on each host that has installed it\n{}\n",
                printable(&label),
                output::columns(2, &rows)
            ));
        }
        if text.is_empty() {
            return format!(
                "nothing to do: {} as the inventory says\n",
                plural(self.inventory.hosts.len() as i64, "host")
            );
        }
        let lists = self.lists();
        if !lists.is_empty() {
            text.push_str(&format!("First, in this order:\n{}\n", steps::list(&lists, true)));
        }
        if !(self.made.hosts.is_empty() && self.touched.is_empty()) {
            text.push_str(&self.next_steps());
        }
        for (host, kit) in self.made.hosts.iter().zip(&self.work.kits) {
            let (host, steps) = (&host.bundle.fqdn, self.change_over(host, kit));
            if !steps.is_empty() {
                text.push_str(&format!(
                    "\nOn {host}, in PowerShell as administrator, in this order:\n{}",
                    steps::list(&steps, false)
                ));
            }
        }
        let last = self.last();
        if !last.is_empty() {
            text.push_str(&format!("\nThen, in PowerShell as administrator:\n{}", steps::list(&last, true)));
        }
        text
    }

    fn host(&self, made: &IssuedHost, reason: Reason) -> String {
        let bundle = &made.bundle;
        let host = bundle.fqdn.as_str();
        let end = bundle.leaf.validity().not_after;
        let heading = match reason {
            Reason::New => host.to_owned(),
            Reason::NewRoot => format!("{host}: a new root"),
            Reason::Names => format!("{host}: a new certificate with other names"),
            Reason::Renewed { .. } => format!("{host}: a new certificate"),
            Reason::Encoding => format!("{host}: the same certificate, encoded for another Windows"),
        };
        let password = self.dir.join(password_file(host));
        let opened_with =
            if password.is_file() { output::path(&password) } else { "the one that was given".to_owned() };
        let mut rows = vec![
            ["kit".to_owned(), self.shown(kit_folder(host))],
            ["imports on".to_owned(), format!("Windows Server {} and later", bundle.encoding.oldest_windows())],
            ["thumbprint".to_owned(), bundle.leaf.thumbprint().to_string()],
            ["ends".to_owned(), format!("{end}, in {}", plural(end.days_after(self.now), "day"))],
            ["trusts".to_owned(), plural(self.work.trust.len() as i64, "root")],
            ["password".to_owned(), opened_with],
        ];
        if let Some(before) = self.before(made, reason) {
            rows.insert(3, ["before".to_owned(), before]);
        }
        if self.drops_previous(made, reason) {
            rows.push(["previous".to_owned(), "removed: no kit brings its root any more".to_owned()]);
        }
        format!("{heading}\n{}\n", output::columns(2, &rows))
    }

    fn next_steps(&self) -> String {
        // Where no kit changed but the one that was made, the others may still have to be brought.
        let which = if self.is_ahead_of_phase_2() { "every host" } else { "each host that is named here" };
        let order = if self.begins_everywhere() {
            "\n     Do this on every host before any of the lines below: none may use its new certificate until all trust it."
        } else {
            ""
        };
        format!(
            "Next:
  1. Copy the folder of {which}, below {}, to it, and nothing else.
  2. Bring each host's administrator the password by another way.
  3. On each host, as administrator: replica-pki.exe install FOLDER, or, without the program, install.cmd in the folder.{order}
  4. Keep {} where nobody else can read it. Who has a root's key can pass for its host.
",
            self.shown(PathBuf::from(HOSTS)),
            self.shown(PathBuf::from(PRIVATE))
        )
    }

    fn shown(&self, path: PathBuf) -> String {
        output::path(&self.dir.join(path))
    }

    fn summary(&self) -> Summary<'_> {
        let in_dir = |path: PathBuf| self.dir.join(path).display().to_string();
        let host = |(made, kit): (&IssuedHost, &KitWork)| {
            let bundle = &made.bundle;
            let fqdn = bundle.fqdn.as_str();
            let password = password_file(fqdn);
            HostSummary {
                host: fqdn.to_owned(),
                reason: kit.reason.name(),
                previous_thumbprint_sha1: self.before(made, kit.reason),
                previous_kit_removed: self.drops_previous(made, kit.reason),
                steps: self.change_over(made, kit),
                kit: in_dir(kit_folder(fqdn)),
                password_file: self.dir.join(&password).is_file().then(|| in_dir(password)),
                encoding: bundle.encoding.to_string(),
                oldest_windows_server: bundle.encoding.oldest_windows().to_string(),
                leaf: CertificateEntry::of(in_dir(kit_folder(fqdn).join(format!("{fqdn}.cer"))), &bundle.leaf),
            }
        };
        let root = |root: &IssuedRoot| RootSummary {
            label: root.label.clone(),
            key: (!self.work.discarded.contains(&root.label)).then(|| in_dir(root_key(&root.label))),
            subject: root.authority.certificate().subject().to_string(),
            not_after: root.authority.certificate().validity().not_after.to_string(),
            thumbprint_sha1: root.authority.certificate().thumbprint().to_string(),
        };
        Summary {
            dir: self.dir.display().to_string(),
            hosts: self.made.hosts.iter().zip(&self.work.kits).map(host).collect(),
            roots: self.made.roots.iter().map(root).collect(),
            other_roots: self.touched,
            removed: &self.work.pruned,
            restored_roots: &self.estate.restored,
            not_in_inventory: &self.work.strangers,
            roots_without_host: &self.work.stray_roots,
            discarded_keys: &self.work.discarded,
            kept_keys: &self.work.kept_keys,
            removed_roots: self.removed_roots(),
            first: self.first(),
            next: self.last(),
        }
    }
}

#[derive(Serialize)]
struct Summary<'s> {
    dir: String,
    /// Whose kits were made or made anew.
    hosts: Vec<HostSummary>,
    /// The new roots.
    roots: Vec<RootSummary>,
    /// Whose kits stay and trust other roots now.
    other_roots: &'s [Touched],
    removed: &'s [String],
    /// Labels of roots whose certificates were gone from the folder and are back from the kits.
    restored_roots: &'s BTreeSet<String>,
    not_in_inventory: &'s [String],
    /// Labels of roots that belong to no host of the inventory, nor to one whose kit is there.
    roots_without_host: &'s [String],
    /// Roots whose keys are gone, by their labels.
    discarded_keys: &'s [String],
    /// Roots whose keys were to go, and stay until they have signed.
    kept_keys: &'s [String],
    /// Roots that no kit brings any more, and that hosts trust until somebody takes them away.
    removed_roots: Vec<RemovedRoot>,
    /// What to do before.
    first: Vec<Step>,
    /// What to do when the steps of each host are done.
    next: Vec<Step>,
}

#[derive(Serialize)]
struct HostSummary {
    host: String,
    reason: &'static str,
    /// Absent if the host had no other certificate.
    previous_thumbprint_sha1: Option<String>,
    /// Whether the kit that was kept by a renewal is gone.
    previous_kit_removed: bool,
    /// In this order, where another certificate is in use.
    steps: Vec<Step>,
    kit: String,
    /// Absent if the password was given.
    password_file: Option<String>,
    encoding: String,
    oldest_windows_server: String,
    leaf: CertificateEntry,
}

#[derive(Serialize)]
struct RootSummary {
    label: String,
    /// Absent if it was discarded.
    key: Option<String>,
    subject: String,
    not_after: String,
    thumbprint_sha1: String,
}
