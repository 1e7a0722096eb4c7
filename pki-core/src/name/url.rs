//! The place of a revocation list: an `http` URL (RFC 3986, RFC 9110 §4.2.1).

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

use super::DnsName;
use crate::error::{Error, Result, UrlProblem};

/// Where a revocation list can be read: an absolute `http` URL in printable ASCII of at most 1,024 characters.
///
/// `https` is refused: to read the list, the server's certificate would have to be checked first, for which its own
/// list would have to be read (RFC 5280 §8). A list is signed and needs no other protection.
///
/// ```
/// use pki_core::name::HttpUrl;
///
/// let list: HttpUrl = "http://pki.atwork.at/first.crl".parse()?;
/// assert_eq!(list.as_str(), "http://pki.atwork.at/first.crl");
/// assert!("https://pki.atwork.at/first.crl".parse::<HttpUrl>().is_err());
/// # Ok::<(), pki_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HttpUrl(Box<str>);

impl HttpUrl {
    /// The URL as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HttpUrl {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self> {
        match check(given) {
            Ok(()) => Ok(Self(given.into())),
            Err(problem) => Err(Error::Url { url: given.to_owned(), problem }),
        }
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check(given: &str) -> core::result::Result<(), UrlProblem> {
    let (scheme, rest) = given.split_once("://").ok_or(UrlProblem::NotHttp)?;
    if scheme.eq_ignore_ascii_case("https") {
        return Err(UrlProblem::Https);
    }
    if !scheme.eq_ignore_ascii_case("http") {
        return Err(UrlProblem::NotHttp);
    }
    if given.len() > MAX_LENGTH {
        return Err(UrlProblem::TooLong(given.len()));
    }
    if let Some(c) = given.chars().find(|c| !is_allowed(*c)) {
        return Err(UrlProblem::Character(c));
    }
    let escapes = given.split('%').skip(1);
    if !escapes.into_iter().all(is_escape) {
        return Err(UrlProblem::Escape);
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    check_authority(authority)
}

/// Host and port. A name and password before an `@` would be shown to everybody who sees the certificate.
fn check_authority(authority: &str) -> core::result::Result<(), UrlProblem> {
    if authority.contains('@') {
        return Err(UrlProblem::UserInfo);
    }
    let after_host = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']').ok_or(UrlProblem::Host)?;
            address.parse::<Ipv6Addr>().map_err(|_| UrlProblem::Host)?;
            after
        }
        None => {
            let (host, after) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            if host.parse::<Ipv4Addr>().is_err() {
                DnsName::of_computer(host).map_err(|_| UrlProblem::Host)?;
            }
            after
        }
    };
    let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|n| n > 0);
    match after_host.strip_prefix(':') {
        None if after_host.is_empty() => Ok(()),
        Some(port) if is_port(port) => Ok(()),
        _ => Err(UrlProblem::Host),
    }
}

/// What RFC 3986 allows in a URL, but for `#`: a fragment is never sent.
fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?[]@!$&'()*+,;=%".contains(c)
}

fn is_escape(rest: &str) -> bool {
    matches!(rest.as_bytes(), [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

/// In characters; readers have limits of their own, from 2,000 on.
const MAX_LENGTH: usize = 1024;
