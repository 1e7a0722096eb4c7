//! What one host installs, as names and bytes.

use core::fmt;

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
    /// Every root that the host must trust, its own first.
    pub trust: Vec<TrustedRoot>,
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
    pub(crate) fn new(
        fqdn: Fqdn,
        leaf: Certificate,
        pfx: Vec<u8>,
        encoding: Encoding,
        trust: Vec<TrustedRoot>,
    ) -> Self {
        Self { fqdn, leaf, pfx, encoding, trust }
    }

    /// The bundle's files: `HOST.pfx`, `HOST.cer` and `trust/LABEL.cer`, certificates in DER.
    pub fn files(&self) -> Vec<BundleFile<'_>> {
        let path = |root: &TrustedRoot| format!("trust/{}.cer", root.label);
        let mut files = vec![
            BundleFile { path: format!("{}.pfx", self.fqdn), bytes: &self.pfx },
            BundleFile { path: format!("{}.cer", self.fqdn), bytes: self.leaf.as_der() },
        ];
        files.extend(self.trust.iter().map(|r| BundleFile { path: path(r), bytes: r.certificate.as_der() }));
        files
    }
}

impl TrustedRoot {
    pub(crate) fn new(label: String, certificate: Certificate) -> Self {
        Self { label, certificate }
    }
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bundle({}, {}, trusts {})", self.fqdn, self.encoding, self.trust.len())
    }
}

impl fmt::Debug for BundleFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BundleFile({}, {} bytes)", self.path, self.bytes.len())
    }
}
