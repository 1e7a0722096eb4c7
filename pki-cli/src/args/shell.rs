//! The commands that help at the command line.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

#[derive(Args)]
pub(crate) struct Explain {
    /// As Windows shows it: 0x800B0109, -2146762487, 2148204809,
    /// 0x2EFE, 12030
    #[arg(verbatim_doc_comment, value_name = "CODE", allow_hyphen_values = true)]
    pub(crate) code: String,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

#[derive(Args)]
pub(crate) struct ManPages {
    /// A new folder, or one without pages
    #[arg(value_name = "DIR")]
    pub(crate) out: PathBuf,
}
