//! `verify`: a kit, or a certificate against roots, as the peer will see it.

use std::fs;
use std::path::Path;

use pki_core::verify::Question;

use crate::args::Verify;
use crate::exit::{Failure, Result};
use crate::kit::{Kit, Line, judge_chain, report};
use crate::{files, password, system};

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
    report(&arguments.subject, at, &lines, arguments.json)
}

fn verify_leaf(path: &Path, arguments: &Verify, question: &Question) -> Result<Vec<Line>> {
    if arguments.root.is_empty() {
        return Err(Failure::new("a certificate is judged against roots, and none was named")
            .hint(format!("replica-pki verify {} --root ROOT.cer", path.display())));
    }
    let roots = arguments.root.iter().map(|path| files::certificate(path)).collect::<Result<Vec<_>>>()?;
    Ok(judge_chain(&files::certificate(path)?, &roots, question))
}

fn verify_kit(arguments: &Verify, mut question: Question) -> Result<Vec<Line>> {
    if !arguments.root.is_empty() {
        return Err(Failure::new("a kit is judged against the roots inside it, so --root has no use here")
            .hint("leave --root out, or name the certificate inside the kit instead of the kit"));
    }
    let kit = Kit::open(&arguments.subject)?;
    if question.host.is_none() {
        question.host = Some(kit.host()?);
    }
    let mut lines = kit.judge(&question);
    let password = password::given_for_opening(arguments.password.file.as_deref())?;
    lines.push(kit.judge_pfx(password.as_ref()));
    Ok(lines)
}
