//! `convert`: a PFX in another encoding, or under another password.

use pki_core::password::Password;
use pki_core::pfx::{Encoding, OpenOptions};
use serde::Serialize;

use super::opening::{is_pfx, open};
use crate::args::Convert;
use crate::exit::{Exit, Failure, Result};
use crate::files::{self, Batch};
use crate::{output, password, system};

pub(crate) fn run(arguments: &Convert) -> Result {
    let Convert { pfx: path, out, windows, password: old, new_password_file, new_password, json } = arguments;
    let (folder, name) = files::folder_and_name(out)?;
    files::refuse_existing(folder, [name])?;
    let context = |failure: Failure| failure.context(path.display());
    let bytes = files::read(path)?;
    if !is_pfx(&bytes) {
        return Err(context(Failure::new("it is no PFX file")).hint("see what it is: replica-pki inspect FILE"));
    }
    let given = password::given_for_opening(old.file.as_deref())?;
    // A file without a MAC may have been changed by anyone, and would get one here.
    let (contents, typed) = open(&bytes, given.as_ref(), path, &OpenOptions::default()).map_err(context)?;
    for kind in &contents.other_bags {
        output::note("warning", &format!("a bag of type {kind} is not taken along: its contents are not known"));
    }

    let old = typed.or(given).unwrap_or(Password::empty());
    let new = password::changed(new_password_file.as_deref(), *new_password, old, &output::path(out))?;
    let encoding = Encoding::for_windows(*windows);
    let sealed = contents.reseal(&new, encoding, &mut system::rng()?).map_err(Failure::from).map_err(context)?;
    let mut batch = Batch::new(folder, "")?;
    batch.file(name, &sealed)?;
    batch.commit()?;

    let summary = Summary {
        file: out.display().to_string(),
        encoding: encoding.to_string(),
        oldest_windows_server: encoding.oldest_windows().to_string(),
        keys: contents.keys.len(),
        certificates: contents.certificates.iter().map(|entry| entry.certificate.subject().to_string()).collect(),
        left_out: contents.other_bags,
    };
    let rows = [
        ["imports on", &format!("Windows Server {} and later", summary.oldest_windows_server)],
        ["keys", &summary.keys.to_string()],
        ["certificates", &summary.certificates.join("; ")],
    ];
    output::summary(*json, &summary, &output::path(out), &rows)?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Summary {
    file: String,
    encoding: String,
    oldest_windows_server: String,
    keys: usize,
    /// Their subjects.
    certificates: Vec<String>,
    /// Types of bags that are not taken along.
    left_out: Vec<String>,
}
