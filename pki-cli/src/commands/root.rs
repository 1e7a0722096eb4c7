//! `root`: one self-signed root.

use pki_core::authority::Authority;
use pki_core::key::KeyPair;
use pki_core::profile::RootProfile;
use serde::Serialize;

use super::file_stem;
use crate::args::Root;
use crate::exit::{Exit, Result};
use crate::files::{self, Batch};
use crate::kit::CertificateEntry;
use crate::{output, system, workers};

pub(crate) fn run(arguments: Root) -> Result {
    let Root { name, hosts, out, key, days, json } = arguments;
    let stem = file_stem(name.as_str())?;
    let (certificate_file, key_file) = (format!("{stem}.cer"), format!("{stem}.key.pem"));
    files::refuse_existing(&out, [&certificate_file, &key_file])?;

    let mut rng = system::rng()?;
    let mut profile = RootProfile::new(name, hosts);
    profile.days = days;
    let key = KeyPair::generate_with(key.algorithm, &mut rng, &workers::for_one_key())?;
    let authority = Authority::create(&profile, key, system::now()?, &mut rng)?;

    let mut batch = Batch::new(&out, "")?;
    batch.file(&key_file, authority.secret_key().secret_pkcs8_pem()?.as_bytes())?;
    batch.file(&certificate_file, authority.certificate().as_der())?;
    batch.commit()?;

    let (certificate_path, key_path) = (out.join(certificate_file), out.join(key_file));
    let summary = Summary {
        permitted: profile.hosts.iter().map(ToString::to_string).collect(),
        certificate: CertificateEntry::of(certificate_path.display().to_string(), authority.certificate()),
        key_file: key_path.display().to_string(),
    };
    let certificate = &summary.certificate;
    let rows = [
        ["certificate", &output::path(&certificate_path)],
        ["private key", &output::path(&key_path)],
        ["may sign for", &summary.permitted.join(", ")],
        ["thumbprint", &certificate.thumbprint_sha1],
        ["ends", &certificate.not_after],
    ];
    output::summary(json, &summary, &certificate.subject, &rows)?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Summary {
    certificate: CertificateEntry,
    key_file: String,
    permitted: Vec<String>,
}
