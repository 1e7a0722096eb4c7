//! Names: parsed once, then always valid.
//!
//! [`Fqdn`] is a host's full name and fits the certificate's CommonName. [`DnsName`] is any further name for the
//! SubjectAltName. [`RootName`] is the CommonName of a root. All keep the case as it was given, because Windows shows
//! `HOST4.atwork.at` and the CommonName must match it exactly; host names compare and hash without it. [`HttpUrl`] is
//! where a revocation list is found.

mod dns;
mod printable;
mod root;
mod url;

pub use dns::{DnsName, Fqdn};
pub use printable::printable;
pub use root::RootName;
pub use url::HttpUrl;

pub use crate::error::{HostNameProblem, RootNameProblem, UrlProblem};
