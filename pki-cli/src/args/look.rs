//! The commands that look at files.

use std::path::PathBuf;

use clap::Args;
use pki_core::name::DnsName;
use pki_core::validity::Time;

use super::PasswordFile;

#[derive(Args)]
pub(crate) struct Inspect {
    /// Certificates (PEM or DER) and PFX files
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) password: PasswordFile,
    /// Print the result as JSON, an array with one object a file
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Verify {
    /// A kit's folder, or a certificate
    #[arg(value_name = "KIT|LEAF")]
    pub(crate) subject: PathBuf,
    /// A root that the peer trusts; can be repeated.
    /// Needed for a certificate, not allowed for a kit
    #[arg(long, verbatim_doc_comment, value_name = "FILE")]
    pub(crate) root: Vec<PathBuf>,
    /// Host name that the peer connects to
    #[arg(long, value_name = "NAME", value_parser = DnsName::of_computer)]
    pub(crate) host: Option<DnsName>,
    /// Judge by this time, not by now: 2026-11-22T17:00:00Z or 2026-11-22
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) at: Option<Time>,
    #[command(flatten)]
    pub(crate) password: PasswordFile,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn time(given: &str) -> Result<Time, pki_core::Error> {
    given.parse().or_else(|error| format!("{given}T00:00:00Z").parse().map_err(|_| error))
}
