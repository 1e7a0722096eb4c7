//! Where the roots' revocation lists will be read: one address for each root.

use std::fmt;
use std::str::FromStr;

use pki_core::name::HttpUrl;

/// An address in which `{root}`, if it stands there, stands for the label of a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CrlUrl(String);

const PLACEHOLDER: &str = "{root}";

impl CrlUrl {
    /// The address of one root's list.
    pub(crate) fn of_root(&self, label: &str) -> Result<HttpUrl, pki_core::Error> {
        self.0.replace(PLACEHOLDER, label).parse()
    }

    /// Whether roots of several labels have several addresses.
    pub(crate) fn tells_roots_apart(&self) -> bool {
        self.0.contains(PLACEHOLDER)
    }
}

impl FromStr for CrlUrl {
    type Err = pki_core::Error;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let url = Self(given.to_owned());
        match url.of_root("root") {
            Ok(_) => Ok(url),
            // As it was written, and not with a label in it.
            Err(Self::Err::Url { problem, .. }) => Err(Self::Err::Url { url: given.to_owned(), problem }),
            Err(error) => Err(error),
        }
    }
}

impl fmt::Display for CrlUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_placeholder_becomes_the_label_and_nothing_else_may_be_in_braces() {
        let url: CrlUrl = "http://pki.atwork.at/{root}.crl".parse().unwrap();
        assert_eq!(url.of_root("a.test.root2").unwrap().as_str(), "http://pki.atwork.at/a.test.root2.crl");
        assert!(url.tells_roots_apart());
        assert!(!"http://pki.atwork.at/one.crl".parse::<CrlUrl>().unwrap().tells_roots_apart());
        for refused in ["https://pki.atwork.at/{root}.crl", "http://pki.atwork.at/{host}.crl", "{root}", ""] {
            let problem = refused.parse::<CrlUrl>().unwrap_err().to_string();
            assert!(problem.starts_with(&format!("{refused:?} cannot be ")), "{problem}");
        }
        assert!(url.of_root("a b").is_err());
    }
}
