//! The kit: the folder that one host gets, and the manifest inside it.

mod judge;
mod manifest;
mod read;

pub(crate) use judge::{Line, judge_chain, report, successor};
pub(crate) use manifest::{CertificateEntry, MANIFEST, Manifest, PfxEntry};
pub(crate) use read::{FileState, Kit, files, is_intact, strays};

use pki_core::bundle::Bundle;
use pki_core::validity::Time;

use crate::exit::{Failure, Result};
use crate::script;

/// Where a kit that was renewed keeps the one before.
pub(crate) const PREVIOUS: &str = "previous";

/// The files of a kit with their paths inside it, scripts and manifest included.
pub(crate) fn contents(bundle: &Bundle, generated_password: bool, now: Time) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files: Vec<_> = bundle.files().into_iter().map(|file| (file.path, file.bytes.to_vec())).collect();
    files.extend(lists(bundle, generated_password, now)?);
    Ok(files)
}

/// Those of its files that name all others: the scripts and the manifest.
pub(crate) fn lists(bundle: &Bundle, generated_password: bool, now: Time) -> Result<Vec<(String, Vec<u8>)>> {
    let mut lists = script::files(bundle)?;
    let manifest = Manifest::of(bundle, generated_password, &lists, now);
    let mut json = serde_json::to_vec_pretty(&manifest)
        .map_err(|error| Failure::new(format!("the manifest cannot be written: {error}")))?;
    json.push(b'\n');
    lists.push((MANIFEST.to_owned(), json));
    Ok(lists)
}
