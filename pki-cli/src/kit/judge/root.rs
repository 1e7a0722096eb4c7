//! A root in a kit: the host will trust it, whether or not the leaf needs it.

use pki_core::certificate::{Certificate, GeneralName, KeyUsage};
use pki_core::key::{PublicKeyAlgorithm, SignatureAlgorithm};
use pki_core::name::printable;
use pki_core::validity::Time;
use pki_core::verify::Outcome::{self, Failed, Passed, Warning};

use super::line::Line;

/// What is wrong or weak about it, or else what it is; its dates; and for whom it may sign.
pub(crate) fn judge(root: &Certificate, path: &str, at: Time) -> Vec<Line> {
    let extensions = root.extensions();
    let is_ca = extensions.basic_constraints.is_some_and(|basic| basic.ca);
    let may_sign = extensions.key_usage.is_none_or(KeyUsage::key_cert_sign);
    let algorithm = root.public_key().algorithm();
    let is_strong = matches!(algorithm, PublicKeyAlgorithm::Rsa { bits: 2048.. });
    let is_sha1 = *root.signature_algorithm() == SignatureAlgorithm::RsaSha1;
    let flaws = [
        (!root.is_self_signed(), Failed, "not self-signed: it must never be among the trusted roots"),
        (!is_ca, Failed, "no CA: its basic constraints do not say so"),
        (!may_sign, Failed, "may not sign certificates: its key usage lacks keyCertSign"),
        (!is_strong, Failed, "its key is not RSA of at least 2048 bits"),
        (is_sha1, Warning, "its own signature is made with SHA-1"),
    ];
    let mut found: Vec<(Outcome, String)> = flaws
        .into_iter()
        .filter(|(is_so, ..)| *is_so)
        .map(|(_, outcome, detail)| (outcome, format!("{}: {detail}", root.subject())))
        .collect();
    if found.is_empty() {
        found.push((Passed, format!("{}: self-signed CA, {algorithm}", root.subject())));
    }
    let validity = root.validity();
    found.push(match validity.contains(at) {
        true => (Passed, format!("valid: {validity}")),
        // Nobody is trusted for it any more. What the leaf's own root owes it, the chain tells.
        false if at > validity.not_after => (Warning, format!("ended, and no use any more: {validity}")),
        false => (Failed, format!("not valid: {validity}")),
    });
    found.push(match permitted_hosts(root).as_slice() {
        [] => (Warning, "not limited to any names: who has its key can pass for every host".to_owned()),
        names => (Passed, format!("may sign for {} only", names.join(", "))),
    });
    let line = |(outcome, detail)| Line::new("trusted-root", printable(path), outcome, detail);
    found.into_iter().map(line).collect()
}

/// The host names that it is limited to, or none if it is not. Limits on other kinds of names leave hosts free, and
/// the empty name stands for all (RFC 5280 section 4.2.1.10).
fn permitted_hosts(root: &Certificate) -> Vec<String> {
    let permitted = root.extensions().name_constraints.iter().flat_map(|constraints| &constraints.permitted);
    let names: Vec<_> = permitted.filter_map(GeneralName::as_dns).map(printable).collect();
    if names.iter().any(String::is_empty) { Vec::new() } else { names }
}
