//! `crl`: a revocation list of a root, which remembers the last one.

mod memory;

use std::path::Path;

use pki_core::certificate::Certificate;
use pki_core::revocation::{Reason, Revocation, RevocationList, Revocations};
use pki_core::validity::{Time, Validity};
use serde::Serialize;

use super::{keys, plural};
use crate::args::{Crl, Revoked};
use crate::exit::{Exit, Failure, Result};
use crate::{files, output, system};
use memory::Memory;

pub(crate) fn run(arguments: Crl) -> Result {
    let Crl { signer, revoke, days, out, json } = arguments;
    files::folder_and_name(&out)?;
    let authority = keys::authority(&signer)?;
    let mut memory = Memory::beside(&signer.root_key)?;
    let mut revocations = memory.recall(authority.certificate())?;
    let (validity, mut rng) = (Validity::starting(system::now()?, days)?, system::rng()?);
    // The list counts from a little earlier, for clocks that are late; nothing on it was taken back after that.
    let at = validity.not_before;
    for Revoked { certificate: path, reason } in revoke {
        let certificate = files::certificate(&path)?;
        take_back(&mut revocations, &certificate, reason, at).map_err(|failure| failure.context(path.display()))?;
        memory.ledger.add_key(certificate.public_key());
    }
    let list = revocations.sign(&authority, validity, &mut rng)?;
    refuse_to_replace(&out, &list, authority.certificate(), memory.path())?;

    // Remembered first: a number that was given away is never given again.
    memory.remember(&list)?;
    files::publish(&out, list.as_der()).map_err(|failure| {
        failure.and(format!("list {} is remembered in {}", list.number(), memory.path().display()))
    })?;
    show(&out, memory.path(), &list, json)?;
    Ok(Exit::Done)
}

fn take_back(revocations: &mut Revocations, certificate: &Certificate, reason: Option<Reason>, at: Time) -> Result<()> {
    if revocations.revoke(certificate, at, reason.unwrap_or_default())? {
        return Ok(());
    }
    let before = revocations.entries().iter().find(|entry| *entry.serial_number == *certificate.serial_number());
    let (Some(before), subject) = (before, certificate.subject()) else { return Ok(()) };
    if reason.is_some_and(|reason| reason != before.reason) {
        return Err(Failure::new(format!(
            "{subject} was taken back on {} for another reason, {}, and that stays",
            before.time, before.reason
        ))
        .hint("leave the reason out"));
    }
    output::note("note", &format!("{subject} was taken back before; its date and reason stay"));
    Ok(())
}

/// Refuses to write over anything but an older list of the same root.
fn refuse_to_replace(out: &Path, list: &RevocationList, root: &Certificate, memory: &Path) -> Result<()> {
    if out.symlink_metadata().is_err() {
        return Ok(());
    }
    let refuse = |why: &str| {
        Failure::new(format!("{} exists, {why}, and is not overwritten", out.display()))
            .hint("nothing was written; name another file, or move the old one away")
    };
    if !files::kind(out)?.is_file() {
        return Err(refuse("is no file"));
    }
    let there = RevocationList::from_der_or_pem(&files::read(out)?)
        .ok()
        .filter(|there| there.check_signed_by(root).is_ok())
        .ok_or_else(|| refuse(&format!("is no revocation list of {}", root.subject())))?;
    if there.number() < list.number() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} is {there}, and the last one that {} remembers is {}",
        out.display(),
        memory.display(),
        list.number().saturating_sub(1)
    ))
    .hint(format!("nothing was written; to go on from it, copy it to {}", memory.display())))
}

fn show(path: &Path, memory: &Path, list: &RevocationList, json: bool) -> Result<()> {
    let summary = Summary {
        file: path.display().to_string(),
        remembered: memory.display().to_string(),
        issuer: list.issuer().to_string(),
        number: list.number(),
        this_update: list.validity().not_before.to_string(),
        next_update: list.validity().not_after.to_string(),
        revoked: list.revocations().iter().map(Entry::of).collect(),
    };
    let count = i64::try_from(summary.revoked.len()).unwrap_or(i64::MAX);
    let rows = [
        ["list", &output::path(path)],
        ["remembered", &output::path(memory)],
        ["number", &summary.number.to_string()],
        ["takes back", &plural(count, "certificate")],
        ["replace it by", &summary.next_update],
    ];
    output::summary(json, &summary, &summary.issuer, &rows)
}

#[derive(Serialize)]
struct Summary {
    file: String,
    remembered: String,
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
