//! What `fuzz/` calls: the readers of inventories, manifests and kits, with what the program itself writes.

use std::path::Path;

use pki_core::bundle::Bundle;
use pki_core::name::Fqdn;
use pki_core::validity::Time;
use pki_core::verify::{Outcome, Question};

use crate::{inventory, kit};

/// An inventory that was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Inventory(inventory::Inventory);

/// A manifest that was read.
pub struct Manifest(kit::Manifest);

/// A kit's folder that was read.
pub struct Kit(kit::Kit);

/// One row of what `verify` says about a kit.
#[derive(Debug)]
pub struct Row {
    /// What was checked.
    pub check: String,
    /// The file, or the certificate's place in the chain.
    pub of: String,
    /// How it came out.
    pub outcome: Outcome,
    /// The facts.
    pub detail: String,
}

impl Inventory {
    /// Reads the text of an `inventory.toml`.
    ///
    /// # Errors
    /// What the program says when it refuses the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        inventory::Inventory::parse(text, Path::new(inventory::INVENTORY))
            .map(Self)
            .map_err(|refused| refused.with_hint())
    }

    /// The text of a new file that says the same.
    pub fn to_new_text(&self) -> String {
        inventory::new(&self.0.defaults, &self.0.hosts)
    }

    /// The same with one more host, and a text as `issue HOST` changes it.
    pub fn with_host(mut self, host: &Fqdn, text: &str) -> (Self, String) {
        let entry = inventory::Entry::new(host.clone());
        let text = inventory::added(text, std::slice::from_ref(&entry));
        self.0.hosts.push(entry);
        (self, text)
    }

    /// Whether it names no host.
    pub fn is_empty(&self) -> bool {
        self.0.hosts.is_empty()
    }

    /// Whether the library takes it for a mesh.
    pub fn is_mesh(&self) -> bool {
        self.0.mesh().is_ok()
    }
}

impl Manifest {
    /// Reads the bytes of a `manifest.json`.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().map(Self)
    }

    /// The same as the program writes it.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(&self.0).unwrap_or_default()
    }
}

impl Kit {
    /// Reads a kit's folder.
    ///
    /// # Errors
    /// What the program says when it refuses the folder.
    pub fn open(folder: &Path) -> Result<Self, String> {
        kit::Kit::open(folder).map(Self).map_err(|refused| refused.with_hint())
    }

    /// What `verify` says about it, but for the PFX. Judged for the host that it names, or for any host if it names none.
    pub fn judge(&self, at: Time) -> Vec<Row> {
        let mut question = Question::new(at);
        question.host = self.0.host().ok();
        let rows = self.0.judge(&question).into_iter();
        rows.map(|line| Row { check: line.check, of: line.of, outcome: line.outcome, detail: line.detail }).collect()
    }
}

/// The files of a kit with their paths inside it, as `issue` writes them.
///
/// # Errors
/// What the program says when it cannot make them.
pub fn kit_files(bundle: &Bundle, now: Time) -> Result<Vec<(String, Vec<u8>)>, String> {
    kit::contents(bundle, true, now).map_err(|failure| failure.with_hint())
}
