//! What the judges share: who the computer is, which roots it has, and which certificates are its own.

use pki_core::certificate::Certificate;
use pki_core::error::Error;
use pki_core::name::{DnsName, printable};
use pki_core::validity::Time;
use pki_core::verify::{Question, Report, host_matches, verify};

use crate::kit::Kit;
use crate::plan::Thing;
use crate::survey::{Stored, Survey};

pub(super) struct Scene<'s> {
    pub(super) survey: &'s Survey,
    /// The kit that was named, if it is for this computer.
    pub(super) kit: Option<&'s Kit>,
    pub(super) now: Time,
    /// The computer's name, or why it is none that a certificate could carry.
    pub(super) host: Result<DnsName, Error>,
    /// LocalMachine\Root as far as it can be read.
    pub(super) trusted: Vec<&'s Certificate>,
    /// Those of them that vouch for themselves. Windows takes no other for the end of a chain.
    roots: Vec<Certificate>,
    /// LocalMachine\CA, and what lies among the roots without being one.
    intermediates: Vec<Certificate>,
}

impl<'s> Scene<'s> {
    pub(super) fn new(survey: &'s Survey, kit: Option<&'s Kit>, now: Time) -> Self {
        let trusted: Vec<_> = readable(&survey.root).collect();
        let (roots, strangers): (Vec<_>, Vec<_>) = trusted.iter().copied().cloned().partition(vouches_for_itself);
        let intermediates = readable(&survey.intermediates).cloned().chain(strangers).collect();
        let kit = kit.filter(|kit| is_for(kit, &survey.computer));
        Self { survey, kit, now, host: DnsName::of_computer(&survey.computer), trusted, roots, intermediates }
    }

    /// How its peer will judge a certificate of this computer.
    pub(super) fn verify(&self, leaf: &Certificate) -> Report {
        let mut question = Question::new(self.now);
        question.host = self.host.as_ref().ok().cloned();
        verify(leaf, &self.intermediates, &self.roots, &question)
    }

    /// The computer's name for sentences and commands.
    pub(super) fn printable_host(&self) -> String {
        if self.survey.computer.is_empty() { "HOST".to_owned() } else { printable(&self.survey.computer) }
    }

    /// Whether LocalMachine\My holds a certificate, by SHA-256.
    pub(super) fn has_in_my(&self, sha256: &str) -> bool {
        let mut my = self.survey.my.iter().filter_map(|personal| personal.stored.certificate.as_ref().ok());
        my.any(|certificate| certificate.sha256_thumbprint().to_string() == sha256)
    }

    /// Whether a kit says that this root is needed here.
    pub(super) fn is_root_of_a_kit(&self, root: &Certificate) -> bool {
        let of_kit = self.kit.is_some_and(|kit| kit.trust.iter().any(|(_, trusted)| trusted == root));
        let thing = Thing::Root(root.sha256_thumbprint().to_string());
        of_kit || self.survey.installed.iter().any(|record| record.needs.contains(&thing))
    }

    /// Whether a kit brought this leaf.
    pub(super) fn is_of_a_kit(&self, leaf: &Certificate) -> bool {
        let sha256 = leaf.sha256_thumbprint().to_string();
        self.kit.is_some_and(|kit| kit.leaf == *leaf)
            || self.survey.installed.iter().any(|record| record.leaf.sha256 == sha256)
    }

    /// Whether a certificate names the computer. The CommonName counts also where a SubjectAltName says otherwise:
    /// whoever made it meant this computer.
    pub(super) fn names_computer(&self, certificate: &Certificate) -> bool {
        let mut names = certificate.dns_names().into_iter().chain(certificate.subject().common_names());
        names.any(|name| match &self.host {
            Ok(host) => host_matches(name, host),
            Err(_) => !name.is_empty() && name.eq_ignore_ascii_case(&self.survey.computer),
        })
    }

    /// The root at the end of a chain. Of several with one name and key, one that is valid now.
    pub(super) fn root_of(&self, leaf: &Certificate) -> Option<&'s Certificate> {
        let mut current = leaf;
        for _ in 0..LONGEST_CHAIN {
            let is_signer = |other: &Certificate| signed_by(current, other) && other.as_der() != current.as_der();
            let signers = self.trusted.iter().copied().filter(|root| vouches_for_itself(root) && is_signer(root));
            if let Some(root) = signers.max_by_key(|root| root.validity().contains(self.now)) {
                return Some(root);
            }
            current = self.intermediates.iter().find(|other| is_signer(other))?;
        }
        None
    }
}

/// Whether one certificate was signed by another, as far as that can be checked.
pub(super) fn signed_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    certificate.issuer() == issuer.subject()
        && !matches!(certificate.check_signature_by(issuer.public_key()), Err(Error::Damaged { .. }))
}

/// Whether a certificate is its own issuer and nothing speaks against its having signed itself. Elliptic curves and MD5
/// cannot be checked here; Windows brings such roots. The two names may be encoded differently.
pub(super) fn vouches_for_itself(certificate: &Certificate) -> bool {
    certificate.subject().to_string() == certificate.issuer().to_string()
        && !matches!(certificate.check_signature_by(certificate.public_key()), Err(Error::Damaged { .. }))
}

/// Whether a kit is for this computer.
pub(super) fn is_for(kit: &Kit, computer: &str) -> bool {
    kit.manifest.host.eq_ignore_ascii_case(computer)
}

fn readable(store: &[Stored]) -> impl Iterator<Item = &Certificate> {
    store.iter().filter_map(|stored| stored.certificate.as_ref().ok())
}

const LONGEST_CHAIN: usize = 8;
