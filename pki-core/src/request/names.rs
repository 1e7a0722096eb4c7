//! The names that a request asks for.

use const_oid::db::rfc5280::ID_CE_SUBJECT_ALT_NAME;
use der::Decode as _;
use x509_cert::ext::{Extension, pkix};

use super::{REQUEST, damaged};
use crate::certificate::{DistinguishedName, GeneralName};
use crate::error::{Error, Result};
use crate::name::{DnsName, Fqdn, printable};

/// The SubjectAltName (RFC 5280 §4.2.1.6), empty if there is none.
pub(super) fn subject_alt_name(extensions: &[Extension]) -> Result<Vec<GeneralName>> {
    let mut found = extensions.iter().filter(|extension| extension.extn_id == ID_CE_SUBJECT_ALT_NAME);
    let names = match (found.next(), found.next()) {
        (None, _) => return Ok(Vec::new()),
        (Some(only), None) => pkix::SubjectAltName::from_der(only.extn_value.as_bytes()).map_err(damaged)?.0,
        (Some(_), Some(_)) => return Err(damaged("it asks for two SubjectAltNames")),
    };
    if names.len() > MAX_NAMES {
        let (found, limit) = (names.len() as u64, MAX_NAMES as u64);
        return Err(Error::OverLimit { what: REQUEST, quantity: "number of names", found, limit });
    }
    names.iter().map(GeneralName::from_x509).collect()
}

/// The host and its further names. The host is the CommonName, which Hyper-V compares with the computer's name; it has
/// to be among the names of the SubjectAltName, if there are any, because everybody else looks there.
pub(super) fn of(subject: &DistinguishedName, alt_names: &[GeneralName]) -> Result<(Fqdn, Vec<DnsName>)> {
    let refused = |problem: String| Error::RequestedNames { problem };
    let mut all = Vec::with_capacity(alt_names.len());
    for name in alt_names {
        let Some(dns_name) = name.as_dns() else {
            return Err(refused(format!("it asks for {name}, and a host has DNS names only")));
        };
        let dns_name = DnsName::of_computer(dns_name)?;
        if !all.contains(&dns_name) {
            all.push(dns_name);
        }
    }
    let common_names: Vec<String> = subject.common_names_or_hex().collect();
    let host = match (common_names.as_slice(), all.first()) {
        ([name], _) => Fqdn::of_computer(name)?,
        ([], Some(first)) => Fqdn::of_computer(first.as_str())?,
        ([], None) => return Err(refused("there is none".to_owned())),
        (several, _) => return Err(refused(format!("there are {} CommonNames", several.len()))),
    };
    if !all.is_empty() && !all.contains(host.as_dns_name()) {
        let listed: Vec<_> = all.iter().take(SHOWN).map(ToString::to_string).collect();
        let more = if all.len() > SHOWN { ", ..." } else { "" };
        return Err(refused(format!(
            "the CommonName is {}, and the SubjectAltName has only {}{more}",
            printable(host.as_str()),
            listed.join(", ")
        )));
    }
    all.retain(|name| name != host.as_dns_name());
    Ok((host, all))
}

/// Far above what any host has, so that comparing each with each is quick.
const MAX_NAMES: usize = 1000;
/// How many names an error tells.
const SHOWN: usize = 5;
