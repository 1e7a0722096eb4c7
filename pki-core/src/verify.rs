//! Checks a leaf as its peer will: named results, all of them, and not the first failure.
//!
//! It works on certificates that others made, also on hostile ones: the work is bounded whatever is handed over. It
//! does not look at revocation, not at certificate policies (one that is critical is an unknown critical extension),
//! and it fetches nothing: every certificate of the chain is handed over.
//!
//! Where RFC 5280, Hyper-V Replica and Windows differ, the stricter one decides whether a check fails; what Windows
//! accepts although it is weak or unusual is a warning.
//!
//! ```
//! use pki_core::certificate::Certificate;
//! use pki_core::validity::Time;
//! use pki_core::verify::{Check, Question, verify};
//!
//! fn is_accepted(leaf: &Certificate, roots: &[Certificate], now: Time) -> Result<bool, pki_core::Error> {
//!     let mut question = Question::new(now);
//!     question.host = Some("HOST4.atwork.at".parse()?);
//!     let report = verify(leaf, &[], roots, &question);
//!     for finding in &report {
//!         println!("{:20} {:15} {:8} {}", finding.check, finding.role, finding.outcome, finding.detail);
//!     }
//!     assert!(!report.failures().any(|finding| finding.check == Check::Signature), "not signed by its root");
//!     Ok(report.passed())
//! }
//! # use pki_core::{authority::Authority, key::{KeyAlgorithm, KeyPair}, profile::{LeafProfile, RootProfile}};
//! # use rand::SeedableRng as _;
//! # let mut rng = chacha20::ChaCha20Rng::seed_from_u64(1); // a fixed seed: for tests and examples only
//! # let now = "2026-11-22T17:00:00Z".parse()?;
//! # let host: pki_core::name::Fqdn = "HOST4.atwork.at".parse()?;
//! # let profile = RootProfile::new("a root".parse()?, vec![host.clone().into()]);
//! # let root = Authority::create(&profile, KeyPair::generate(KeyAlgorithm::Rsa2048, &mut rng)?, now, &mut rng)?;
//! # let key = KeyPair::generate(KeyAlgorithm::Rsa2048, &mut rng)?;
//! # let leaf = root.sign(&LeafProfile::new(host), key.public_key(), now, &mut rng)?;
//! # assert!(is_accepted(&leaf, &[root.certificate().clone()], now)?);
//! # assert!(!is_accepted(&leaf, &[], now)?);
//! # Ok::<(), pki_core::Error>(())
//! ```

mod host;
mod judge;
mod limits;
mod links;
mod path;
mod report;
mod strength;

pub use host::host_matches;
pub use report::{Check, Finding, Outcome, Report, Role};

use crate::certificate::{Certificate, Purpose};
use crate::name::DnsName;
use crate::validity::Time;

/// What a leaf is asked to be good for.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Question {
    /// The host that presents the leaf. `None`: its names are not compared with anything.
    pub host: Option<DnsName>,
    /// What it is used for; the leaf has to name each.
    pub purposes: Vec<Purpose>,
    /// When it is used.
    pub at: Time,
}

impl Question {
    /// No host name, and TLS server and client at once, as Hyper-V Replica needs.
    pub fn new(at: Time) -> Self {
        Self { host: None, purposes: vec![Purpose::ServerAuth, Purpose::ClientAuth], at }
    }
}

/// Checks a leaf against the roots that are trusted, with the intermediates that may lie between (RFC 5280 §6.1, and
/// more).
///
/// Issuers are found by name, byte for byte, as Windows does. A chain has at most 8 certificates; at most 100
/// signatures are checked to find it. Of several chains the one with the fewest failures is reported. Where none
/// reaches a root, [`Check::RootFound`] fails and what there is gets judged.
pub fn verify(leaf: &Certificate, intermediates: &[Certificate], roots: &[Certificate], question: &Question) -> Report {
    let reports = path::find(leaf, intermediates, roots).into_iter().map(|path| judge::judge(&path, question));
    // There is always a path, if only of the leaf alone.
    reports.min_by_key(|report| (report.failures().count(), report.warnings().count())).unwrap_or_else(Report::new)
}
