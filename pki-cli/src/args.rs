//! The command line. Values become the library's types here; nothing is parsed later.

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
#[command(name = "replica-pki", version, propagate_version = true, after_help = ROOT_HELP, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make everything that some hosts need to trust each other
    #[command(after_help = ISSUE_HELP)]
    Issue(Issue),
    /// Make one self-signed root
    #[command(after_help = ROOT_COMMAND_HELP)]
    Root(Root),
    /// Make one host's certificate and PFX, signed by a root
    #[command(after_help = LEAF_HELP)]
    Leaf(Leaf),
    /// Explain certificates and PFX files
    #[command(after_help = INSPECT_HELP)]
    Inspect(Inspect),
    /// Check a kit, or a certificate against roots, as its peer will
    #[command(after_help = VERIFY_HELP)]
    Verify(Verify),
    /// Install a kit on this computer (Windows, as administrator)
    #[command(after_help = INSTALL_HELP)]
    Install(Install),
    /// Take back what install added to this computer (Windows, as administrator)
    #[command(after_help = UNINSTALL_HELP)]
    Uninstall(Uninstall),
    /// Find out why replication with certificates does not work on this computer (Windows)
    #[command(after_help = DOCTOR_HELP)]
    Doctor(Doctor),
}

#[derive(Args)]
pub(crate) struct Issue {
    /// Full computer names, exactly as Windows shows them
    #[arg(value_name = "HOST", required = true, value_parser = host)]
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
    #[arg(long = "for", value_name = "HOST", required = true, value_parser = dns_name)]
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
    #[arg(value_name = "HOST", value_parser = host)]
    pub(crate) host: Fqdn,
    /// Further name, such as the Replica Broker's; can be repeated
    #[arg(long, value_name = "NAME", value_parser = dns_name)]
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
    #[arg(long, value_name = "NAME", value_parser = dns_name)]
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
    /// Nobody can export the key from this computer again
    #[arg(long)]
    pub(crate) not_exportable: bool,
    /// Install a kit that is for another computer
    #[arg(long)]
    pub(crate) any_host: bool,
    /// Leave Windows' revocation check as it is
    #[arg(long)]
    pub(crate) keep_revocation_check: bool,
    /// Switch the check off below FailoverReplication too
    #[arg(long)]
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

/// A name without a dot is a workgroup host's: accepted, and warned about when it is used.
fn host(given: &str) -> Result<Fqdn, pki_core::Error> {
    if given.contains('.') || !given.is_ascii() { given.parse() } else { Fqdn::single_label(given) }
}

fn dns_name(given: &str) -> Result<DnsName, pki_core::Error> {
    if given.contains('.') || !given.is_ascii() { given.parse() } else { Fqdn::single_label(given).map(DnsName::from) }
}

fn time(given: &str) -> Result<Time, pki_core::Error> {
    given.parse().or_else(|error| format!("{given}T00:00:00Z").parse().map_err(|_| error))
}

const ROOT_HELP: &str = "\
Example, for two hosts:
  replica-pki issue HOST4.atwork.at HOST5.atwork.at
  replica-pki verify replica-pki/hosts/HOST4.atwork.at

Exit codes:
  0  done
  1  could not be done
  2  wrong usage
  3  done, and something was found wrong (verify, doctor)";

const ISSUE_HELP: &str = "\
Makes, without asking anything:
  DIR/hosts/HOST/   the kit: this folder goes to that host, nothing else does
  DIR/private/      stays here: the roots' keys and the passwords of the PFX files

Each PFX gets a random password unless --password-file or the variable gives one for all.
An existing kit or key is never overwritten: then nothing at all is written.

Examples:
  replica-pki issue HOST4.atwork.at HOST5.atwork.at
  replica-pki issue HOST4.atwork.at HOST5.atwork.at --windows 2012r2 --dir old-servers
  replica-pki issue n1.example.org n2.example.org n3.example.org --trust shared --dir mesh --json

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

const ROOT_COMMAND_HELP: &str = "\
Writes NAME.cer (DER) and NAME.key.pem (PKCS#8, for its owner's eyes only).

Example:
  replica-pki root --name mycompanyFirstReplica --for HOST4.atwork.at --out first

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

const LEAF_HELP: &str = "\
Writes HOST.cer (DER) and HOST.pfx (key, certificate, root). The password comes from
--password-file, the variable REPLICA_PKI_PASSWORD, or a prompt.

Example, with the root of the example in `replica-pki root --help`:
  replica-pki leaf HOST4.atwork.at --root first/mycompanyFirstReplica.cer \\
      --root-key first/mycompanyFirstReplica.key.pem --out first

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

const INSPECT_HELP: &str = "\
A PFX is opened with the password from --password-file, the variable REPLICA_PKI_PASSWORD,
the empty one, or a prompt, in this order.

Examples:
  replica-pki inspect replica-pki/hosts/HOST4.atwork.at/HOST4.atwork.at.cer
  replica-pki inspect replica-pki/hosts/HOST4.atwork.at/HOST4.atwork.at.pfx \\
      --password-file replica-pki/private/passwords/HOST4.atwork.at.txt

Exit codes: 0 done, 1 a file could not be read, 2 wrong usage";

const VERIFY_HELP: &str = "\
Examples:
  replica-pki verify replica-pki/hosts/HOST4.atwork.at
  replica-pki verify replica-pki/hosts/HOST4.atwork.at --at 2028-11-01
  replica-pki verify replica-pki/hosts/HOST4.atwork.at/HOST4.atwork.at.cer \\
      --root replica-pki/hosts/HOST5.atwork.at/trust/HOST4.atwork.at.root.cer --host HOST4.atwork.at

Exit codes: 0 all is well, 1 could not be done, 2 wrong usage, 3 something is wrong";

const INSTALL_HELP: &str = "\
Checks the kit, then puts the key into a key container of the machine, the certificate into
LocalMachine\\My and the roots into LocalMachine\\Root, switches off Hyper-V's revocation check,
and enables the firewall rule of Hyper-V Replica. A second run changes nothing. If a step
fails, the steps before it are taken back. The password comes from --password-file, the
variable REPLICA_PKI_PASSWORD, or a prompt.

Example, on any system:
  replica-pki install replica-pki/hosts/HOST4.atwork.at --dry-run

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

const UNINSTALL_HELP: &str = "\
Takes back exactly what `replica-pki install` added on this computer, from its own record.
What was there before stays, and so does what another installed kit needs.

Example, on the host, as administrator:
  replica-pki.exe uninstall HOST4.atwork.at

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

const DOCTOR_HELP: &str = "\
Reads the certificate stores, the registry, the firewall rule and the computer's name, changes
nothing, and says for each thing that is wrong how to mend it. Findings are critical (anybody
can pass for any host), errors (replication does not work, or rests on what no longer
protects) or warnings (it works, but not for long or not everywhere). Run it as administrator;
others cannot open the machine's keys.

Examples, on the host:
  replica-pki.exe doctor
  replica-pki.exe doctor --kit HOST4.atwork.at

Exit codes: 0 all is well or nothing but warnings, 1 could not be done, 2 wrong usage,
            3 something is wrong";
