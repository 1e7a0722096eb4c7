//! Host names (RFC 9525 §6).

use super::report::{Verdict, some_of};
use crate::certificate::{Certificate, is_host_pattern};
use crate::error::Error;
use crate::name::{DnsName, printable};

/// Whether a `dNSName` speaks for a host: equal without case, or `*.` and everything after the host's first label.
///
/// A wildcard stands for one whole label, the left-most, and two labels at least follow it (RFC 9525 §6.3). What is no
/// host name matches nothing.
///
/// ```
/// use pki_core::verify::host_matches;
///
/// let host = "HOST4.atwork.at".parse()?;
/// assert!(host_matches("host4.atwork.at", &host));
/// assert!(host_matches("*.atwork.at", &host));
/// assert!(!host_matches("*.at", &host));
/// assert!(!host_matches("HOST*.atwork.at", &host));
/// # Ok::<(), pki_core::Error>(())
/// ```
pub fn host_matches(dns_name: &str, host: &DnsName) -> bool {
    let parent = || host.as_str().split_once('.').map(|(_, parent)| parent);
    is_host_pattern(dns_name)
        && match dns_name.strip_prefix("*.") {
            Some(wildcard) => parent().is_some_and(|parent| parent.eq_ignore_ascii_case(wildcard)),
            None => dns_name.eq_ignore_ascii_case(host.as_str()),
        }
}

/// The CommonName counts only where there is no SubjectAltName at all.
pub(super) fn host_name(leaf: &Certificate, host: &DnsName) -> Verdict {
    let names = leaf.dns_names();
    let matching: Vec<_> = names.iter().filter(|name| host_matches(name, host)).collect();
    let has_alt_name = leaf.extensions().subject_alt_name.is_some();
    match matching.as_slice() {
        [] if names.is_empty() => Verdict::failed(format!("asked for {host}, and the certificate names no host")),
        [] => {
            let names: Vec<_> = names.into_iter().map(printable).collect();
            Verdict::failed(format!("asked for {host}, and the certificate is for {}", some_of(&names)))
        }
        matching if !has_alt_name => Verdict::warning(format!(
            "{} is named by the CommonName alone; newer readers want a SubjectAltName",
            some_of(matching)
        )),
        matching => match matching.iter().find(|name| !name.starts_with('*')) {
            Some(name) => Verdict::passed(format!("{name} is in the SubjectAltName")),
            None => Verdict::warning(format!(
                "{host} is covered by {}; nothing shows that Hyper-V Replica accepts wildcards",
                some_of(matching)
            )),
        },
    }
}

/// Hyper-V Replica wants a chain, not a certificate that vouches for itself.
pub(super) fn leaf_not_self_signed(leaf: &Certificate) -> Verdict {
    if !leaf.is_self_issued() {
        return Verdict::passed("its issuer is another");
    }
    match leaf.check_signature_by(leaf.public_key()) {
        Ok(()) => Verdict::failed("it is signed by its own key; Windows refuses that with 0x80092007"),
        Err(Error::UnsupportedAlgorithm { .. }) => {
            Verdict::failed("it is its own issuer, and its signature cannot be checked")
        }
        Err(_) => Verdict::passed("it names itself as issuer, but another key signed it"),
    }
}
