//! Finding the chain from the leaf to a root, with bounded work.
//!
//! Every step costs a signature check, and these are counted: hundreds of certificates with one name, or certificates
//! that sign each other in a circle, cost no more than a real chain that is hard to find.

use std::collections::HashSet;

use super::report::Role;
use crate::certificate::{Certificate, GeneralName};
use crate::error::Result;

/// The most certificates in a chain, leaf and root counted.
const MAX_CERTIFICATES: usize = 8;
/// The most signatures that are checked to find the chains.
const MAX_SIGNATURES: usize = 100;
/// The most chains that are judged.
const MAX_PATHS: usize = 4;

/// A chain, or what was found of it.
#[derive(Clone)]
pub(super) struct Path<'c> {
    /// From the leaf upwards, never empty.
    certificates: Vec<&'c Certificate>,
    /// Whether each certificate but the last was signed by the next one.
    signatures: Vec<Result<()>>,
    end: End,
}

/// Why a chain does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Its last certificate is a root.
    Root,
    /// Nobody has the issuer's name.
    NoIssuer,
    /// It would be longer than [`MAX_CERTIFICATES`].
    TooLong,
    /// [`MAX_SIGNATURES`] were checked.
    TooMuchWork,
}

/// A certificate below its issuer.
pub(super) struct Link<'p> {
    pub(super) role: Role,
    pub(super) certificate: &'p Certificate,
    pub(super) issuer: &'p Certificate,
    pub(super) signature: &'p Result<()>,
}

/// All chains that reach a root; where there is none, the longest that does not.
pub(super) fn find<'c>(
    leaf: &'c Certificate,
    intermediates: &'c [Certificate],
    roots: &'c [Certificate],
) -> Vec<Path<'c>> {
    let mut search = Search::new(intermediates, roots);
    search.extend(&Path { certificates: vec![leaf], signatures: Vec::new(), end: End::NoIssuer });
    if search.complete.is_empty() { search.longest.into_iter().collect() } else { search.complete }
}

/// Whether the key identifiers of a certificate and its issuer agree; `None` where one is missing.
pub(super) fn key_identifiers_agree(certificate: &Certificate, issuer: &Certificate) -> Option<bool> {
    let named = certificate.extensions().authority_key_identifier.as_ref()?;
    Some(named == issuer.extensions().subject_key_identifier.as_ref()?)
}

/// Whether issuer and serial number in AuthorityKeyIdentifier are the issuer's; `None` where they are left out.
pub(super) fn authority_agrees(certificate: &Certificate, issuer: &Certificate) -> Option<bool> {
    let extensions = certificate.extensions();
    let serial_agrees = extensions.authority_serial_number.as_deref().map(|serial| serial == issuer.serial_number());
    let name_agrees = extensions
        .authority_issuer
        .as_ref()
        .map(|names| names.iter().any(|name| matches!(name, GeneralName::Directory(name) if name == issuer.issuer())));
    match (serial_agrees, name_agrees) {
        (None, None) => None,
        (serial, name) => Some(serial.unwrap_or(true) && name.unwrap_or(true)),
    }
}

struct Search<'c> {
    /// Each certificate once: a root is not an intermediate as well.
    roots: Vec<&'c Certificate>,
    intermediates: Vec<&'c Certificate>,
    signatures_left: usize,
    complete: Vec<Path<'c>>,
    longest: Option<Path<'c>>,
}

#[derive(Clone, Copy)]
struct Candidate<'c> {
    certificate: &'c Certificate,
    is_root: bool,
    is_named: bool,
}

impl<'c> Search<'c> {
    fn new(intermediates: &'c [Certificate], roots: &'c [Certificate]) -> Self {
        let mut seen = HashSet::new();
        let mut each_once = |certificates: &'c [Certificate]| -> Vec<&'c Certificate> {
            certificates.iter().filter(|certificate| seen.insert(certificate.as_der())).collect()
        };
        Self {
            roots: each_once(roots),
            intermediates: each_once(intermediates),
            signatures_left: MAX_SIGNATURES,
            complete: Vec::new(),
            longest: None,
        }
    }

    /// Goes on with every candidate that signed the path's last certificate; where none did, with the likeliest that
    /// has the right name, so that the report can say that the signature is wrong.
    fn extend(&mut self, path: &Path<'c>) {
        let Some(last) = path.certificates.last() else { return };
        if path.certificates.len() == MAX_CERTIFICATES {
            return self.give_up(path, End::TooLong);
        }
        let mut likeliest = None;
        let mut is_signed = false;
        for candidate in self.candidates(path, last) {
            if self.complete.len() >= MAX_PATHS {
                return;
            }
            let Some(left) = self.signatures_left.checked_sub(1) else {
                self.give_up(path, End::TooMuchWork);
                break;
            };
            self.signatures_left = left;
            match last.check_signature_by(candidate.certificate.public_key()) {
                Ok(()) => {
                    is_signed = true;
                    self.follow(path, candidate, Ok(()));
                }
                Err(error) if likeliest.is_none() && candidate.is_named => likeliest = Some((candidate, error)),
                Err(_) => {}
            }
        }
        match likeliest {
            _ if is_signed => {}
            Some((candidate, error)) => self.follow(path, candidate, Err(error)),
            None => self.give_up(path, End::NoIssuer),
        }
    }

    fn follow(&mut self, path: &Path<'c>, candidate: Candidate<'c>, signature: Result<()>) {
        let mut longer = path.clone();
        longer.certificates.push(candidate.certificate);
        longer.signatures.push(signature);
        if candidate.is_root {
            self.complete.push(Path { end: End::Root, ..longer });
        } else {
            self.extend(&longer);
        }
    }

    fn give_up(&mut self, path: &Path<'c>, end: End) {
        let is_longer = |longest: &Path<'_>| path.certificates.len() > longest.certificates.len();
        if self.longest.as_ref().is_none_or(is_longer) {
            self.longest = Some(Path { end, ..path.clone() });
        }
    }

    /// Who has the issuer's name; where nobody has, who reads like it or has the key identifier that is asked for. The
    /// likeliest first, roots before intermediates.
    fn candidates(&self, path: &Path<'c>, last: &Certificate) -> Vec<Candidate<'c>> {
        let candidate = |is_root| move |certificate| Candidate { certificate, is_root, is_named: true };
        let roots = self.roots.iter().copied().map(candidate(true));
        let others = self.intermediates.iter().copied().filter(|other| !path.certificates.contains(other));
        let all: Vec<_> = roots.chain(others.map(candidate(false))).collect();

        let is_named = |candidate: &&Candidate<'_>| candidate.certificate.subject() == last.issuer();
        let mut likely: Vec<_> = all.iter().filter(is_named).copied().collect();
        if likely.is_empty() {
            let resembles = |candidate: &&Candidate<'_>| {
                candidate.certificate.subject().reads_like(last.issuer())
                    || key_identifiers_agree(last, candidate.certificate) == Some(true)
            };
            likely = all.iter().filter(resembles).map(|c| Candidate { is_named: false, ..*c }).collect();
        }
        likely.sort_by_key(|candidate| {
            let disagreement = match key_identifiers_agree(last, candidate.certificate) {
                Some(true) => 0,
                None => 1,
                Some(false) => 2,
            };
            (disagreement, !candidate.is_root)
        });
        likely
    }
}

impl<'c> Path<'c> {
    pub(super) fn leaf(&self) -> Option<&'c Certificate> {
        self.certificates.first().copied()
    }

    pub(super) fn end(&self) -> End {
        self.end
    }

    /// All certificates with their places, the leaf first.
    pub(super) fn certificates(&self) -> impl DoubleEndedIterator<Item = (Role, &'c Certificate)> {
        let last = self.certificates.len() - 1;
        let role = move |index| match index {
            0 => Role::Leaf,
            index if index == last && self.end == End::Root => Role::Root,
            index => Role::Intermediate(index),
        };
        self.certificates.iter().enumerate().map(move |(index, certificate)| (role(index), *certificate))
    }

    /// All certificates with their issuers, the leaf first.
    pub(super) fn links(&self) -> impl Iterator<Item = Link<'_>> {
        self.certificates()
            .zip(self.certificates.iter().skip(1))
            .zip(&self.signatures)
            .map(|(((role, certificate), issuer), signature)| Link { role, certificate, issuer, signature })
    }

    /// The issuers with their places, each with what lies below it, the leaf first.
    pub(super) fn issuers(&self) -> impl Iterator<Item = (Role, &'c Certificate, &[&'c Certificate])> {
        self.certificates()
            .enumerate()
            .skip(1)
            .map(|(index, (role, issuer))| (role, issuer, self.certificates.get(..index).unwrap_or_default()))
    }
}
