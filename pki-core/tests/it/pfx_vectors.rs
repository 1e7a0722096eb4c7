//! PFX files that Windows, macOS, Firefox and OpenSSL made, as public crates carry them.

use std::path::{Path, PathBuf};
use std::process::Command;

use pki_core::password::Password;
use pki_core::pfx::{self, Contents, MacStatus, OpenOptions, Protection};

#[test]
fn what_windows_exported_is_read_and_explained() {
    for (file, protection, mac) in [
        (picky_test_data::CERTMGR_3DES, "pbeWithSHA1And3-KeyTripleDES-CBC, 2000 iterations", "HMAC-SHA-1"),
        (
            picky_test_data::CERTMGR_AES256,
            "PBES2 with AES-256-CBC, PBKDF2-HMAC-SHA-256, 2000 iterations",
            "HMAC-SHA-256",
        ),
    ] {
        let contents = read(file, &["test", "abc", "1234", "password", ""], true);
        assert_eq!(contents.keys[0].protection.to_string(), protection);
        assert_eq!(contents.certificates[0].protection.to_string(), protection);
        assert_eq!(contents.mac.as_ref().unwrap().algorithm, mac);
        let provider = contents.keys[0].attributes.provider.as_deref();
        assert_eq!(provider, Some("Microsoft Software Key Storage Provider"));
        assert!(contents.certificate_of(&contents.keys[0]).is_some());
    }
}

#[test]
fn rc2_is_read_and_called_weak() {
    for (file, password) in [(picky_test_data::LEAF_PASSWORD_IS_ABC, "abc"), (picky_test_data::LEAF_EMPTY_PASSWORD, "")]
    {
        let contents = read(file, &[password], true);
        assert_eq!(contents.certificates.len(), 3);
        let protection = &contents.certificates[0].protection;
        assert_eq!(protection, &Protection::Pbes1 { algorithm: "pbeWithSHA1And40BitRC2-CBC", iterations: 2048 });
        assert!(protection.is_weak());
        assert!(!contents.keys[0].protection.is_weak());
        assert!(contents.certificate_of(&contents.keys[0]).is_some());
    }
}

#[test]
fn plain_bags_are_read_and_called_weak() {
    let contents = read(picky_test_data::OPENSSL_NOCRYPT, &[""], true);
    assert_eq!((contents.keys.len(), contents.certificates.len()), (1, 3));
    assert_eq!(contents.keys[0].protection, Protection::None);
    assert!(contents.keys[0].protection.is_weak());
}

/// Two of these are what a reader meets rarely: a file without a MAC and one with a MAC that no Windows knows
/// (BLAKE2b). They are read when the caller does not require a MAC.
#[test]
fn every_file_of_the_crate_pkcs12_is_read() {
    let folder = source_of_pkcs12().join("tests").join("examples");
    let mut read_files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.extension().is_some_and(|extension| extension == "pfx" || extension == "p12") {
            continue;
        }
        let unusual = ["example5.pfx", "example11.pfx"].iter().any(|name| path.ends_with(name));
        let file = std::fs::read(&path).unwrap();
        let contents = read(&file, &["1234", "", "hunter2", "test", "password"], !unusual);
        assert!(contents.keys.len() + contents.certificates.len() > 0, "{}", path.display());
        for key in &contents.keys {
            let has_certificate = contents.certificate_of(key).is_some();
            assert_eq!(has_certificate, !contents.certificates.is_empty(), "{}", path.display());
        }
        let verified = contents.mac.is_some_and(|mac| mac.status == MacStatus::Verified);
        assert_eq!(verified, !unusual, "{}", path.display());
        read_files += 1;
    }
    assert_eq!(read_files, 22);
}

/// Opens a file with the one of several passwords that its MAC fits.
fn read(file: &[u8], passwords: &[&str], require_mac: bool) -> Contents {
    let mut options = OpenOptions::default();
    options.require_mac = require_mac;
    let mut result = Err(pki_core::Error::MacMissing);
    for password in passwords {
        let password = match *password {
            "" => Password::empty(),
            text => Password::new(text.to_owned()).unwrap(),
        };
        result = pfx::open(file, &password, &options);
        if !matches!(result, Err(pki_core::Error::WrongPassword { .. })) {
            break;
        }
    }
    result.unwrap()
}

/// Where cargo keeps the source of the crate pkcs12. Tests that run where cargo cannot are told by a variable.
fn source_of_pkcs12() -> PathBuf {
    if let Some(folder) = std::env::var_os("PKCS12_SOURCE") {
        return folder.into();
    }
    let cargo = std::env::var_os("CARGO").expect("run by cargo");
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let found = packages.iter().find(|candidate| candidate["name"] == "pkcs12").unwrap();
    Path::new(found["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}
