//! Keys and digests that are too weak (NIST SP 800-131A).

use super::report::{Role, Verdict};
use crate::certificate::Certificate;
use crate::error::Error;
use crate::key::{PublicKeyAlgorithm, SignatureAlgorithm};

pub(super) fn key(certificate: &Certificate) -> Verdict {
    let key = certificate.public_key();
    match key.algorithm() {
        PublicKeyAlgorithm::Rsa { bits } if *bits < MIN_BITS => {
            Verdict::failed(format!("RSA of {bits} bits, and {MIN_BITS} are needed"))
        }
        PublicKeyAlgorithm::Rsa { bits } => match key.require_usable() {
            Ok(()) => Verdict::passed(format!("RSA of {bits} bits")),
            Err(Error::WellKnownKey { .. }) => Verdict::failed(format!("RSA of {bits} bits, {EVERYONES}")),
            Err(_) => Verdict::failed(format!("RSA of {bits} bits, with numbers that cannot be used")),
        },
        other => Verdict::failed(format!("{other}; only RSA is known to serve Hyper-V Replica")),
    }
}

pub(super) fn hash(role: Role, certificate: &Certificate) -> Verdict {
    match (certificate.signature_algorithm(), role) {
        (SignatureAlgorithm::RsaSha1, Role::Root) => {
            Verdict::warning("SHA-1, which is broken; a root is trusted for being in the store, not for its signature")
        }
        (SignatureAlgorithm::RsaSha1, _) => Verdict::failed("SHA-1, which is broken"),
        (SignatureAlgorithm::Other { .. }, _) => {
            Verdict::failed(format!("{}, which cannot be judged", certificate.signature_algorithm()))
        }
        (algorithm, _) => Verdict::passed(algorithm.to_string()),
    }
}

const MIN_BITS: usize = 2048;
/// What is wrong with a key of the feature `test-keys`.
pub(super) const EVERYONES: &str = "a test key, whose private half everyone has";
