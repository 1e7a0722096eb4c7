//! Revocation lists: what a root did not sign is not taken for its own, and a list is continued without a change.

use std::sync::LazyLock;

use chacha20::ChaCha20Rng;
use pki_core::Error;
use pki_core::authority::Authority;
use pki_core::certificate::Certificate;
use pki_core::revocation::{RevocationList, Revocations};
use rand::SeedableRng as _;

use crate::second_opinion;
use crate::seeds;
use crate::shown::{is_harmless, is_no_fault};
use crate::signer::{self, signer};

struct Roots {
    /// Its key is the quick signer's.
    quick: Certificate,
    authority: Authority,
}

static ROOTS: LazyLock<Roots> =
    LazyLock::new(|| Roots { quick: seeds::certificates::quick_root(1), authority: seeds::certificates::authority(0) });

/// Any bytes as a file; and as what a list says, signed.
pub fn check(data: &[u8]) {
    if let Some(list) = read(RevocationList::from_der_or_pem(data)) {
        check_list(&list);
    }
    if let Some(list) = read(RevocationList::from_der(&signer(1).signed(data))) {
        check_list(&list);
        let is_of_root = list.issuer() == ROOTS.quick.subject();
        assert_eq!(list.check_signed_by(&ROOTS.quick).is_ok(), is_of_root);
        if is_of_root {
            let continued = Revocations::continuing(ROOTS.quick.clone(), &list).expect("it was signed by its root");
            assert_eq!(continued.entries(), list.revocations());
        }
        // Slower, so only where the list is of the root whose key can sign the next one.
        if list.issuer() == ROOTS.authority.certificate().subject() {
            continue_list(data);
        }
    }
}

/// What is there before the first input.
pub fn prepare() {
    LazyLock::force(&ROOTS);
}

fn read(read: Result<RevocationList, Error>) -> Option<RevocationList> {
    read.inspect_err(is_no_fault).ok()
}

fn check_list(list: &RevocationList) {
    for again in [RevocationList::from_der(list.as_der()), RevocationList::from_pem(&list.to_pem())] {
        assert_eq!(again.as_ref(), Ok(list));
    }
    is_harmless(format_args!("{list} {list:?} {} {}", list.validity(), list.signature_algorithm()));
    list.revocations()
        .iter()
        .for_each(|revocation| is_harmless(format_args!("{} {}", revocation.time, revocation.reason)));
    for root in [&ROOTS.quick, ROOTS.authority.certificate()] {
        let is_signed = list.check_signed_by(root).inspect_err(is_no_fault).is_ok();
        assert!(!is_signed || second_opinion::is_signed_by(list.as_der(), root.public_key().as_spki_der()));
        assert!(list.revocation_of(root).is_none() || list.issuer() == root.issuer());
    }
}

/// A list of a root whose key is there: the next one says the same.
fn continue_list(contents: &[u8]) {
    let (authority, mut rng) = (&ROOTS.authority, ChaCha20Rng::seed_from_u64(1));
    let signature = authority.secret_key().sign(contents, &mut rng).expect("a key can sign");
    let list = RevocationList::from_der(&signer::signed(contents, &signature)).expect("it was read already");
    let continued = Revocations::continuing(authority.certificate().clone(), &list).expect("it was signed by its root");
    match continued.sign(authority, *list.validity(), &mut rng) {
        Ok(next) => assert_eq!((next.revocations(), next.number() - 1), (list.revocations(), list.number())),
        Err(error) => is_no_fault(&error),
    }
}
