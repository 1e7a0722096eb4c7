//! Opening tells wrong password, unsupported algorithm, damage and excess apart, and no bytes make it panic or hang.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use pki_core::Error;
use pki_core::password::Password;
use pki_core::pfx::{self, Encoding, OpenOptions};
use proptest::prelude::*;

use crate::pfx_seal::{password, sealed};

fn open(file: &[u8]) -> pki_core::Result<pfx::Contents> {
    pfx::open(file, &password(), &OpenOptions::default())
}

/// The first place of some bytes in a file.
fn find(file: &[u8], bytes: &[u8]) -> usize {
    file.windows(bytes.len()).position(|window| window == bytes).unwrap()
}

#[test]
fn a_wrong_password_is_called_that() {
    for encoding in [Encoding::Legacy, Encoding::Modern] {
        for wrong in ["correct horse battery stapl", "Correct horse battery staple", "x"] {
            let wrong = Password::new(wrong.to_owned()).unwrap();
            let result = pfx::open(&sealed(encoding), &wrong, &OpenOptions::default());
            assert!(matches!(result, Err(Error::WrongPassword { .. })), "{result:?}");
        }
    }
}

#[test]
fn a_file_that_was_cut_or_has_more_is_damaged() {
    let file = sealed(Encoding::Legacy);
    for length in (0..file.len()).step_by(97).chain([file.len() - 1]) {
        let result = open(&file[..length]);
        assert!(matches!(result, Err(Error::Damaged { .. })), "{length}: {result:?}");
    }
    let mut longer = file;
    longer.push(0);
    assert!(matches!(open(&longer), Err(Error::Damaged { .. })));
}

#[test]
fn an_algorithm_that_nobody_supports_is_named() {
    // 1.2.840.113549.1.12.1.3 becomes .1, which is RC4; the MAC has to be left aside to get there.
    let mut file = sealed(Encoding::Legacy);
    let oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x03];
    let at = find(&file, &oid) + oid.len() - 1;
    file[at] = 0x01;
    let sha1 = [0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a];
    let at = find(&file, &sha1) + sha1.len() - 1;
    file[at] = 0x7f;

    match open(&file) {
        Err(Error::UnsupportedAlgorithm { algorithm, .. }) => assert_eq!(algorithm, "1.3.14.3.2.127"),
        other => panic!("{other:?}"),
    }
    let mut options = OpenOptions::default();
    options.require_mac = false;
    match pfx::open(&file, &password(), &options) {
        Err(Error::UnsupportedAlgorithm { algorithm, .. }) => assert_eq!(algorithm, "pbeWithSHA1And128BitRC4"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_that_asks_for_too_much_is_refused_before_the_work() {
    let mut options = OpenOptions::default();
    options.max_iterations = 1_999;
    let result = pfx::open(&sealed(Encoding::Legacy), &password(), &options);
    assert_eq!(
        result.map(|_| ()),
        Err(Error::OverLimit { what: "the PFX", quantity: "iterations", found: 2_000, limit: 1_999 })
    );

    let mut options = OpenOptions::default();
    options.max_hashes = 250_000;
    let result = pfx::open(&sealed(Encoding::Modern), &password(), &options);
    assert!(matches!(result, Err(Error::OverLimit { limit: 250_000, .. })), "{result:?}");

    let mut options = OpenOptions::default();
    options.max_bytes = 100;
    let result = pfx::open(&sealed(Encoding::Modern), &password(), &options);
    assert!(matches!(result, Err(Error::OverLimit { limit: 100, .. })), "{result:?}");

    // Each level costs two bytes, so a small file can nest deeply.
    let nested = [0x30, 0x80].repeat(10_000);
    assert!(matches!(open(&nested), Err(Error::OverLimit { quantity: "depth of nesting", .. })));
}

#[test]
fn values_of_indefinite_length_cost_no_more_than_they_hold() {
    // Four bytes each. To make room for all that follows, and to overwrite it again, would take minutes.
    let file = [&[0x30, 0x80], [0x30, 0x80, 0, 0].repeat(200_000).as_slice(), &[0, 0]].concat();
    let begun = Instant::now();
    assert!(matches!(open(&file), Err(Error::Damaged { .. })));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn a_file_without_a_mac_is_opened_only_on_request() {
    let file = include_bytes!("vectors/without-mac.pfx");
    assert_eq!(open(file).map(|_| ()), Err(Error::MacMissing));
    let mut options = OpenOptions::default();
    options.require_mac = false;
    let contents = pfx::open(file, &password(), &options).unwrap();
    assert_eq!(contents.mac, None);
    assert_eq!(contents.keys.len(), 1);
    assert_eq!(contents.oldest_windows(), None);
}

#[test]
fn pbmac1_is_read() {
    let contents = open(include_bytes!("vectors/pbmac1.pfx")).unwrap();
    assert_eq!(contents.mac.unwrap().algorithm, "PBMAC1 with HMAC-SHA-256");
    let wrong = Password::new("wrong".to_owned()).unwrap();
    let result = pfx::open(include_bytes!("vectors/pbmac1.pfx"), &wrong, &OpenOptions::default());
    assert!(matches!(result, Err(Error::WrongPassword { .. })));
}

#[test]
fn debug_shows_no_key() {
    let contents = open(&sealed(Encoding::Legacy)).unwrap();
    let key = contents.keys[0].key_pair().unwrap().secret_pkcs8_der().unwrap();
    let shown = format!("{contents:?}");
    let (some_bytes, as_numbers) = (&key[60..64], format!("{:?}", &key[60..64]));
    assert!(!shown.contains(as_numbers.trim_matches(['[', ']'])), "{some_bytes:?}");
    assert!(shown.contains("KeyEntry"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(open(&bytes).is_err());
    }

    /// Without the MAC every change reaches the reader behind it; nothing is promised but an end.
    #[test]
    fn no_change_behind_the_mac_makes_it_panic(
        file in 0..3usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        static FILES: [&[u8]; 3] =
            [include_bytes!("vectors/without-mac.pfx"), picky_test_data::OPENSSL_NOCRYPT, picky_test_data::CERTMGR_3DES];
        let mut bytes = FILES[file].to_vec();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let mut options = OpenOptions::default();
        options.require_mac = false;
        options.max_iterations = 50;
        let _ = pfx::open(&bytes, &Password::empty(), &options);
        let _ = pfx::open(&bytes, &password(), &options);
    }

    #[test]
    fn a_wrong_password_is_never_called_damage_without_a_mac(wrong in "[a-z]{1,12}") {
        let mut options = OpenOptions::default();
        options.require_mac = false;
        let wrong = Password::new(wrong).unwrap();
        let result = pfx::open(include_bytes!("vectors/without-mac.pfx"), &wrong, &options);
        prop_assert!(matches!(result, Err(Error::WrongPassword { .. })), "{result:?}");
    }

    #[test]
    fn no_change_of_a_file_goes_unnoticed(at in any::<prop::sample::Index>(), flip in 1u8..) {
        static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| sealed(Encoding::Legacy));
        let mut file = FILE.clone();
        let at = at.index(file.len());
        file[at] ^= flip;
        // Iterations are kept small, so that a changed number cannot make the test slow.
        let mut options = OpenOptions::default();
        options.max_iterations = 3_000;
        let result = pfx::open(&file, &password(), &options);
        prop_assert!(result.is_err(), "byte {at} ^ {flip:#04x}");
    }
}
