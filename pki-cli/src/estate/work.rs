//! What is to be done to the folder of a mesh, as `plan` and `renewal` decide and `make` and `write` carry out.

use pki_core::mesh::RootOrder;
use pki_core::pfx::Encoding;

use super::Estate;
use crate::inventory::{Entry, Inventory};

/// What is to be done.
#[derive(Debug, Default)]
pub(crate) struct Work {
    /// Roots to make.
    pub(crate) roots: Vec<RootOrder>,
    /// Kits to make, or to make anew.
    pub(crate) kits: Vec<KitWork>,
    /// The label of every root that hosts trust afterwards, in the order of the inventory.
    pub(crate) trust: Vec<String>,
    /// Hosts whose kits, passwords and roots go.
    pub(crate) pruned: Vec<String>,
    /// Whether roots that are not trusted afterwards go from the folder.
    pub(crate) drops_roots: bool,
    /// Roots whose keys are not kept, new ones among them.
    pub(crate) discarded: Vec<String>,
    /// Roots whose keys were to go and have still to sign.
    pub(crate) kept_keys: Vec<String>,
    /// Hosts whose previous kits go.
    pub(crate) finished: Vec<String>,
    /// Hosts that are no longer in the inventory and stay, because nobody asked to prune.
    pub(crate) strangers: Vec<String>,
    /// Roots that stay for the same reason, and of whose hosts nothing else is left.
    pub(crate) stray_roots: Vec<String>,
}

/// A kit to make.
#[derive(Debug, Clone)]
pub(crate) struct KitWork {
    pub(crate) entry: Entry,
    pub(crate) signer: String,
    pub(crate) encoding: Encoding,
    pub(crate) reason: Reason,
}

/// Why a kit is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// There is none.
    New,
    /// Its root is new.
    NewRoot,
    /// Its certificate has other names than the inventory says.
    Names,
    /// Its certificate is renewed, below the same root or a new one; the kit before is kept inside it.
    Renewed { new_key: bool },
    /// Only its PFX has another encoding; key and certificate stay.
    Encoding,
}

impl KitWork {
    /// As the inventory says, under the name that the host's kit was made with, if it has one.
    pub(super) fn new(inventory: &Inventory, estate: &Estate, entry: &Entry, signer: &str, reason: Reason) -> Self {
        let encoding = inventory.encoding_of(entry);
        let entry = estate.kit(&entry.fqdn).map_or_else(|| entry.clone(), |kit| kit.entry(entry));
        Self { entry, signer: signer.to_owned(), encoding, reason }
    }
}

impl Estate {
    /// What a root is to sign that has no key any more.
    pub(super) fn refuse_without_key(&self, signer: &str, entry: &Entry) -> Result<(), Refusal> {
        let Some(root) = self.roots.get(signer).filter(|root| !root.has_key) else { return Ok(()) };
        let host = &entry.fqdn;
        let (what, first) = match root.is_discarded {
            true => ("was discarded", ""),
            false => ("is not in private/roots", "bring it back from a copy, or "),
        };
        Err(Refusal {
            host: host.to_string(),
            problem: format!("the key of the root {signer} {what}, so nothing new can be signed for {host}"),
            way_out: format!("{first}give the host a new root: replica-pki issue --replace {host}"),
        })
    }
}

/// Two roots of a line have a list each, as long as certificates of both are used.
pub(super) fn refuse_one_address(inventory: &Inventory, entry: &Entry) -> Result<(), Refusal> {
    match &inventory.defaults.crl_url {
        Some(url) if !url.tells_roots_apart() => Err(Refusal {
            host: entry.fqdn.to_string(),
            problem: "crl_url in the inventory is one address, and the old root and the new one need one each"
                .to_owned(),
            way_out: "let {root} stand for the root in it, as in http://pki.atwork.at/{root}.crl".to_owned(),
        }),
        _ => Ok(()),
    }
}

impl Reason {
    /// As programs read it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::NewRoot => "new-root",
            Self::Names => "names",
            Self::Renewed { .. } => "renewed",
            Self::Encoding => "encoding",
        }
    }
}

/// Why nothing can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Whose root or kit it is about.
    pub(crate) host: String,
    pub(crate) problem: String,
    pub(crate) way_out: String,
}
