//! What `leaf` and `accept` tell of the PFX that they made.

use std::path::Path;

use pki_core::authority::Identity;
use pki_core::pfx::Encoding;
use serde::Serialize;

use crate::exit::{Exit, Result};
use crate::kit::CertificateEntry;
use crate::output;

#[derive(Serialize)]
struct Summary {
    certificate: CertificateEntry,
    pfx_file: String,
    encoding: String,
    oldest_windows_server: String,
    issuer: String,
}

/// `is_new` is whether the certificate's file was made too.
pub(super) fn show(
    pfx: &Path,
    encoding: Encoding,
    certificate: &Path,
    is_new: bool,
    identity: &Identity,
    json: bool,
) -> Result {
    let summary = Summary {
        pfx_file: pfx.display().to_string(),
        encoding: encoding.to_string(),
        oldest_windows_server: encoding.oldest_windows().to_string(),
        certificate: CertificateEntry::of(certificate.display().to_string(), identity.leaf()),
        issuer: identity.root().subject().to_string(),
    };
    let (certificate_file, pfx_file) = (output::path(certificate), output::path(pfx));
    let imports_on = format!("Windows Server {} and later", summary.oldest_windows_server);
    let rows = [
        ["certificate", &certificate_file],
        ["PFX", &pfx_file],
        ["imports on", &imports_on],
        ["signed by", &summary.issuer],
        ["thumbprint", &summary.certificate.thumbprint_sha1],
        ["ends", &summary.certificate.not_after],
    ];
    let (_, without_certificate) = rows.split_at(1);
    let rows = if is_new { &rows } else { without_certificate };
    output::summary(json, &summary, &summary.certificate.subject, rows)?;
    Ok(Exit::Done)
}
