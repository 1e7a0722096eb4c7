//! `verify`: a kit, or a certificate against roots, as the peer will see it.

mod line;
mod root;

use std::fs;
use std::path::Path;

use pki_core::certificate::Certificate;
use pki_core::name::{DnsName, Fqdn, printable};
use pki_core::password::Password;
use pki_core::pfx::{self, OpenOptions};
use pki_core::verify::{Outcome, Question, verify};

use crate::args::Verify;
use crate::exit::{Failure, Result};
use crate::kit::{FileState, Kit, MANIFEST};
use crate::{files, password, system};
use line::Line;

pub(crate) fn run(arguments: &Verify) -> Result {
    let at = match arguments.at {
        Some(at) => at,
        None => system::now()?,
    };
    let mut question = Question::new(at);
    question.host = arguments.host.clone();
    let subject = fs::metadata(&arguments.subject)
        .map_err(|error| files::cannot_read(&arguments.subject, &error).hint("a kit is one folder below DIR/hosts"))?;
    let lines = if subject.is_dir() {
        verify_kit(arguments, question)?
    } else {
        verify_leaf(&arguments.subject, arguments, &question)?
    };
    line::report(&arguments.subject, at, &lines, arguments.json)
}

fn verify_leaf(path: &Path, arguments: &Verify, question: &Question) -> Result<Vec<Line>> {
    if arguments.root.is_empty() {
        return Err(Failure::new("a certificate is judged against roots, and none was named")
            .hint(format!("replica-pki verify {} --root ROOT.cer", path.display())));
    }
    let roots = arguments.root.iter().map(|path| files::certificate(path)).collect::<Result<Vec<_>>>()?;
    Ok(chain(&files::certificate(path)?, &roots, question))
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
    lines.extend(manifest(&kit));
    let roots: Vec<_> = kit.trust.iter().map(|(_, root)| root.clone()).collect();
    lines.extend(chain(&kit.leaf, &roots, &question));
    lines.extend(kit.trust.iter().flat_map(|(path, root)| root::judge(root, path, question.at)));
    let password = password::given_for_opening(arguments.password.file.as_deref())?;
    lines.push(sealed(&kit, password.as_ref()));
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
    findings.map(Line::of_finding).collect()
}

fn file(path: &str, state: FileState) -> Line {
    let (outcome, detail) = match state {
        FileState::Intact => (Outcome::Passed, "as the manifest says"),
        FileState::Changed => (Outcome::Failed, "not as the manifest says: it was changed after the kit was made"),
        FileState::Unlisted => (Outcome::Failed, "not in the manifest: it was added after the kit was made"),
    };
    Line::new("file", printable(path), outcome, detail)
}

/// What people and programs read in the manifest must be what the host gets.
fn manifest(kit: &Kit) -> Vec<Line> {
    let differences = kit.manifest.differences(&kit.leaf, &kit.trust);
    if differences.is_empty() {
        return vec![Line::new("manifest", MANIFEST, Outcome::Passed, "tells what the certificates are")];
    }
    differences.into_iter().map(|detail| Line::new("manifest", MANIFEST, Outcome::Failed, detail)).collect()
}

/// Opens the PFX and compares it with what lies beside it.
fn sealed(kit: &Kit, password: Option<&Password>) -> Line {
    let file = printable(&kit.manifest.pfx.file);
    let Some(password) = password else {
        let detail = "not opened: no password was given (--password-file or REPLICA_PKI_PASSWORD)";
        return Line::new("pfx", file, Outcome::Warning, detail);
    };
    let identity = pfx::open(&kit.pfx, password, &OpenOptions::default()).and_then(|contents| contents.identity());
    let (outcome, detail) = match identity {
        Ok(identity) if *identity.leaf() == kit.leaf => {
            (Outcome::Passed, "opens, and holds the key of this leaf".to_owned())
        }
        Ok(_) => (Outcome::Failed, "holds another certificate than the one beside it".to_owned()),
        Err(error) => (Outcome::Failed, error.to_string()),
    };
    Line::new("pfx", file, outcome, detail)
}
