//! Judges the certificates of one suite: any number of leaves, below the same roots and intermediates.
//!
//! ```text
//! cargo run --example verify_paths -- 2020-01-01T00:00:00Z ROOTS INTERMEDIATES LEAVES
//! ```
//!
//! Each of the three is a folder of certificates. A leaf is judged for no host and no purpose. For each there is a line:
//! its file, `accepted` or `refused`, and the checks that failed, separated by blanks.

#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use pki_core::certificate::Certificate;
use pki_core::name::printable;
use pki_core::validity::Time;
use pki_core::verify::{Check, Question, verify};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [at, roots, intermediates, leaves] = arguments.as_slice() else {
        return Err("usage: verify_paths TIME ROOTS INTERMEDIATES LEAVES".into());
    };
    let mut question = Question::new(at.parse::<Time>()?);
    question.purposes.clear();
    let roots = certificates(Path::new(roots))?;
    let intermediates = certificates(Path::new(intermediates))?;
    for path in files(Path::new(leaves))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        println!("{} {}", printable(&name), judge(&path, &intermediates, &roots, &question)?);
    }
    Ok(())
}

fn judge(
    path: &Path,
    intermediates: &[Certificate],
    roots: &[Certificate],
    question: &Question,
) -> Result<String, Box<dyn Error>> {
    let Ok(leaf) = Certificate::from_der_or_pem(&fs::read(path)?) else {
        return Ok("refused unreadable".to_owned());
    };
    let report = verify(&leaf, intermediates, roots, question);
    if report.passed() {
        return Ok("accepted".to_owned());
    }
    let checks: BTreeSet<_> = report.failures().map(|finding| finding.check).collect();
    let checks: Vec<_> = checks.into_iter().map(Check::name).collect();
    Ok(format!("refused {}", checks.join(" ")))
}

/// What can be read of a folder. What cannot is nobody's issuer.
fn certificates(folder: &Path) -> Result<Vec<Certificate>, Box<dyn Error>> {
    let mut certificates = Vec::new();
    for path in files(folder)? {
        certificates.extend(Certificate::from_der_or_pem(&fs::read(path)?));
    }
    Ok(certificates)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let entries = fs::read_dir(folder)?;
    let mut files = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    files.sort();
    Ok(files)
}
