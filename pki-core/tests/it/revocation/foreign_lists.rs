//! Lists that others made, or that were changed: what cannot be continued is refused.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::SHA_256_WITH_RSA_ENCRYPTION;
use pki_core::Error;
use pki_core::revocation::{Reason, RevocationList};
use proptest::prelude::*;

use super::{list_of_all_reasons, root};
use crate::odd_certificates::{cn, oid, sequence, tlv};
use crate::support::damaged;

#[test]
fn lists_that_this_crate_cannot_continue_are_refused_with_the_reason() {
    let entry = |serial: u8, extensions: &[Vec<u8>]| {
        let extensions = if extensions.is_empty() { vec![] } else { sequence(extensions) };
        sequence(&[tlv(0x02, &[serial]), utc("261122170000Z"), extensions])
    };
    let reason = |code| extension("2.5.29.21", false, tlv(0x0a, &[code]));
    let invalidity = |critical| extension("2.5.29.24", critical, tlv(0x18, b"20261122170000Z"));
    let good = OddList::new();
    assert_eq!(good.read().unwrap().revocations(), []);
    let known = OddList { entries: vec![entry(1, &[reason(1), invalidity(false)]), entry(2, &[])], ..OddList::new() };
    let reasons: Vec<_> = known.read().unwrap().revocations().iter().map(|entry| entry.reason).collect();
    assert_eq!(reasons, [Reason::KeyCompromise, Reason::Unspecified]);

    let with = |entries: Vec<Vec<u8>>| OddList { entries, ..OddList::new() };
    let extended = |extensions: Vec<Vec<u8>>| OddList { extensions, ..OddList::new() };
    let number = |octets: &[u8]| extension("2.5.29.20", false, tlv(0x02, octets));
    let table = [
        (OddList { version: vec![], ..OddList::new() }, "is damaged"),
        (OddList { version: tlv(0x02, &[0]), ..OddList::new() }, "version 2"),
        (OddList { version: tlv(0x02, &[2]), ..OddList::new() }, "version 2"),
        (OddList { next_update: vec![], ..OddList::new() }, "when the next one comes"),
        (OddList { next_update: utc("251122170000Z"), ..OddList::new() }, "would come before it"),
        (extended(vec![]), "no number"),
        (extended(vec![number(&[1]), number(&[2])]), "appears twice"),
        (extended(vec![number(&[1; 9])]), "size of its number in octets is 9, the limit is 8"),
        (extended(vec![number(&[0x80])]), "is damaged"),
        // An issuing distribution point, and the base of a delta: lists of a part.
        (extended(vec![number(&[1]), extension("2.5.29.28", true, sequence(&[]))]), "critical extension, 2.5.29.28"),
        (extended(vec![number(&[1]), extension("2.5.29.27", true, tlv(2, &[1]))]), "critical extension, 2.5.29.27"),
        (with(vec![entry(1, &[]), entry(2, &[]), entry(1, &[])]), "revokes a certificate twice"),
        (with(vec![entry(1, &[reason(6)])]), "the reason 6 of an entry"),
        (with(vec![entry(1, &[reason(8)])]), "the reason 8 of an entry"),
        (with(vec![entry(1, &[reason(7)])]), "is damaged"),
        (with(vec![entry(1, &[reason(1), reason(4)])]), "two reasons"),
        (with(vec![entry(1, &[invalidity(true)])]), "unknown critical extension, 2.5.29.24"),
    ];
    for (odd, expected) in table {
        let refused = odd.read().unwrap_err().to_string();
        assert!(refused.contains(expected), "{expected}: {refused}");
    }
    let refused = RevocationList::from_der(&vec![0x30; 4 * 1024 * 1024 + 1]).unwrap_err();
    assert!(matches!(refused, Error::OverLimit { .. }), "{refused:?}");
    assert!(matches!(RevocationList::from_der(root().as_der()), Err(Error::Damaged { .. })));
    assert!(matches!(RevocationList::from_pem(&root().to_pem()), Err(Error::Damaged { .. })));
}

proptest! {
    #[test]
    fn no_change_of_a_byte_goes_unnoticed(bytes in damaged(list_of_all_reasons().as_der().to_vec())) {
        if let Ok(read) = RevocationList::from_der_or_pem(&bytes) {
            let _ = format!("{read:?} {read} {:?}", read.revocations());
            let is_original = bytes == list_of_all_reasons().as_der();
            assert_eq!(read.check_signed_by(&root()).is_ok(), is_original);
        }
    }

    #[test]
    fn damaged_pem_never_panics(bytes in damaged(list_of_all_reasons().to_pem().into_bytes())) {
        let _ = RevocationList::from_der_or_pem(&bytes);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        assert!(RevocationList::from_der_or_pem(&bytes).is_err());
    }
}

/// A list with every field in the test's hands, with zeros for a signature.
struct OddList {
    version: Vec<u8>,
    next_update: Vec<u8>,
    entries: Vec<Vec<u8>>,
    extensions: Vec<Vec<u8>>,
}

impl OddList {
    fn new() -> Self {
        let number = extension("2.5.29.20", false, tlv(0x02, &[1]));
        let next_update = utc("261222170000Z");
        Self { version: tlv(0x02, &[1]), next_update, entries: vec![], extensions: vec![number] }
    }

    fn read(&self) -> pki_core::Result<RevocationList> {
        let algorithm = sequence(&[oid(SHA_256_WITH_RSA_ENCRYPTION), tlv(0x05, &[])]);
        let entries = if self.entries.is_empty() { vec![] } else { sequence(&self.entries) };
        let extensions = if self.extensions.is_empty() { vec![] } else { tlv(0xa0, &sequence(&self.extensions)) };
        let tbs = sequence(&[
            self.version.clone(),
            algorithm.clone(),
            cn("Root"),
            utc("261122170000Z"),
            self.next_update.clone(),
            entries,
            extensions,
        ]);
        RevocationList::from_der(&sequence(&[tbs, algorithm, tlv(0x03, &[0; 257])]))
    }
}

fn extension(id: &str, critical: bool, value: Vec<u8>) -> Vec<u8> {
    let critical = if critical { tlv(0x01, &[0xff]) } else { vec![] };
    sequence(&[oid(ObjectIdentifier::new_unwrap(id)), critical, tlv(0x04, &value)])
}

fn utc(text: &str) -> Vec<u8> {
    tlv(0x17, text.as_bytes())
}
