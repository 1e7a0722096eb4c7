//! A sealed PFX holds exactly what Windows looks for, and is the same for the same seed.

use pki_core::Error;
use pki_core::password::Password;
use pki_core::pfx::{
    self, Contents, Encoding, KeyProvider, KeySpec, MacStatus, OpenOptions, Protection, SealOptions, WindowsServer,
};

use crate::support;

pub(crate) fn password() -> Password {
    Password::new("correct horse battery staple".to_owned()).unwrap()
}

pub(crate) fn sealed(encoding: Encoding) -> Vec<u8> {
    let mut options = SealOptions::default();
    options.encoding = encoding;
    options.friendly_name = Some("HOST4 Replica".to_owned());
    pfx::seal(&support::identity("HOST4.atwork.at"), &password(), &options, &mut support::rng(7)).unwrap()
}

fn opened(encoding: Encoding) -> Contents {
    pfx::open(&sealed(encoding), &password(), &OpenOptions::default()).unwrap()
}

#[test]
fn what_was_sealed_is_what_is_opened() {
    let identity = support::identity("HOST4.atwork.at");
    for encoding in [Encoding::Legacy, Encoding::Modern] {
        let again = opened(encoding).identity().unwrap();
        assert_eq!(again.leaf(), identity.leaf());
        assert_eq!(again.root(), identity.root());
        let key = |identity: &pki_core::authority::Identity| identity.secret_key().secret_pkcs8_der().unwrap();
        assert_eq!(key(&again), key(&identity));
    }
}

#[test]
fn the_key_carries_what_windows_looks_for() {
    for encoding in [Encoding::Legacy, Encoding::Modern] {
        let contents = opened(encoding);
        let [key] = contents.keys.as_slice() else { panic!("one key") };
        assert_eq!(key.key_spec, Some(KeySpec::KeyExchange));
        assert_eq!(key.attributes.provider.as_deref(), Some("Microsoft RSA SChannel Cryptographic Provider"));
        assert!(key.attributes.local_machine_key_set);
        assert_eq!(key.attributes.friendly_name, None, "Windows would take it for the container's name");

        let [leaf, root] = contents.certificates.as_slice() else { panic!("leaf and root") };
        assert_eq!(leaf.attributes.friendly_name.as_deref(), Some("HOST4 Replica"));
        assert_eq!(leaf.attributes.local_key_id, key.attributes.local_key_id);
        assert!(leaf.attributes.local_key_id.is_some());
        assert_eq!(root.attributes, pfx::Attributes::default());
    }
}

#[test]
fn each_encoding_uses_its_own_algorithms() {
    let legacy = opened(Encoding::Legacy);
    let mac = legacy.mac.as_ref().unwrap();
    assert_eq!((mac.algorithm.as_str(), mac.iterations, mac.salt_bytes), ("HMAC-SHA-1", 2_000, 20));
    assert_eq!(mac.status, MacStatus::Verified);
    let tdes = Protection::Pbes1 { algorithm: "pbeWithSHA1And3-KeyTripleDES-CBC", iterations: 2_000 };
    assert_eq!(legacy.keys[0].protection, tdes);
    assert!(legacy.certificates.iter().all(|entry| entry.protection == tdes));
    assert_eq!(legacy.oldest_windows(), Some(WindowsServer::V2012R2));

    let modern = opened(Encoding::Modern);
    let mac = modern.mac.as_ref().unwrap();
    assert_eq!((mac.algorithm.as_str(), mac.iterations, mac.salt_bytes), ("HMAC-SHA-256", 100_000, 20));
    let aes = Protection::Pbes2 { cipher: "AES-256-CBC", prf: "HMAC-SHA-256", iterations: 100_000 };
    assert_eq!(modern.keys[0].protection, aes);
    assert!(modern.certificates.iter().all(|entry| entry.protection == aes));
    assert_eq!(modern.oldest_windows(), Some(WindowsServer::V2019));
}

#[test]
fn the_encoding_follows_the_oldest_windows() {
    for (version, encoding) in [
        ("2012r2", Encoding::Legacy),
        ("2016", Encoding::Legacy),
        ("2019", Encoding::Modern),
        ("2022", Encoding::Modern),
        ("2025", Encoding::Modern),
    ] {
        assert_eq!(Encoding::for_windows(version.parse().unwrap()), encoding, "{version}");
    }
    assert!("2008".parse::<WindowsServer>().is_err());
}

#[test]
fn another_provider_can_be_named() {
    let mut options = SealOptions::default();
    options.provider = KeyProvider::RsaAes;
    let identity = support::identity("HOST4.atwork.at");
    let file = pfx::seal(&identity, &password(), &options, &mut support::rng(7)).unwrap();
    let contents = pfx::open(&file, &password(), &OpenOptions::default()).unwrap();
    let provider = contents.keys[0].attributes.provider.as_deref();
    assert_eq!(provider, Some("Microsoft Enhanced RSA and AES Cryptographic Provider"));
}

#[test]
fn the_same_seed_gives_the_same_file_and_another_seed_another() {
    let identity = support::identity("HOST4.atwork.at");
    for encoding in [Encoding::Legacy, Encoding::Modern] {
        let mut options = SealOptions::default();
        options.encoding = encoding;
        let seal = |seed| pfx::seal(&identity, &password(), &options, &mut support::rng(seed)).unwrap();
        assert_eq!(seal(1), seal(1));
        assert_ne!(seal(1), seal(2));
    }
}

#[test]
fn nothing_is_sealed_with_the_empty_password() {
    let identity = support::identity("HOST4.atwork.at");
    let result = pfx::seal(&identity, &Password::empty(), &SealOptions::default(), &mut support::rng(7));
    assert_eq!(result, Err(Error::PasswordLength { bytes: 0 }));
}
