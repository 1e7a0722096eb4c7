//! Chains are found where there are any, and the search ends soon where there are none.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use const_oid::db::rfc5280;
use pki_core::certificate::Certificate;
use pki_core::verify::{Check, Role, verify};
use proptest::prelude::*;

use crate::odd_certificates::*;
use crate::verify::{assert_fails, below_a_ca, detail, failed, issued, question};

#[test]
fn a_leaf_without_its_root_is_still_judged() {
    let report = verify(&Odd::leaf().lasting(-20, -10).certificate(), &[], &[], &question());
    assert_eq!(failed(&report), [(Check::RootFound, Role::Leaf), (Check::Validity, Role::Leaf)]);
    assert!(detail(&report, Check::RootFound).contains("CN=Root"));
}

#[test]
fn a_root_of_the_right_name_and_another_key_is_a_wrong_signature() {
    let root = Odd::root();
    assert_fails(&Odd::leaf().signed_by(FOREIGN_KEY), &root, Check::Signature, Role::Leaf);
    let foreign = Odd { spki: Odd::ca("", FOREIGN_KEY).spki, ..Odd::root().signed_by(FOREIGN_KEY) };
    assert_fails(&Odd::leaf(), &foreign, Check::Signature, Role::Leaf);
}

#[test]
fn of_two_roots_with_one_name_the_one_that_serves_is_taken() {
    let (old, new) = (Odd::root().lasting(-100, -1), Odd::root());
    let foreign = Odd { spki: Odd::ca("", FOREIGN_KEY).spki, ..Odd::root().signed_by(FOREIGN_KEY) }
        .without(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER);
    let roots = [foreign.certificate(), old.certificate(), new.certificate()];
    assert!(verify(&Odd::leaf().certificate(), &[], &roots, &question()).passed());
}

#[test]
fn a_root_among_the_intermediates_is_not_trusted() {
    let (leaf, ca) = below_a_ca();
    let root = Odd::root().certificate();
    let report = verify(&leaf.certificate(), &[ca.certificate(), root.clone()], &[], &question());
    assert_eq!(failed(&report), [(Check::RootFound, Role::Intermediate(2))]);
    assert!(verify(&leaf.certificate(), &[ca.certificate(), root.clone()], &[root], &question()).passed());
}

#[test]
fn a_chain_has_at_most_eight_certificates() {
    let (leaf, cas) = chain_of(6);
    assert!(verify(&leaf, &cas, &[Odd::root().certificate()], &question()).passed());
    let (leaf, cas) = chain_of(7);
    let report = verify(&leaf, &cas, &[Odd::root().certificate()], &question());
    assert_eq!(failed(&report), [(Check::RootFound, Role::Intermediate(7))]);
    assert!(detail(&report, Check::RootFound).contains("8 certificates"));
}

#[test]
fn hostile_crowds_of_certificates_cost_bounded_work() {
    // All have one name and one key, so everyone signed everyone, and no circle ever ends.
    let crowd: Vec<_> = (1..=100)
        .map(|serial| Odd { serial, ..Odd::ca("Crowd", CA_KEY).issued_by("Crowd", CA_KEY) }.certificate())
        .collect();
    let leaf = Odd::leaf().issued_by("Crowd", CA_KEY).certificate();
    let started = Instant::now();
    let report = verify(&leaf, &crowd, &[], &question());
    assert!(failed(&report).contains(&(Check::RootFound, Role::Intermediate(7))), "{report:#?}");

    // None of these roots signed it.
    let foreign: Vec<_> = (1..=120).map(|serial| Odd { serial, ..Odd::root() }.certificate()).collect();
    let leaf = Odd::leaf().signed_by(FOREIGN_KEY).certificate();
    assert_eq!(failed(&verify(&leaf, &[], &foreign, &question())), [(Check::Signature, Role::Leaf)]);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn a_key_identifier_finds_the_issuer_in_a_crowd_of_one_name() {
    let foreign = |serial| Odd { serial, spki: Odd::ca("", FOREIGN_KEY).spki, ..Odd::root() };
    let foreign = |serial| foreign(serial).without(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER).unsigned();
    let mut roots: Vec<_> = (1..=120).map(foreign).collect();
    roots.push(Odd::root().certificate());
    assert!(verify(&Odd::leaf().certificate(), &[], &roots, &question()).passed());
}

proptest! {
    #[test]
    fn neither_order_nor_strangers_change_the_answer(order in Just((0..6usize).collect::<Vec<_>>()).prop_shuffle()) {
        static CHAINS: LazyLock<[(Certificate, Vec<Certificate>); 2]> = LazyLock::new(|| [chain_of(2), chain_of(4)]);
        let [(leaf, cas), (_, strangers)] = &*CHAINS;
        let given: Vec<_> = cas.iter().chain(strangers).cloned().collect();
        let shuffled: Vec<_> = order.iter().map(|index| given[*index].clone()).collect();
        let roots = [issued().1.clone(), Odd::root().certificate()];
        let expected = verify(leaf, cas, &roots[1..], &question());
        prop_assert!(expected.passed());
        prop_assert_eq!(verify(leaf, &shuffled, &roots, &question()), expected);
    }
}

/// A leaf below this many intermediates.
fn chain_of(length: usize) -> (Certificate, Vec<Certificate>) {
    let mut issuer = ("Root".to_owned(), ROOT_KEY);
    let mut cas = Vec::new();
    for number in 1..=length {
        let (name, key) = (format!("CA {number} of {length}"), [CA_KEY, FOREIGN_KEY][number % 2]);
        cas.push(Odd::ca(&name, key).issued_by(&issuer.0, issuer.1).certificate());
        issuer = (name, key);
    }
    (Odd::leaf().issued_by(&issuer.0, issuer.1).certificate(), cas)
}
