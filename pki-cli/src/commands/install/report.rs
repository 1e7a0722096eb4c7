//! What `install` tells at its end.

use pki_core::certificate::GeneralName;
use pki_core::name::printable;
use serde::Serialize;

use crate::exit::{Exit, Result};
use crate::kit::Kit;
use crate::output;
use crate::plan::Plan;
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
        }
    }
}

#[derive(Serialize)]
struct Summary {
    host: String,
    thumbprint_sha1: String,
    steps: Vec<StepSummary>,
    next: Vec<String>,
}

#[derive(Serialize)]
struct StepSummary {
    state: &'static str,
    step: String,
    /// What takes it back on a computer that had nothing of it.
    inverse: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// Prints each step with its state, and what remains to be typed.
pub(super) fn print(kit: &Kit, plan: &Plan, states: &[State], json: bool) -> Result {
    let host = printable(&kit.manifest.host);
    let steps: Vec<_> = plan
        .steps
        .iter()
        .zip(states)
        .map(|(step, state)| StepSummary {
            state: state.name(),
            step: step.to_string(),
            inverse: step.inverse(Default::default()).to_string(),
            reason: match state {
                State::Warning(reason) => Some(reason),
                _ => None,
            },
        })
        .collect();
    let next = next(kit);
    if json {
        output::json(&Summary { host, thumbprint_sha1: kit.leaf.thumbprint().to_string(), steps, next })?;
        return Ok(Exit::Done);
    }
    let row = |step: &StepSummary| {
        let reason = step.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        [step.state.to_owned(), format!("{}{reason}", step.step)]
    };
    let table = output::columns(2, &steps.iter().map(row).collect::<Vec<_>>());
    let next: String = next.iter().map(|line| format!("  {line}\n")).collect();
    output::result(&format!(
        "{host}\n{table}\nNext, in PowerShell as administrator, when the partner has installed its kit too:\n{next}"
    ))?;
    Ok(Exit::Done)
}

/// The two commands that are Hyper-V's own.
fn next(kit: &Kit) -> Vec<String> {
    let thumbprint = kit.leaf.thumbprint();
    let partner = partner(kit).unwrap_or_else(|| "PARTNER".to_owned());
    vec![
        format!(
            "Set-VMReplicationServer -ReplicationEnabled $true -AllowedAuthenticationType Certificate \
             -CertificateAuthenticationPort 443 -CertificateThumbprint {thumbprint} \
             -ReplicationAllowedFromAnyServer $true -DefaultStorageLocation D:\\Replica"
        ),
        format!(
            "Test-VMReplicationConnection -ReplicaServerName {partner} -ReplicaServerPort 443 \
             -AuthenticationType Certificate -CertificateThumbprint {thumbprint}"
        ),
    ]
}

/// A host that one of the trusted roots may sign for, other than the kit's own.
fn partner(kit: &Kit) -> Option<String> {
    let constraints = kit.trust.iter().filter_map(|(_, root)| root.extensions().name_constraints.as_ref());
    let mut names = constraints.flat_map(|constraints| &constraints.permitted).filter_map(GeneralName::as_dns);
    let is_own = |name: &str| kit.leaf.dns_names().iter().any(|own| own.eq_ignore_ascii_case(name));
    // A name that starts with a dot stands for a domain.
    names.find(|name| !is_own(name) && !name.is_empty() && !name.starts_with('.')).map(printable)
}
