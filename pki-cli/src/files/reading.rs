//! Reading files that others made: never more than fits, and never two meanings.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use pki_core::certificate::Certificate;

use crate::exit::{Failure, Result};

/// Reads a file of at most this many bytes.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    const MAX_BYTES: u64 = 4 << 20;
    let context = |error: io::Error| cannot_read(path, &error);
    let file = File::open(path).map_err(context)?;
    // Room for the whole file, so that growing leaves no copies of a key behind; and for more, as the standard library first
    // reads to the stack where there is little.
    let expected = file.metadata().map_err(context)?.len().min(MAX_BYTES);
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or_default() + 64);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(context)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Failure::new(format!("{} is larger than {MAX_BYTES} bytes", path.display()))
            .hint("certificates, keys, PFX files, manifests and inventories are smaller; check the path"));
    }
    Ok(bytes)
}

/// What a path is, without following a link.
pub(crate) fn kind(path: &Path) -> Result<fs::FileType> {
    let metadata = path.symlink_metadata();
    metadata.map(|metadata| metadata.file_type()).map_err(|error| cannot_read(path, &error))
}

/// That a path cannot be read.
pub(crate) fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    Failure::io(format!("cannot read {}", path.display()), error)
}

/// Reads a file that holds one certificate, DER or PEM.
pub(crate) fn certificate(path: &Path) -> Result<Certificate> {
    certificate_of(&read(path)?).map_err(|failure| failure.context(path.display()))
}

/// The one certificate in DER or PEM.
pub(crate) fn certificate_of(bytes: &[u8]) -> Result<Certificate> {
    refuse_several(bytes)?;
    Ok(Certificate::from_der_or_pem(bytes)?)
}

/// Refuses PEM with several certificates: it would be unclear which is meant.
pub(crate) fn refuse_several(bytes: &[u8]) -> Result<()> {
    match str::from_utf8(bytes).unwrap_or_default().matches("-----BEGIN CERTIFICATE-----").count() {
        0 | 1 => Ok(()),
        count => Err(Failure::new(format!("the file holds {count} certificates")).hint("give each a file of its own")),
    }
}
