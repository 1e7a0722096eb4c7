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
use crate::survey::{FirewallRule, Survey};
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
    /// Whether there is no finding.
    passed: bool,
    usable_leaves: &'e [UsableLeaf],
    findings: &'e [Finding],
    /// Certificates that cannot be read.
    not_judged: Vec<Unreadable>,
}

#[derive(Serialize)]
struct Unreadable {
    store: &'static str,
    thumbprint: String,
    reason: String,
}

impl<'e> Verdict<'e> {
    fn of(survey: &Survey, examination: &'e Examination, now: Time) -> Self {
        Self {
            computer: printable(&survey.computer),
            at: now.to_string(),
            passed: examination.passed(),
            usable_leaves: &examination.usable,
            findings: &examination.findings,
            not_judged: unreadable(survey),
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

fn unreadable(survey: &Survey) -> Vec<Unreadable> {
    let my = survey.my.iter().map(|personal| (MY, &personal.stored));
    let others = [(ROOT, &survey.root), (CA, &survey.intermediates)];
    let others = others.into_iter().flat_map(|(store, certificates)| certificates.iter().map(move |it| (store, it)));
    my.chain(others)
        .filter_map(|(store, stored)| {
            let reason = printable(stored.certificate.as_ref().err()?);
            Some(Unreadable { store, thumbprint: printable(&stored.thumbprint), reason })
        })
        .collect()
}

fn what_was_read(survey: &Survey) -> Vec<[String; 2]> {
    let unreadable = unreadable(survey);
    let contents = |store, number| contents(number, unreadable.iter().filter(|it| it.store == store));
    let switch = survey.revocation_switch.as_ref().map_or("not set".to_owned(), ToString::to_string);
    let rule = match survey.firewall_rule {
        FirewallRule::Missing => "missing",
        FirewallRule::Disabled => "disabled",
        FirewallRule::Enabled => "enabled",
    };
    [
        (MY, contents(MY, survey.my.len())),
        (ROOT, contents(ROOT, survey.root.len())),
        (CA, contents(CA, survey.intermediates.len())),
        ("revocation switch", switch),
        ("firewall rule", rule.to_owned()),
        ("recorded", plural(count(survey.installed.len()), "installed kit")),
    ]
    .map(|(label, value)| [label.to_owned(), value])
    .into()
}

fn contents<'u>(number: usize, unreadable: impl Iterator<Item = &'u Unreadable>) -> String {
    let certificates = plural(count(number), "certificate");
    match unreadable.map(|it| format!("{} ({})", it.thumbprint, it.reason)).collect::<Vec<_>>().as_slice() {
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

const MY: &str = r"LocalMachine\My";
const ROOT: &str = r"LocalMachine\Root";
const CA: &str = r"LocalMachine\CA";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Stored;

    #[test]
    fn what_cannot_be_read_is_told_store_by_store() {
        let damaged = |thumbprint: &str| Stored {
            thumbprint: thumbprint.to_owned(),
            certificate: Err("not\u{1b} a certificate".to_owned()),
        };
        let survey = Survey {
            computer: String::new(),
            build: None,
            is_elevated: true,
            my: Vec::new(),
            root: vec![damaged("AA"), damaged("BB")],
            root_keys: Vec::new(),
            intermediates: vec![damaged("CC")],
            revocation_switch: None,
            firewall_rule: FirewallRule::Enabled,
            records_unreadable: None,
            installed: Vec::new(),
        };
        let rows: Vec<_> = what_was_read(&survey).into_iter().take(3).map(|[_, contents]| contents).collect();
        let not_judged = "these cannot be read and were not judged: ";
        assert_eq!(
            rows,
            [
                "0 certificates".to_owned(),
                format!("2 certificates; {not_judged}AA (not\\u{{1b}} a certificate), BB (not\\u{{1b}} a certificate)"),
                format!("1 certificate; {not_judged}CC (not\\u{{1b}} a certificate)"),
            ]
        );
        let examination = Examination { usable: Vec::new(), findings: Vec::new() };
        let json = serde_json::to_value(Verdict::of(&survey, &examination, system::now().unwrap())).unwrap();
        assert_eq!(json["not_judged"][2]["store"], r"LocalMachine\CA");
        assert_eq!(
            (&json["passed"], &json["not_judged"][0]["reason"]),
            (&true.into(), &"not\\u{1b} a certificate".into())
        );
    }
}
