//! `status`: how a folder's mesh is, one line a host. For people and for scheduled jobs.

use pki_core::name::printable;
use pki_core::validity::Time;
use pki_core::verify::{Outcome, Question};
use serde::Serialize;

use super::plural;
use crate::args::Status;
use crate::estate::{self, Estate, KitOnDisk, Reason, Wishes, kit_folder};
use crate::exit::{Exit, Result};
use crate::inventory::{INVENTORY, Inventory};
use crate::kit::Kit;
use crate::{output, system};

pub(crate) fn run(arguments: &Status) -> Result {
    let dir = &arguments.dir.path;
    let (_, inventory) = Inventory::read(&dir.join(INVENTORY))?;
    let (estate, now) = (Estate::read(dir)?, system::now()?);
    let mut mesh = Mesh { estate: &estate, now, within: i64::from(arguments.within.days().get()), rows: Vec::new() };
    for entry in &inventory.hosts {
        mesh.rows.push(mesh.row(entry.fqdn.as_str(), estate.kit(&entry.fqdn)));
    }
    mesh.compare_with(&inventory)?;
    for kit in estate.kits.values() {
        let kit_is_whole = Kit::open(&dir.join(kit_folder(&kit.host)));
        mesh.judge(kit, kit_is_whole)?;
    }
    mesh.print(dir, arguments.json)
}

/// The rows as far as they are known.
struct Mesh<'m> {
    estate: &'m Estate,
    now: Time,
    /// Days.
    within: i64,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    host: String,
    /// Absent without a kit.
    #[serde(flatten)]
    facts: Option<Facts>,
    /// What ends soon or does not fit.
    problems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Facts {
    encoding: String,
    leaf_ends: String,
    leaf_days_left: i64,
    root: String,
    root_ends: String,
    root_days_left: i64,
    /// Whether the root's key is there, so that the host can be renewed.
    root_key: bool,
}

#[derive(Serialize)]
struct Summary<'s> {
    passed: bool,
    at: String,
    within_days: i64,
    hosts: &'s [Row],
}

impl Mesh<'_> {
    fn row(&self, host: &str, kit: Option<&KitOnDisk>) -> Row {
        let mut row = Row { host: host.to_owned(), facts: None, problems: Vec::new() };
        let Some(kit) = kit else {
            row.problems.push("it has no kit: replica-pki issue makes it".to_owned());
            return row;
        };
        let Some((label, root)) =
            self.estate.signer_of(&kit.leaf).and_then(|label| Some((label, self.estate.roots.get(label)?)))
        else {
            row.problems.push("the root that signed its certificate is not in private/roots".to_owned());
            return row;
        };
        let (leaf_end, root_end) = (kit.leaf.validity().not_after, root.certificate.validity().not_after);
        let facts = Facts {
            encoding: kit.manifest.pfx.encoding.clone(),
            leaf_ends: leaf_end.to_string(),
            leaf_days_left: leaf_end.days_after(self.now),
            root: label.to_owned(),
            root_ends: root_end.to_string(),
            root_days_left: root_end.days_after(self.now),
            root_key: root.has_key,
        };
        for (what, days) in [("certificate", facts.leaf_days_left), ("root", facts.root_days_left)] {
            match days {
                ..0 => row.problems.push(format!("its {what} has ended")),
                days if days < self.within => row.problems.push(format!("its {what} ends in {}", plural(days, "day"))),
                _ => {}
            }
        }
        if !root.has_key {
            row.problems.push("the key of its root was discarded: it cannot be renewed without a new root".to_owned());
        }
        row.facts = Some(facts);
        row
    }

    /// What `issue` would do is what does not fit.
    fn compare_with(&mut self, inventory: &Inventory) -> Result<()> {
        if inventory.hosts.is_empty() {
            return Ok(());
        }
        let mesh = inventory.mesh()?;
        let work = match estate::plan(inventory, &mesh, self.estate, &Wishes::default(), self.now)? {
            Ok(work) => work,
            Err(refusal) => {
                self.add(&refusal.host, refusal.problem);
                return Ok(());
            }
        };
        for kit in &work.kits {
            let problem = match kit.reason {
                Reason::New | Reason::Renewed { .. } => continue,
                Reason::NewRoot => "its root is missing: replica-pki issue makes it anew",
                Reason::Names => "its certificate has other names than the inventory says: replica-pki issue",
                Reason::Encoding => "its PFX is encoded for another Windows than the inventory says: replica-pki issue",
            };
            self.add(kit.entry.fqdn.as_str(), problem.to_owned());
        }
        let labels = &work.trust;
        for kit in self.estate.kits.values() {
            let trusted: Vec<_> = kit.trusts().collect();
            let missing = labels.iter().filter(|label| !trusted.contains(&label.as_str()));
            let unknown = trusted.iter().filter(|label| !labels.iter().any(|known| known == *label));
            let problems: Vec<_> = missing
                .map(|label| format!("its kit lacks the root {label}: replica-pki issue"))
                .chain(unknown.map(|label| format!("its kit trusts {}, which is not of this mesh", printable(label))))
                .collect();
            problems.into_iter().for_each(|problem| self.add(&kit.host, problem));
        }
        for host in &work.strangers {
            self.add(host, "it is not in the inventory: replica-pki issue --prune removes it".to_owned());
        }
        Ok(())
    }

    /// The first check that fails; `verify` names all.
    fn judge(&mut self, on_disk: &KitOnDisk, kit: Result<Kit>) -> Result<()> {
        let problem = match kit {
            Err(failure) => Some(failure.message().to_owned()),
            Ok(kit) => {
                let mut question = Question::new(self.now);
                question.host = Some(kit.host()?);
                let lines = kit.judge(&question);
                let failed = lines.iter().find(|line| line.outcome == Outcome::Failed);
                failed.map(|line| {
                    format!("its kit fails replica-pki verify: {} of {}: {}", line.check, line.of, line.detail)
                })
            }
        };
        if let Some(problem) = problem {
            self.add(&on_disk.host, problem);
        }
        Ok(())
    }

    fn add(&mut self, host: &str, problem: String) {
        match self.rows.iter_mut().find(|row| row.host.eq_ignore_ascii_case(host)) {
            Some(row) => row.problems.push(problem),
            None => self.rows.push(Row { host: host.to_owned(), facts: None, problems: vec![problem] }),
        }
    }

    fn print(&self, dir: &std::path::Path, json: bool) -> Result {
        let passed = self.rows.iter().all(|row| row.problems.is_empty());
        if json {
            let (at, within_days) = (self.now.to_string(), self.within);
            output::json(&Summary { passed, at, within_days, hosts: &self.rows })?;
        } else {
            let heading = ["host", "certificate", "root", "encoding", "state"].map(str::to_owned);
            let rows: Vec<_> = std::iter::once(heading).chain(self.rows.iter().map(cells)).collect();
            let end = if passed { "passed" } else { "FAILED" };
            output::result(&format!(
                "{}\n{}: {end}, judged at {}\n",
                output::columns(0, &rows),
                output::path(dir),
                self.now
            ))?;
        }
        Ok(if passed { Exit::Done } else { Exit::FoundWrong })
    }
}

fn cells(row: &Row) -> [String; 5] {
    let days = |days: i64| if days < 0 { "ended".to_owned() } else { plural(days, "day") };
    let facts = |read: fn(&Facts) -> i64| row.facts.as_ref().map_or("-".to_owned(), |facts| days(read(facts)));
    let state = if row.problems.is_empty() { "good".to_owned() } else { row.problems.join("; ") };
    let encoding = row.facts.as_ref().map_or("-", |facts| &facts.encoding);
    [
        row.host.clone(),
        facts(|facts| facts.leaf_days_left),
        facts(|facts| facts.root_days_left),
        encoding.to_owned(),
        state,
    ]
}
