//! What ties each certificate to its issuer.

use super::path::{End, Link, authority_agrees, key_identifiers_agree};
use super::report::Verdict;
use super::strength::EVERYONES;
use crate::certificate::Certificate;
use crate::error::Error;

/// `top` is the last certificate of the chain.
pub(super) fn root_found(end: End, top: &Certificate) -> Verdict {
    match end {
        End::Root => Verdict::passed(format!("{}, thumbprint {}", top.subject(), top.thumbprint())),
        End::NoIssuer if top.is_self_issued() => {
            Verdict::failed(format!("{} is its own issuer and not one of the trusted roots", top.subject()))
        }
        End::NoIssuer => Verdict::failed(format!("no certificate of its issuer, {}, was given", top.issuer())),
        End::TooLong => Verdict::failed("no root was reached within 8 certificates"),
        End::TooMuchWork => Verdict::failed(format!(
            "given up after 100 checks of signatures; too many certificates are named {}",
            top.issuer()
        )),
    }
}

pub(super) fn issuer_name(link: &Link<'_>) -> Verdict {
    let (named, actual) = (link.certificate.issuer(), link.issuer.subject());
    if named != actual {
        Verdict::failed(format!("it names {named}, its issuer is {actual}, and the names differ in their bytes"))
    } else if named.is_empty() {
        Verdict::failed("the issuer's name is empty")
    } else {
        Verdict::passed(named.to_string())
    }
}

pub(super) fn key_identifiers(link: &Link<'_>) -> Verdict {
    if link.certificate.extensions().authority_key_identifier.is_none()
        && authority_agrees(link.certificate, link.issuer).is_none()
    {
        return Verdict::warning("no AuthorityKeyIdentifier; the issuer is found by its name alone");
    }
    compare(link.certificate, link.issuer)
}

/// RFC 5280 §4.2.1.1: a self-signed certificate may leave out the AuthorityKeyIdentifier.
pub(super) fn root_key_identifiers(root: &Certificate) -> Verdict {
    match &root.extensions().subject_key_identifier {
        Some(own) if root.extensions().authority_key_identifier.is_none() && authority_agrees(root, root).is_none() => {
            Verdict::passed(format!("its own is {}", hex(own)))
        }
        Some(_) => compare(root, root),
        None => Verdict::warning("no SubjectKeyIdentifier; those below find it by its name alone"),
    }
}

pub(super) fn signature(link: &Link<'_>) -> Verdict {
    let issuer = link.issuer.subject();
    match link.signature {
        Ok(()) => Verdict::passed(format!("{}, made by {issuer}", link.certificate.signature_algorithm())),
        Err(Error::UnsupportedAlgorithm { .. }) => unsupported(link.certificate, link.issuer),
        Err(Error::WellKnownKey { .. }) => Verdict::failed(format!("{issuer} has {EVERYONES}")),
        Err(_) => Verdict::failed(format!("{issuer} has the issuer's name, but its key did not make this signature")),
    }
}

pub(super) fn root_self_signed(root: &Certificate) -> Verdict {
    if !root.is_self_issued() {
        return Verdict::failed(format!(
            "its issuer is {}; only self-signed certificates belong among the trusted roots",
            root.issuer()
        ));
    }
    match root.check_signature_by(root.public_key()) {
        Ok(()) => Verdict::passed(root.signature_algorithm().to_string()),
        Err(Error::UnsupportedAlgorithm { .. }) => unsupported(root, root),
        Err(Error::WellKnownKey { .. }) => Verdict::failed(format!("it has {EVERYONES}")),
        Err(_) => Verdict::failed("it is its own issuer, but its key did not make its signature"),
    }
}

fn unsupported(certificate: &Certificate, issuer: &Certificate) -> Verdict {
    let (algorithm, key) = (certificate.signature_algorithm(), issuer.public_key().algorithm());
    Verdict::failed(format!("{algorithm} with the issuer's key, {key}, cannot be checked"))
}

fn compare(certificate: &Certificate, issuer: &Certificate) -> Verdict {
    let named = certificate.extensions().authority_key_identifier.as_deref().unwrap_or_default();
    let actual = issuer.extensions().subject_key_identifier.as_deref().unwrap_or_default();
    if authority_agrees(certificate, issuer) == Some(false) {
        return Verdict::failed("issuer and serial number in AuthorityKeyIdentifier are not those of the issuer");
    }
    match key_identifiers_agree(certificate, issuer) {
        Some(true) => Verdict::passed(hex(named)),
        Some(false) => Verdict::failed(format!("it names the key {}, the issuer's is {}", hex(named), hex(actual))),
        None if named.is_empty() => Verdict::passed("issuer and serial number in AuthorityKeyIdentifier agree"),
        None => Verdict::warning("the issuer has no SubjectKeyIdentifier"),
    }
}

fn hex(octets: &[u8]) -> String {
    let shown = octets.iter().take(LONGEST_IDENTIFIER).map(|octet| format!("{octet:02X}"));
    let rest = (octets.len() > LONGEST_IDENTIFIER).then(|| "...".to_owned());
    shown.chain(rest).collect()
}

/// What is shown of a key identifier, in octets; real ones have 20.
const LONGEST_IDENTIFIER: usize = 32;
