//! `request`: a key and a request for its certificate, made where the key stays.

use pki_core::key::KeyPair;
use pki_core::request::CertificationRequest;
use serde::Serialize;

use super::{file_stem, warn_of_single_label};
use crate::args::Request;
use crate::exit::{Exit, Result};
use crate::files::{self, Batch};
use crate::{output, system, workers};

pub(crate) fn run(arguments: Request) -> Result {
    let Request { host, also, out, key, json } = arguments;
    let stem = file_stem(host.as_str())?;
    warn_of_single_label(&host);
    let (request_file, key_file) = (format!("{stem}.csr"), format!("{stem}.key.pem"));
    files::refuse_existing(&out, [&request_file, &key_file])?;

    let mut rng = system::rng()?;
    let key = KeyPair::generate_with(key.algorithm, &mut rng, &workers::for_one_key())?;
    let request = CertificationRequest::create(&host, &also, &key, &mut rng)?;

    let mut batch = Batch::new(&out, "")?;
    batch.file(&key_file, key.secret_pkcs8_pem()?.as_bytes())?;
    batch.file(&request_file, request.to_pem().as_bytes())?;
    batch.commit()?;

    let (request_path, key_path) = (out.join(request_file), out.join(key_file));
    let summary = Summary {
        subject: request.subject().to_string(),
        names: super::requested_names(&request),
        request_file: request_path.display().to_string(),
        key_file: key_path.display().to_string(),
        key_algorithm: request.public_key().algorithm().to_string(),
    };
    let rows = [
        ["request", &output::path(&request_path)],
        ["private key", &output::path(&key_path)],
        ["names", &summary.names.join(", ")],
        ["key", &summary.key_algorithm],
    ];
    output::summary(json, &summary, &summary.subject, &rows)?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Summary {
    subject: String,
    names: Vec<String>,
    request_file: String,
    key_file: String,
    key_algorithm: String,
}
