//! `doctor`: what is wrong on this computer, and how to mend it.

use pki_core::name::printable;
use pki_core::validity::Time;
use serde::Serialize;

use super::plural;
use crate::args::Doctor;
use crate::doctor::{Examination, Finding, Severity, UsableLeaf, examine};
use crate::exit::{Exit, Result};
use crate::kit::Kit;
use crate::platform::Computer;
use crate::survey::{FirewallRule, Stored, Survey};
use crate::{output, system};

pub(crate) fn run(arguments: &Doctor) -> Result {
    let computer = Computer::open()?;
    let kit = arguments.kit.as_deref().map(Kit::open).transpose()?;
    if !computer.is_elevated()? {
        output::note("warning", "not run as administrator: private keys that are there may seem unreachable");
    }
    let (survey, now) = (computer.survey()?, system::now()?);
    let examination = examine(&survey, kit.as_ref(), now);
    if arguments.json {
        output::json(&Verdict::of(&survey, &examination, now))?;
    } else {
        output::result(&text(&survey, &examination, now))?;
    }
    Ok(if examination.passed() { Exit::Done } else { Exit::FoundWrong })
}

#[derive(Serialize)]
struct Verdict<'e> {
    computer: String,
    at: String,
    /// Whether there are warnings at most.
    passed: bool,
    usable_leaves: &'e [UsableLeaf],
    findings: &'e [Finding],
}

impl<'e> Verdict<'e> {
    fn of(survey: &Survey, examination: &'e Examination, now: Time) -> Self {
        Self {
            computer: printable(&survey.computer),
            at: now.to_string(),
            passed: examination.passed(),
            usable_leaves: &examination.usable,
            findings: &examination.findings,
        }
    }
}

fn text(survey: &Survey, examination: &Examination, now: Time) -> String {
    let mut text = format!("{}, looked at {now}\n", printable(&survey.computer));
    text.push_str(&output::columns(2, &what_was_read(survey)));
    for leaf in &examination.usable {
        text.push_str(&format!(
            "\nusable: {} ({}), ends {}, in {}\n",
            leaf.subject,
            leaf.thumbprint,
            leaf.not_after,
            plural(leaf.days_left, "day")
        ));
    }
    for Finding { name, severity, about, detail, fix } in &examination.findings {
        text.push_str(&format!("\n{}: {name}: {about}\n  {detail}\n  fix: {fix}\n", in_words(*severity)));
    }
    text.push_str(&format!("\n{}\n", summary(&examination.findings)));
    text
}

fn what_was_read(survey: &Survey) -> Vec<[String; 2]> {
    let my: Vec<_> = survey.my.iter().map(|personal| &personal.stored).collect();
    let switch = survey.revocation_switch.as_ref().map_or("not set".to_owned(), ToString::to_string);
    let rule = match survey.firewall_rule {
        FirewallRule::Missing => "missing",
        FirewallRule::Disabled => "disabled",
        FirewallRule::Enabled => "enabled",
    };
    [
        (r"LocalMachine\My", contents(&my)),
        (r"LocalMachine\Root", contents(&survey.root.iter().collect::<Vec<_>>())),
        (r"LocalMachine\CA", contents(&survey.intermediates.iter().collect::<Vec<_>>())),
        ("revocation switch", switch),
        ("firewall rule", rule.to_owned()),
        ("recorded", plural(count(survey.installed.len()), "installed kit")),
    ]
    .map(|(label, value)| [label.to_owned(), value])
    .into()
}

fn contents(store: &[&Stored]) -> String {
    let unreadable = store.iter().filter_map(|stored| Some((&stored.thumbprint, stored.certificate.as_ref().err()?)));
    let unreadable: Vec<_> =
        unreadable.map(|(thumbprint, error)| format!("{} ({})", printable(thumbprint), printable(error))).collect();
    let certificates = plural(count(store.len()), "certificate");
    match unreadable.as_slice() {
        [] => certificates,
        unreadable => format!("{certificates}; these cannot be read and were not judged: {}", unreadable.join(", ")),
    }
}

fn summary(findings: &[Finding]) -> String {
    let counts = [Severity::Critical, Severity::Error, Severity::Warning].map(|severity| {
        let number = findings.iter().filter(|finding| finding.severity == severity).count();
        (number > 0).then(|| plural(count(number), in_words(severity)))
    });
    match counts.into_iter().flatten().collect::<Vec<_>>() {
        counts if counts.is_empty() => "nothing is wrong".to_owned(),
        counts => counts.join(", "),
    }
}

fn in_words(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical finding",
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
