//! Certificates are read from DER and PEM as they are, and nothing that is handed in makes the reader panic.

use pki_core::Error;
use pki_core::certificate::Certificate;
use pki_core::validity::Time;
use proptest::prelude::*;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::support::foreign::{basic_constraints, self_signed, self_signed_der, weak_pkcs8, with_subject};
use crate::support::{authority, damaged, identity, key};

#[test]
fn der_and_pem_come_back_unchanged() {
    let leaf = identity("HOST4.atwork.at").leaf().clone();
    let pem = leaf.to_pem();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n") && pem.ends_with("-----END CERTIFICATE-----\n"));
    let readings = [
        Certificate::from_der(leaf.as_der()),
        Certificate::from_pem(&pem),
        Certificate::from_der_or_pem(leaf.as_der()),
        Certificate::from_der_or_pem(pem.as_bytes()),
        Certificate::from_pem(&pem.replace('\n', "\r\n")),
        Certificate::from_pem(&format!("subject=CN=HOST4.atwork.at\n\n{pem}\ntext after it")),
        Certificate::from_der_or_pem(format!("\u{feff}{pem}").as_bytes()),
    ];
    for reading in readings {
        assert_eq!(reading.unwrap().as_der(), leaf.as_der());
    }
}

#[test]
fn the_first_of_several_certificates_in_a_pem_file_is_read() {
    let identity = identity("HOST4.atwork.at");
    let key = key(1).secret_pkcs8_pem().unwrap();
    let bundle = format!("{}{}{}", *key, identity.leaf().to_pem(), identity.root().to_pem());
    assert_eq!(Certificate::from_der_or_pem(bundle.as_bytes()).unwrap(), *identity.leaf());
}

#[test]
fn thumbprints_are_the_digests_of_the_whole_certificate_as_windows_shows_them() {
    for certificate in [identity("HOST4.atwork.at").leaf().clone(), authority("HOST4.atwork.at").certificate().clone()]
    {
        let sha1: [u8; 20] = Sha1::digest(certificate.as_der()).into();
        let sha256: [u8; 32] = Sha256::digest(certificate.as_der()).into();
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
        assert_eq!(*certificate.thumbprint().as_bytes(), sha1);
        assert_eq!(certificate.thumbprint().to_string(), hex(&sha1));
        assert_eq!(*certificate.sha256_thumbprint().as_bytes(), sha256);
        assert_eq!(certificate.sha256_thumbprint().to_string(), hex(&sha256));
    }
}

#[test]
fn another_reader_sees_the_same_certificate() {
    let identity = identity("HOST4.atwork.at");
    for certificate in [identity.leaf(), identity.root()] {
        let (_, other) = X509Certificate::from_der(certificate.as_der()).unwrap();
        assert_eq!(certificate.subject().to_string(), other.subject().to_string());
        assert_eq!(certificate.issuer().to_string(), other.issuer().to_string());
        assert_eq!(certificate.serial_number(), other.raw_serial());
        assert_eq!(certificate.validity().not_before.to_unix().cast_signed(), other.validity().not_before.timestamp());
        assert_eq!(certificate.validity().not_after.to_unix().cast_signed(), other.validity().not_after.timestamp());
        assert_eq!(certificate.public_key().as_spki_der(), other.public_key().raw);
        assert_eq!(certificate.subject().as_der(), other.subject().as_raw());
    }
}

#[test]
fn what_is_not_one_whole_certificate_is_damaged() {
    let der = identity("HOST4.atwork.at").leaf().as_der().to_vec();
    let twice = [&der[..], &der[..]].concat();
    let trailing = [&der[..], &[0]].concat();
    let key = key(0).secret_pkcs8_der().unwrap();
    let table =
        [&[][..], &twice, &trailing, &der[..der.len() - 1], &der[1..], &key, b"\x30\x00", b"\x30\x80", b"hello"];
    for bytes in table {
        assert!(matches!(Certificate::from_der_or_pem(bytes), Err(Error::Damaged { .. })), "{bytes:02x?}");
    }
    let pem = identity("HOST4.atwork.at").leaf().to_pem();
    let (begin, body) = pem.split_at(40);
    let table = [
        String::new(),
        "-----BEGIN CERTIFICATE-----".to_owned(),
        "-----BEGIN CERTIFICATE----------END CERTIFICATE-----".to_owned(),
        pem[..pem.len() / 2].to_owned(),
        format!("{begin}!{body}"),
        pem.replace("CERTIFICATE", "X509 CRL"),
    ];
    for text in table {
        assert!(matches!(Certificate::from_pem(&text), Err(Error::Damaged { .. })), "{text}");
    }
}

#[test]
fn the_two_signature_algorithms_must_agree() {
    let mut der = identity("HOST4.atwork.at").leaf().as_der().to_vec();
    let sha256_with_rsa = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b";
    let last = der.windows(9).rposition(|window| window == sha256_with_rsa).unwrap();
    der[last + 8] = 0x05;
    let error = Certificate::from_der(&der).unwrap_err();
    assert!(error.to_string().contains("two signature algorithms differ"), "{error}");
}

#[test]
fn an_extension_that_appears_twice_is_refused() {
    let pkcs8 = key(0).secret_pkcs8_der().unwrap();
    let der = self_signed_der("Twice", vec![basic_constraints(true); 2], &pkcs8);
    let error = Certificate::from_der(&der).unwrap_err();
    assert!(error.to_string().contains("2.5.29.19") && error.to_string().contains("twice"), "{error}");
}

#[test]
fn more_bytes_than_the_limit_are_refused_before_they_are_parsed() {
    let limit = 256 * 1024;
    let over = |found| Error::OverLimit { what: "the certificate", quantity: "size in bytes", found, limit };
    assert_eq!(Certificate::from_der(&vec![0x30; 256 * 1024 + 1]).unwrap_err(), over(limit + 1));
    assert!(matches!(Certificate::from_der(&vec![0x30; 256 * 1024]), Err(Error::Damaged { .. })));
    let body = "AAAA".repeat(16);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n", format!("{body}\n").repeat(5462));
    assert_eq!(Certificate::from_pem(&pem).unwrap_err(), over(5462 * 48));
}

#[test]
fn a_weak_certificate_is_read_so_that_it_can_be_judged() {
    let weak = self_signed("Old", vec![], weak_pkcs8());
    assert_eq!(weak.public_key().algorithm().to_string(), "rsa-1024");
    assert!(weak.is_self_signed());
    assert_eq!(weak.dns_names(), ["Old"]);
    assert_eq!(weak.validity().not_after.to_string(), "9999-12-31T23:59:59Z");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, text: String) {
        assert!(Certificate::from_der(&bytes).is_err());
        assert!(Certificate::from_der_or_pem(&bytes).is_err());
        assert!(Certificate::from_pem(&text).is_err());
    }

    #[test]
    fn a_damaged_certificate_is_refused_or_shown_but_never_well_signed(
        (original, bytes) in prop_oneof![Just(leaf()), Just(root())].prop_flat_map(|der| (Just(der.clone()), damaged(der)))
    ) {
        let Ok(read) = Certificate::from_der(&bytes) else { return Ok(()) };
        assert_eq!(read.as_der(), bytes, "kept exactly as it came");
        look_at(&read);
        let root = Certificate::from_der(&root()).unwrap();
        assert_eq!(read.check_signature_by(root.public_key()).is_ok(), bytes == original);
    }

    #[test]
    fn every_proper_beginning_is_refused(length in 0..leaf().len()) {
        assert!(matches!(Certificate::from_der(&leaf()[..length]), Err(Error::Damaged { .. })));
    }

    #[test]
    fn damaged_pem_never_panics(bytes in damaged(Certificate::from_der(&leaf()).unwrap().to_pem().into_bytes())) {
        if let Ok(read) = Certificate::from_der_or_pem(&bytes) {
            look_at(&read);
        }
    }
}

fn leaf() -> Vec<u8> {
    static LEAF: std::sync::LazyLock<Vec<u8>> =
        std::sync::LazyLock::new(|| identity("HOST4.atwork.at").leaf().as_der().to_vec());
    LEAF.clone()
}

fn root() -> Vec<u8> {
    static ROOT: std::sync::LazyLock<Vec<u8>> =
        std::sync::LazyLock::new(|| authority("HOST4.atwork.at").certificate().as_der().to_vec());
    ROOT.clone()
}

/// Calls everything that shows or judges a certificate.
fn look_at(certificate: &Certificate) {
    let shown = format!(
        "{certificate:?} {} {} {} {} {}",
        certificate.subject(),
        certificate.issuer(),
        certificate.validity(),
        certificate.public_key().algorithm(),
        certificate.signature_algorithm(),
    );
    assert!(!shown.chars().any(char::is_control), "{shown:?}");
    let _ = (certificate.dns_names(), certificate.is_self_signed(), certificate.version());
    let extensions = certificate.extensions();
    let _ = format!("{extensions:?}");
    if let Some(constraints) = &extensions.name_constraints
        && let Err(violation) = constraints.check(certificate)
    {
        assert!(!violation.to_string().chars().any(char::is_control));
    }
}

#[test]
fn dates_before_1970_and_signatures_of_odd_bits_are_read() {
    let leaf = identity("HOST4.atwork.at").leaf().as_der().to_vec();
    let at = leaf.windows(13).position(|window| window == b"261122160000Z").unwrap();
    let mut old = leaf.clone();
    old[at..at + 13].copy_from_slice(b"500101000000Z");
    let old = Certificate::from_der(&old).unwrap();
    assert_eq!(old.validity().not_before, Time::EPOCH);

    // The signature is the last value: its first octet counts the unused bits.
    let mut odd = leaf.clone();
    let at = leaf.len() - 257;
    assert_eq!(odd[at], 0);
    odd[at] = 3;
    let odd = Certificate::from_der(&odd).unwrap();
    assert!(odd.check_signature_by(identity("HOST4.atwork.at").root().public_key()).is_err());
}

/// A leaf with bytes put in at the end of what is signed. Nobody signed the result; only reading it is tried.
fn with_fields_added(fields: &[u8]) -> Vec<u8> {
    let leaf = identity("HOST4.atwork.at").leaf().as_der().to_vec();
    let tbs_length = usize::from(u16::from_be_bytes([leaf[6], leaf[7]]));
    let mut longer = leaf.clone();
    longer.splice(8 + tbs_length..8 + tbs_length, fields.iter().copied());
    for at in [2, 6] {
        let length = u16::from_be_bytes([leaf[at], leaf[at + 1]]) + u16::try_from(fields.len()).unwrap();
        longer[at..at + 2].copy_from_slice(&length.to_be_bytes());
    }
    longer
}

#[test]
fn fields_that_no_certificate_has_are_refused() {
    assert!(Certificate::from_der(&with_fields_added(&[])).is_ok());
    let extensions_again =
        [0xa3, 0x0e, 0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x13, 0x04, 0x03, 0x30, 0x01, 0x00];
    for fields in [
        &extensions_again[..],
        &[0x81, 0x02, 0x00, 0xff], // a unique identifier after the extensions
        &[0x03, 0x02, 0x00, 0xff], // a BIT STRING, whose tag has the number 3 as well
        &[0x01, 0x01, 0xff],
        &[0xc3, 0x01, 0xff],
    ] {
        let result = Certificate::from_der(&with_fields_added(fields));
        assert!(matches!(result, Err(Error::Damaged { .. })), "{fields:02x?}: {result:?}");
    }
}

#[test]
fn a_name_cannot_pretend_to_be_several_attributes() {
    let odd = self_signed("good, O=Example, CN=#1+\\", vec![], weak_pkcs8());
    assert_eq!(odd.subject().to_string(), r"CN=good\, O=Example\, CN=#1\+\\");
}

#[test]
fn a_common_name_alone_is_told_from_one_among_others() {
    for (subject, is_alone) in [
        ("CN=mycompanyFirstReplica", true),
        ("CN=Microsoft Root Authority,OU=Microsoft Corporation", false),
        ("CN=Root+O=Example", false),
        ("O=Example", false),
        ("CN=one,CN=two", false),
    ] {
        assert_eq!(with_subject(subject).subject().is_common_name_alone(), is_alone, "{subject}");
    }
}
