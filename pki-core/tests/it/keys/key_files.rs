//! Key files: PKCS#8, plain and encrypted, of this crate and of others.

use der::{Decode as _, Encode as _};
use pkcs5::pbes2;
use pkcs8::EncryptedPrivateKeyInfoRef;
use pki_core::Error;
use pki_core::key::KeyPair;
use pki_core::password::Password;

use super::{encrypted, password, pbkdf2, pbkdf2_parameters};
use crate::support::{key, rng};

#[test]
fn plain_pkcs8_comes_back_unchanged() {
    let key = key(0);
    let pem = key.secret_pkcs8_pem().unwrap();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n") && pem.ends_with("-----END PRIVATE KEY-----\n"));
    let again = KeyPair::from_pkcs8_pem(&pem, None).unwrap();
    assert_eq!(again.secret_pkcs8_der().unwrap(), key.secret_pkcs8_der().unwrap());
    assert_eq!(KeyPair::from_pkcs8_pem(&pem.replace('\n', "\r\n"), None).unwrap().public_key(), key.public_key());
    // A password that is not needed does no harm.
    assert!(KeyPair::from_pkcs8_pem(&pem, Some(&password("unused"))).is_ok());
}

#[test]
fn encrypted_pkcs8_opens_with_its_password_only() {
    let (key, right, wrong) = (key(0), password("pässwörd \u{1f511}"), password("passwort"));
    let pem = key.encrypted_pkcs8_pem(&right, &mut rng(31)).unwrap();
    assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    let again = KeyPair::from_pkcs8_pem(&pem, Some(&right)).unwrap();
    assert_eq!(again.secret_pkcs8_der().unwrap(), key.secret_pkcs8_der().unwrap());
    assert_eq!(KeyPair::from_pkcs8_pem(&pem, Some(&wrong)).unwrap_err(), wrong_password());
    assert_eq!(KeyPair::from_pkcs8_pem(&pem, None).unwrap_err(), Error::PasswordNeeded { what: "the private key" });
}

#[test]
fn encrypted_pkcs8_is_pbes2_with_pbkdf2_hmac_sha_256_and_aes_256_cbc() {
    let der = key(0).encrypted_pkcs8_der(&password("secret"), &mut rng(32)).unwrap();
    let file = EncryptedPrivateKeyInfoRef::from_der(&der).unwrap();
    let parameters = file.encryption_algorithm.pbes2().unwrap();
    assert!(matches!(parameters.encryption, pbes2::EncryptionScheme::Aes256Cbc { .. }));
    let kdf = parameters.kdf.pbkdf2().unwrap();
    assert_eq!(kdf.prf, pbes2::Pbkdf2Prf::HmacWithSha256);
    assert_eq!(kdf.iteration_count, 600_000);
    assert_eq!(kdf.salt.as_ref().len(), 16);

    let again = key(0).encrypted_pkcs8_der(&password("secret"), &mut rng(33)).unwrap();
    let again = EncryptedPrivateKeyInfoRef::from_der(&again).unwrap();
    assert_ne!(again.encryption_algorithm, file.encryption_algorithm, "salt and IV are new each time");
}

#[test]
fn a_wrong_password_is_told_apart_even_where_the_padding_fits_by_chance() {
    let der = encrypted(&key(0), "right", pbkdf2(1));
    assert!(KeyPair::from_encrypted_pkcs8_der(&der, &password("right")).is_ok());
    let file = EncryptedPrivateKeyInfoRef::from_der(&der).unwrap();
    let mut fits_by_chance = 0;
    for i in 0..2000 {
        let wrong = format!("wrong {i}");
        let decrypted = file.encryption_algorithm.decrypt(&wrong, file.encrypted_data.as_bytes());
        fits_by_chance += usize::from(decrypted.is_ok());
        let error = KeyPair::from_encrypted_pkcs8_der(&der, &password(&wrong)).unwrap_err();
        assert_eq!(error, wrong_password(), "{wrong}");
    }
    assert!(fits_by_chance > 0, "one in 256 is to be expected");
}

#[test]
fn a_damaged_file_is_not_called_a_wrong_password() {
    let der = encrypted(&key(0), "right", pbkdf2(1));
    let open = |der: &[u8]| KeyPair::from_encrypted_pkcs8_der(der, &password("right")).unwrap_err();
    assert!(matches!(open(&[]), Error::Damaged { .. }));
    assert!(matches!(open(&der[..der.len() - 1]), Error::Damaged { .. }));
    assert!(matches!(open(&[&der[..], &[0]].concat()), Error::Damaged { .. }));
    for length in [0, 1, 15, 17] {
        let file = EncryptedPrivateKeyInfoRef::from_der(&der).unwrap();
        let cut = &file.encrypted_data.as_bytes()[..length];
        let file = EncryptedPrivateKeyInfoRef {
            encryption_algorithm: file.encryption_algorithm.clone(),
            encrypted_data: cut.try_into().unwrap(),
        };
        let error = open(&file.to_der().unwrap());
        assert!(matches!(error, Error::Damaged { .. }), "{length} octets of ciphertext: {error:?}");
    }
    for pem in ["", "-----BEGIN PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"] {
        assert!(matches!(KeyPair::from_pkcs8_pem(pem, None), Err(Error::Damaged { .. })), "{pem}");
    }
}

#[test]
fn other_encryptions_are_called_unsupported() {
    let scrypt =
        pbes2::Parameters::generate_scrypt_aes256cbc(pkcs5::scrypt::Params::new(1, 1, 1).unwrap(), &[1; 16], [2; 16]);
    let mut unknown_cipher = encrypted(&key(0), "right", pbkdf2(1));
    swap(
        &mut unknown_cipher,
        &pbes2::AES_256_CBC_OID.to_der().unwrap(),
        b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x63",
    );
    let mut unknown_kdf = encrypted(&key(0), "right", pbkdf2(1));
    swap(&mut unknown_kdf, &pbes2::PBKDF2_OID.to_der().unwrap(), b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x63");
    let mut unknown_scheme = encrypted(&key(0), "right", pbkdf2(1));
    swap(&mut unknown_scheme, &pbes2::PBES2_OID.to_der().unwrap(), b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x63");
    // pbeWithSHA1And3-KeyTripleDES-CBC (RFC 7292 appendix C): salt, 2048 iterations, one block.
    let pkcs12 =
        b"\x30\x28\x30\x1c\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x03\x30\x0e\x04\x08saltsalt\x02\x02\x08\x00\
                   \x04\x08\0\0\0\0\0\0\0\0";
    // pbeWithMD5AndDES-CBC (RFC 8018 appendix A.3)
    let pbes1 = b"\x30\x27\x30\x1b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x03\x30\x0e\x04\x08saltsalt\x02\x02\x08\x00\
                  \x04\x08\0\0\0\0\0\0\0\0";
    let files = [
        ("scrypt", encrypted(&key(0), "right", scrypt.unwrap())),
        ("cipher", unknown_cipher),
        ("KDF", unknown_kdf),
        ("scheme", unknown_scheme),
        ("PKCS #12", pkcs12.to_vec()),
        ("PBES1", pbes1.to_vec()),
    ];
    for (name, der) in files {
        let error = KeyPair::from_encrypted_pkcs8_der(&der, &password("right")).unwrap_err();
        assert!(matches!(error, Error::UnsupportedAlgorithm { .. }), "{name}: {error:?}");
    }
}

#[test]
fn more_work_or_bytes_than_the_limit_are_refused_before_they_cost_anything() {
    let over = |quantity, found, limit| Error::OverLimit { what: "the private key", quantity, found, limit };
    for iterations in [1_000_001, u32::MAX] {
        let file = EncryptedPrivateKeyInfoRef {
            encryption_algorithm: pbkdf2(iterations).into(),
            encrypted_data: [0; 1232].as_slice().try_into().unwrap(),
        };
        let error = KeyPair::from_encrypted_pkcs8_der(&file.to_der().unwrap(), &password("right")).unwrap_err();
        assert_eq!(error, over("iterations", iterations.into(), 1_000_000));
    }
    let large = vec![0x30; 64 * 1024 + 1];
    let expected = over("size in bytes", 65_537, 65_536);
    assert_eq!(KeyPair::from_pkcs8_der(&large).unwrap_err(), expected);
    assert_eq!(KeyPair::from_encrypted_pkcs8_der(&large, &password("right")).unwrap_err(), expected);
    assert_eq!(KeyPair::from_pkcs8_pem(&"-".repeat(65_537), None).unwrap_err(), expected);
}

#[test]
fn the_limit_itself_is_still_accepted() {
    let der = encrypted(&key(0), "right", pbkdf2(1_000_000));
    assert!(KeyPair::from_encrypted_pkcs8_der(&der, &password("right")).is_ok());
}

#[test]
fn key_files_of_other_programs_with_older_choices_open() {
    let sha1 = pbes2::Pbkdf2Params { prf: pbes2::Pbkdf2Prf::HmacWithSha1, ..pbkdf2_parameters(2048) };
    let with = |kdf: pbes2::Pbkdf2Params, encryption| pbes2::Parameters { kdf: kdf.into(), encryption };
    let choices = [
        with(sha1, pbes2::EncryptionScheme::DesEde3Cbc { iv: [2; 8] }),
        with(pbkdf2_parameters(2048), pbes2::EncryptionScheme::Aes128Cbc { iv: [2; 16] }),
        with(pbkdf2_parameters(2048), pbes2::EncryptionScheme::Aes192Cbc { iv: [2; 16] }),
    ];
    for parameters in choices {
        let der = encrypted(&key(0), "right", parameters);
        let opened = KeyPair::from_encrypted_pkcs8_der(&der, &password("right")).unwrap();
        assert_eq!(opened.public_key(), key(0).public_key());
    }
}

fn wrong_password() -> Error {
    Error::WrongPassword { what: "the private key" }
}

fn swap(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to);
}

#[test]
fn no_key_is_encrypted_with_the_empty_password() {
    let result = key(0).encrypted_pkcs8_der(&Password::empty(), &mut rng(1));
    assert_eq!(result, Err(Error::PasswordLength { bytes: 0 }));
}
