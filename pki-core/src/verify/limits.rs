//! What certificates may be used for, and when.

use super::report::{Role, Verdict, some_of};
use crate::certificate::{BasicConstraints, Certificate, NameConstraints, Purpose};
use crate::validity::Time;

pub(super) fn validity(certificate: &Certificate, at: Time) -> Verdict {
    let validity = certificate.validity();
    let (start, end) = (validity.not_before, validity.not_after);
    if at < start {
        Verdict::failed(format!("starts {start}, {}", days(start.days_after(at), "later")))
    } else if at > end {
        Verdict::failed(format!("ended {end}, {}", days(at.days_after(end), "earlier")))
    } else {
        Verdict::passed(format!("ends {end}, {}", days(end.days_after(at), "left")))
    }
}

pub(super) fn basic_constraints(role: Role, certificate: &Certificate) -> Verdict {
    let is_critical = certificate.extensions().is_critical("2.5.29.19");
    match (role, certificate.extensions().basic_constraints) {
        (Role::Leaf, Some(BasicConstraints { ca: true, .. })) => {
            Verdict::warning("it is a CA, so whoever holds its key can sign further certificates")
        }
        (Role::Leaf, Some(_)) => Verdict::passed("it is no CA"),
        (Role::Leaf, None) => Verdict::passed("it has none, so it is no CA"),
        (_, Some(BasicConstraints { ca: false, .. })) => Verdict::failed("it is no CA"),
        (_, None) => Verdict::failed("it has none, so it is no CA"),
        (_, Some(_)) if !is_critical => Verdict::warning("it is a CA, but the extension is not critical"),
        (_, Some(_)) => Verdict::passed("it is a CA"),
    }
}

/// `below` starts with the leaf, which is not counted; nor are self-issued intermediates.
pub(super) fn path_length(issuer: &Certificate, below: &[&Certificate]) -> Verdict {
    let count = below.iter().skip(1).filter(|intermediate| !intermediate.is_self_issued()).count();
    match issuer.extensions().basic_constraints.and_then(|constraints| constraints.path_len) {
        None => Verdict::passed(format!("no limit, {count} intermediates follow")),
        Some(limit) if count as u64 > u64::from(limit) => {
            Verdict::failed(format!("{limit} intermediates may follow, {count} do"))
        }
        Some(limit) => Verdict::passed(format!("{limit} intermediates may follow, {count} do")),
    }
}

pub(super) fn key_usage(role: Role, certificate: &Certificate) -> Verdict {
    match (role, certificate.extensions().key_usage) {
        (Role::Leaf, None) => Verdict::passed("no KeyUsage, so the key may serve any use"),
        (Role::Leaf, Some(usage)) if !usage.digital_signature() => {
            Verdict::failed(format!("digitalSignature is missing; it has {usage}"))
        }
        (Role::Leaf, Some(usage)) if !usage.key_encipherment() => {
            Verdict::warning(format!("keyEncipherment is missing, which old servers need; it has {usage}"))
        }
        (Role::Leaf, Some(usage)) => Verdict::passed(usage.to_string()),
        (_, None) => Verdict::warning("no KeyUsage, which every CA certificate needs (RFC 5280 section 4.2.1.3)"),
        (_, Some(usage)) if !usage.key_cert_sign() => {
            Verdict::failed(format!("keyCertSign is missing; it has {usage}"))
        }
        (_, Some(usage)) => Verdict::passed(usage.to_string()),
    }
}

/// A leaf without the extension, or with anyExtendedKeyUsage alone, would do for RFC 5280; Hyper-V Replica documents
/// that both purposes must be there. In an issuer, Windows and OpenSSL take the extension as a limit.
pub(super) fn purposes(role: Role, certificate: &Certificate, asked: &[Purpose]) -> Verdict {
    let named = match (role, &certificate.extensions().extended_key_usage) {
        (_, Some(named)) => named.as_slice(),
        (Role::Leaf, None) => &[],
        (_, None) => return Verdict::passed("no limit"),
    };
    let is_any_enough = role != Role::Leaf && named.contains(&Purpose::Any);
    let missing: Vec<_> = asked.iter().filter(|purpose| !is_any_enough && !named.contains(purpose)).collect();
    match (missing.is_empty(), named) {
        (true, []) => Verdict::passed("none was asked for"),
        (true, named) => Verdict::passed(some_of(named)),
        (false, []) => Verdict::failed(format!("{} must be named, and there is no purpose", some_of(&missing))),
        (false, named) => Verdict::failed(format!("{} is missing; it has {}", some_of(&missing), some_of(named))),
    }
}

/// `below` starts with the leaf. Self-issued intermediates are exempt (RFC 5280 §6.1.3).
pub(super) fn name_constraints(issuer: &Certificate, below: &[&Certificate]) -> Verdict {
    let Some(constraints) = &issuer.extensions().name_constraints else {
        return Verdict::passed("no limit");
    };
    for (index, certificate) in below.iter().enumerate() {
        let result = match index {
            0 => constraints.check(certificate),
            _ if certificate.is_self_issued() => Ok(()),
            _ => constraints.check_issuer(certificate),
        };
        if let Err(violation) = result {
            let subject = certificate.subject();
            return Verdict::failed(format!("in {subject}: {violation}; {}", describe(constraints)));
        }
    }
    if issuer.extensions().is_critical("2.5.29.30") {
        Verdict::passed(describe(constraints))
    } else {
        Verdict::warning(format!("{}; the extension is not critical, so others may ignore it", describe(constraints)))
    }
}

pub(super) fn critical_extensions(certificate: &Certificate) -> Verdict {
    match certificate.extensions().unknown_critical.as_slice() {
        [] => Verdict::passed("all are known"),
        unknown => Verdict::failed(format!("unknown: {}", some_of(unknown))),
    }
}

fn describe(constraints: &NameConstraints) -> String {
    let sides = [("permitted", &constraints.permitted), ("excluded", &constraints.excluded)];
    let said: Vec<_> = sides
        .into_iter()
        .filter(|(_, bases)| !bases.is_empty())
        .map(|(side, bases)| format!("{side}: {}", some_of(bases)))
        .collect();
    if said.is_empty() { "it limits nothing".to_owned() } else { said.join("; ") }
}

fn days(count: i64, what: &str) -> String {
    match count {
        0 => format!("less than a day {what}"),
        1 => format!("1 day {what}"),
        _ => format!("{count} days {what}"),
    }
}
