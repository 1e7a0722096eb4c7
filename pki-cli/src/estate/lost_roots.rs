//! Roots whose certificates are gone from `private/roots` while their keys are there, or the notes that these were discarded.
//! Every kit brings every root, so the certificate is not lost: the key tells which one it is, or all kits do.

use std::collections::BTreeMap;
use std::path::Path;

use pki_core::certificate::Certificate;
use pki_core::key::{KeyPair, PublicKey};

use super::layout::{HOSTS, KEY, PRIVATE, ROOTS, WITHOUT_KEY, kit_folder, root_certificate, root_key};
use super::{Safe, Secret, names_in};
use crate::exit::Result;
use crate::files;

/// By label, as the kits bring them. A key that is encrypted is asked if the safe is open; in a closed one the first
/// certificate of the name is taken, which is good for telling of it and no more.
pub(crate) fn lost_roots(dir: &Path, safe: &Safe) -> Result<BTreeMap<String, Certificate>> {
    let mut found = BTreeMap::new();
    for label in lost_labels(dir)? {
        let path = root_key(&label);
        if dir.join(&path).symlink_metadata().is_err() {
            found.extend(agreed(dir, &label)?.map(|certificate| (label, certificate)));
            continue;
        }
        let is_closed = !matches!(safe, Safe::Open(_)) && is_sealed(dir, &label);
        let key = if is_closed { None } else { safe.key(&dir.join(path)).ok() };
        if !is_closed && key.is_none() {
            continue;
        }
        if let Some(certificate) = in_kits(dir, &label, key.as_ref().map(KeyPair::public_key))? {
            found.insert(label, certificate);
        }
    }
    Ok(found)
}

/// The same for one who will write them down: a passphrase is asked for where a key is encrypted.
pub(crate) fn restorable_roots(
    dir: &Path,
    passphrase_file: Option<&Path>,
) -> Result<(BTreeMap<String, Certificate>, Safe)> {
    let is_needed = lost_labels(dir)?.iter().any(|label| is_sealed(dir, label));
    let safe = if is_needed { Safe::open(dir, passphrase_file)? } else { Safe::of(dir) };
    Ok((lost_roots(dir, &safe)?, safe))
}

fn lost_labels(dir: &Path) -> Result<Vec<String>> {
    let is_gone = |label: &&str| dir.join(root_certificate(label)).symlink_metadata().is_err();
    let names = names_in(&dir.join(PRIVATE).join(ROOTS))?;
    let labels = names.iter().filter_map(|name| name.strip_suffix(KEY).or(name.strip_suffix(WITHOUT_KEY)));
    Ok(labels.filter(is_gone).map(str::to_owned).collect())
}

/// What cannot be read is not sealed.
fn is_sealed(dir: &Path, label: &str) -> bool {
    Secret::Key(root_key(label)).is_sealed(dir).unwrap_or(false)
}

fn in_kits(dir: &Path, label: &str, key: Option<&PublicKey>) -> Result<Option<Certificate>> {
    Ok(self_signed_in_kits(dir, label)?.find(|it| key.is_none_or(|key| it.public_key() == key)))
}

/// The one that all kits bring under a label. Where they do not agree somebody else has to say which one is right.
fn agreed(dir: &Path, label: &str) -> Result<Option<Certificate>> {
    let mut found = self_signed_in_kits(dir, label)?;
    let first = found.next();
    Ok(first.filter(|first| found.all(|other| other == *first)))
}

fn self_signed_in_kits(dir: &Path, label: &str) -> Result<impl Iterator<Item = Certificate>> {
    let trusted = move |host: String| dir.join(kit_folder(&host)).join("trust").join(format!("{label}.cer"));
    let paths = names_in(&dir.join(HOSTS))?.into_iter().map(trusted);
    let files = paths.filter(|path| files::kind(path).is_ok_and(|kind| kind.is_file()));
    Ok(files.filter_map(|path| files::certificate(&path).ok()).filter(Certificate::is_self_signed))
}
