//! What was found.

use core::fmt;

use crate::certificate::Certificate;

/// All findings about one chain, in the order of [`Check`] and from the leaf to the root within each check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    findings: Vec<Finding>,
}

/// The result of one check of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What was checked.
    pub check: Check,
    /// Which certificate it is about, by its place in the chain.
    pub role: Role,
    /// The subject of that certificate, safe to print.
    pub subject: String,
    /// How it came out.
    pub outcome: Outcome,
    /// The facts, for people; safe to print, not stable.
    pub detail: String,
}

/// A certificate's place in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The host's certificate.
    Leaf,
    /// A CA between leaf and root, counted from the leaf, from 1.
    Intermediate(usize),
    /// The trusted root.
    Root,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// Windows accepts it, but it is weak or unusual.
    Warning,
    /// The peer will refuse it, or should.
    Failed,
}

/// What is checked, in the order of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Check {
    /// The chain ends at a root that was given (RFC 5280 §6.1.1 d).
    RootFound,
    /// The certificate names its issuer exactly as that one names itself (§4.1.2.4, §6.1.3 a 4).
    IssuerName,
    /// AuthorityKeyIdentifier and the issuer's SubjectKeyIdentifier agree (§4.2.1.1, §4.2.1.2).
    KeyIdentifiers,
    /// The issuer's key made the signature (§6.1.3 a 1).
    Signature,
    /// The root's own key made the root's signature: Windows wants nothing else among the trusted roots.
    RootSelfSigned,
    /// The time lies in the certificate's validity (§4.1.2.5, §6.1.3 a 2).
    Validity,
    /// Issuers are CAs (§4.2.1.9, §6.1.4 k), the root too; the leaf is none.
    BasicConstraints,
    /// No more intermediates follow an issuer than it allows; self-issued ones are not counted (§4.2.1.9, §6.1.4 l, m).
    PathLength,
    /// Issuers may sign certificates, the leaf may sign handshakes (§4.2.1.3, §6.1.4 n).
    KeyUsage,
    /// The leaf names every purpose that is asked for, and no issuer's list leaves one out (§4.2.1.12).
    ExtendedKeyUsage,
    /// All names below an issuer lie inside its name constraints (§4.2.1.10, §6.1.3 b, c).
    NameConstraints,
    /// No critical extension is unknown (§4.2).
    CriticalExtensions,
    /// The leaf is for the host that was asked for (RFC 9525 §6).
    HostName,
    /// The public key is RSA of at least 2048 bits (NIST SP 800-131A).
    KeyStrength,
    /// The signature's digest is not SHA-1 or older (NIST SP 800-131A); the root's own signature proves nothing, so
    /// there it is a warning.
    HashStrength,
    /// The leaf is not its own issuer; Windows refuses one that is with 0x80092007.
    LeafNotSelfSigned,
}

impl Report {
    pub(super) fn new() -> Self {
        Self { findings: Vec::new() }
    }

    /// Whether nothing failed; warnings may be there. A report that says nothing has not passed.
    pub fn passed(&self) -> bool {
        !self.findings.is_empty() && self.failures().next().is_none()
    }

    /// All findings.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What failed.
    pub fn failures(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.outcome == Outcome::Failed)
    }

    /// What passed with a warning.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.outcome == Outcome::Warning)
    }

    pub(super) fn add(&mut self, check: Check, role: Role, certificate: &Certificate, verdict: Verdict) {
        let Verdict { outcome, detail } = verdict;
        self.findings.push(Finding { check, role, subject: certificate.subject().to_string(), outcome, detail });
    }
}

impl<'r> IntoIterator for &'r Report {
    type Item = &'r Finding;
    type IntoIter = core::slice::Iter<'r, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.findings.iter()
    }
}

impl Check {
    /// All checks, in the order of a report.
    pub const ALL: &'static [Self] = &[
        Self::RootFound,
        Self::IssuerName,
        Self::KeyIdentifiers,
        Self::Signature,
        Self::RootSelfSigned,
        Self::Validity,
        Self::BasicConstraints,
        Self::PathLength,
        Self::KeyUsage,
        Self::ExtendedKeyUsage,
        Self::NameConstraints,
        Self::CriticalExtensions,
        Self::HostName,
        Self::KeyStrength,
        Self::HashStrength,
        Self::LeafNotSelfSigned,
    ];

    /// The name for tables and JSON, which does not change between versions.
    pub fn name(self) -> &'static str {
        match self {
            Self::RootFound => "root-found",
            Self::IssuerName => "issuer-name",
            Self::KeyIdentifiers => "key-identifiers",
            Self::Signature => "signature",
            Self::RootSelfSigned => "root-self-signed",
            Self::Validity => "validity",
            Self::BasicConstraints => "basic-constraints",
            Self::PathLength => "path-length",
            Self::KeyUsage => "key-usage",
            Self::ExtendedKeyUsage => "extended-key-usage",
            Self::NameConstraints => "name-constraints",
            Self::CriticalExtensions => "critical-extensions",
            Self::HostName => "host-name",
            Self::KeyStrength => "key-strength",
            Self::HashStrength => "hash-strength",
            Self::LeafNotSelfSigned => "leaf-not-self-signed",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf => f.pad("leaf"),
            Self::Intermediate(number) => f.pad(&format!("intermediate {number}")),
            Self::Root => f.pad("root"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Passed => "passed",
            Self::Warning => "warning",
            Self::Failed => "failed",
        })
    }
}

/// A finding before it is known which check and certificate it belongs to.
pub(super) struct Verdict {
    outcome: Outcome,
    detail: String,
}

impl Verdict {
    pub(super) fn passed(detail: impl Into<String>) -> Self {
        Self { outcome: Outcome::Passed, detail: detail.into() }
    }

    pub(super) fn warning(detail: impl Into<String>) -> Self {
        Self { outcome: Outcome::Warning, detail: detail.into() }
    }

    pub(super) fn failed(detail: impl Into<String>) -> Self {
        Self { outcome: Outcome::Failed, detail: detail.into() }
    }
}

/// The first few of what may be many, for a sentence.
pub(super) fn some_of<T: fmt::Display>(items: &[T]) -> String {
    let shown: Vec<_> = items.iter().take(SHOWN).map(ToString::to_string).collect();
    match items.len().checked_sub(SHOWN) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}

const SHOWN: usize = 8;
