//! Short keys and broken digests.
//!
//! Windows' own roots of the 1990s are weak too, and are no business of this program. What tells MakeCert's roots apart
//! is their subject: it has what stood behind `-n`, in every guide a CommonName and nothing else, while the roots that
//! Windows brings name an organisation, a country or a domain besides. A weak root at the end of this computer's own
//! chain is told whatever its name.
//!
//! In LocalMachine\My other services keep weak certificates with a CommonName alone, such as IIS' WMSvc. MakeCert's
//! leftovers there are those that were made for replication, with both purposes, and roots with their keys.

use pki_core::certificate::{Certificate, Purpose};
use pki_core::key::{PublicKeyAlgorithm, SignatureAlgorithm};

use super::leaf::{self, Leaf};
use super::roots::{is_root_by_itself, is_test_root};
use super::scene::{Scene, vouches_for_itself};
use super::{Finding, Severity, removal};

pub(super) const NAME: &str = "weak-certificate";

/// About a certificate of this computer.
pub(super) fn leaf(certificate: &Certificate, scene: &Scene<'_>) -> Option<Finding> {
    let (severity, detail) = weakness(certificate)?;
    Some(Finding { severity, ..Finding::of_certificate(NAME, certificate, detail, leaf::how_to_renew(scene)) })
}

/// About roots, and about what was left in LocalMachine\My.
pub(super) fn findings(scene: &Scene<'_>, leaves: &[Leaf<'_>]) -> Vec<Finding> {
    let is_own_root = |root: &Certificate| leaves.iter().any(|leaf| leaf.is_told && leaf.root == Some(root));
    let is_leftover = |root: &Certificate| root.subject().is_common_name_alone() && vouches_for_itself(root);
    let roots = scene.trusted.iter().filter(|root| !is_test_root(root) && (is_own_root(root) || is_leftover(root)));

    let is_told = |certificate: &Certificate| leaves.iter().any(|leaf| leaf.is_told && leaf.certificate == certificate);
    let my = scene.survey.my.iter().filter_map(|personal| personal.stored.certificate.as_ref().ok());
    let leftovers = my.filter(|certificate| {
        certificate.subject().is_common_name_alone()
            && (is_for_replication(certificate) || is_root_by_itself(certificate))
            && !is_told(certificate)
    });
    let in_root = roots.filter_map(|root| {
        let fix = format!(
            "give every host that uses it a new kit (replica-pki issue HOST PARTNER, replica-pki install KIT), then \
             remove it here and there: {}",
            removal::from_root(scene, root)
        );
        finding(root, r"LocalMachine\Root trusts it", &fix)
    });
    let in_my = leftovers.filter_map(|leftover| {
        let fix = format!("if nothing uses it: {}", removal::from_my(scene, leftover));
        finding(leftover, r"it lies in LocalMachine\My", &fix)
    });
    in_root.chain(in_my).collect()
}

/// What is weak about a certificate, as `verify` judges it: a root's own signature protects nothing, so there a broken
/// digest is a warning.
pub(super) fn weakness(certificate: &Certificate) -> Option<(Severity, String)> {
    let short = match certificate.public_key().algorithm() {
        PublicKeyAlgorithm::Rsa { bits } if *bits < MIN_BITS => {
            Some((Severity::Error, format!("its key has {bits} bits, and {MIN_BITS} are needed")))
        }
        _ => None,
    };
    let severity = if vouches_for_itself(certificate) { Severity::Warning } else { Severity::Error };
    let digest = broken_digest(certificate.signature_algorithm())
        .map(|digest| (severity, format!("it is signed with {digest}, which is broken")));
    match (short, digest) {
        (Some((severity, short)), Some((_, digest))) => Some((severity, format!("{short}; {digest}"))),
        (short, digest) => short.or(digest),
    }
}

fn finding(certificate: &Certificate, place: &str, fix: &str) -> Option<Finding> {
    let (severity, detail) = weakness(certificate)?;
    Some(Finding { severity, ..Finding::of_certificate(NAME, certificate, format!("{place}, and {detail}"), fix) })
}

/// Whether it names both purposes that Hyper-V Replica asks for.
pub(super) fn is_for_replication(certificate: &Certificate) -> bool {
    let purposes = certificate.extensions().extended_key_usage.as_deref().unwrap_or_default();
    purposes.contains(&Purpose::ServerAuth) && purposes.contains(&Purpose::ClientAuth)
}

/// Old tools write SHA-1 and MD5 by several numbers.
fn broken_digest(algorithm: &SignatureAlgorithm) -> Option<&'static str> {
    match algorithm {
        SignatureAlgorithm::RsaSha1 => Some("SHA-1"),
        SignatureAlgorithm::Other { oid } => match oid.as_str() {
            "1.3.14.3.2.29" | "1.3.14.3.2.15" => Some("SHA-1"),
            "1.2.840.113549.1.1.4" | "1.3.14.3.2.3" => Some("MD5"),
            "1.2.840.113549.1.1.2" => Some("MD2"),
            _ => None,
        },
        _ => None,
    }
}

const MIN_BITS: usize = 2048;
