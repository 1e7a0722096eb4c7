//! The commands that seal the secrets of a mesh and open them again.

use std::path::PathBuf;

use clap::Args;
use pki_core::name::Fqdn;

use super::mesh::Dir;

#[derive(Args)]
pub(crate) struct Protect {
    #[command(flatten)]
    pub(crate) dir: Dir,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseFile,
    /// Give a protected folder another passphrase:
    /// the first line of a file, or else asked for
    #[arg(long, verbatim_doc_comment, value_name = "FILE")]
    pub(crate) change: Option<Option<PathBuf>>,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Unprotect {
    /// The host whose password alone is wanted; everything else stays protected
    #[arg(value_name = "HOST", value_parser = Fqdn::of_computer, requires = "out")]
    pub(crate) host: Option<Fqdn>,
    /// The password of the kit that a renewal kept, if it has its own
    #[arg(long, requires = "host")]
    pub(crate) previous: bool,
    /// Where that password goes: a new file
    #[arg(long, value_name = "FILE", requires = "host")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) dir: Dir,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseFile,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct PassphraseFile {
    /// File whose first line is the passphrase of a protected folder;
    /// else the variable REPLICA_PKI_PASSPHRASE, or a prompt
    #[arg(id = "passphrase_file", long = "passphrase-file", verbatim_doc_comment, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}
