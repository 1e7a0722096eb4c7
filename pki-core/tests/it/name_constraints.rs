//! Name constraints (RFC 5280 §4.2.1.10), also against names that nobody should write.

use const_oid::db::{rfc3280, rfc4519, rfc5280};
use pki_core::certificate::ConstraintViolation;
use pki_core::verify::{Check, Question, verify};
use proptest::prelude::*;

use crate::odd_certificates::*;
use crate::support;

const YES: Verdict = Verdict::Accepted;
const NO: Verdict = Verdict::Refused;
/// Refused because the two cannot be compared.
const ODD: Verdict = Verdict::CannotTell;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Accepted,
    Refused,
    CannotTell,
}

#[test]
fn dns_names_lie_at_or_below_their_base() {
    for (base, name, as_permitted, as_excluded) in [
        ("atwork.at", "atwork.at", YES, NO),
        ("atwork.at", "HOST4.ATWORK.AT", YES, NO),
        ("ATWORK.at", "a.b.atwork.at", YES, NO),
        ("atwork.at", "notatwork.at", NO, YES),
        ("atwork.at", "atwork.at.evil.example", NO, YES),
        ("HOST4.atwork.at", "atwork.at", NO, YES),
        (".atwork.at", "HOST4.atwork.at", YES, NO),
        (".atwork.at", "atwork.at", NO, YES),
        ("", "HOST4.atwork.at", YES, NO),
        // A wildcard is permitted as a whole, and excluded with one of its names.
        ("atwork.at", "*.atwork.at", YES, NO),
        ("HOST4.atwork.at", "*.atwork.at", NO, NO),
        ("a.HOST4.atwork.at", "*.atwork.at", NO, YES),
        (".HOST4.atwork.at", "*.atwork.at", NO, NO),
        ("x.example", "*.atwork.at", NO, YES),
        ("work.at", "*.atwork.at", NO, YES),
        ("", "*.atwork.at", YES, NO),
    ] {
        assert_judged((dns(base), base), (dns(name), name), as_permitted, as_excluded);
    }
}

#[test]
fn a_dns_name_that_is_none_is_refused_on_both_sides() {
    for name in [
        "",
        ".",
        "*",
        "*.at",
        "a..atwork.at",
        ".atwork.at",
        "HOST4.atwork.at.",
        "evil.example\0.atwork.at",
        "a b.atwork.at",
        "h*.atwork.at",
        "a.*.atwork.at",
        "-a.atwork.at",
        "10.0.0.4",
        "\u{7f}.atwork.at",
    ] {
        assert_judged((dns("atwork.at"), "atwork.at"), (dns(name), name), ODD, ODD);
    }
    for base in [".", "*.atwork.at", "atwork.at.", "a..b", "a b"] {
        assert_judged((dns(base), base), (dns("HOST4.atwork.at"), "HOST4.atwork.at"), ODD, ODD);
    }
}

#[test]
fn addresses_lie_in_their_network() {
    let v6 = |first: u8| [&[first][..], &[0; 15]].concat();
    let v6_network = |first: u8, mask: u8| [v6(first), [&[mask][..], &[0; 15]].concat()].concat();
    for (base, name, as_permitted, as_excluded) in [
        (vec![10, 0, 0, 0, 255, 0, 0, 0], vec![10, 1, 2, 3], YES, NO),
        (vec![10, 0, 0, 0, 255, 0, 0, 0], vec![11, 1, 2, 3], NO, YES),
        (vec![10, 0, 0, 4, 255, 255, 255, 255], vec![10, 0, 0, 5], NO, YES),
        (vec![10, 0, 0, 0, 0, 0, 0, 0], vec![11, 1, 2, 3], YES, NO),
        (v6_network(0xfd, 0xff), v6(0xfd), YES, NO),
        (v6_network(0xfd, 0xff), v6(0xfc), NO, YES),
        (v6_network(0xfd, 0xfe), v6(0xfc), YES, NO),
        (v6_network(0xfd, 0xff), vec![253, 0, 0, 1], NO, YES),
        // Odd lengths, and masks with holes.
        (vec![10, 0, 0, 0, 255, 0, 0, 0], vec![10, 1, 2], ODD, ODD),
        (vec![10, 0, 0, 0], vec![10, 0, 0, 0], ODD, ODD),
        (vec![], vec![10, 0, 0, 0], ODD, ODD),
        (vec![10, 0, 0, 0, 255, 0, 255, 0], vec![10, 9, 0, 0], ODD, ODD),
        (vec![10, 0, 0, 0, 0xfd, 0, 0, 0], vec![10, 9, 0, 0], ODD, ODD),
    ] {
        assert_judged((ip(&base), "network"), (ip(&name), "address"), as_permitted, as_excluded);
    }
}

#[test]
fn mailboxes_lie_at_their_host_or_below_their_domain() {
    for (base, name, as_permitted, as_excluded) in [
        ("root@atwork.at", "root@ATWORK.at", YES, NO),
        ("root@atwork.at", "Root@atwork.at", NO, YES),
        ("atwork.at", "root@atwork.at", YES, NO),
        ("atwork.at", "root@mail.atwork.at", NO, YES),
        (".atwork.at", "root@mail.atwork.at", YES, NO),
        (".atwork.at", "root@atwork.at", NO, YES),
        (".atwork.at", "root@notatwork.at", NO, YES),
        ("atwork.at", "\"a@evil.example\"@atwork.at", YES, NO),
        ("root@atwork.at", "\"root\"@atwork.at", ODD, ODD),
        ("atwork.at", "atwork.at", ODD, ODD),
        ("atwork.at", "@atwork.at", ODD, ODD),
        ("atwork.at", "root@atwork.at.", ODD, ODD),
        ("", "root@atwork.at", ODD, ODD),
    ] {
        assert_judged((email(base), base), (email(name), name), as_permitted, as_excluded);
    }
}

#[test]
fn directory_names_lie_below_their_first_attributes() {
    let text = |value: &str| (rfc4519::O, tlv(UTF8_STRING, value.as_bytes()));
    let host = (rfc4519::CN, tlv(UTF8_STRING, HOST.as_bytes()));
    let unreadable = (rfc4519::O, tlv(TELETEX_STRING, b"\xe4"));
    for (base, below, as_permitted, as_excluded) in [
        (vec![text("At Work")], vec![text("At Work"), host.clone()], YES, NO),
        (vec![text("At Work")], vec![text("  at   WORK ")], YES, NO),
        (vec![(rfc4519::O, tlv(PRINTABLE_STRING, b"At Work"))], vec![text("At Work")], YES, NO),
        (vec![text("At Work")], vec![host.clone(), text("At Work")], NO, YES),
        (vec![text("At Work"), host.clone()], vec![text("At Work")], NO, YES),
        (vec![text("At Work")], vec![text("Elsewhere")], NO, YES),
        (vec![], vec![text("At Work")], YES, NO),
        (vec![text("A")], vec![unreadable.clone()], ODD, ODD),
        (vec![unreadable.clone()], vec![unreadable], YES, NO),
    ] {
        let subject = directory(&name(&below));
        assert_judged((directory(&name(&base)), "base"), (subject, "name"), as_permitted, as_excluded);
        // The subject counts as much as a SubjectAltName.
        let leaf = Odd::leaf().subject(name(&below));
        let base = directory(&name(&base));
        assert_eq!(judged(&leaf, std::slice::from_ref(&base), &[]), as_permitted);
        assert_eq!(judged(&leaf, &[], &[base]), as_excluded);
    }
}

#[test]
fn kinds_without_rules_are_refused_where_they_are_constrained_and_else_ignored() {
    let registered_id = tlv(0x88, &[0x2a, 0x03]);
    for (name, base, other) in [
        (uri("https://host4.atwork.at"), uri("atwork.at"), registered_id.clone()),
        (registered_id.clone(), registered_id, uri("atwork.at")),
    ] {
        assert_judged((base, "base"), (name.clone(), "name"), ODD, ODD);
        assert_judged((other.clone(), "other kind"), (name.clone(), "name"), YES, YES);
        assert_judged((dns("atwork.at"), "atwork.at"), (name, "name"), YES, YES);
    }
}

#[test]
fn the_common_name_counts_as_a_host_where_no_dns_name_is_given() {
    let no_alt_name = |subject| Odd::leaf().subject(subject).without(rfc5280::ID_CE_SUBJECT_ALT_NAME);
    let permitted = [dns("atwork.at")];
    assert_eq!(judged(&no_alt_name(cn(HOST)), &permitted, &[]), YES);
    assert_eq!(judged(&no_alt_name(cn("evil.example")), &permitted, &[]), NO);
    assert_eq!(judged(&no_alt_name(cn("evil.example")), &[], &[dns("evil.example")]), NO);
    assert_eq!(judged(&no_alt_name(cn("evil.example ")), &[], &[dns("evil.example")]), ODD);
    assert_eq!(judged(&no_alt_name(cn("evil.example\0")), &[], &[dns("evil.example")]), ODD);
    let unreadable = name(&[(rfc4519::CN, tlv(TELETEX_STRING, b"\xe4"))]);
    assert_eq!(judged(&no_alt_name(unreadable), &[], &[dns("e")]), ODD);

    let evil_address_only = Odd::leaf().subject(cn("evil.example")).with(
        rfc5280::ID_CE_SUBJECT_ALT_NAME,
        false,
        sequence(&[email("root@atwork.at")]),
    );
    assert_eq!(judged(&evil_address_only, &permitted, &[]), NO);
    assert_eq!(judged(&Odd::leaf().subject(cn("any words")), &permitted, &[]), YES);
}

#[test]
fn addresses_in_the_subject_count_as_mailboxes() {
    let of = |tag, text: &[u8]| Odd::leaf().subject(name(&[(rfc3280::EMAIL_ADDRESS, tlv(tag, text))]));
    let ia5 = 0x16;
    assert_eq!(judged(&of(ia5, b"root@atwork.at"), &[email("atwork.at")], &[]), YES);
    assert_eq!(judged(&of(ia5, b"root@evil.example"), &[email("atwork.at")], &[]), NO);
    assert_eq!(judged(&of(TELETEX_STRING, b"\xe4"), &[], &[email("atwork.at")]), ODD);
}

#[test]
fn the_order_of_subtrees_does_not_matter() {
    let (good, bad) = (dns("atwork.at"), dns("a..b"));
    assert_eq!(judged(&Odd::leaf(), &[good.clone(), bad.clone()], &[]), ODD);
    assert_eq!(judged(&Odd::leaf(), &[bad, good.clone()], &[]), ODD);
    assert_eq!(judged(&Odd::leaf(), &[dns("other.example"), good.clone()], &[]), YES);
    assert_eq!(judged(&Odd::leaf(), std::slice::from_ref(&good), std::slice::from_ref(&good)), NO);
}

#[test]
fn distances_and_crowds_are_refused() {
    let subtree = sequence(&[dns("atwork.at"), tlv(0x80, &[1])]);
    let with_minimum = sequence(&[tlv(0xa0, &subtree)]);
    let root = Odd::root().with(rfc5280::ID_CE_NAME_CONSTRAINTS, true, with_minimum).unsigned();
    let constraints = root.extensions().name_constraints.as_ref().unwrap();
    assert_eq!(constraints.check(&Odd::leaf().unsigned()), Err(ConstraintViolation::Distances));

    let many: Vec<_> = (0..600).map(|number| format!("a{number}.atwork.at")).collect();
    let bases: Vec<_> = many.iter().map(|name| dns(name)).collect();
    let root = Odd::root().constrained(&bases, &[]).unsigned();
    let leaf = Odd::leaf().named(&many.iter().map(String::as_str).collect::<Vec<_>>()).unsigned();
    let constraints = root.extensions().name_constraints.as_ref().unwrap();
    assert_eq!(constraints.check(&leaf), Err(ConstraintViolation::TooMany { comparisons: 601 * 600 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// What a host name check accepts has been held against the constraints, in whatever field the name stands.
    #[test]
    fn no_host_is_accepted_outside_the_permitted_subtrees(
        common_name in hostile_name(),
        alt_names in prop::option::of(prop::collection::vec(hostile_name(), 0..3)),
        base in base(),
        host in "[ab]\\.(a|b|a\\.b)\\.example",
    ) {
        let leaf = Odd::leaf().subject(cn(&common_name)).without(rfc5280::ID_CE_SUBJECT_ALT_NAME);
        let leaf = match &alt_names {
            Some(names) => leaf.named(&names.iter().map(String::as_str).collect::<Vec<_>>()),
            None => leaf,
        };
        let root = Odd::root().constrained(&[dns(&base)], &[]);
        let mut question = Question::new(support::now());
        question.host = Some(host.parse().unwrap());
        let report = verify(&leaf.certificate(), &[], &[root.certificate()], &question);
        let is_inside = host == base || host.ends_with(&format!(".{}", base.trim_start_matches('.')));
        prop_assert!(!report.passed() || is_inside, "{report:#?}");
        let failed: Vec<_> = report.failures().map(|finding| finding.check).collect();
        prop_assert!(failed.iter().all(|check| [Check::NameConstraints, Check::HostName].contains(check)));
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_excluded_is_never_permitted_by_the_same_base(name in hostile_name(), base in base()) {
        let leaf = Odd::leaf().named(&[&name]);
        let as_permitted = judged(&leaf, &[dns(&base)], &[]);
        let as_excluded = judged(&leaf, &[], &[dns(&base)]);
        prop_assert!(!(as_permitted == YES && as_excluded == YES), "{name} {base}");
        prop_assert_eq!(as_permitted == ODD, as_excluded == ODD);
    }
}

/// Mostly names that are nearly right.
fn hostile_name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "(\\*\\.)?([ab]\\.){0,2}example",
        1 => "([ab*]\\.){0,3}example[. \u{0}]?",
        1 => "[ab*. \u{0}]{0,8}",
    ]
}

fn base() -> impl Strategy<Value = String> {
    "\\.?([ab]\\.){0,2}example"
}

#[track_caller]
fn assert_judged(base: (Vec<u8>, &str), name: (Vec<u8>, &str), as_permitted: Verdict, as_excluded: Verdict) {
    let leaf = Odd::leaf().with(rfc5280::ID_CE_SUBJECT_ALT_NAME, false, sequence(&[name.0]));
    // A CommonName would count as a host where the SubjectAltName has none.
    let leaf = leaf.subject(name_without_host());
    assert_eq!(judged(&leaf, std::slice::from_ref(&base.0), &[]), as_permitted, "{:?} permitted, {:?}", base.1, name.1);
    assert_eq!(judged(&leaf, &[], &[base.0]), as_excluded, "{:?} excluded, {:?}", base.1, name.1);
}

fn name_without_host() -> Vec<u8> {
    sequence(&[])
}

fn judged(leaf: &Odd, permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> Verdict {
    let root = Odd::root().constrained(permitted, excluded).unsigned();
    match root.extensions().name_constraints.as_ref().unwrap().check(&leaf.unsigned()) {
        Ok(()) => YES,
        Err(ConstraintViolation::NotPermitted(_) | ConstraintViolation::Excluded(_)) => NO,
        Err(ConstraintViolation::CannotTell(_)) => ODD,
        Err(other) => unreachable!("{other}"),
    }
}
