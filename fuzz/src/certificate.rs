//! Certificates: bytes stay as they came, everything that is shown is harmless, and a signature matches only where another
//! library says so too.

use std::fmt::Display;

use pki_core::certificate::{Certificate, GeneralName};
use pki_core::key::PublicKeyAlgorithm;

use crate::second_opinion;
use crate::shown::{is_harmless, is_no_fault};
use crate::signer::signer;

/// Any bytes, as DER and as a file of either kind.
pub fn check(data: &[u8]) {
    match Certificate::from_der(data) {
        Ok(certificate) => {
            assert_eq!(certificate.as_der(), data);
            check_one(&certificate);
        }
        Err(error) => is_no_fault(&error),
    }
    if let Ok(certificate) = Certificate::from_der_or_pem(data) {
        check_one(&certificate);
    }
}

/// The input is what is to be signed: the signature matches, whatever stands there.
pub fn check_signed(contents: &[u8]) {
    let signer = signer(0);
    let der = signer.signed(contents);
    match Certificate::from_der(&der) {
        Ok(certificate) => {
            check_one(&certificate);
            let names_itself = certificate.is_self_issued() && certificate.public_key().as_spki_der() == signer.spki();
            assert!(certificate.is_self_signed() || !names_itself);
        }
        Err(error) => is_no_fault(&error),
    }
}

/// What holds for every certificate that can be read.
pub fn check_one(certificate: &Certificate) {
    let again = [Certificate::from_der(certificate.as_der()), Certificate::from_pem(&certificate.to_pem())];
    for again in again {
        assert_eq!(again.as_ref(), Ok(certificate));
    }
    let key = certificate.public_key();
    let is_large = matches!(key.algorithm(), PublicKeyAlgorithm::Rsa { bits: 2048.. });
    if certificate.is_self_signed() {
        assert!(certificate.is_self_issued() && matches!(key.algorithm(), PublicKeyAlgorithm::Rsa { .. }));
        assert!(!is_large || second_opinion::is_signed_by(certificate.as_der(), key.as_spki_der()));
    }
    show(certificate);
}

fn show(certificate: &Certificate) {
    let extensions = certificate.extensions();
    is_harmless(format_args!("{certificate:?} {} {}", certificate.subject(), certificate.issuer()));
    is_harmless(format_args!("{} {}", certificate.public_key().algorithm(), certificate.signature_algorithm()));
    is_harmless(format_args!("{} {}", certificate.validity(), certificate.sha256_thumbprint()));
    all(extensions.key_usage.iter());
    all(extensions.extended_key_usage.iter().flatten());
    all(extensions.subject_alt_name.iter().flatten());
    all(extensions.authority_issuer.iter().flatten());
    all(extensions.critical.iter());
    if let Some(constraints) = &extensions.name_constraints {
        all(constraints.permitted.iter().chain(&constraints.excluded));
        all([constraints.check(certificate), constraints.check_issuer(certificate)]
            .iter()
            .filter_map(|kept| kept.as_ref().err()));
    }
    let alt_names = extensions.subject_alt_name.iter().flatten().filter_map(GeneralName::as_dns);
    assert!(extensions.subject_alt_name.is_none() || alt_names.eq(certificate.dns_names()));
}

fn all(shown: impl Iterator<Item = impl Display>) {
    shown.for_each(is_harmless);
}
