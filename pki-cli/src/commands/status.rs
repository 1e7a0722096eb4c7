//! `status`: how a folder's mesh is, one line a host. For people and for scheduled jobs.

mod lists;
mod row;

use std::path::Path;

use pki_core::name::printable;
use pki_core::validity::Time;
use pki_core::verify::{Outcome, Question};
use serde::Serialize;

use crate::args::Status;
use crate::estate::{
    self, Damage, Estate, KitOnDisk, Line, PRIVATE, Reason, Root, Safe, Secret, Wishes, kit_folder, name_of_line,
    root_key,
};
use crate::exit::{Exit, Failure, Result};
use crate::inventory::Inventory;
use crate::kit::{self, Kit};
use crate::{files, output, system};
use row::Row;

pub(crate) fn run(arguments: &Status) -> Result {
    let dir = &arguments.dir.path;
    let (now, within) = (system::now()?, i64::from(arguments.within.days().get()));
    let _lock = estate::look_at(dir)?;
    // What would be seen now is a mixture, and what to do about that would be wrong.
    if files::was_interrupted(dir, PRIVATE) {
        let problem = "a run was interrupted: run the same command again, which finishes it".to_owned();
        let judgement = Judgement { dir, is_protected: Safe::of(dir).is_protected(), now, within };
        return judgement.print(&[], &[problem], arguments.json);
    }
    let (_, inventory) = Inventory::of(dir)?;
    let (estate, broken) = Estate::survey(dir, estate::lost_roots(dir, &Safe::of(dir))?)?;
    let lines = estate::lines(&estate);
    let mesh = Mesh { inventory: &inventory, estate: &estate, lines, now, within };
    let mut rows = Rows(Vec::new());
    for entry in &inventory.hosts {
        let host = entry.fqdn.as_str();
        let row = match broken.iter().any(|(broken, _)| broken.eq_ignore_ascii_case(host)) {
            true => Row::new(host),
            false => mesh.row(host, estate.kit(&entry.fqdn))?,
        };
        rows.0.push(row);
    }
    for (host, failure) in &broken {
        let way_out = "bring it back, or remove its folder, and replica-pki issue makes a new certificate";
        rows.add(&printable(host), format!("its kit cannot be read: {}: {way_out}", failure.message()));
    }
    let stray_roots = mesh.compare(&mut rows)?;
    for kit in estate.kits.values() {
        mesh.judge(&mut rows, kit, dir)?;
    }
    for text in rows.0.iter_mut().flat_map(|row| row.problems.iter_mut().chain(&mut row.notes)) {
        *text = output::for_folder(dir, text);
    }
    let problems = mesh.of_all(dir).into_iter().chain(stray_roots);
    let problems: Vec<_> = problems.map(|problem| output::for_folder(dir, &problem)).collect();
    let judgement = Judgement { dir, is_protected: estate.safe.is_protected(), now, within };
    judgement.print(&rows.0, &problems, arguments.json)
}

/// What is known.
struct Mesh<'m> {
    inventory: &'m Inventory,
    estate: &'m Estate,
    lines: Vec<Line>,
    now: Time,
    /// Days.
    within: i64,
}

/// What is printed beside the hosts.
struct Judgement<'j> {
    dir: &'j Path,
    is_protected: bool,
    now: Time,
    /// Days.
    within: i64,
}

/// One for each host, in the order of the inventory, and then for those that are not in it.
struct Rows(Vec<Row>);

#[derive(Serialize)]
struct Summary<'s> {
    passed: bool,
    dir: String,
    /// Whether keys and passwords are sealed under a passphrase.
    protected: bool,
    at: String,
    within_days: i64,
    /// What concerns no single host.
    problems: &'s [String],
    hosts: &'s [Row],
}

impl Mesh<'_> {
    fn row(&self, host: &str, kit: Option<&KitOnDisk>) -> Result<Row> {
        let mut row = Row::new(host);
        let Some(kit) = kit else {
            row.problems.push("it has no kit: replica-pki issue makes it".to_owned());
            return Ok(row);
        };
        let signer = kit.signer.as_deref();
        let Some((label, root)) = signer.and_then(|label| Some((label, self.estate.roots.get(label)?))) else {
            row.problems.push("the root that signed its certificate is not in private/roots".to_owned());
            return Ok(row);
        };
        Row::of_kit(self, host, kit, label, root)
    }

    fn line_of(&self, label: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name_of_line(label))
    }

    /// What is wrong with the folder itself.
    fn of_all(&self, dir: &Path) -> Vec<String> {
        let mut problems: Vec<_> = self.estate.safe.unmarked(dir).iter().map(Failure::with_hint).collect();
        problems.extend(self.estate.restored.iter().map(|label| {
            let problem = "is gone from private/roots, and the kits bring it";
            format!("the certificate of the root {} {problem}: replica-pki issue puts it back", printable(label))
        }));
        problems.extend(self.estate.roots.iter().filter_map(|(label, root)| self.of_key(dir, label, root)));
        problems.extend(self.estate.roots.iter().filter_map(|(label, root)| self.of_list(dir, label, root)));
        problems
    }

    /// What is wrong with the key of a root. One that is encrypted is not looked into: nobody is asked.
    fn of_key(&self, dir: &Path, label: &str, root: &Root) -> Option<String> {
        if !root.has_key || Secret::Key(root_key(label)).is_sealed(dir).unwrap_or(false) {
            return None;
        }
        let failure = estate::authority(dir, &self.estate.safe, label, root).err()?;
        let way_out = "bring the file back from a copy, or give its hosts a new root: replica-pki issue --replace HOST";
        Some(format!("{}: {way_out}", failure.message()))
    }

    /// What `issue` would do is what does not fit. Returns what concerns no host.
    fn compare(&self, rows: &mut Rows) -> Result<Vec<String>> {
        let mut stray_roots = Vec::new();
        if !self.inventory.hosts.is_empty() {
            let mesh = self.inventory.mesh()?;
            match estate::plan(self.inventory, &mesh, self.estate, &Wishes::default(), self.now)? {
                Ok(work) => {
                    for kit in &work.kits {
                        let problem = match kit.reason {
                            Reason::New | Reason::Renewed { .. } => continue,
                            Reason::NewRoot => "its root is missing: replica-pki issue makes it anew",
                            Reason::Names => {
                                "its certificate has other names than the inventory says: replica-pki issue"
                            }
                            Reason::Encoding => {
                                "its PFX is encoded for another Windows than the inventory says: replica-pki issue"
                            }
                        };
                        rows.add(kit.entry.fqdn.as_str(), problem.to_owned());
                    }
                    stray_roots.extend(work.stray_roots.iter().map(|label| {
                        let problem = "is of no host of the inventory, and every kit brings it";
                        format!("the root {} {problem}: replica-pki issue --prune removes it", printable(label))
                    }));
                }
                Err(refusal) => rows.add(&refusal.host, format!("{}: {}", refusal.problem, refusal.way_out)),
            }
        }
        for kit in self.estate.kits.values() {
            self.compare_trust(rows, kit);
            if self.inventory.hosts.iter().all(|entry| !entry.fqdn.as_str().eq_ignore_ascii_case(&kit.host)) {
                rows.add(&kit.host, "it is not in the inventory: replica-pki issue --prune removes it".to_owned());
            }
        }
        Ok(stray_roots)
    }

    /// Every kit brings every root.
    fn compare_trust(&self, rows: &mut Rows, kit: &KitOnDisk) {
        for label in &kit.missing {
            rows.add(&kit.host, format!("its kit lacks the root {}: replica-pki issue", printable(label)));
        }
        for label in &kit.outdated {
            let problem = "in its kit is not the one of private/roots: replica-pki issue";
            rows.add(&kit.host, format!("the root {} {problem}", printable(label)));
        }
        // Where the root of a host was lost, issue refuses, and that root may be one of these.
        let is_none_lost = || self.estate.kits.values().all(|kit| kit.signer.is_some());
        let takes_away = !kit.unknown.is_empty() && is_none_lost();
        let way_out = if takes_away { ": replica-pki issue takes it away" } else { "" };
        for label in &kit.unknown {
            rows.add(&kit.host, format!("its kit trusts {}, which is not of this mesh{way_out}", printable(label)));
        }
    }

    /// The first check that fails; `verify` names all.
    fn judge(&self, rows: &mut Rows, on_disk: &KitOnDisk, dir: &Path) -> Result<()> {
        let problem = match Kit::open(&dir.join(kit_folder(&on_disk.host))) {
            Ok(mut kit) => {
                self.share_roots(&mut kit);
                let mut question = Question::new(self.now);
                question.host = Some(kit.host()?);
                let lines = kit.judge(&question);
                let failed = lines.iter().find(|line| line.outcome == Outcome::Failed);
                failed.map(|line| format!("fails replica-pki verify: {} of {}: {}", line.check, line.of, line.detail))
            }
            Err(failure) => Some(format!("is not whole: {}", failure.message())),
        };
        let Some(problem) = problem else { return Ok(()) };
        let folder = dir.join(kit_folder(&on_disk.host));
        let strays = kit::strays(&folder, &Kit::manifest_of(&folder)?)?;
        rows.add(
            &on_disk.host,
            match Damage::of(&folder)?.in_words(&folder) {
                Some((problem, way_out)) => format!("its kit {problem}: {way_out}"),
                None if !strays.is_empty() => format!("its kit {problem}: move that to another place"),
                None => format!("its kit {problem}"),
            },
        );
        Ok(())
    }

    /// A certificate remembers that it is self-signed, and every kit brings the same ones.
    fn share_roots(&self, kit: &mut Kit) {
        for (path, certificate) in &mut kit.trust {
            let label = path.strip_prefix("trust/").and_then(|name| name.strip_suffix(".cer"));
            if let Some(root) =
                label.and_then(|label| self.estate.roots.get(label)).filter(|it| it.certificate == *certificate)
            {
                *certificate = root.certificate.clone();
            }
        }
    }
}

impl Judgement<'_> {
    fn print(&self, rows: &[Row], problems: &[String], json: bool) -> Result {
        let passed = problems.is_empty() && rows.iter().all(|row| row.problems.is_empty());
        if json {
            let (dir, at) = (self.dir.display().to_string(), self.now.to_string());
            let protected = self.is_protected;
            let within_days = self.within;
            output::json(&Summary { passed, dir, protected, at, within_days, problems, hosts: rows })?;
        } else {
            let heading = ["host", "certificate", "root", "encoding", "state"].map(str::to_owned);
            let table: Vec<_> = std::iter::once(heading).chain(rows.iter().map(Row::cells)).collect();
            let end = if passed { "passed" } else { "FAILED" };
            let protected = if self.is_protected { "protected by a passphrase, " } else { "" };
            let problems: String = problems.iter().map(|problem| format!("{}\n", printable(problem))).collect();
            output::result(&format!(
                "{}\n{problems}{}: {protected}{end}, judged at {}\n",
                output::columns(0, &table),
                output::path(self.dir),
                self.now
            ))?;
        }
        Ok(if passed { Exit::Done } else { Exit::FoundWrong })
    }
}

impl Rows {
    fn add(&mut self, host: &str, problem: String) {
        match self.0.iter_mut().find(|row| row.host.eq_ignore_ascii_case(host)) {
            Some(row) => row.problems.push(problem),
            None => self.0.push(Row { problems: vec![problem], ..Row::new(host) }),
        }
    }
}
