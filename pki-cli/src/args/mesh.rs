//! The commands that work on the folder of a mesh.

use std::path::PathBuf;

use clap::Args;
use pki_core::key::KeyAlgorithm;
use pki_core::mesh::Trust;
use pki_core::name::Fqdn;
use pki_core::pfx::WindowsServer;
use pki_core::validity::Days;

use super::{PassphraseFile, PasswordFile};
use crate::inventory::CrlUrl;

#[derive(Args)]
pub(crate) struct Issue {
    /// Full computer names, exactly as Windows shows them;
    /// without any, the hosts of the inventory
    #[arg(verbatim_doc_comment, value_name = "HOST", value_parser = Fqdn::of_computer)]
    pub(crate) hosts: Vec<Fqdn>,
    #[command(flatten)]
    pub(crate) dir: Dir,
    /// Algorithm of every key: rsa-2048, rsa-3072 or rsa-4096
    /// [new inventories: rsa-3072]
    #[arg(long, verbatim_doc_comment, value_name = "ALGORITHM")]
    pub(crate) key: Option<KeyAlgorithm>,
    /// How long the certificates of hosts live [new inventories: 730]
    #[arg(long, value_name = "DAYS")]
    pub(crate) days: Option<Days>,
    /// How long the roots live [new inventories: 3650]
    #[arg(long, value_name = "DAYS")]
    pub(crate) root_days: Option<Days>,
    /// A root for each host (per-host) or all (shared)
    /// [new inventories: per-host]
    #[arg(long, verbatim_doc_comment, value_name = "SHAPE")]
    pub(crate) trust: Option<Trust>,
    /// The oldest Windows Server that has to import the PFX:
    /// 2012r2, 2016, 2019, 2022 or 2025 [new inventories: 2019]
    #[arg(long, verbatim_doc_comment, value_name = "VERSION")]
    pub(crate) windows: Option<WindowsServer>,
    /// Remove what belongs to hosts that are not in the inventory,
    /// their roots from every kit too
    #[arg(long, verbatim_doc_comment)]
    pub(crate) prune: bool,
    /// Give a host a new root and certificate; can be repeated
    #[arg(long, value_name = "HOST", value_parser = Fqdn::of_computer)]
    pub(crate) replace: Vec<Fqdn>,
    /// Where the revocation lists will be read: http://...;
    /// {root} in it stands for the label of the root
    #[arg(long, verbatim_doc_comment, value_name = "URL")]
    pub(crate) crl_url: Option<CrlUrl>,
    /// Destroy the key of each root when it has signed,
    /// and the keys of the roots that are there
    #[arg(long, verbatim_doc_comment)]
    pub(crate) discard_root_keys: bool,
    #[command(flatten)]
    pub(crate) password: PasswordFile,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseFile,
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
    /// Hosts to renew; without any, those whose certificate or
    /// root ends soon
    #[arg(verbatim_doc_comment, value_name = "HOST", value_parser = Fqdn::of_computer)]
    pub(crate) hosts: Vec<Fqdn>,
    #[command(flatten)]
    pub(crate) dir: Dir,
    #[command(flatten)]
    pub(crate) within: Within,
    /// Make new keys too
    #[arg(long)]
    pub(crate) new_key: bool,
    /// Phase 2 of a root's rollover: every host has installed
    /// the new roots
    #[arg(long, verbatim_doc_comment, conflicts_with = "finish")]
    pub(crate) roots_installed: bool,
    /// Everything is installed: remove the previous kits
    /// and the old roots
    #[arg(long, verbatim_doc_comment, conflicts_with = "new_key")]
    pub(crate) finish: bool,
    #[command(flatten)]
    pub(crate) password: PasswordFile,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseFile,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Within {
    /// What ends within so many days counts as ending soon
    #[arg(long = "within", value_name = "DAYS", default_value = "60d", value_parser = days)]
    given: Days,
}

impl Within {
    /// In days, where nobody says otherwise: what stands as the default above.
    pub(crate) const USUAL: i64 = 60;

    pub(crate) fn days(&self) -> Days {
        self.given
    }
}

/// The folder of a mesh, unless another one is named.
pub(crate) const USUAL_DIR: &str = "replica-pki";

#[derive(Args)]
pub(crate) struct Dir {
    /// The folder of the mesh
    #[arg(
        long = "dir",
        value_name = "DIR",
        env = "REPLICA_PKI_DIR",
        hide_env_values = true,
        default_value = USUAL_DIR
    )]
    pub(crate) path: PathBuf,
}

/// `60d` or `60`.
fn days(given: &str) -> Result<Days, pki_core::Error> {
    given.strip_suffix('d').unwrap_or(given).parse()
}
