//! The rows of the result, for people and for programs.

use std::path::Path;

use pki_core::validity::Time;
use pki_core::verify::{Finding, Outcome};
use serde::{Serialize, Serializer};

use crate::exit::{Exit, Result};
use crate::output;

/// One row of the table.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) check: String,
    /// A file of the kit, or a certificate's place in the chain.
    pub(crate) of: String,
    /// Whose certificate it is, for a place in the chain. The table leaves it out to stay narrow.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(serialize_with = "in_lower_case")]
    pub(crate) outcome: Outcome,
    pub(crate) detail: String,
}

impl Line {
    pub(crate) fn new(check: &str, of: impl Into<String>, outcome: Outcome, detail: impl Into<String>) -> Self {
        Self { check: check.to_owned(), of: of.into(), subject: None, outcome, detail: detail.into() }
    }

    pub(crate) fn of_finding(finding: &Finding) -> Self {
        let line = Self::new(finding.check.name(), finding.role.to_string(), finding.outcome, &finding.detail);
        Self { subject: Some(finding.subject.clone()), ..line }
    }
}

#[derive(Serialize)]
struct Verdict<'l> {
    passed: bool,
    subject: String,
    at: String,
    results: &'l [Line],
}

/// Prints all rows and how it ended.
pub(crate) fn report(subject: &Path, at: Time, lines: &[Line], json: bool) -> Result {
    let passed = lines.iter().all(|line| line.outcome != Outcome::Failed);
    let subject = output::path(subject);
    if json {
        output::json(&Verdict { passed, subject, at: at.to_string(), results: lines })?;
    } else {
        let row = |line: &Line| [line.outcome.to_string(), line.check.clone(), line.of.clone(), line.detail.clone()];
        let table = output::columns(0, &lines.iter().map(row).collect::<Vec<_>>());
        let end = if passed { "passed" } else { "FAILED" };
        output::result(&format!("{table}\n{subject}: {end}, judged at {at}\n"))?;
    }
    Ok(if passed { Exit::Done } else { Exit::FoundWrong })
}

fn in_lower_case<S: Serializer>(outcome: &Outcome, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(outcome)
}
