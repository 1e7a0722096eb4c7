//! The table: which checks apply to which certificates, in the order of the report.

use super::path::Path;
use super::report::{Check, Report, Role, Verdict};
use super::{Question, host, limits, links, strength};
use crate::certificate::Certificate;

pub(super) fn judge(path: &Path<'_>, question: &Question) -> Report {
    let mut report = Report::new();
    if let Some((role, top)) = path.certificates().next_back() {
        report.add(Check::RootFound, role, top, links::root_found(path.end(), top));
    }
    for link in path.links() {
        report.add(Check::IssuerName, link.role, link.certificate, links::issuer_name(&link));
    }
    for link in path.links() {
        report.add(Check::KeyIdentifiers, link.role, link.certificate, links::key_identifiers(&link));
    }
    if let Some(root) = root(path) {
        report.add(Check::KeyIdentifiers, Role::Root, root, links::root_key_identifiers(root));
    }
    for link in path.links() {
        report.add(Check::Signature, link.role, link.certificate, links::signature(&link));
    }
    if let Some(root) = root(path) {
        report.add(Check::RootSelfSigned, Role::Root, root, links::root_self_signed(root));
    }
    add_for_each(&mut report, Check::Validity, path, |_, c| limits::validity(c, question.at));
    add_for_each(&mut report, Check::BasicConstraints, path, limits::basic_constraints);
    for (role, issuer, below) in path.issuers() {
        report.add(Check::PathLength, role, issuer, limits::path_length(issuer, below));
    }
    add_for_each(&mut report, Check::KeyUsage, path, limits::key_usage);
    add_for_each(&mut report, Check::ExtendedKeyUsage, path, |role, c| limits::purposes(role, c, &question.purposes));
    for (role, issuer, below) in path.issuers() {
        report.add(Check::NameConstraints, role, issuer, limits::name_constraints(issuer, below));
    }
    add_for_each(&mut report, Check::CriticalExtensions, path, |_, c| limits::critical_extensions(c));
    if let (Some(leaf), Some(host)) = (path.leaf(), &question.host) {
        report.add(Check::HostName, Role::Leaf, leaf, host::host_name(leaf, host));
    }
    add_for_each(&mut report, Check::KeyStrength, path, |_, c| strength::key(c));
    add_for_each(&mut report, Check::HashStrength, path, strength::hash);
    if let Some(leaf) = path.leaf() {
        report.add(Check::LeafNotSelfSigned, Role::Leaf, leaf, host::leaf_not_self_signed(leaf));
    }
    report
}

fn root<'c>(path: &Path<'c>) -> Option<&'c Certificate> {
    path.certificates().find(|(role, _)| *role == Role::Root).map(|(_, root)| root)
}

fn add_for_each(report: &mut Report, check: Check, path: &Path<'_>, verdict: impl Fn(Role, &Certificate) -> Verdict) {
    for (role, certificate) in path.certificates() {
        report.add(check, role, certificate, verdict(role, certificate));
    }
}
