//! Name constraints (RFC 5280 §4.2.1.10): which names a root may sign for.

use core::fmt;

use x509_cert::ext::pkix::constraints::name as x509;
use x509_cert::ext::pkix::constraints::name::{GeneralSubtree, GeneralSubtrees};

use super::{Certificate, GeneralName};
use crate::error::Result;

/// NameConstraints: the subtrees that certificates below a root must keep to.
///
/// ```text
/// NameConstraints ::= SEQUENCE { permittedSubtrees [0] OPTIONAL, excludedSubtrees [1] OPTIONAL }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NameConstraints {
    /// A name of a kind that is listed here must lie in one of these.
    pub permitted: Vec<GeneralName>,
    /// No name may lie in one of these.
    pub excluded: Vec<GeneralName>,
    /// Whether a subtree has a minimum or maximum, which RFC 5280 forbids and nobody can honour.
    pub has_distances: bool,
}

/// Why a certificate's names do not keep to the constraints.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConstraintViolation {
    /// The name lies in none of the permitted subtrees of its kind.
    NotPermitted(GeneralName),
    /// The name lies in an excluded subtree.
    Excluded(GeneralName),
    /// A name and a constraint are of a kind that cannot be compared.
    CannotTell(GeneralName),
    /// A subtree has a minimum or maximum.
    Distances,
}

impl NameConstraints {
    pub(super) fn from_x509(constraints: &x509::NameConstraints) -> Result<Self> {
        let bases = |subtrees: &Option<GeneralSubtrees>| -> Result<Vec<GeneralName>> {
            subtrees.iter().flatten().map(|subtree| GeneralName::from_x509(&subtree.base)).collect()
        };
        let has_distance = |subtree: &GeneralSubtree| subtree.minimum != 0 || subtree.maximum.is_some();
        let x509::NameConstraints { permitted_subtrees, excluded_subtrees } = constraints;
        Ok(Self {
            permitted: bases(permitted_subtrees)?,
            excluded: bases(excluded_subtrees)?,
            has_distances: permitted_subtrees.iter().chain(excluded_subtrees).flatten().any(has_distance),
        })
    }

    /// Checks every name of a certificate: the SubjectAltName, the subject, the e-mail addresses in the subject and,
    /// where there is no SubjectAltName, the CommonNames as DNS names.
    ///
    /// # Errors
    /// The first name that does not keep to the constraints.
    pub fn check(&self, certificate: &Certificate) -> core::result::Result<(), ConstraintViolation> {
        if self.has_distances {
            return Err(ConstraintViolation::Distances);
        }
        names_of(certificate).into_iter().try_for_each(|name| self.check_name(name))
    }

    fn check_name(&self, name: GeneralName) -> core::result::Result<(), ConstraintViolation> {
        for base in &self.excluded {
            match lies_within(&name, base, Side::Excluded) {
                Some(true) => return Err(ConstraintViolation::Excluded(name)),
                Some(false) => {}
                None => return Err(ConstraintViolation::CannotTell(name)),
            }
        }
        let mut of_this_kind = self.permitted.iter().filter(|base| same_kind(&name, base)).peekable();
        if of_this_kind.peek().is_none() {
            return Ok(());
        }
        for base in of_this_kind {
            match lies_within(&name, base, Side::Permitted) {
                Some(true) => return Ok(()),
                Some(false) => {}
                None => return Err(ConstraintViolation::CannotTell(name)),
            }
        }
        Err(ConstraintViolation::NotPermitted(name))
    }
}

impl fmt::Display for ConstraintViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPermitted(name) => write!(f, "{name} lies in no permitted subtree"),
            Self::Excluded(name) => write!(f, "{name} lies in an excluded subtree"),
            Self::CannotTell(name) => write!(f, "{name} is of a kind whose constraints cannot be checked"),
            Self::Distances => f.write_str("a subtree has a minimum or maximum, which RFC 5280 forbids"),
        }
    }
}

/// Which way doubt goes: a wildcard is permitted only as a whole, and excluded as soon as one of its names is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Permitted,
    Excluded,
}

fn names_of(certificate: &Certificate) -> Vec<GeneralName> {
    let subject = certificate.subject();
    let mut names = match &certificate.extensions().subject_alt_name {
        Some(names) => names.clone(),
        None => subject.common_names().map(|name| GeneralName::Dns(name.to_owned())).collect(),
    };
    names.extend(subject.email_addresses().map(|address| GeneralName::Email(address.to_owned())));
    if !subject.is_empty() {
        names.push(GeneralName::Directory(subject.clone()));
    }
    names
}

fn same_kind(name: &GeneralName, base: &GeneralName) -> bool {
    core::mem::discriminant(name) == core::mem::discriminant(base)
}

/// Whether a name lies in the subtree of a base; `None` where that cannot be told.
fn lies_within(name: &GeneralName, base: &GeneralName, side: Side) -> Option<bool> {
    match (name, base) {
        (GeneralName::Dns(name), GeneralName::Dns(base)) => Some(dns_within(name, base, side)),
        (GeneralName::IpAddress(name), GeneralName::IpAddress(base)) => ip_within(name, base),
        (GeneralName::Email(name), GeneralName::Email(base)) => Some(email_within(name, base)),
        (GeneralName::Directory(name), GeneralName::Directory(base)) => Some(name.is_within(base)),
        (name, base) if same_kind(name, base) => None,
        _ => Some(false),
    }
}

/// A base names itself and everything below it; with a dot in front (not in RFC 5280, but met) only what is below.
fn dns_within(name: &str, base: &str, side: Side) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let base = base.strip_suffix('.').unwrap_or(base).to_ascii_lowercase();
    let below = |name: &str, base: &str| name.strip_suffix(base).is_some_and(|rest| rest.ends_with('.'));
    if base.is_empty() || name == base {
        return true;
    }
    match (base.strip_prefix('.'), name.strip_prefix("*.")) {
        (Some(base), _) => below(&name, base),
        (None, Some(wildcard)) if side == Side::Excluded => {
            below(&name, &base) || base == wildcard || base.split_once('.').is_some_and(|(_, rest)| rest == wildcard)
        }
        (None, _) => below(&name, &base),
    }
}

/// The base is an address and a mask of the same length.
fn ip_within(name: &[u8], base: &[u8]) -> Option<bool> {
    if ![8, 32].contains(&base.len()) || ![4, 16].contains(&name.len()) {
        return None;
    }
    let (address, mask) = base.split_at(base.len() / 2);
    let masked_equal = name.iter().zip(address).zip(mask).all(|((n, a), m)| n & m == a & m);
    Some(name.len() == address.len() && masked_equal)
}

/// The base is a mailbox, a host, or a domain with a dot in front.
fn email_within(name: &str, base: &str) -> bool {
    let Some((mailbox, host)) = name.rsplit_once('@') else { return false };
    match base.rsplit_once('@') {
        Some((base_mailbox, base_host)) => mailbox == base_mailbox && host.eq_ignore_ascii_case(base_host),
        None if base.starts_with('.') => host.to_ascii_lowercase().ends_with(&base.to_ascii_lowercase()),
        None => host.eq_ignore_ascii_case(base),
    }
}
