//! What the extensions of a chain allow is all that it is used for.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5280, rfc5912};
use pki_core::certificate::Purpose;
use pki_core::verify::{Check, Role, verify};

use super::{assert_chain_fails, assert_fails, assert_warns, below_a_ca, judge, judge_chain, question};
use crate::odd_certificates::*;

#[test]
fn issuers_have_to_be_certificate_authorities() {
    let bc = rfc5280::ID_CE_BASIC_CONSTRAINTS;
    let no_ca = basic_constraints(false, None);
    assert_fails(&Odd::leaf(), &Odd::root().without(bc), Check::BasicConstraints, Role::Root);
    assert_fails(&Odd::leaf(), &Odd::root().with(bc, true, no_ca.clone()), Check::BasicConstraints, Role::Root);
    let (leaf, ca) = below_a_ca();
    let ca = ca.with(bc, true, no_ca);
    assert_chain_fails(&leaf, &[ca], &Odd::root(), Check::BasicConstraints, Role::Intermediate(1));

    assert_warns(
        &Odd::leaf(),
        &Odd::root().with(bc, false, basic_constraints(true, None)),
        &[(Check::BasicConstraints, Role::Root)],
    );
    assert_warns(
        &Odd::leaf().with(bc, true, basic_constraints(true, None)),
        &Odd::root(),
        &[(Check::BasicConstraints, Role::Leaf)],
    );
}

#[test]
fn the_path_length_counts_intermediates_that_are_not_self_issued() {
    let limited =
        |odd: Odd, limit| odd.with(rfc5280::ID_CE_BASIC_CONSTRAINTS, true, basic_constraints(true, Some(limit)));
    let (leaf, ca) = below_a_ca();
    assert!(judge(&Odd::leaf(), &limited(Odd::root(), 0)).passed());
    assert_chain_fails(&leaf, std::slice::from_ref(&ca), &limited(Odd::root(), 0), Check::PathLength, Role::Root);
    assert!(judge_chain(&leaf, &[ca], &limited(Odd::root(), 1)).passed());

    let new_key_of_the_root = Odd::ca("Root", CA_KEY);
    let leaf = Odd::leaf().issued_by("Root", CA_KEY);
    assert!(judge_chain(&leaf, &[new_key_of_the_root], &limited(Odd::root(), 0)).passed());
}

#[test]
fn keys_are_used_for_what_they_are_meant_for() {
    let ku = rfc5280::ID_CE_KEY_USAGE;
    let root = Odd::root().with(ku, true, key_usage(DIGITAL_SIGNATURE));
    assert_fails(&Odd::leaf(), &root, Check::KeyUsage, Role::Root);
    let leaf = Odd::leaf().with(ku, true, key_usage(KEY_ENCIPHERMENT));
    assert_fails(&leaf, &Odd::root(), Check::KeyUsage, Role::Leaf);

    let leaf = Odd::leaf().with(ku, true, key_usage(DIGITAL_SIGNATURE));
    assert_warns(&leaf, &Odd::root(), &[(Check::KeyUsage, Role::Leaf)]);
    assert_warns(&Odd::leaf(), &Odd::root().without(ku), &[(Check::KeyUsage, Role::Root)]);
    assert_warns(&Odd::leaf().without(ku), &Odd::root(), &[]);
}

#[test]
fn the_leaf_names_each_purpose_and_no_issuer_leaves_one_out() {
    let eku = rfc5280::ID_CE_EXT_KEY_USAGE;
    let only = |id: ObjectIdentifier| purposes(&[id]);
    let server_only = Odd::leaf().with(eku, false, only(rfc5280::ID_KP_SERVER_AUTH));
    let (root, any) = (Odd::root(), only(rfc5912::ANY_EXTENDED_KEY_USAGE));
    assert_fails(&server_only, &root, Check::ExtendedKeyUsage, Role::Leaf);
    assert_fails(&Odd::leaf().without(eku), &root, Check::ExtendedKeyUsage, Role::Leaf);
    assert_fails(&Odd::leaf().with(eku, false, any.clone()), &root, Check::ExtendedKeyUsage, Role::Leaf);

    let code_only = Odd::root().with(eku, false, only(rfc5280::ID_KP_CODE_SIGNING));
    assert_fails(&Odd::leaf(), &code_only, Check::ExtendedKeyUsage, Role::Root);
    assert!(judge(&Odd::leaf(), &Odd::root().with(eku, false, any)).passed());

    let mut as_server = question();
    as_server.purposes = vec![Purpose::ServerAuth];
    assert!(verify(&server_only.certificate(), &[], &[root.certificate()], &as_server).passed());
}

#[test]
fn name_constraints_of_every_issuer_hold_for_everything_below() {
    let inside = [dns("atwork.at")];
    let outside = [dns("other.example")];
    assert!(judge(&Odd::leaf(), &Odd::root().constrained(&inside, &[])).passed());
    assert_fails(&Odd::leaf(), &Odd::root().constrained(&outside, &[]), Check::NameConstraints, Role::Root);
    let (leaf, ca) = below_a_ca();
    let root = Odd::root().constrained(&inside, &[]);
    assert!(judge_chain(&leaf, std::slice::from_ref(&ca), &root).passed(), "the CommonName of a CA is no host name");
    let narrow = ca.clone().constrained(&outside, &[]);
    assert_chain_fails(&leaf, &[narrow], &root, Check::NameConstraints, Role::Intermediate(1));
    let with_name = ca.named(&["other.example"]);
    assert_chain_fails(&leaf, &[with_name], &root, Check::NameConstraints, Role::Root);

    let self_issued = Odd::ca("Root", CA_KEY).named(&["other.example"]);
    let leaf = Odd::leaf().issued_by("Root", CA_KEY);
    assert!(judge_chain(&leaf, &[self_issued], &root).passed(), "self-issued certificates are exempt");
}

#[test]
fn constraints_that_are_not_critical_are_a_warning() {
    let value = name_constraints(&[dns("atwork.at")], &[]);
    let root = Odd::root().with(rfc5280::ID_CE_NAME_CONSTRAINTS, false, value);
    assert_warns(&Odd::leaf(), &root, &[(Check::NameConstraints, Role::Root)]);
}

#[test]
fn unknown_critical_extensions_are_refused_on_every_certificate() {
    let unknown = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.99.1");
    let null = tlv(0x05, &[]);
    let leaf = Odd::leaf().with(unknown, true, null.clone());
    assert_fails(&leaf, &Odd::root(), Check::CriticalExtensions, Role::Leaf);
    assert_fails(&Odd::leaf(), &Odd::root().with(unknown, true, null.clone()), Check::CriticalExtensions, Role::Root);
    assert!(judge(&Odd::leaf().with(unknown, false, null), &Odd::root()).passed());
}
