//! What `install` tells at its end.

use pki_core::name::printable;
use serde::Serialize;

use super::super::steps::{Row, table};
use crate::exit::{Exit, Result};
use crate::kit::Kit;
use crate::output;
use crate::plan::{self, Plan};
use crate::platform::Found;

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Done,
    /// It was so before.
    Unchanged,
    /// It would be carried out.
    Planned,
    /// It cannot be carried out, for this reason, and replication may not need it yet.
    Warning(&'static str),
    /// Whether it is so cannot be seen, for this reason.
    Unknown(&'static str),
}

impl State {
    pub(super) fn before(found: &Found) -> Self {
        match found {
            Found::Done => Self::Unchanged,
            Found::ToDo(_) => Self::Planned,
            Found::Impossible(reason) => Self::Warning(reason),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unchanged => "unchanged",
            Self::Planned => "planned",
            Self::Warning(_) => "warning",
            Self::Unknown(_) => "unknown",
        }
    }
}

#[derive(Serialize)]
struct Summary {
    host: String,
    thumbprint_sha1: String,
    steps: Vec<Row>,
    next: [String; 2],
}

/// Prints each step with its state, and what remains to be typed.
pub(super) fn print(kit: &Kit, plan: &Plan, states: &[State], json: bool) -> Result {
    let host = printable(&kit.manifest.host);
    let steps: Vec<_> = plan
        .steps
        .iter()
        .zip(states)
        .map(|(step, state)| Row {
            state: state.name(),
            step: step.to_string(),
            inverse: Some(step.inverse(Default::default()).to_string()),
            reason: match state {
                State::Warning(reason) | State::Unknown(reason) => Some((*reason).to_owned()),
                _ => None,
            },
        })
        .collect();
    let next = plan::remaining(&kit.leaf, &kit.trust);
    if json {
        output::json(&Summary { host, thumbprint_sha1: kit.leaf.thumbprint().to_string(), steps, next })?;
        return Ok(Exit::Done);
    }
    let table = table(&steps);
    let next: String = next.iter().map(|line| format!("  {line}\n")).collect();
    output::result(&format!(
        "{host}\n{table}\nNext, in PowerShell as administrator, when the partner has installed its kit too:\n{next}"
    ))?;
    Ok(Exit::Done)
}
