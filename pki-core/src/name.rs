//! Names: parsed once, then always valid.
//!
//! [`Fqdn`] is a host's full name and fits the certificate's CommonName. [`DnsName`] is any further name for the
//! SubjectAltName. [`RootName`] is the CommonName of a root. All keep the case as it was given, because Windows shows
//! `HOST4.atwork.at` and the CommonName must match it exactly; host names compare and hash without it.

mod dns;
mod printable;
mod root;

pub use dns::{DnsName, Fqdn};
pub use printable::printable;
pub use root::RootName;

pub use crate::error::{HostNameProblem, RootNameProblem};
