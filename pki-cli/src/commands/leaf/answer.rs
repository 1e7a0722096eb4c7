//! The certificate that a request asks for.

use std::path::Path;

use pki_core::profile::LeafProfile;
use pki_core::request::CertificationRequest;
use pki_core::validity::Validity;
use serde::Serialize;

use crate::args::Leaf;
use crate::commands::{file_stem, keys, requested_names, warn_of_early_end, warn_of_single_label};
use crate::estate::Ledger;
use crate::exit::{Exit, Failure, Result};
use crate::files::{self, Batch};
use crate::kit::CertificateEntry;
use crate::{output, system};

pub(super) fn run(request: &Path, arguments: Leaf) -> Result {
    let Leaf { signer, out, days, crl_url, sealing, .. } = arguments;
    let request = CertificationRequest::from_der_or_pem(&files::read(request)?)
        .map_err(|error| Failure::from(error).context(request.display()))?;
    let authority = keys::authority(&signer)?;
    let certificate_file = format!("{}.cer", file_stem(request.host().as_str())?);
    warn_of_single_label(request.host());
    files::refuse_existing(&out, [&certificate_file])?;
    if Ledger::is_revoked_beside(&signer.root_key, request.public_key())? {
        return Err(Failure::new("a certificate of this request's key was revoked")
            .hint("have the request made again with another key: replica-pki request HOST --out DIR"));
    }

    let (now, mut rng) = (system::now()?, system::rng()?);
    let mut profile = LeafProfile::new(request.host().clone());
    profile.also = request.also().to_vec();
    profile.days = days;
    profile.revocation_list = crl_url;
    let leaf = authority.sign(&profile, request.public_key(), now, &mut rng)?;
    let end = authority.certificate().validity().not_after;
    if Validity::starting(now, days)?.not_after > end {
        warn_of_early_end(end);
    }
    let mut batch = Batch::new(&out, "")?;
    batch.file(&certificate_file, leaf.as_der())?;
    batch.commit()?;

    let certificate_path = out.join(certificate_file);
    let summary = Summary {
        certificate: CertificateEntry::of(certificate_path.display().to_string(), &leaf),
        names: requested_names(&request),
        key_algorithm: request.public_key().algorithm().to_string(),
        key_identifier: output::hex(&request.public_key().key_identifier()),
        issuer: leaf.issuer().to_string(),
    };
    let rows = [
        ["certificate", &output::path(&certificate_path)],
        ["names", &summary.names.join(", ")],
        ["key", &format!("{} {}", summary.key_algorithm, summary.key_identifier)],
        ["signed by", &summary.issuer],
        ["thumbprint", &summary.certificate.thumbprint_sha1],
        ["ends", &summary.certificate.not_after],
    ];
    output::summary(sealing.json, &summary, &summary.certificate.subject, &rows)?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Summary {
    certificate: CertificateEntry,
    /// As they were asked for, the host's own first.
    names: Vec<String>,
    key_algorithm: String,
    /// SHA-1 of the public key, to compare with what the host knows.
    key_identifier: String,
    issuer: String,
}
