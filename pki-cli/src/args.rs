//! The command line. Values become the library's types here; nothing is parsed later.

mod help;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use pki_core::key::KeyAlgorithm;
use pki_core::mesh::Trust;
use pki_core::name::{DnsName, Fqdn, RootName};
use pki_core::pfx::WindowsServer;
use pki_core::validity::{Days, Time};

use crate::plan::Provider;

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
    /// Make one self-signed root
    #[command(after_help = help::ROOT)]
    Root(Root),
    /// Make one host's certificate and PFX, signed by a root
    #[command(after_help = help::LEAF)]
    Leaf(Leaf),
    /// Explain certificates and PFX files
    #[command(after_help = help::INSPECT)]
    Inspect(Inspect),
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
}

#[derive(Args)]
pub(crate) struct Issue {
    /// Full computer names, exactly as Windows shows them
    #[arg(value_name = "HOST", required = true, value_parser = Fqdn::of_computer)]
    pub(crate) hosts: Vec<Fqdn>,
    /// Where everything goes
    #[arg(long, value_name = "DIR", env = "REPLICA_PKI_DIR", hide_env_values = true, default_value = "replica-pki")]
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) key: Key,
    /// How long the hosts' certificates live
    #[arg(long, value_name = "DAYS", default_value_t = Days::LEAF)]
    pub(crate) days: Days,
    /// How long the roots live
    #[arg(long, value_name = "DAYS", default_value_t = Days::ROOT)]
    pub(crate) root_days: Days,
    /// A root for each host (per-host) or all (shared)
    #[arg(long, value_name = "SHAPE", default_value_t)]
    pub(crate) trust: Trust,
    #[command(flatten)]
    pub(crate) sealing: Sealing,
}

#[derive(Args)]
pub(crate) struct Root {
    /// Common name of the root
    #[arg(long, value_name = "NAME")]
    pub(crate) name: RootName,
    /// Host or DNS name that it may sign for; can be repeated
    #[arg(long = "for", value_name = "HOST", required = true, value_parser = DnsName::of_computer)]
    pub(crate) hosts: Vec<DnsName>,
    /// Folder for NAME.cer and NAME.key.pem
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) key: Key,
    /// How long it lives
    #[arg(long, value_name = "DAYS", default_value_t = Days::ROOT)]
    pub(crate) days: Days,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Leaf {
    /// Full computer name, exactly as Windows shows it
    #[arg(value_name = "HOST", value_parser = Fqdn::of_computer)]
    pub(crate) host: Fqdn,
    /// Further name, such as the Replica Broker's; can be repeated
    #[arg(long, value_name = "NAME", value_parser = DnsName::of_computer)]
    pub(crate) also: Vec<DnsName>,
    /// The root's certificate
    #[arg(long, value_name = "FILE")]
    pub(crate) root: PathBuf,
    /// The root's private key (PKCS#8 PEM)
    #[arg(long, value_name = "FILE")]
    pub(crate) root_key: PathBuf,
    /// File whose first line is that key's password, if encrypted
    #[arg(long, value_name = "FILE")]
    pub(crate) root_key_password_file: Option<PathBuf>,
    /// Folder for HOST.cer and HOST.pfx
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) key: Key,
    /// How long it lives, at most as long as its root
    #[arg(long, value_name = "DAYS", default_value_t = Days::LEAF)]
    pub(crate) days: Days,
    #[command(flatten)]
    pub(crate) sealing: Sealing,
}

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
pub(crate) struct Install {
    /// The kit's folder
    #[arg(value_name = "KIT")]
    pub(crate) kit: PathBuf,
    /// Print the steps and change nothing; works on every system
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) password: PasswordFile,
    /// Where the key goes:
    /// schannel, as in Microsoft's sample, or rsa-aes
    #[arg(long, verbatim_doc_comment, value_name = "PROVIDER", default_value_t)]
    pub(crate) provider: Provider,
    /// Windows' own tools do not export the key from this computer again
    #[arg(long)]
    pub(crate) not_exportable: bool,
    /// Install a kit that is for another computer
    #[arg(long)]
    pub(crate) any_host: bool,
    /// Leave Windows' revocation check as it is
    #[arg(long)]
    pub(crate) keep_revocation_check: bool,
    /// Switch the check off below FailoverReplication too
    #[arg(long, conflicts_with = "keep_revocation_check")]
    pub(crate) failover_key: bool,
    /// Leave the firewall as it is
    #[arg(long)]
    pub(crate) no_firewall: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Uninstall {
    /// The kit's folder
    #[arg(value_name = "KIT")]
    pub(crate) kit: PathBuf,
    /// Print what would be taken back and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Doctor {
    /// A kit that should be installed here: its roots are looked for too
    #[arg(long, value_name = "KIT")]
    pub(crate) kit: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Key {
    /// Algorithm: rsa-2048, rsa-3072 or rsa-4096
    #[arg(long = "key", value_name = "ALGORITHM", default_value_t)]
    pub(crate) algorithm: KeyAlgorithm,
}

#[derive(Args)]
pub(crate) struct Sealing {
    /// The oldest Windows Server that has to import the PFX:
    /// 2012r2, 2016, 2019, 2022 or 2025
    #[arg(long, verbatim_doc_comment, value_name = "VERSION", default_value = "2019")]
    pub(crate) windows: WindowsServer,
    #[command(flatten)]
    pub(crate) password: PasswordFile,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct PasswordFile {
    /// File whose first line is the password of the PFX;
    /// else the variable REPLICA_PKI_PASSWORD
    #[arg(long = "password-file", verbatim_doc_comment, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

fn time(given: &str) -> Result<Time, pki_core::Error> {
    given.parse().or_else(|error| format!("{given}T00:00:00Z").parse().map_err(|_| error))
}
