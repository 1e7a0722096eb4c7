//! The kit: the folder that one host gets, and the manifest inside it.

mod manifest;
mod read;

pub(crate) use manifest::{CertificateEntry, MANIFEST, Manifest};
pub(crate) use read::{FileState, Kit};

use pki_core::bundle::Bundle;
use pki_core::name::Fqdn;
use pki_core::validity::Time;

use crate::exit::{Failure, Result};

/// Where kits lie below the folder of `issue`.
pub(crate) const HOSTS: &str = "hosts";
/// What must stay, below the folder of `issue`.
pub(crate) const PRIVATE: &str = "private";

/// The files of a kit with their paths inside it, manifest included.
pub(crate) fn contents(bundle: &Bundle, now: Time) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files: Vec<_> = bundle.files().into_iter().map(|file| (file.path, file.bytes.to_vec())).collect();
    let manifest = Manifest::of(bundle, now);
    let mut json = serde_json::to_vec_pretty(&manifest)
        .map_err(|error| Failure::new(format!("the manifest cannot be written: {error}")))?;
    json.push(b'\n');
    files.push((MANIFEST.to_owned(), json));
    Ok(files)
}

/// Refuses hosts whose files Windows could not store: `CON`, `NUL` and the like are devices, whatever follows the dot.
pub(crate) fn refuse_device_name(host: &Fqdn) -> Result<()> {
    let first = host.as_str().split('.').next().unwrap_or_default().to_ascii_uppercase();
    let numbered =
        |prefix| first.strip_prefix(prefix).is_some_and(|n| n.len() == 1 && n.chars().all(|c| c.is_ascii_digit()));
    if ["CON", "PRN", "AUX", "NUL"].contains(&first.as_str()) || numbered("COM") || numbered("LPT") {
        return Err(Failure::new(format!(
            "{host}: Windows takes every file name that starts with {first}. for a device"
        ))
        .hint("give the computer another name"));
    }
    Ok(())
}
