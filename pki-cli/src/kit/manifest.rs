//! `manifest.json`: what a kit holds, for programs and for `verify`.

use std::collections::BTreeMap;

use pki_core::bundle::Bundle;
use pki_core::certificate::Certificate;
use pki_core::name::printable;
use pki_core::pfx::Encoding;
use pki_core::validity::Time;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::output::hex;

/// The manifest's own file name.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The version of the format; a reader refuses others.
pub(super) const FORMAT: u32 = 1;

/// What a kit holds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: u32,
    pub(crate) made_by: String,
    pub(crate) made_at: String,
    /// The computer that the kit is for.
    pub(crate) host: String,
    /// Every DNS name of its certificate, the host's own first.
    pub(crate) names: Vec<String>,
    pub(crate) pfx: PfxEntry,
    pub(crate) leaf: CertificateEntry,
    /// Every root that the host must trust, its own first.
    pub(crate) trust: Vec<CertificateEntry>,
    /// SHA-256 of each file but this one, in upper-case hexadecimal.
    pub(crate) sha256: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PfxEntry {
    pub(crate) file: String,
    /// `legacy` or `modern`.
    pub(crate) encoding: String,
    /// The oldest Windows Server that can import it.
    pub(crate) oldest_windows_server: String,
    /// Whether its password was made with the kit, and is kept where the kit was made. Kits of earlier versions do not say.
    #[serde(default)]
    pub(crate) generated_password: bool,
}

impl PfxEntry {
    pub(crate) fn encoding(&self) -> Encoding {
        if self.encoding == Encoding::Legacy.to_string() { Encoding::Legacy } else { Encoding::Modern }
    }
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CertificateEntry {
    pub(crate) file: String,
    pub(crate) subject: String,
    pub(crate) not_before: String,
    pub(crate) not_after: String,
    /// What Windows calls the thumbprint.
    pub(crate) thumbprint_sha1: String,
    pub(crate) thumbprint_sha256: String,
}

impl Manifest {
    /// `more` is what the kit holds besides the bundle.
    pub(super) fn of(bundle: &Bundle, generated_password: bool, more: &[(String, Vec<u8>)], now: Time) -> Self {
        let hash = |bytes: &[u8]| hex(&Sha256::digest(bytes));
        let sha256 = bundle.files().into_iter().map(|file| (file.path, hash(file.bytes)));
        let sha256 = sha256.chain(more.iter().map(|(path, bytes)| (path.clone(), hash(bytes)))).collect();
        let trust = bundle.trust().map(|root| CertificateEntry::of(root.path(), &root.certificate));
        Self {
            format: FORMAT,
            made_by: format!("replica-pki {}", env!("CARGO_PKG_VERSION")),
            made_at: now.to_string(),
            host: bundle.fqdn.to_string(),
            names: bundle.leaf.dns_names().into_iter().map(str::to_owned).collect(),
            pfx: PfxEntry {
                file: format!("{}.pfx", bundle.fqdn),
                encoding: bundle.encoding.to_string(),
                oldest_windows_server: bundle.encoding.oldest_windows().to_string(),
                generated_password,
            },
            leaf: CertificateEntry::of(format!("{}.cer", bundle.fqdn), &bundle.leaf),
            trust: trust.collect(),
            sha256,
        }
    }

    /// What it says otherwise than the certificates that lie in the kit, in words. `trust` is every file that a host
    /// would install as a root, with its path.
    pub(crate) fn differences(&self, leaf: &Certificate, trust: &[(String, Certificate)]) -> Vec<String> {
        let mut differences = Vec::new();
        let mut expect = |is_so: bool, otherwise: String| {
            if !is_so {
                differences.push(otherwise);
            }
        };
        let describes =
            |entry: &CertificateEntry, certificate| *entry == CertificateEntry::of(entry.file.clone(), certificate);
        expect(
            describes(&self.leaf, leaf),
            format!("its facts about {} are not the file's", printable(&self.leaf.file)),
        );
        expect(self.names == leaf.dns_names(), "its names are not those of the leaf".to_owned());
        expect(
            self.names.first() == Some(&self.host) && leaf.subject().common_names().all(|name| name == self.host),
            format!("the leaf is not made for its host, {}", printable(&self.host)),
        );
        for entry in &self.trust {
            let path = printable(&entry.file);
            match trust.iter().find(|(path, _)| *path == entry.file) {
                Some((_, root)) => expect(describes(entry, root), format!("its facts about {path} are not the file's")),
                None => expect(false, format!("it lists {path} as a root, which is not in trust")),
            }
        }
        for (path, _) in trust {
            let is_listed = self.trust.iter().any(|entry| entry.file == *path);
            expect(is_listed, format!("it does not list {} as a root, and a host would trust it", printable(path)));
        }
        differences
    }
}

impl CertificateEntry {
    pub(crate) fn of(file: String, certificate: &Certificate) -> Self {
        Self {
            file,
            subject: certificate.subject().to_string(),
            not_before: certificate.validity().not_before.to_string(),
            not_after: certificate.validity().not_after.to_string(),
            thumbprint_sha1: certificate.thumbprint().to_string(),
            thumbprint_sha256: certificate.sha256_thumbprint().to_string(),
        }
    }
}
