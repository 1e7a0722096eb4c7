//! The commands that look at files.

use std::path::PathBuf;

use clap::Args;
use pki_core::name::DnsName;
use pki_core::pfx::WindowsServer;
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

#[derive(Args)]
pub(crate) struct Convert {
    /// A PFX file, whoever made it
    #[arg(value_name = "FILE")]
    pub(crate) pfx: PathBuf,
    /// The new PFX file
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// The oldest Windows Server that has to import the PFX:
    /// 2012r2, 2016, 2019, 2022 or 2025
    #[arg(long, verbatim_doc_comment, value_name = "VERSION", default_value = "2019")]
    pub(crate) windows: WindowsServer,
    #[command(flatten)]
    pub(crate) password: PasswordFile,
    /// File whose first line is the new password;
    /// else the variable REPLICA_PKI_NEW_PASSWORD
    #[arg(long, verbatim_doc_comment, value_name = "FILE")]
    pub(crate) new_password_file: Option<PathBuf>,
    /// Ask for a new password
    #[arg(long, conflicts_with = "new_password_file")]
    pub(crate) new_password: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn time(given: &str) -> Result<Time, pki_core::Error> {
    given.parse().or_else(|error| format!("{given}T00:00:00Z").parse().map_err(|_| error))
}
