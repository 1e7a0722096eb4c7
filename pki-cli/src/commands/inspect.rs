//! `inspect`: certificates and PFX files in words.

mod describe;
mod show;

use std::path::Path;

use pki_core::certificate::Certificate;
use pki_core::password::Password;
use pki_core::pfx::OpenOptions;
use pki_core::validity::Time;
use serde::Serialize;

use super::opening::{is_pfx, open};
use crate::args::Inspect;
use crate::exit::{Exit, Failure, Result};
use crate::{files, output, password, system};
use describe::Description;

pub(crate) fn run(arguments: &Inspect) -> Result {
    let now = system::now()?;
    let given = password::given_for_opening(arguments.password.file.as_deref())?;
    let mut described = Vec::new();
    let mut failed = false;
    for path in &arguments.files {
        match describe_file(path, given.as_ref(), now) {
            Ok(description) if arguments.json => described.push(Entry::Described(Box::new(description))),
            Ok(description) => output::result(&show::text(&description))?,
            Err(failure) => {
                failed = true;
                failure.report();
                described.push(Entry::Failed { file: output::path(path), error: failure.message().to_owned() });
            }
        }
    }
    if arguments.json {
        output::json(&described)?;
    }
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

/// A file in the JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum Entry {
    Described(Box<Description>),
    Failed { file: String, error: String },
}

fn describe_file(path: &Path, given: Option<&Password>, now: Time) -> Result<Description> {
    let context = |failure: Failure| failure.context(path.display());
    let bytes = files::read(path)?;
    if is_pfx(&bytes) {
        // Looking is not trusting: a file without a MAC is shown, and said to have none.
        let mut options = OpenOptions::default();
        options.require_mac = false;
        let (contents, _) = open(&bytes, given, path, &options).map_err(context)?;
        return Ok(Description::of_pfx(path, &contents, now));
    }
    files::refuse_several(&bytes).map_err(context)?;
    let certificate = Certificate::from_der_or_pem(&bytes)
        .map_err(|error| context(Failure::new(error).hint("inspect reads certificates (PEM or DER) and PFX files")))?;
    Ok(Description::of_certificate(path, &certificate, now))
}
