//! PFX files: what opens is what was put in, nothing else opens, and what is inside is reached although it is encrypted.

pub mod wrap;

use chacha20::ChaCha20Rng;
use pki_core::Error;
use pki_core::password::Password;
use pki_core::pfx::{self, Contents, Encoding, MacStatus, OpenOptions};
use rand::SeedableRng as _;

use crate::certificate;
use crate::keys::PASSWORD;
use crate::shown::{is_harmless, is_no_fault};

/// Any bytes as a file.
pub fn check(data: &[u8]) {
    for require_mac in [true, false] {
        let mut options = options();
        options.require_mac = require_mac;
        if let Some(contents) = read(pfx::open(data, &password(), &options)) {
            let is_verified = contents.mac.as_ref().is_some_and(|mac| mac.status == MacStatus::Verified);
            assert!(is_verified || !require_mac);
            check_contents(&contents);
        }
    }
}

/// The inside of a file, which is encrypted and given its MAC here: see [`wrap`].
pub fn check_inside(data: &[u8]) {
    opens(data);
}

/// The same; whether the file could be opened.
pub fn opens(data: &[u8]) -> bool {
    let file = wrap::File::read(data);
    let options = options();
    let bytes = file.to_bytes(None);
    let contents = read(pfx::open(&bytes, &password(), &options));
    if let Some(contents) = &contents {
        check_contents(contents);
        // It takes the rounds that Windows writes, so only files of a few keys are written anew, and not all.
        if file.is_to_be_resealed() && contents.keys.len() < 3 {
            check_resealing(contents);
        }
    }
    let other = Password::new("another".to_owned()).expect("a password");
    assert!(pfx::open(&bytes, &other, &options).is_err_and(|error| is_refused(&error)));
    let changed = file.to_bytes(Some(data.len()));
    assert!(
        pfx::open(&changed, &password(), &options).is_err_and(|error| is_refused(&error)),
        "its MAC does not match"
    );
    contents.is_some()
}

/// Little work, so that there are many files in a second; what others may ask for is the caller's to say.
fn options() -> OpenOptions {
    let mut options = OpenOptions::default();
    options.max_iterations = 2048;
    options.max_hashes = 40_000;
    options
}

fn password() -> Password {
    Password::new(PASSWORD.to_owned()).expect("a password")
}

fn read(opened: Result<Contents, Error>) -> Option<Contents> {
    opened.inspect_err(is_no_fault).ok()
}

fn is_refused(error: &Error) -> bool {
    matches!(error, Error::WrongPassword { .. } | Error::Damaged { .. } | Error::OverLimit { .. })
}

fn check_contents(contents: &Contents) {
    for entry in &contents.certificates {
        certificate::check_one(&entry.certificate);
        is_harmless(&entry.protection);
    }
    for key in &contents.keys {
        is_harmless(&key.protection);
        let public = key.public_key();
        let of_pair = key.key_pair().inspect_err(is_no_fault).ok();
        assert!(of_pair.is_none_or(|pair| Some(pair.public_key()) == public.as_ref()));
        let certificate = contents.certificate_of(key);
        assert!(certificate.is_none_or(|entry| Some(entry.certificate.public_key()) == public.as_ref()));
    }
    is_harmless(format_args!("{:?} {:?}", contents.oldest_windows(), contents.other_bags));
    if let Ok(identity) = contents.identity() {
        assert_eq!(identity.leaf().public_key(), identity.secret_key().public_key());
        assert_eq!(identity.leaf().issuer(), identity.root().subject());
    }
}

fn check_resealing(contents: &Contents) {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let file = contents.reseal(&password(), Encoding::Legacy, &mut rng).expect("what was opened can be sealed");
    let again = pfx::open(&file, &password(), &OpenOptions::default()).expect("what was sealed can be opened");
    let certificates = |contents: &Contents| -> Vec<_> {
        contents.certificates.iter().map(|entry| entry.certificate.clone()).collect()
    };
    assert_eq!(certificates(&again), certificates(contents));
    assert_eq!(again.keys.len(), contents.keys.len());
}
