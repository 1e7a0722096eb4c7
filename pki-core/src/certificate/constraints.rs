//! Name constraints (RFC 5280 §4.2.1.10): which names a root may sign for.

use core::fmt;

use x509_cert::ext::pkix::constraints::name as x509;
use x509_cert::ext::pkix::constraints::name::{GeneralSubtree, GeneralSubtrees};

use super::dns_pattern::{is_at_or_below, is_host, is_host_pattern, is_subtree_base};
use super::{Certificate, GeneralName};
use crate::error::Result;
use crate::name::DnsName;

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
    /// A name cannot be compared with a constraint of its kind: one of them is malformed, or the kind has no rules
    /// here.
    CannotTell(GeneralName),
    /// A subtree has a minimum or maximum.
    Distances,
    /// There is more to compare than anybody needs, so nothing was compared.
    TooMany {
        /// Names times subtrees.
        comparisons: usize,
    },
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

    /// Checks every name of a host's certificate: the SubjectAltName, the subject, the e-mail addresses in the subject
    /// and, where the SubjectAltName has no `dNSName`, the CommonNames as DNS names, because readers take them for
    /// host names then.
    ///
    /// Doubt is a violation: a malformed name is refused wherever constraints of its kind exist.
    ///
    /// # Errors
    /// The first name that does not keep to the constraints.
    pub fn check(&self, certificate: &Certificate) -> core::result::Result<(), ConstraintViolation> {
        self.check_names(names_of(certificate).chain(host_names_in_subject(certificate)).collect())
    }

    /// Checks the names of a CA certificate further up, whose CommonName nobody takes for a host name.
    ///
    /// # Errors
    /// As [`NameConstraints::check`].
    pub fn check_issuer(&self, certificate: &Certificate) -> core::result::Result<(), ConstraintViolation> {
        self.check_names(names_of(certificate).collect())
    }

    /// Checks the names that a host's certificate is to have, before there is one.
    ///
    /// # Errors
    /// As [`NameConstraints::check`].
    pub fn check_hosts<'n>(
        &self,
        names: impl IntoIterator<Item = &'n DnsName>,
    ) -> core::result::Result<(), ConstraintViolation> {
        self.check_names(names.into_iter().map(|name| GeneralName::Dns(name.as_str().to_owned())).collect())
    }

    fn check_names(&self, names: Vec<GeneralName>) -> core::result::Result<(), ConstraintViolation> {
        let comparisons = names.len().saturating_mul(self.permitted.len() + self.excluded.len());
        if comparisons > MAX_COMPARISONS {
            return Err(ConstraintViolation::TooMany { comparisons });
        }
        if self.has_distances {
            return Err(ConstraintViolation::Distances);
        }
        names.into_iter().try_for_each(|name| self.check_name(name))
    }

    fn check_name(&self, name: GeneralName) -> core::result::Result<(), ConstraintViolation> {
        let compare = |bases: &[GeneralName], side| -> Option<Vec<bool>> {
            bases.iter().filter(|base| same_kind(&name, base)).map(|base| lies_within(&name, base, side)).collect()
        };
        // All are compared before any counts, so that the order of the subtrees does not matter.
        match (compare(&self.excluded, Side::Excluded), compare(&self.permitted, Side::Permitted)) {
            (None, _) | (_, None) => Err(ConstraintViolation::CannotTell(name)),
            (Some(excluded), _) if excluded.contains(&true) => Err(ConstraintViolation::Excluded(name)),
            (_, Some(permitted)) if !permitted.is_empty() && !permitted.contains(&true) => {
                Err(ConstraintViolation::NotPermitted(name))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for ConstraintViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPermitted(name) => write!(f, "{name} lies in no permitted subtree"),
            Self::Excluded(name) => write!(f, "{name} lies in an excluded subtree"),
            Self::CannotTell(name) => write!(f, "{name} cannot be compared with the constraints of its kind"),
            Self::Distances => f.write_str("a subtree has a minimum or maximum, which RFC 5280 forbids"),
            Self::TooMany { comparisons } => {
                write!(f, "{comparisons} comparisons of names are needed, the limit is {MAX_COMPARISONS}")
            }
        }
    }
}

/// Which way doubt goes: a wildcard is permitted only as a whole, and excluded as soon as one of its names is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Permitted,
    Excluded,
}

fn names_of(certificate: &Certificate) -> impl Iterator<Item = GeneralName> {
    let subject = certificate.subject();
    let alt_names = certificate.extensions().subject_alt_name.iter().flatten().cloned();
    let directory = (!subject.is_empty()).then(|| GeneralName::Directory(subject.clone()));
    alt_names.chain(subject.email_addresses().map(GeneralName::Email)).chain(directory)
}

fn host_names_in_subject(certificate: &Certificate) -> impl Iterator<Item = GeneralName> {
    let alt_names = certificate.extensions().subject_alt_name.as_deref().unwrap_or_default();
    let has_dns_name = alt_names.iter().any(|name| name.as_dns().is_some());
    certificate.subject().common_names_or_hex().filter(move |_| !has_dns_name).map(GeneralName::Dns)
}

fn same_kind(name: &GeneralName, base: &GeneralName) -> bool {
    match (name, base) {
        (GeneralName::Other(name), GeneralName::Other(base)) => name == base,
        _ => core::mem::discriminant(name) == core::mem::discriminant(base),
    }
}

/// Whether a name lies in the subtree of a base of the same kind; `None` where that cannot be told.
fn lies_within(name: &GeneralName, base: &GeneralName, side: Side) -> Option<bool> {
    match (name, base) {
        (GeneralName::Dns(name), GeneralName::Dns(base)) => dns_within(name, base, side),
        (GeneralName::IpAddress(name), GeneralName::IpAddress(base)) => ip_within(name, base),
        (GeneralName::Email(name), GeneralName::Email(base)) => email_within(name, base),
        (GeneralName::Directory(name), GeneralName::Directory(base)) => name.is_within(base),
        _ => None,
    }
}

fn dns_within(name: &str, base: &str, side: Side) -> Option<bool> {
    if !is_host_pattern(name) || !is_subtree_base(base) {
        return None;
    }
    Some(match name.strip_prefix("*.") {
        Some(parent) if side == Side::Excluded => is_reached_by_wildcard(parent, base),
        _ => is_at_or_below(name, base),
    })
}

/// Whether a wildcard below this parent covers a name of the subtree. It stands for one label, so it reaches bases that
/// are one label longer than its parent. A dot in front of the base is overlooked, because readers differ about it.
fn is_reached_by_wildcard(parent: &str, base: &str) -> bool {
    let base = base.strip_prefix('.').unwrap_or(base);
    let is_child = base.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(parent));
    is_child || is_at_or_below(parent, base)
}

/// The base is an address and a mask of the same length; the mask is a run of ones (RFC 4632 §3.1). An address of the
/// other family lies outside.
fn ip_within(name: &[u8], base: &[u8]) -> Option<bool> {
    let (address, mask) = base.split_at(base.len() / 2);
    match (name.len(), base.len()) {
        (4, 32) | (16, 8) => Some(false),
        (4, 8) | (16, 32) if is_prefix(mask) => {
            Some(name.iter().zip(address).zip(mask).all(|((n, a), m)| n & m == a & m))
        }
        _ => None,
    }
}

fn is_prefix(mask: &[u8]) -> bool {
    let mut after_ones = mask.iter().skip_while(|byte| **byte == 0xff);
    let edge = after_ones.next().copied().unwrap_or(0);
    edge.leading_ones() + edge.trailing_zeros() == 8 && after_ones.all(|byte| *byte == 0)
}

/// The base is a mailbox, a host, or a domain with a dot in front. An empty base is not defined.
fn email_within(name: &str, base: &str) -> Option<bool> {
    let (mailbox, host) = name.rsplit_once('@').filter(|(mailbox, host)| !mailbox.is_empty() && is_host(host))?;
    match base.rsplit_once('@') {
        // A quoted local part has several spellings.
        Some((of_base, _)) if mailbox.starts_with('"') || of_base.starts_with('"') => None,
        Some((of_base, at)) => is_host(at).then(|| mailbox == of_base && host.eq_ignore_ascii_case(at)),
        None if base.is_empty() || !is_subtree_base(base) => None,
        None if base.starts_with('.') => Some(is_at_or_below(host, base)),
        None => Some(host.eq_ignore_ascii_case(base)),
    }
}

/// Names times subtrees: far above any real certificate, and compared at once.
const MAX_COMPARISONS: usize = 20_000;
