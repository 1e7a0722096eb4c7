//! DNS names of hosts: RFC 1123 §2.1, RFC 5890 for the internationalised ones.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::net::IpAddr;
use core::str::FromStr;

use super::printable::is_unprintable;
use crate::error::{Error, HostNameProblem, Result};

/// A DNS name for the SubjectAltName: at least two labels, at most 253 characters.
///
/// Internationalised labels become A-labels, a trailing dot is dropped, the case is kept. Comparison ignores case.
///
/// ```
/// use pki_core::name::DnsName;
///
/// let broker: DnsName = "Broker.bücher.example.".parse()?;
/// assert_eq!(broker.as_str(), "Broker.xn--bcher-kva.example");
/// assert_eq!(broker, "BROKER.XN--BCHER-KVA.EXAMPLE".parse()?);
/// # Ok::<(), pki_core::Error>(())
/// ```
#[derive(Clone)]
pub struct DnsName(Box<str>);

/// The full name of a host: a [`DnsName`] of at most 64 characters, the limit of a CommonName (RFC 5280 appendix A.1,
/// `ub-common-name`).
///
/// ```
/// use pki_core::name::Fqdn;
///
/// let host: Fqdn = "HOST4.atwork.at".parse()?;
/// assert_eq!(host.to_string(), "HOST4.atwork.at");
/// assert_eq!(host, "host4.ATWORK.at".parse()?);
/// assert!("10.0.0.4".parse::<Fqdn>().is_err());
/// # Ok::<(), pki_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fqdn(DnsName);

impl DnsName {
    /// The name, in the case it was given, without a trailing dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of a computer: like parsing, but a workgroup's computer without a DNS suffix has a name of one label.
    ///
    /// # Errors
    /// [`Error::HostName`] if it breaks a rule of a host name.
    pub fn of_computer(name: &str) -> Result<Self> {
        Self::parse(name, Labels::OneOrMore).map_err(|problem| Error::HostName { name: name.to_owned(), problem })
    }

    /// The name in lower case, for constraints and file names that must not depend on case.
    pub fn to_lowercase(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    fn parse(given: &str, labels: Labels) -> core::result::Result<Self, HostNameProblem> {
        refuse_at_sight(given)?;
        let ascii = to_a_labels(given.strip_suffix(is_dot).unwrap_or(given))?;
        if ascii.len() > 253 {
            return Err(HostNameProblem::TooLongForDns(ascii.len()));
        }
        ascii.split('.').try_for_each(check_label)?;
        match (labels, ascii.rsplit_once('.')) {
            (Labels::TwoOrMore, None) => Err(HostNameProblem::SingleLabel),
            (_, last) => {
                // A numeric last label would be taken for an IPv4 address by resolvers and browsers alike.
                let last = last.map_or(ascii.as_str(), |(_, last)| last);
                if last.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(HostNameProblem::IpAddress);
                }
                Ok(Self(ascii.into()))
            }
        }
    }
}

impl Fqdn {
    /// The name of a computer: like parsing, but a workgroup's computer without a DNS suffix has a name of one label.
    /// Its partners must be able to resolve it.
    ///
    /// ```
    /// use pki_core::name::Fqdn;
    ///
    /// assert!("HOST4".parse::<Fqdn>().is_err());
    /// assert!(Fqdn::of_computer("HOST4")?.is_single_label());
    /// # Ok::<(), pki_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::HostName`] if it breaks a rule of a host name.
    pub fn of_computer(name: &str) -> Result<Self> {
        Self::fit(name, DnsName::parse(name, Labels::OneOrMore))
    }

    /// The name, in the case it was given, without a trailing dot.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The same name as a [`DnsName`].
    pub fn as_dns_name(&self) -> &DnsName {
        &self.0
    }

    /// Whether the name has no DNS suffix.
    pub fn is_single_label(&self) -> bool {
        !self.as_str().contains('.')
    }

    fn fit(given: &str, parsed: core::result::Result<DnsName, HostNameProblem>) -> Result<Self> {
        parsed
            .and_then(|name| match name.as_str().len() {
                0..=64 => Ok(Self(name)),
                long => Err(HostNameProblem::TooLongForCommonName(long)),
            })
            .map_err(|problem| Error::HostName { name: given.to_owned(), problem })
    }
}

impl FromStr for DnsName {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self> {
        Self::parse(given, Labels::TwoOrMore).map_err(|problem| Error::HostName { name: given.to_owned(), problem })
    }
}

impl FromStr for Fqdn {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self> {
        Self::fit(given, DnsName::parse(given, Labels::TwoOrMore))
    }
}

impl From<Fqdn> for DnsName {
    fn from(fqdn: Fqdn) -> Self {
        fqdn.0
    }
}

impl PartialEq for DnsName {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for DnsName {}

impl PartialOrd for DnsName {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DnsName {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.to_lowercase().cmp(&other.to_lowercase())
    }
}

impl Hash for DnsName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_lowercase().hash(state);
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Fqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Fqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Clone, Copy)]
enum Labels {
    OneOrMore,
    TwoOrMore,
}

/// What is refused before anything is converted, so that the error speaks of what was typed.
fn refuse_at_sight(given: &str) -> core::result::Result<(), HostNameProblem> {
    if given.strip_suffix(is_dot).unwrap_or(given).is_empty() {
        return Err(HostNameProblem::Empty);
    }
    let bare = given.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<IpAddr>().is_ok() {
        return Err(HostNameProblem::IpAddress);
    }
    given.chars().try_for_each(|c| match c {
        '*' => Err(HostNameProblem::Wildcard),
        '_' => Err(HostNameProblem::Underscore),
        // IDNA judges the joiners, which some scripts need; it would drop the other invisible ones without a word.
        '\u{200c}' | '\u{200d}' => Ok(()),
        c if is_unprintable(c) => Err(HostNameProblem::Control),
        c if c.is_whitespace() => Err(HostNameProblem::Space),
        _ => Ok(()),
    })
}

/// Only labels that need it are converted: IDNA lowers the case of what it touches.
fn to_a_labels(given: &str) -> core::result::Result<String, HostNameProblem> {
    let mut ascii = String::with_capacity(given.len());
    for (i, label) in given.split(is_dot).enumerate() {
        if i > 0 {
            ascii.push('.');
        }
        let internationalised =
            !label.is_ascii() || label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
        if internationalised {
            let converted = idna::domain_to_ascii_strict(label).map_err(|_| HostNameProblem::Internationalised)?;
            ascii.push_str(if label.is_ascii() { label } else { &converted });
        } else {
            ascii.push_str(label);
        }
    }
    Ok(ascii)
}

/// The dot, and those that IDNA takes for it (RFC 3490 §3.1).
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}')
}

fn check_label(label: &str) -> core::result::Result<(), HostNameProblem> {
    if label.is_empty() {
        return Err(HostNameProblem::EmptyLabel);
    }
    if let Some(c) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
        return Err(HostNameProblem::Character(c));
    }
    if label.len() > 63 {
        return Err(HostNameProblem::LabelTooLong);
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(HostNameProblem::Hyphen);
    }
    Ok(())
}
