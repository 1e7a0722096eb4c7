//! `crl`: a revocation list of a root.

use std::path::Path;

use pki_core::revocation::{Revocation, RevocationList, Revocations};
use pki_core::validity::Validity;
use serde::Serialize;

use super::{folder_and_file, keys, plural};
use crate::args::{Crl, Revoked};
use crate::exit::{Exit, Failure, Result};
use crate::files::{self, Batch};
use crate::{output, system};

pub(crate) fn run(arguments: Crl) -> Result {
    let Crl { signer, revoke, remembered, days, out, json } = arguments;
    let (folder, file) = folder_and_file(&out)?;
    files::refuse_existing(folder, [file])?;
    let authority = keys::authority(&signer)?;
    let root = authority.certificate().clone();
    let mut revocations = match &remembered {
        Some(path) => continued(root, path)?,
        None => {
            output::note(
                "note",
                "without --remembered this is list 1 of its root, and nothing is taken over from others",
            );
            Revocations::none(root)
        }
    };

    let (now, mut rng) = (system::now()?, system::rng()?);
    for Revoked { certificate: path, reason } in revoke {
        let certificate = files::certificate(&path)?;
        let is_new = revocations
            .revoke(&certificate, now, reason)
            .map_err(|error| Failure::from(error).context(path.display()))?;
        if !is_new {
            let subject = certificate.subject();
            output::note("note", &format!("{subject} was taken back before; its date and reason stay"));
        }
    }
    let list = revocations.sign(&authority, Validity::starting(now, days)?, &mut rng)?;

    let mut batch = Batch::new(folder, "")?;
    batch.file(file, list.as_der())?;
    batch.commit()?;
    show(&out, &list, json)?;
    Ok(Exit::Done)
}

fn continued(root: pki_core::certificate::Certificate, path: &Path) -> Result<Revocations> {
    let context = |error: pki_core::Error| Failure::from(error).context(path.display());
    let last = RevocationList::from_der_or_pem(&files::read(path)?).map_err(context)?;
    Revocations::continuing(root, &last).map_err(context)
}

fn show(path: &Path, list: &RevocationList, json: bool) -> Result<()> {
    let summary = Summary {
        file: path.display().to_string(),
        issuer: list.issuer().to_string(),
        number: list.number(),
        this_update: list.validity().not_before.to_string(),
        next_update: list.validity().not_after.to_string(),
        revoked: list.revocations().iter().map(Entry::of).collect(),
    };
    let count = i64::try_from(summary.revoked.len()).unwrap_or(i64::MAX);
    let rows = [
        ["list", &output::path(path)],
        ["number", &summary.number.to_string()],
        ["takes back", &plural(count, "certificate")],
        ["replace it by", &summary.next_update],
    ];
    output::summary(json, &summary, &summary.issuer, &rows)
}

#[derive(Serialize)]
struct Summary {
    file: String,
    issuer: String,
    number: u64,
    this_update: String,
    next_update: String,
    revoked: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    /// In upper-case hexadecimal.
    serial_number: String,
    time: String,
    reason: String,
}

impl Entry {
    fn of(revocation: &Revocation) -> Self {
        Self {
            serial_number: output::hex(&revocation.serial_number),
            time: revocation.time.to_string(),
            reason: revocation.reason.to_string(),
        }
    }
}
