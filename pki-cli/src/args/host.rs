//! The commands that run on a Windows host.

use std::path::PathBuf;

use clap::Args;

use super::PasswordFile;
use crate::plan::Provider;

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
