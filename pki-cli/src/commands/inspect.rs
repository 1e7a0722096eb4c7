//! `inspect`: certificates and PFX files in words.

mod describe;
mod show;

use std::io::IsTerminal as _;
use std::path::Path;

use pki_core::Error;
use pki_core::certificate::Certificate;
use pki_core::password::Password;
use pki_core::pfx::{self, Contents, OpenOptions};
use pki_core::validity::Time;
use serde::Serialize;

use crate::args::Inspect;
use crate::exit::{Exit, Failure, PASSWORD_HINT, Result};
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
        let contents = open(&bytes, given, path).map_err(context)?;
        return Ok(Description::of_pfx(path, &contents, now));
    }
    files::refuse_several(&bytes).map_err(context)?;
    let certificate = Certificate::from_der_or_pem(&bytes)
        .map_err(|error| context(Failure::new(error).hint("inspect reads certificates (PEM or DER) and PFX files")))?;
    Ok(Description::of_certificate(path, &certificate, now))
}

/// A PFX starts with its version, the INTEGER 3; a certificate starts with another SEQUENCE. The length between is of
/// one to five bytes, or indefinite.
fn is_pfx(bytes: &[u8]) -> bool {
    let length_bytes = match bytes {
        [0x30, first, ..] if *first > 0x80 => 1 + usize::from(first & 0x7f),
        [0x30, ..] => 1,
        _ => return false,
    };
    bytes.get(1 + length_bytes..).is_some_and(|rest| rest.starts_with(&[0x02, 0x01, 0x03]))
}

/// Tries the password that was given, else the empty one, and then asks if there is somebody to ask.
fn open(bytes: &[u8], given: Option<&Password>, path: &Path) -> Result<Contents> {
    // Looking is not trusting: a file without a MAC is shown, and said to have none.
    let mut options = OpenOptions::default();
    options.require_mac = false;
    match (pfx::open(bytes, given.unwrap_or(&Password::empty()), &options), given) {
        (Err(Error::WrongPassword { .. }), None) if std::io::stdin().is_terminal() => {
            let asked = password::ask(&format!("Password of {}: ", path.display()))?;
            Ok(pfx::open(bytes, &asked, &options)?)
        }
        // Nothing was wrong yet: the empty one was only a guess.
        (Err(Error::WrongPassword { .. }), None) => Err(Failure::new("it needs a password").hint(PASSWORD_HINT)),
        (result, _) => Ok(result?),
    }
}
