//! What is said about a file, as data: printed as JSON as it is, and by `show` in words.

use std::path::Path;

use pki_core::certificate::{Certificate, GeneralName};
use pki_core::name::printable;
use pki_core::pfx::{self, Attributes, Contents, KeyEntry, MacStatus, Protection};
use pki_core::validity::Time;
use serde::Serialize;

use crate::output;

/// A file and what it holds.
#[derive(Debug, Serialize)]
pub(super) struct Description {
    pub(super) file: String,
    #[serde(flatten)]
    pub(super) kind: Kind,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Kind {
    Certificate(Box<CertificateFacts>),
    Pfx(PfxFacts),
}

#[derive(Debug, Serialize)]
pub(super) struct CertificateFacts {
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) self_signed: bool,
    /// Subject alternative names, or nothing if there is no such extension.
    pub(super) names: Vec<String>,
    pub(super) serial_number: String,
    pub(super) not_before: String,
    pub(super) not_after: String,
    /// Whole days until the end, negative after it.
    pub(super) days_left: i64,
    pub(super) not_yet_valid: bool,
    pub(super) key: String,
    pub(super) signature: String,
    pub(super) ca: bool,
    pub(super) path_length: Option<u32>,
    pub(super) key_usage: Option<String>,
    pub(super) extended_key_usage: Option<Vec<String>>,
    pub(super) permitted_names: Vec<String>,
    pub(super) excluded_names: Vec<String>,
    pub(super) revocation_lists: Vec<String>,
    pub(super) unknown_critical_extensions: Vec<String>,
    pub(super) thumbprint_sha1: String,
    pub(super) thumbprint_sha256: String,
}

#[derive(Debug, Serialize)]
pub(super) struct PfxFacts {
    pub(super) mac: Option<MacFacts>,
    /// The oldest Windows Server that can import it; nothing if none is known to.
    pub(super) oldest_windows_server: Option<String>,
    pub(super) keys: Vec<KeyFacts>,
    pub(super) certificates: Vec<CertificateInPfx>,
    /// Types of further bags, which are not read.
    pub(super) other_bags: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct MacFacts {
    pub(super) algorithm: String,
    pub(super) iterations: u32,
    pub(super) verified: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct KeyFacts {
    /// Nothing if it is not RSA.
    pub(super) key: Option<String>,
    /// Subject of the certificate in the same file that belongs to it.
    pub(super) belongs_to: Option<String>,
    pub(super) key_spec: Option<String>,
    pub(super) provider: Option<String>,
    pub(super) local_machine_key_set: bool,
    #[serde(flatten)]
    pub(super) bag: BagFacts,
}

#[derive(Debug, Serialize)]
pub(super) struct CertificateInPfx {
    #[serde(flatten)]
    pub(super) certificate: CertificateFacts,
    #[serde(flatten)]
    pub(super) bag: BagFacts,
}

/// What keys and certificates in a PFX have in common.
#[derive(Debug, Serialize)]
pub(super) struct BagFacts {
    pub(super) encryption: String,
    pub(super) encryption_iterations: Option<u32>,
    pub(super) encryption_is_weak: bool,
    pub(super) friendly_name: Option<String>,
    pub(super) local_key_id: Option<String>,
    pub(super) other_attributes: Vec<String>,
}

impl Description {
    pub(super) fn of_certificate(path: &Path, certificate: &Certificate, now: Time) -> Self {
        Self { file: output::path(path), kind: Kind::Certificate(Box::new(CertificateFacts::of(certificate, now))) }
    }

    pub(super) fn of_pfx(path: &Path, contents: &Contents, now: Time) -> Self {
        let certificate = |entry: &pfx::CertificateEntry| CertificateInPfx {
            certificate: CertificateFacts::of(&entry.certificate, now),
            bag: BagFacts::of(&entry.protection, &entry.attributes),
        };
        let facts = PfxFacts {
            mac: contents.mac.as_ref().map(|mac| MacFacts {
                algorithm: mac.algorithm.clone(),
                iterations: mac.iterations,
                verified: mac.status == MacStatus::Verified,
            }),
            oldest_windows_server: contents.oldest_windows().map(|version| version.to_string()),
            keys: contents.keys.iter().map(|key| KeyFacts::of(key, contents)).collect(),
            certificates: contents.certificates.iter().map(certificate).collect(),
            other_bags: contents.other_bags.clone(),
        };
        Self { file: output::path(path), kind: Kind::Pfx(facts) }
    }
}

impl CertificateFacts {
    fn of(certificate: &Certificate, now: Time) -> Self {
        let extensions = certificate.extensions();
        let constraints = extensions.name_constraints.as_ref();
        let texts = |names: &[GeneralName]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let basic = extensions.basic_constraints;
        let validity = certificate.validity();
        Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            self_signed: certificate.is_self_signed(),
            names: extensions.subject_alt_name.as_deref().map(texts).unwrap_or_default(),
            // Without the octet that only says that the number is positive.
            serial_number: output::hex(certificate.serial_number()).trim_start_matches("00").to_owned(),
            not_before: validity.not_before.to_string(),
            not_after: validity.not_after.to_string(),
            days_left: validity.not_after.days_after(now),
            not_yet_valid: now < validity.not_before,
            key: certificate.public_key().algorithm().to_string(),
            signature: certificate.signature_algorithm().to_string(),
            ca: basic.is_some_and(|basic| basic.ca),
            path_length: basic.and_then(|basic| basic.path_len),
            key_usage: extensions.key_usage.map(|usage| usage.to_string()),
            extended_key_usage: extensions
                .extended_key_usage
                .as_ref()
                .map(|purposes| purposes.iter().map(ToString::to_string).collect()),
            permitted_names: constraints.map(|constraints| texts(&constraints.permitted)).unwrap_or_default(),
            excluded_names: constraints.map(|constraints| texts(&constraints.excluded)).unwrap_or_default(),
            revocation_lists: extensions.crl_distribution_points.iter().flatten().map(|uri| printable(uri)).collect(),
            unknown_critical_extensions: extensions.unknown_critical.clone(),
            thumbprint_sha1: certificate.thumbprint().to_string(),
            thumbprint_sha256: certificate.sha256_thumbprint().to_string(),
        }
    }
}

impl KeyFacts {
    fn of(key: &KeyEntry, contents: &Contents) -> Self {
        let certificate = contents.certificate_of(key);
        Self {
            key: key.public_key().map(|public| public.algorithm().to_string()),
            belongs_to: certificate.map(|entry| entry.certificate.subject().to_string()),
            key_spec: key.key_spec.map(|spec| spec.to_string()),
            provider: key.attributes.provider.as_deref().map(printable),
            local_machine_key_set: key.attributes.local_machine_key_set,
            bag: BagFacts::of(&key.protection, &key.attributes),
        }
    }
}

impl BagFacts {
    fn of(protection: &Protection, attributes: &Attributes) -> Self {
        Self {
            encryption: protection.to_string(),
            encryption_iterations: protection.iterations(),
            encryption_is_weak: protection.is_weak(),
            friendly_name: attributes.friendly_name.as_deref().map(printable),
            local_key_id: attributes.local_key_id.as_deref().map(output::hex),
            other_attributes: attributes.other.clone(),
        }
    }
}
