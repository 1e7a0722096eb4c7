//! What one host installs, as names and bytes.

use core::fmt;
use std::sync::Arc;

use crate::certificate::Certificate;
use crate::name::Fqdn;
use crate::pfx::Encoding;

/// Everything that one host needs and nothing that it must not have: its identity as PFX and the roots it trusts.
#[derive(Clone)]
#[non_exhaustive]
pub struct Bundle {
    /// The host.
    pub fqdn: Fqdn,
    /// The host's certificate.
    pub leaf: Certificate,
    /// Key, certificate and root, sealed.
    pub pfx: Vec<u8>,
    /// How the PFX is encoded.
    pub encoding: Encoding,
    /// The roots of its mesh, which all bundles share.
    roots: Arc<[TrustedRoot]>,
    /// The label of its own.
    own: String,
}

/// A root under the name of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustedRoot {
    /// The file's name without its ending, such as `HOST4.atwork.at.root`.
    pub label: String,
    /// The root.
    pub certificate: Certificate,
}

/// One file of a bundle.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BundleFile<'b> {
    /// Where it belongs, relative to the bundle's folder, with `/` between folders.
    pub path: String,
    /// What it holds.
    pub bytes: &'b [u8],
}

impl Bundle {
    /// Joins what was issued with the roots that the host must trust, which many bundles can share. `own` is the label of
    /// the root that signed the leaf.
    pub fn new(
        fqdn: Fqdn,
        leaf: Certificate,
        pfx: Vec<u8>,
        encoding: Encoding,
        roots: Arc<[TrustedRoot]>,
        own: impl Into<String>,
    ) -> Self {
        Self { fqdn, leaf, pfx, encoding, roots, own: own.into() }
    }

    /// Every root that the host must trust, its own first.
    pub fn trust(&self) -> impl Iterator<Item = &TrustedRoot> {
        let (own, others) =
            (|root: &&TrustedRoot| root.label == self.own, |root: &&TrustedRoot| root.label != self.own);
        self.roots.iter().filter(own).chain(self.roots.iter().filter(others))
    }

    /// The bundle's files: `HOST.pfx`, `HOST.cer` and `trust/LABEL.cer`, certificates in DER.
    pub fn files(&self) -> Vec<BundleFile<'_>> {
        let mut files = vec![
            BundleFile { path: format!("{}.pfx", self.fqdn), bytes: &self.pfx },
            BundleFile { path: format!("{}.cer", self.fqdn), bytes: self.leaf.as_der() },
        ];
        files.extend(self.trust().map(|root| BundleFile { path: root.path(), bytes: root.certificate.as_der() }));
        files
    }
}

impl TrustedRoot {
    /// A root and the name of its file without its ending.
    pub fn new(label: impl Into<String>, certificate: Certificate) -> Self {
        Self { label: label.into(), certificate }
    }

    /// Where it lies in a bundle: `trust/LABEL.cer`.
    pub fn path(&self) -> String {
        format!("trust/{}.cer", self.label)
    }
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bundle({}, {}, trusts {})", self.fqdn, self.encoding, self.roots.len())
    }
}

impl fmt::Debug for BundleFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BundleFile({}, {} bytes)", self.path, self.bytes.len())
    }
}
