//! `uninstall`: takes back what `install` added, from its own record.

use pki_core::name::printable;
use serde::Serialize;

use super::refuse_unless_elevated;
use super::steps::{Row, table};
use crate::args::Uninstall;
use crate::exit::{Exit, Failure, Result};
use crate::kit::Kit;
use crate::output;
use crate::plan::{Heir, Inverse, Record, Records, Taken};
use crate::platform::{Computer, TakenBack};

pub(crate) fn run(arguments: &Uninstall) -> Result {
    let computer = Computer::open()?;
    let kit = Kit::identify(&arguments.kit)?;
    refuse_unless_elevated(&computer)?;
    let _lock = if arguments.dry_run { None } else { Some(computer.lock()?) };
    let records = computer.records()?;
    let record = records.of(&kit.id, &kit.leaf_sha256).ok_or_else(|| {
        Failure::new(format!("{} was not installed on this computer by replica-pki", arguments.kit.display()))
            .hint("if install.cmd did it, run uninstall.cmd in the kit as administrator")
    })?;
    let rows = if arguments.dry_run {
        records.take_back(record, &computer.marks()?).iter().map(|taken| Row::planned(taken, &records)).collect()
    } else {
        take_back(&computer, &records, record)?
    };
    if computer.marks()?.0.iter().any(|mark| mark.kit.eq_ignore_ascii_case(&record.leaf.sha1)) {
        output::note("note", "install.cmd of this kit was run here too: uninstall.cmd takes back what that added");
    }
    report(record, &rows, arguments)
}

/// Hands over what other kits need, takes back the rest, and forgets the record when nothing is left of it. What fails
/// stays in the record, and does not keep the rest from being taken back.
fn take_back(computer: &Computer, records: &Records, record: &Record) -> Result<Vec<Row>> {
    let mut records = records.clone();
    let mut rest = record.clone();
    let mut rows = Vec::new();
    for taken in records.take_back(record, &computer.marks()?) {
        let (inverse, row) = match &taken {
            Taken::Back(inverse) => (inverse, Row::taken_back(inverse, computer.take_back(inverse))),
            Taken::Over(inverse, heir) => (
                inverse,
                match hand_over(computer, &mut records, inverse, heir) {
                    Ok(()) => Row::planned(&taken, &records),
                    Err(failure) => Row::failed(inverse, &failure),
                },
            ),
        };
        if row.state != FAILED {
            rest.added.retain(|added| added != inverse);
            computer.save(&rest)?;
        }
        rows.push(row);
    }
    if rest.added.is_empty() {
        computer.forget(&record.kit)?;
    }
    Ok(rows)
}

/// The heir's record or mark is written before this kit's is changed, so that a run that is killed leaves no thing unrecorded.
fn hand_over(computer: &Computer, records: &mut Records, inverse: &Inverse, heir: &Heir) -> Result<()> {
    match heir {
        Heir::Recorded(kit) => {
            for record in records.0.iter_mut().filter(|record| record.kit == *kit && !record.added.contains(inverse)) {
                record.added.push(inverse.clone());
                computer.save(record)?;
            }
        }
        Heir::Marked(mark) => {
            let before = inverse.marked_state().ok_or_else(|| {
                Failure::new("a kit of install.cmd needs it too, and cannot be told what was there before")
                    .hint(format!("run uninstall.cmd of the kit with the leaf {} first", printable(&mark.kit)))
            })?;
            computer.set_mark(mark, &before)?;
        }
    }
    Ok(())
}

const FAILED: &str = "failed";
const HYPER_V: &str = "
Hyper-V itself is not changed. If it used this certificate, in PowerShell as administrator:
  Set-VMReplicationServer -ReplicationEnabled $false
";

#[derive(Serialize)]
struct Summary<'s> {
    host: &'s str,
    steps: &'s [Row],
}

impl Row {
    fn planned(taken: &Taken, records: &Records) -> Self {
        match taken {
            Taken::Back(inverse) => Self { state: "planned", step: inverse.to_string(), inverse: None, reason: None },
            Taken::Over(inverse, heir) => {
                let reason = match heir {
                    Heir::Recorded(kit) => {
                        let heir = records.0.iter().find(|record| record.kit == *kit);
                        heir.map(|heir| {
                            format!("the kit for {} that was installed at {} needs it", heir.host, heir.installed_at)
                        })
                    }
                    Heir::Marked(mark) => {
                        let kit = printable(&mark.kit);
                        Some(format!("the kit with the leaf {kit} that install.cmd installed needs it"))
                    }
                };
                Self { state: "stays", step: inverse.to_string(), inverse: None, reason }
            }
        }
    }

    fn taken_back(inverse: &Inverse, result: Result<TakenBack>) -> Self {
        let step = inverse.to_string();
        match result {
            Ok(TakenBack::Done) => Self { state: "done", step, inverse: None, reason: None },
            Ok(TakenBack::DoneBut(remark)) => {
                Self { state: "done", step, inverse: None, reason: Some(remark.to_owned()) }
            }
            Ok(TakenBack::Nothing) => {
                let reason = "somebody else removed or changed it since".to_owned();
                Self { state: "unchanged", step, inverse: None, reason: Some(reason) }
            }
            Err(failure) => Self::failed(inverse, &failure),
        }
    }

    fn failed(inverse: &Inverse, failure: &Failure) -> Self {
        Self { state: FAILED, step: inverse.to_string(), inverse: None, reason: Some(failure.with_hint()) }
    }
}

fn report(record: &Record, rows: &[Row], arguments: &Uninstall) -> Result {
    if arguments.json {
        output::json(&Summary { host: &record.host, steps: rows })?;
    } else {
        let table = match table(rows) {
            table if table.is_empty() => "  everything that this kit needs was there before\n".to_owned(),
            table => table,
        };
        let next = if arguments.dry_run { "" } else { HYPER_V };
        output::result(&format!("{}\n{table}{next}", printable(&record.host)))?;
    }
    let failed = rows.iter().any(|row| row.state == FAILED);
    if failed {
        output::note("error", "not everything could be taken back; mend what is named above and run the command again");
    }
    Ok(if failed { Exit::Failed } else { Exit::Done })
}
