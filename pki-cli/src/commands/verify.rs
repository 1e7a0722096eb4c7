//! `verify`: a kit, or a certificate against roots, as the peer will see it.

use std::path::Path;

use pki_core::certificate::Certificate;
use pki_core::name::{DnsName, Fqdn, printable};
use pki_core::password::Password;
use pki_core::pfx::{self, OpenOptions};
use pki_core::validity::Time;
use pki_core::verify::{Outcome, Question, verify};
use serde::Serialize;

use crate::args::Verify;
use crate::exit::{Exit, Failure, Result};
use crate::kit::{FileState, Kit};
use crate::{files, output, password, system};

pub(crate) fn run(arguments: &Verify) -> Result {
    let at = match arguments.at {
        Some(at) => at,
        None => system::now()?,
    };
    let mut question = Question::new(at);
    question.host = arguments.host.clone();
    let lines = if arguments.subject.is_dir() {
        verify_kit(arguments, question)?
    } else {
        verify_leaf(&arguments.subject, arguments, &question)?
    };
    report(&arguments.subject, at, &lines, arguments.json)
}

/// One row of the table.
#[derive(Debug, Serialize)]
struct Line {
    check: String,
    /// A file of the kit, or a certificate's place in the chain.
    of: String,
    outcome: &'static str,
    detail: String,
}

impl Line {
    fn new(check: &str, of: impl Into<String>, outcome: Outcome, detail: impl Into<String>) -> Self {
        let outcome = match outcome {
            Outcome::Passed => "passed",
            Outcome::Warning => "warning",
            Outcome::Failed => "failed",
        };
        Self { check: check.to_owned(), of: of.into(), outcome, detail: detail.into() }
    }
}

fn verify_leaf(path: &Path, arguments: &Verify, question: &Question) -> Result<Vec<Line>> {
    if arguments.root.is_empty() {
        return Err(Failure::new("a certificate is judged against roots, and none was named")
            .hint(format!("replica-pki verify {} --root ROOT.cer", path.display())));
    }
    let certificate = |path: &Path| {
        let bytes = files::read(path)?;
        Certificate::from_der_or_pem(&bytes).map_err(|error| Failure::from(error).context(path.display()))
    };
    let roots = arguments.root.iter().map(|path| certificate(path)).collect::<Result<Vec<_>>>()?;
    Ok(chain(&certificate(path)?, &roots, question))
}

fn verify_kit(arguments: &Verify, mut question: Question) -> Result<Vec<Line>> {
    if !arguments.root.is_empty() {
        return Err(Failure::new("a kit is judged against the roots inside it, so --root has no use here")
            .hint("leave --root out, or name the certificate inside the kit instead of the kit"));
    }
    let kit = Kit::open(&arguments.subject)?;
    if question.host.is_none() {
        question.host = Some(host_of(&kit)?);
    }
    let mut lines: Vec<Line> = kit.files.iter().map(|(path, state)| file(path, *state)).collect();
    lines.extend(chain(&kit.leaf, &kit.trust, &question));
    for (root, entry) in kit.trust.iter().zip(&kit.manifest.trust) {
        lines.extend(trusted_root(root, &entry.file, question.at));
    }
    if let Some(password) = password::given_for_opening(arguments.password.file.as_deref())? {
        lines.push(sealed(&kit, &password));
    }
    Ok(lines)
}

/// The host that a kit says it is for.
fn host_of(kit: &Kit) -> Result<DnsName> {
    let host = &kit.manifest.host;
    let fqdn = host.parse().or_else(|error| Fqdn::single_label(host).map_err(|_| error))?;
    Ok(DnsName::from(fqdn))
}

fn chain(leaf: &Certificate, roots: &[Certificate], question: &Question) -> Vec<Line> {
    let report = verify(leaf, &[], roots, question);
    let findings = report.findings().iter();
    findings.map(|f| Line::new(f.check.name(), format!("{} {}", f.role, f.subject), f.outcome, &f.detail)).collect()
}

fn file(path: &str, state: FileState) -> Line {
    let (outcome, detail) = match state {
        FileState::Intact => (Outcome::Passed, "as the manifest says"),
        FileState::Changed => (Outcome::Failed, "not as the manifest says: it was changed after the kit was made"),
        FileState::Unlisted => (Outcome::Failed, "not in the manifest: it was added after the kit was made"),
    };
    Line::new("file", printable(path), outcome, detail)
}

/// Every root of a kit will be trusted, whether or not the leaf needs it.
fn trusted_root(root: &Certificate, path: &str, at: Time) -> Vec<Line> {
    let validity = root.validity();
    let (signed, signed_detail) = match root.is_self_signed() {
        true => (Outcome::Passed, "signed by its own key"),
        false => (Outcome::Failed, "not self-signed: it must never be among the trusted roots"),
    };
    let (valid, state) = match validity.contains(at) {
        true => (Outcome::Passed, "valid"),
        false => (Outcome::Failed, "not valid"),
    };
    let constrained = match &root.extensions().name_constraints {
        Some(_) => (Outcome::Passed, "limited to its hosts"),
        None => (Outcome::Warning, "not limited to any names: who has its key can pass for every host"),
    };
    let of = format!("{} {}", printable(path), root.subject());
    vec![
        Line::new("trusted-root", &of, signed, signed_detail),
        Line::new("trusted-root", &of, valid, format!("{state}: {validity}")),
        Line::new("trusted-root", &of, constrained.0, constrained.1),
    ]
}

/// Opens the PFX and compares it with what lies beside it.
fn sealed(kit: &Kit, password: &Password) -> Line {
    let identity = pfx::open(&kit.pfx, password, &OpenOptions::default()).and_then(|contents| contents.identity());
    let (outcome, detail) = match identity {
        Ok(identity) if *identity.leaf() == kit.leaf => {
            (Outcome::Passed, "opens, and holds the key of this leaf".to_owned())
        }
        Ok(_) => (Outcome::Failed, "holds another certificate than the one beside it".to_owned()),
        Err(error) => (Outcome::Failed, error.to_string()),
    };
    Line::new("pfx", printable(&kit.manifest.pfx.file), outcome, detail)
}

#[derive(Serialize)]
struct Verdict<'l> {
    passed: bool,
    subject: String,
    at: String,
    results: &'l [Line],
}

fn report(subject: &Path, at: Time, lines: &[Line], json: bool) -> Result {
    let passed = lines.iter().all(|line| line.outcome != "failed");
    let subject = printable(&subject.display().to_string());
    if json {
        output::json(&Verdict { passed, subject, at: at.to_string(), results: lines })?;
    } else {
        let row = |line: &Line| [line.outcome.to_owned(), line.check.clone(), line.of.clone(), line.detail.clone()];
        let table = output::columns(0, &lines.iter().map(row).collect::<Vec<_>>());
        let end = if passed { "passed" } else { "FAILED" };
        output::result(&format!("{table}\n{subject}: {end}, judged at {at}\n"))?;
    }
    Ok(if passed { Exit::Done } else { Exit::FoundWrong })
}
