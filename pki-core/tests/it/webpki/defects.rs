//! Chains with one defect, each at every place where it can stand. Who refuses which is a table, with the reason for every
//! disagreement.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5280, rfc5912};
use pki_core::certificate::Purpose;
use pki_core::verify::verify;

use super::{asked, opinion};
use crate::odd_certificates::*;

/// Who refuses a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Both,
    /// pki-core alone.
    Ours,
    /// rustls-webpki alone.
    Theirs,
}

use Refusal::{Both, Ours, Theirs};

type Change = fn(Odd) -> Odd;

/// What can be wrong with a leaf.
const OF_LEAF: &[(&str, Refusal, Change)] = &[
    ("signed by another key", Both, |leaf| leaf.signed_by(LEAF_KEY)),
    ("ended", Both, |leaf| leaf.lasting(-20, -1)),
    ("not begun", Both, |leaf| leaf.lasting(1, 20)),
    ("of another host", Both, |leaf| leaf.named(&["other.atwork.at"])),
    ("with a name outside the constraints", Both, |leaf| leaf.named(&[HOST, "host4.example"])),
    ("with an address beside a constraint of addresses", Both, |leaf| {
        leaf.with(rfc5280::ID_CE_SUBJECT_ALT_NAME, false, sequence(&[dns(HOST), ip(&[10, 0, 0, 4])]))
    }),
    ("for another purpose", Both, |leaf| leaf.with(EKU, false, purposes(&[rfc5280::ID_KP_CODE_SIGNING]))),
    ("for any purpose", Both, |leaf| leaf.with(EKU, false, purposes(&[rfc5912::ANY_EXTENDED_KEY_USAGE]))),
    ("with an unknown critical extension", Both, |leaf| leaf.with(UNKNOWN, true, tlv(0x05, &[]))),
    ("signed with SHA-1", Both, |leaf| Odd { algorithm: rfc5912::SHA_1_WITH_RSA_ENCRYPTION, ..leaf }),
    ("with its issuer's name in another string type", Both, |leaf| {
        let issuer = leaf.issuer.clone();
        Odd { issuer: issuer.iter().map(|b| if *b == UTF8_STRING { PRINTABLE_STRING } else { *b }).collect(), ..leaf }
    }),
    // RFC 5280 lets it serve every purpose then; Hyper-V Replica documents that both must be named.
    ("without a purpose", Ours, |leaf| leaf.without(EKU)),
    // They do not read KeyUsage.
    ("that may not sign handshakes", Ours, |leaf| leaf.with(KU, true, key_usage(KEY_ENCIPHERMENT))),
    // They find issuers by name alone.
    ("that names another key of its issuer", Ours, |leaf| leaf.with(AKI, false, key_of(LEAF_KEY))),
    // A warning here: Windows reads the CommonName still.
    ("without a SubjectAltName", Theirs, |leaf| leaf.without(rfc5280::ID_CE_SUBJECT_ALT_NAME)),
    // A warning here: whoever has its key could sign more, and it is no worse as a leaf.
    ("that is a CA", Theirs, |leaf| leaf.with(BC, true, basic_constraints(true, None))),
];

/// What can be wrong with an intermediate, and who refuses the same in a root. Of a root they read name, key and name
/// constraints; Windows reads the rest too.
const OF_ISSUER: &[(&str, Refusal, Refusal, Change)] = &[
    ("ended", Both, Ours, |ca| ca.lasting(-20, -1)),
    ("not begun", Both, Ours, |ca| ca.lasting(1, 20)),
    ("no CA", Both, Ours, |ca| ca.with(BC, true, basic_constraints(false, None))),
    ("without BasicConstraints", Both, Ours, |ca| ca.without(BC)),
    ("for another purpose", Both, Ours, |ca| ca.with(EKU, false, purposes(&[rfc5280::ID_KP_CODE_SIGNING]))),
    ("with an unknown critical extension", Both, Ours, |ca| ca.with(UNKNOWN, true, tlv(0x05, &[]))),
    ("that permits other names", Both, Both, |ca| ca.constrained(&[dns("example")], &[])),
    ("that excludes the host", Both, Both, |ca| ca.constrained(&[], &[dns(HOST)])),
    ("with a constraint that is malformed", Both, Both, |ca| ca.constrained(&[dns("*.at")], &[])),
    ("signed by another key", Both, Ours, |ca| ca.signed_by(LEAF_KEY)),
    // They do not read KeyUsage.
    ("that may not sign certificates", Ours, Ours, |ca| ca.with(KU, true, key_usage(DIGITAL_SIGNATURE))),
    // They find issuers by name alone.
    ("that names another key of its issuer", Ours, Ours, |ca| ca.with(AKI, false, key_of(LEAF_KEY))),
    ("with another identifier than those below name", Ours, Ours, |ca| ca.with(SKI, false, tlv(0x04, &[1; 20]))),
];

#[test]
fn every_defect_of_a_leaf_is_refused_by_whom_it_should() {
    let mut otherwise = Vec::new();
    for length in 0..3 {
        for (defect, refusal, change) in OF_LEAF {
            let mut chain = chain(length);
            chain[0] = change(chain[0].clone());
            otherwise.extend(differences(&chain, *refusal).map(|difference| (*defect, length, difference)));
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

#[test]
fn every_defect_of_an_issuer_is_refused_by_whom_it_should() {
    let mut otherwise = Vec::new();
    for length in 0..3 {
        for (defect, in_intermediate, in_root, change) in OF_ISSUER {
            for place in 1..=length + 1 {
                let mut chain = chain(length);
                chain[place] = change(chain[place].clone());
                let refusal = if place > length { in_root } else { in_intermediate };
                otherwise.extend(differences(&chain, *refusal).map(|difference| (*defect, place, length, difference)));
            }
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

#[test]
fn a_limit_of_the_path_is_refused_where_it_is_too_low() {
    for length in 1..3 {
        for place in 1..=length + 1 {
            let allowed = place - 1;
            for limit in 0..3 {
                let mut chain = chain(length);
                let value = basic_constraints(true, Some(limit));
                chain[place] = chain[place].clone().with(BC, true, value);
                // Of a root they do not read it.
                let by_them = place <= length && usize::from(limit) < allowed;
                let what = format!("{limit} at {place} of {length}");
                assert_eq!(judged(&chain, Purpose::ServerAuth), (usize::from(limit) >= allowed, !by_them), "{what}");
            }
        }
    }
}

/// Whom a chain is accepted by, pki-core and rustls-webpki, for each purpose where that is not as it should be.
fn differences(chain: &[Odd], refusal: Refusal) -> impl Iterator<Item = (bool, bool)> {
    let expected = (refusal == Theirs, refusal == Ours);
    let judged = [Purpose::ServerAuth, Purpose::ClientAuth].map(|purpose| judged(chain, purpose));
    judged.into_iter().filter(move |judged| *judged != expected)
}

/// Whether pki-core accepts a chain, and whether rustls-webpki does.
fn judged(chain: &[Odd], purpose: Purpose) -> (bool, bool) {
    let certificates: Vec<_> = chain.iter().map(Odd::certificate).collect();
    let [leaf, intermediates @ .., root] = certificates.as_slice() else { panic!("a chain has two ends") };
    let question = asked(HOST, purpose);
    let report = verify(leaf, intermediates, std::slice::from_ref(root), &question);
    (report.passed(), opinion(leaf, intermediates, root, &question).is_ok())
}

/// A chain without a defect, the leaf first, with so many intermediates. Its root permits names below atwork.at and
/// addresses of one network.
fn chain(length: usize) -> Vec<Odd> {
    let root = Odd::root().constrained(&[dns("atwork.at"), ip(&[192, 0, 2, 0, 255, 255, 255, 0])], &[]);
    let (mut chain, mut issuer) = (vec![root], ("Root", ROOT_KEY));
    for (name, key) in [("CA 1", CA_KEY), ("CA 2", FOREIGN_KEY)].into_iter().take(length) {
        chain.push(Odd::ca(name, key).issued_by(issuer.0, issuer.1));
        issuer = (name, key);
    }
    chain.push(Odd::leaf().issued_by(issuer.0, issuer.1));
    chain.reverse();
    assert_eq!(judged(&chain, Purpose::ServerAuth), (true, true));
    chain
}

fn key_of(key: usize) -> Vec<u8> {
    sequence(&[tlv(0x80, &identifier(key))])
}

const BC: ObjectIdentifier = rfc5280::ID_CE_BASIC_CONSTRAINTS;
const KU: ObjectIdentifier = rfc5280::ID_CE_KEY_USAGE;
const EKU: ObjectIdentifier = rfc5280::ID_CE_EXT_KEY_USAGE;
const AKI: ObjectIdentifier = rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER;
const SKI: ObjectIdentifier = rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER;
const UNKNOWN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.99.1");
