//! The CommonName of a root.

use core::fmt;
use core::fmt::Write as _;
use core::str::FromStr;

use sha2::{Digest, Sha256};

use super::Fqdn;
use super::printable::is_unprintable;
use crate::error::{Error, Result, RootNameProblem};

/// A root's CommonName: 1 to 64 printable characters (RFC 5280 appendix A.1, `ub-common-name`).
///
/// ```
/// use pki_core::name::{Fqdn, RootName};
///
/// let given: RootName = "mycompanyFirstReplica".parse()?;
/// let host: Fqdn = "HOST4.atwork.at".parse()?;
/// assert_eq!(RootName::default_for(&host).as_str(), "HOST4.atwork.at Replica Root");
/// # Ok::<(), pki_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RootName(Box<str>);

impl RootName {
    /// The default name of a host's own root, `<FQDN> Replica Root`.
    ///
    /// Where that would pass 64 characters, the host's name is cut and followed by `~` and eight hexadecimal digits of
    /// its SHA-256 in lower case, so that two long names never give the same root name.
    pub fn default_for(host: &Fqdn) -> Self {
        const SUFFIX: &str = " Replica Root";
        const ROOM: usize = COMMON_NAME_MAX - SUFFIX.len();
        const DIGITS: usize = 8;

        let mut name = String::with_capacity(COMMON_NAME_MAX);
        if host.as_str().len() <= ROOM {
            name.push_str(host.as_str());
        } else {
            name.extend(host.as_str().chars().take(ROOM - DIGITS - 1));
            name.push('~');
            for byte in Sha256::digest(host.as_dns_name().to_lowercase()).iter().take(DIGITS / 2) {
                // Writing to a String cannot fail.
                let _ = write!(name, "{byte:02x}");
            }
        }
        name.push_str(SUFFIX);
        Self(name.into())
    }

    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RootName {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self> {
        let problem = match given.chars().count() {
            0 => Some(RootNameProblem::Empty),
            long if long > COMMON_NAME_MAX => Some(RootNameProblem::TooLong(long)),
            _ if given.starts_with(char::is_whitespace) || given.ends_with(char::is_whitespace) => {
                Some(RootNameProblem::OuterSpace)
            }
            _ => given.chars().find(|c| is_unprintable(*c)).map(|c| RootNameProblem::Unprintable(c.into())),
        };
        match problem {
            None => Ok(Self(given.into())),
            Some(problem) => Err(Error::RootName { name: given.to_owned(), problem }),
        }
    }
}

impl fmt::Display for RootName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for RootName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `ub-common-name`, in characters.
const COMMON_NAME_MAX: usize = 64;
