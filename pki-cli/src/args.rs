//! The command line. Values become the library's types here; nothing is parsed later.

mod help;
mod host;
mod look;
mod mesh;
mod protection;
mod shell;
mod steps;

pub(crate) use host::{Doctor, Install, Uninstall};
pub(crate) use look::{Convert, Inspect, Verify};
pub(crate) use mesh::{Issue, Renew, Status, USUAL_DIR, Within};
pub(crate) use protection::{PassphraseFile, Protect, Unprotect};
pub(crate) use shell::{Completions, Explain, ManPages};
pub(crate) use steps::{Accept, Crl, Leaf, Request, Revoked, Root, Sealing, Signer};

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Makes what Hyper-V hosts need to replicate without a domain: roots, certificates, PFX files.
#[derive(Parser)]
#[command(name = "replica-pki", version, propagate_version = true, after_help = help::PROGRAM, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make everything that some hosts need to trust each other
    #[command(after_help = help::ISSUE)]
    Issue(Issue),
    /// Renew certificates before they end, and roll roots over
    #[command(after_help = help::RENEW)]
    Renew(Renew),
    /// Tell how the hosts of a mesh are: what ends soon, what does not fit
    #[command(after_help = help::STATUS)]
    Status(Status),
    /// Encrypt the keys and passwords of a mesh under one passphrase
    #[command(after_help = help::PROTECT)]
    Protect(Protect),
    /// Decrypt them again, or one host's password alone
    #[command(after_help = help::UNPROTECT)]
    Unprotect(Unprotect),
    /// Make one self-signed root
    #[command(after_help = help::ROOT)]
    Root(Root),
    /// Make a key and ask for a certificate, on the host itself
    #[command(after_help = help::REQUEST)]
    Request(Request),
    /// Make one host's certificate and PFX, signed by a root, or answer its request
    #[command(after_help = help::LEAF)]
    Leaf(Leaf),
    /// Join the answer to a request with its key into a PFX, on the host itself
    #[command(after_help = help::ACCEPT)]
    Accept(Accept),
    /// Sign a revocation list of a root
    #[command(after_help = help::CRL)]
    Crl(Crl),
    /// Explain certificates and PFX files
    #[command(after_help = help::INSPECT)]
    Inspect(Inspect),
    /// Write a PFX anew, in another encoding or under another password
    #[command(after_help = help::CONVERT)]
    Convert(Convert),
    /// Check a kit, or a certificate against roots, as its peer will
    #[command(after_help = help::VERIFY)]
    Verify(Verify),
    /// Install a kit on this computer (Windows, as administrator)
    #[command(after_help = help::INSTALL)]
    Install(Install),
    /// Take back what install added to this computer (Windows, as administrator)
    #[command(after_help = help::UNINSTALL)]
    Uninstall(Uninstall),
    /// Find out why replication with certificates does not work on this computer (Windows)
    #[command(after_help = help::DOCTOR)]
    Doctor(Doctor),
    /// Say what an error code of Windows means and what to do about it
    #[command(after_help = help::EXPLAIN)]
    Explain(Explain),
    /// Print what a shell needs to complete commands and options
    #[command(after_help = help::COMPLETIONS)]
    Completions(Completions),
    /// Write a manual page for each command, for those who pack this program
    #[command(after_help = help::MAN_PAGES, hide = true)]
    ManPages(ManPages),
}

#[derive(Args)]
pub(crate) struct PasswordFile {
    /// File whose first line is the password of the PFX;
    /// else the variable REPLICA_PKI_PASSWORD
    #[arg(long = "password-file", verbatim_doc_comment, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}
