//! The command line. Values become the library's types here; nothing is parsed later.

mod help;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use pki_core::key::KeyAlgorithm;
use pki_core::mesh::Trust;
use pki_core::name::{DnsName, Fqdn, HttpUrl, RootName};
use pki_core::pfx::WindowsServer;
use pki_core::revocation::Reason;
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
    /// Renew certificates before they end, and roll roots over
    #[command(after_help = help::RENEW)]
    Renew(Renew),
    /// Tell how the hosts of a mesh are: what ends soon, what does not fit
    #[command(after_help = help::STATUS)]
    Status(Status),
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
    /// Full computer names, exactly as Windows shows them; without any, the hosts of the inventory
    #[arg(value_name = "HOST", value_parser = Fqdn::of_computer)]
    pub(crate) hosts: Vec<Fqdn>,
    #[command(flatten)]
    pub(crate) dir: Dir,
    /// Algorithm of every key: rsa-2048, rsa-3072 or rsa-4096 [new inventories: rsa-3072]
    #[arg(long, value_name = "ALGORITHM")]
    pub(crate) key: Option<KeyAlgorithm>,
    /// How long the hosts' certificates live [new inventories: 730]
    #[arg(long, value_name = "DAYS")]
    pub(crate) days: Option<Days>,
    /// How long the roots live [new inventories: 3650]
    #[arg(long, value_name = "DAYS")]
    pub(crate) root_days: Option<Days>,
    /// A root for each host (per-host) or all (shared) [new inventories: per-host]
    #[arg(long, value_name = "SHAPE")]
    pub(crate) trust: Option<Trust>,
    /// The oldest Windows Server that has to import the PFX:
    /// 2012r2, 2016, 2019, 2022 or 2025 [new inventories: 2019]
    #[arg(long, verbatim_doc_comment, value_name = "VERSION")]
    pub(crate) windows: Option<WindowsServer>,
    /// Remove what belongs to hosts that are not in the inventory, their roots from every kit too
    #[arg(long)]
    pub(crate) prune: bool,
    /// Give a host a new root and certificate; can be repeated
    #[arg(long, value_name = "HOST", value_parser = Fqdn::of_computer)]
    pub(crate) replace: Vec<Fqdn>,
    #[command(flatten)]
    pub(crate) password: PasswordFile,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) dir: Dir,
    #[command(flatten)]
    pub(crate) within: Within,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Renew {
    /// Hosts to renew; without any, those whose certificate or root ends soon
    #[arg(value_name = "HOST", value_parser = Fqdn::of_computer)]
    pub(crate) hosts: Vec<Fqdn>,
    #[command(flatten)]
    pub(crate) dir: Dir,
    #[command(flatten)]
    pub(crate) within: Within,
    /// Make new keys too
    #[arg(long)]
    pub(crate) new_key: bool,
    /// Phase 2 of a root's rollover: every host has installed the new roots
    #[arg(long, conflicts_with = "finish")]
    pub(crate) roots_installed: bool,
    /// Everything is installed: remove the previous kits and the old roots
    #[arg(long, conflicts_with = "new_key")]
    pub(crate) finish: bool,
    #[command(flatten)]
    pub(crate) password: PasswordFile,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Within {
    /// What ends within so many days counts as ending soon: 60d
    #[arg(long = "within", value_name = "DAYS", default_value = "60d", value_parser = days)]
    given: Days,
}

impl Within {
    pub(crate) fn days(&self) -> Days {
        self.given
    }
}

#[derive(Args)]
pub(crate) struct Dir {
    /// The folder of the mesh
    #[arg(
        long = "dir",
        value_name = "DIR",
        env = "REPLICA_PKI_DIR",
        hide_env_values = true,
        default_value = "replica-pki"
    )]
    pub(crate) path: PathBuf,
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
pub(crate) struct Request {
    /// Full computer name, exactly as Windows shows it
    #[arg(value_name = "HOST", value_parser = Fqdn::of_computer)]
    pub(crate) host: Fqdn,
    /// Further name, such as the Replica Broker's; can be repeated
    #[arg(long, value_name = "NAME", value_parser = DnsName::of_computer)]
    pub(crate) also: Vec<DnsName>,
    /// Folder for HOST.csr and HOST.key.pem
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) key: Key,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Leaf {
    /// Full computer name, exactly as Windows shows it
    #[arg(value_name = "HOST", value_parser = Fqdn::of_computer, required_unless_present = "request")]
    pub(crate) host: Option<Fqdn>,
    /// Answer this request (PKCS#10) of `replica-pki request`, OpenSSL or certreq:
    /// the host and its names stand in it, and its key stays where it is
    #[arg(
        long,
        verbatim_doc_comment,
        value_name = "FILE",
        conflicts_with_all = ["host", "also", "algorithm", "windows", "file"]
    )]
    pub(crate) request: Option<PathBuf>,
    /// Further name, such as the Replica Broker's; can be repeated
    #[arg(long, value_name = "NAME", value_parser = DnsName::of_computer)]
    pub(crate) also: Vec<DnsName>,
    #[command(flatten)]
    pub(crate) signer: Signer,
    /// Folder for HOST.cer and, unless a request is answered, HOST.pfx
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Where the root's revocation list will be read: http://...
    #[arg(long, value_name = "URL")]
    pub(crate) crl_url: Option<HttpUrl>,
    #[command(flatten)]
    pub(crate) key: Key,
    /// How long it lives, at most as long as its root
    #[arg(long, value_name = "DAYS", default_value_t = Days::LEAF)]
    pub(crate) days: Days,
    #[command(flatten)]
    pub(crate) sealing: Sealing,
}

#[derive(Args)]
pub(crate) struct Accept {
    /// The private key that `replica-pki request` made (PKCS#8 PEM)
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// File whose first line is that key's password, if encrypted
    #[arg(long, value_name = "FILE")]
    pub(crate) key_password_file: Option<PathBuf>,
    /// The certificate that `replica-pki leaf --request` made
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: PathBuf,
    /// The root that signed it
    #[arg(long, value_name = "FILE")]
    pub(crate) root: PathBuf,
    /// Folder for HOST.pfx
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) sealing: Sealing,
}

#[derive(Args)]
pub(crate) struct Crl {
    #[command(flatten)]
    pub(crate) signer: Signer,
    /// Certificate to take back, and why: LEAF.cer:keyCompromise; can be repeated
    #[arg(long, value_name = "LEAF[:REASON]", value_parser = revoked)]
    pub(crate) revoke: Vec<Revoked>,
    /// The root's last list, which this one continues
    #[arg(long, value_name = "FILE")]
    pub(crate) remembered: Option<PathBuf>,
    /// The next list has to be in its place within so many days
    #[arg(long, value_name = "DAYS", default_value = "90")]
    pub(crate) days: Days,
    /// The list (DER), a new file
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// A certificate to take back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revoked {
    pub(crate) certificate: PathBuf,
    pub(crate) reason: Reason,
}

#[derive(Args)]
pub(crate) struct Signer {
    /// The root's certificate
    #[arg(long, value_name = "FILE")]
    pub(crate) root: PathBuf,
    /// The root's private key (PKCS#8 PEM)
    #[arg(long, value_name = "FILE")]
    pub(crate) root_key: PathBuf,
    /// File whose first line is that key's password, if encrypted
    #[arg(long, value_name = "FILE")]
    pub(crate) root_key_password_file: Option<PathBuf>,
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

/// `LEAF` or `LEAF:REASON`. A reason has letters only, so that the colon of a drive is not taken for the other one.
fn revoked(given: &str) -> Result<Revoked, pki_core::Error> {
    match given.rsplit_once(':') {
        Some((certificate, reason)) if reason.bytes().all(|b| b.is_ascii_alphabetic()) => {
            Ok(Revoked { certificate: certificate.into(), reason: reason.parse()? })
        }
        _ => Ok(Revoked { certificate: given.into(), reason: Reason::default() }),
    }
}

/// `60d` or `60`.
fn days(given: &str) -> Result<Days, pki_core::Error> {
    given.strip_suffix('d').unwrap_or(given).parse()
}

fn time(given: &str) -> Result<Time, pki_core::Error> {
    given.parse().or_else(|error| format!("{given}T00:00:00Z").parse().map_err(|_| error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_follows_the_last_colon_and_a_drive_is_none() {
        let of = |certificate: &str, reason| Ok(Revoked { certificate: certificate.into(), reason });
        assert_eq!(revoked("a.cer"), of("a.cer", Reason::Unspecified));
        assert_eq!(revoked("a.cer:superseded"), of("a.cer", Reason::Superseded));
        assert_eq!(revoked("C:\\a.cer"), of("C:\\a.cer", Reason::Unspecified));
        assert_eq!(revoked("C:\\a.cer:KEYCOMPROMISE"), of("C:\\a.cer", Reason::KeyCompromise));
        assert!(revoked("a.cer:lost").is_err() && revoked("a.cer:").is_err());
    }
}
