//! Judges a survey: what is wrong on the computer, and how to mend it. Pure, and the same on every system.
//!
//! A finding has to be true for everyone: for a root of each host and for a shared one, for a CA of one's own with
//! intermediates, for the certificates of a cluster, and beside the certificates of other services, which are no
//! business of this program. A healthy computer has no finding.

mod expiry;
mod key;
mod kit;
mod leaf;
mod removal;
mod roots;
mod scene;
mod settings;
mod weak;
mod windows_verdict;

#[cfg(test)]
mod tests;

use pki_core::certificate::Certificate;
use pki_core::validity::Time;
use serde::Serialize;

use crate::kit::Kit;
use crate::plan::CertificateName;
use crate::survey::Survey;
use scene::Scene;

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// Does not change between versions.
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    /// A certificate with its thumbprint, a registry value, a rule; safe to print, like all that follows.
    pub(crate) about: String,
    pub(crate) detail: String,
    /// What to type or to do.
    pub(crate) fix: String,
}

/// How bad it is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// Anybody can pass for any host.
    Critical,
    /// Replication with certificates does not work, or rests on what no longer protects.
    Error,
    /// It works, but not for long, not everywhere, or not for the reason that one thinks.
    Warning,
}

/// What came out.
#[derive(Debug)]
pub(crate) struct Examination {
    /// The certificates that replication can use.
    pub(crate) usable: Vec<UsableLeaf>,
    /// The worst first.
    pub(crate) findings: Vec<Finding>,
}

/// A certificate that replication can use, as `Set-VMReplicationServer` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct UsableLeaf {
    pub(crate) subject: String,
    pub(crate) thumbprint: String,
    pub(crate) not_after: String,
    pub(crate) days_left: i64,
}

/// Judges what was read, and the kit that should be installed, if one was named.
pub(crate) fn examine(survey: &Survey, kit: Option<&Kit>, now: Time) -> Examination {
    let scene = Scene::new(survey, kit, now);
    let leaves = leaf::judge(&scene);
    let mut findings = kit::findings(&scene, kit, &leaves);
    findings.extend(leaf::findings(&scene, &leaves));
    findings.extend(roots::findings(&scene, &leaves));
    findings.extend(expiry::findings(&scene, &leaves));
    findings.extend(weak::findings(&scene, &leaves));
    findings.extend(settings::findings(&scene, &leaves));
    findings.sort_by_key(|finding| finding.severity);
    let usable = leaves.iter().filter(|leaf| leaf.is_usable()).map(|leaf| UsableLeaf {
        subject: leaf.certificate.subject().to_string(),
        thumbprint: leaf.certificate.thumbprint().to_string(),
        not_after: leaf.certificate.validity().not_after.to_string(),
        days_left: leaf.certificate.validity().not_after.days_after(now),
    });
    Examination { usable: usable.collect(), findings }
}

impl Examination {
    /// Whether nothing at all was found.
    pub(crate) fn passed(&self) -> bool {
        self.findings.is_empty()
    }
}

impl Finding {
    fn new(name: &'static str, about: impl ToString, detail: impl ToString, fix: impl ToString) -> Self {
        let (about, detail, fix) = (about.to_string(), detail.to_string(), fix.to_string());
        Self { name, severity: Severity::Error, about, detail, fix }
    }

    fn of_certificate(
        name: &'static str,
        certificate: &Certificate,
        detail: impl ToString,
        fix: impl ToString,
    ) -> Self {
        Self::new(name, CertificateName::of(certificate), detail, fix)
    }
}
