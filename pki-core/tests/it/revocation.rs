//! A root takes certificates back by lists that it signs, that grow and that others read as they are meant.

mod foreign_lists;
mod place;

use const_oid::AssociatedOid as _;
use der::asn1::{BitString, OctetString, Uint};
use der::flagset::FlagSet;
use der::{Decode as _, Encode as _};
use pki_core::Error;
use pki_core::authority::Authority;
use pki_core::certificate::Certificate;
use pki_core::profile::LeafProfile;
use pki_core::revocation::{Reason, RevocationList, Revocations};
use pki_core::validity::{Days, Time, Validity};
use proptest::prelude::*;
use x509_cert::crl::CertificateList;
use x509_cert::ext::pkix::{CrlNumber, KeyUsages};
use x509_parser::prelude::{CertificateRevocationList, FromDer as _, ParsedExtension, ReasonCode};

use crate::odd_certificates::{HOST, KEY_CERT_SIGN, Odd, key_usage};
use crate::support::foreign::{basic_constraints, key_usage as usages, self_signed};
use crate::support::{authority, fqdn, key, now, rng, time};

const REASONS: [(Reason, &str, u8); 6] = [
    (Reason::Unspecified, "unspecified", 0),
    (Reason::KeyCompromise, "keyCompromise", 1),
    (Reason::AffiliationChanged, "affiliationChanged", 3),
    (Reason::Superseded, "superseded", 4),
    (Reason::CessationOfOperation, "cessationOfOperation", 5),
    (Reason::PrivilegeWithdrawn, "privilegeWithdrawn", 9),
];

#[test]
fn a_list_comes_back_unchanged_from_der_and_pem() {
    let list = list_of_all_reasons();
    let pem = list.to_pem();
    assert!(pem.starts_with("-----BEGIN X509 CRL-----\n") && pem.ends_with("-----END X509 CRL-----\n"), "{pem}");
    let readings = [
        RevocationList::from_der(list.as_der()),
        RevocationList::from_pem(&pem.replace('\n', "\r\n")),
        RevocationList::from_der_or_pem(list.as_der()),
        RevocationList::from_der_or_pem(pem.as_bytes()),
    ];
    for reading in readings {
        let reading = reading.unwrap();
        assert_eq!(reading, list);
        assert_eq!(reading.revocations(), list.revocations());
        assert_eq!((reading.number(), reading.validity()), (1, &month()));
        assert_eq!(reading.to_string(), "revocation list 1 of CN=HOST4.atwork.at Replica Root");
        reading.check_signed_by(authority(HOST).certificate()).unwrap();
    }
}

#[test]
fn another_reader_sees_what_was_taken_back_when_and_why() {
    let (authority, list) = (authority(HOST), list_of_all_reasons());
    let (rest, other) = CertificateRevocationList::from_der(list.as_der()).unwrap();
    assert!(rest.is_empty());
    assert_eq!(other.version().unwrap().0, 1);
    assert_eq!(other.issuer().as_raw(), authority.certificate().subject().as_der());
    assert_eq!(other.last_update().timestamp(), month().not_before.to_unix().cast_signed());
    assert_eq!(other.next_update().unwrap().timestamp(), month().not_after.to_unix().cast_signed());
    assert_eq!(other.signature_algorithm.algorithm.to_id_string(), "1.2.840.113549.1.1.11");
    assert_eq!(other.tbs_cert_list.signature, other.signature_algorithm);
    assert_eq!(other.crl_number().unwrap(), &1_u32.into());
    let outline: Vec<_> = other.extensions().iter().map(|e| (e.oid.to_id_string(), e.critical)).collect();
    assert_eq!(outline, [("2.5.29.35".to_owned(), false), ("2.5.29.20".to_owned(), false)]);
    let ParsedExtension::AuthorityKeyIdentifier(signer) = other.extensions()[0].parsed_extension() else { panic!() };
    assert_eq!(signer.key_identifier.as_ref().unwrap().0, authority.certificate().public_key().key_identifier());

    let entries: Vec<_> = other.iter_revoked_certificates().collect();
    assert_eq!(entries.len(), REASONS.len());
    for (i, (entry, (_, _, code))) in entries.iter().zip(REASONS).enumerate() {
        assert_eq!(entry.raw_serial(), leaf(i).serial_number());
        assert_eq!(entry.revocation_date.timestamp(), now().to_unix().cast_signed());
        // RFC 5280 §5.3.1: nothing is said rather than `unspecified`.
        assert_eq!(entry.extensions().len(), usize::from(code > 0));
        assert_eq!(entry.reason_code().map(|(critical, code)| (critical, code.0)), (code > 0).then_some((false, code)));
        assert_eq!(entry.reason_code().unwrap_or_default().1, ReasonCode(code));
    }
}

#[test]
fn a_list_of_nothing_has_no_field_for_it() {
    let list = Revocations::none(root()).sign(&authority(HOST), month(), &mut rng(1)).unwrap();
    assert_eq!(list.revocations(), []);
    let (_, other) = CertificateRevocationList::from_der(list.as_der()).unwrap();
    assert_eq!(other.iter_revoked_certificates().count(), 0);
    assert!(!list.as_der().windows(4).any(|window| window == b"Z\x30\x00\xa0"), "an empty SEQUENCE (RFC 5280 5.1.2.6)");
    assert_eq!(list.revocation_of(&leaf(0)), None);
}

#[test]
fn the_same_contents_give_the_same_list() {
    let mut revocations = Revocations::none(root());
    revocations.revoke(&leaf(0), now(), Reason::Superseded).unwrap();
    let sign = |seed| revocations.sign(&authority(HOST), month(), &mut rng(seed)).unwrap();
    assert_eq!(sign(1).as_der(), sign(2).as_der());
}

#[test]
fn the_next_list_has_the_next_number_and_all_that_was_taken_back_before() {
    let (authority, first) = (authority(HOST), list_of_all_reasons());
    let mut revocations = Revocations::continuing(root(), &first).unwrap();
    let later = time("2026-12-22T17:00:00Z");
    assert!(revocations.revoke(&leaf(6), later, Reason::Superseded).unwrap());
    let window = Validity::starting(later, Days::new(30).unwrap()).unwrap();
    let second = revocations.sign(&authority, window, &mut rng(1)).unwrap();
    assert_eq!(second.number(), 2);
    assert_eq!(second.revocations()[..6], *first.revocations());
    let last = second.revocation_of(&leaf(6)).unwrap();
    assert_eq!((last.time, last.reason), (later, Reason::Superseded));
    assert_eq!(first.revocation_of(&leaf(6)), None);
    assert_eq!(Revocations::continuing(root(), &second).unwrap().entries(), second.revocations());
}

#[test]
fn after_the_highest_number_there_is_no_further_list() {
    let authority = authority(HOST);
    let mut list: CertificateList = CertificateList::from_der(list_of_all_reasons().as_der()).unwrap();
    let extensions = list.tbs_cert_list.crl_extensions.as_mut().unwrap();
    let number = extensions.iter_mut().find(|extension| extension.extn_id == CrlNumber::OID).unwrap();
    let highest = CrlNumber(Uint::new(&[0xff; 8]).unwrap()).to_der().unwrap();
    number.extn_value = OctetString::new(highest).unwrap();
    let contents = list.tbs_cert_list.to_der().unwrap();
    list.signature = BitString::from_bytes(&authority.secret_key().sign(&contents, &mut rng(1)).unwrap()).unwrap();
    let last = RevocationList::from_der(&list.to_der().unwrap()).unwrap();
    assert_eq!(last.number(), u64::MAX);
    let refused = Revocations::continuing(root(), &last).unwrap().sign(&authority, month(), &mut rng(1));
    assert!(matches!(refused, Err(Error::OverLimit { found: u64::MAX, .. })), "{refused:?}");
}

#[test]
fn what_was_taken_back_keeps_its_time_and_reason() {
    let mut revocations = Revocations::none(root());
    assert_eq!(revocations.revoke(&leaf(0), now(), Reason::KeyCompromise), Ok(true));
    let later = now().plus_seconds(60).unwrap();
    assert_eq!(revocations.revoke(&leaf(0), later, Reason::Superseded), Ok(false));
    assert_eq!(revocations.entries().len(), 1);
    assert_eq!(revocations.entries()[0].time, now());
    assert_eq!(revocations.entries()[0].reason, Reason::KeyCompromise);
}

#[test]
fn a_root_takes_back_only_what_it_signed_and_never_itself() {
    let mut revocations = Revocations::none(root());
    let other = crate::support::identity("HOST5.atwork.at").leaf().clone();
    let refused = revocations.revoke(&other, now(), Reason::Superseded).unwrap_err();
    assert!(matches!(refused, Error::NotSignedBy { .. }), "{refused:?}");
    // The name of the root, but not its key.
    let pretended = Odd::leaf().issued_by("HOST4.atwork.at Replica Root", 3).certificate();
    assert!(matches!(revocations.revoke(&pretended, now(), Reason::Superseded), Err(Error::NotSignedBy { .. })));
    let refused = revocations.revoke(&root(), now(), Reason::KeyCompromise).unwrap_err();
    assert!(matches!(refused, Error::NotRevocable { .. }), "{refused:?}");
    assert_eq!(revocations.entries(), []);
}

#[test]
fn a_certificate_of_another_issuer_is_not_taken_back_by_an_equal_serial_number() {
    let list = list_of(&[Odd::leaf().certificate()]);
    assert!(list.revocation_of(&Odd::leaf().certificate()).is_some());
    assert!(list.revocation_of(&Odd::leaf().issued_by("Other", 3).certificate()).is_none());
}

#[test]
fn a_serial_number_is_listed_as_it_stands_also_a_negative_one() {
    for serial in [0, 1, 0x7f, 0x80, 0xff] {
        let odd = Odd { serial, ..Odd::leaf() }.certificate();
        let list = list_of(std::slice::from_ref(&odd));
        assert!(list.revocation_of(&odd).is_some());
        let (_, other) = CertificateRevocationList::from_der(list.as_der()).unwrap();
        assert_eq!(other.iter_revoked_certificates().next().unwrap().raw_serial(), [serial]);
    }
}

#[test]
fn only_a_root_whose_key_usage_allows_it_signs_lists() {
    // Key 0 and no more than keyCertSign.
    let without = Odd::root().with(const_oid::db::rfc5280::ID_CE_KEY_USAGE, true, key_usage(KEY_CERT_SIGN));
    let without = Authority::from_parts(without.certificate(), key(0)).unwrap();
    let revocations = Revocations::none(without.certificate().clone());
    let refused = revocations.sign(&without, month(), &mut rng(1)).unwrap_err();
    assert!(matches!(refused, Error::NotARoot { problem: "its KeyUsage lacks cRLSign", .. }), "{refused:?}");

    // MakeCert's roots have no KeyUsage at all (RFC 5280 §6.3.3 f).
    let pkcs8 = key(0).secret_pkcs8_der().unwrap();
    let both: FlagSet<KeyUsages> = KeyUsages::KeyCertSign | KeyUsages::CRLSign;
    for extensions in [vec![basic_constraints(true)], vec![basic_constraints(true), usages(both)]] {
        let root = Authority::from_parts(self_signed("Old Root", extensions, &pkcs8), key(0)).unwrap();
        let list = Revocations::none(root.certificate().clone()).sign(&root, month(), &mut rng(1)).unwrap();
        list.check_signed_by(root.certificate()).unwrap();
        assert_eq!(list.authority_key_identifier(), Some(key(0).public_key().key_identifier().as_slice()));
    }
}

#[test]
fn a_list_is_taken_from_its_own_root_alone() {
    let list = list_of_all_reasons();
    let other = authority("HOST5.atwork.at").certificate().clone();
    assert!(matches!(Revocations::continuing(other, &list), Err(Error::NotSignedBy { .. })));
    // The same name and another key.
    let profile = crate::support::root_profile(HOST);
    let impostor = Authority::create(&profile, key(3), now(), &mut rng(1)).unwrap();
    let refused = Revocations::continuing(impostor.certificate().clone(), &list).unwrap_err();
    assert!(matches!(refused, Error::NotSignedBy { .. }), "{refused:?}");
    let refused = Revocations::none(root()).sign(&impostor, month(), &mut rng(1)).unwrap_err();
    assert!(matches!(refused, Error::KeyMismatch { .. }), "{refused:?}");
}

#[test]
fn a_root_signs_no_list_outside_its_own_time() {
    for start in ["2026-11-01T00:00:00Z", "2036-12-01T00:00:00Z"] {
        let window = Validity::starting(time(start), Days::new(30).unwrap()).unwrap();
        let refused = Revocations::none(root()).sign(&authority(HOST), window, &mut rng(1)).unwrap_err();
        assert!(matches!(refused, Error::RootNotValid { .. }), "{refused:?}");
    }
}

#[test]
fn dates_from_2050_on_are_written_as_rfc_5280_asks() {
    let mut profile = crate::support::root_profile(HOST);
    profile.days = Days::new(36_500).unwrap();
    let root = Authority::create(&profile, key(0), now(), &mut rng(1)).unwrap();
    let window = Validity::new(time("2049-12-31T23:59:59Z"), time("2050-01-01T00:00:00Z")).unwrap();
    let list = Revocations::none(root.certificate().clone()).sign(&root, window, &mut rng(1)).unwrap();
    let both = b"\x17\x0d491231235959Z\x18\x0f20500101000000Z";
    assert!(list.as_der().windows(both.len()).any(|bytes| bytes == both));
    assert_eq!(*list.validity(), window);
}

#[test]
fn reasons_have_the_names_of_rfc_5280_in_any_case() {
    for (reason, name, _) in REASONS {
        assert_eq!(reason.to_string(), name);
        assert_eq!(name.to_uppercase().parse(), Ok(reason));
    }
    for unknown in ["", "cACompromise", "removeFromCRL", "certificateHold", "keycompromise ", "1"] {
        let refused = unknown.parse::<Reason>().unwrap_err().to_string();
        assert!(REASONS.iter().all(|(_, name, _)| refused.contains(name)), "{refused}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_was_written_is_what_is_read(
        revoked in prop::collection::vec((0..8_usize, 0..4_000_000_000_u64, 0..6_usize), 0..12),
        start in 1_795_366_800..2_000_000_000_u64,
        length in 0..100_000_000_u64,
    ) {
        let mut revocations = Revocations::none(root());
        for (i, seconds, reason) in revoked {
            let is_new = !revocations.entries().iter().any(|entry| *entry.serial_number == *leaf(i).serial_number());
            let time = Time::from_unix(seconds).unwrap();
            assert_eq!(revocations.revoke(&leaf(i), time, REASONS[reason].0), Ok(is_new));
        }
        let window = Validity::new(Time::from_unix(start).unwrap(), Time::from_unix(start + length).unwrap()).unwrap();
        let written = revocations.sign(&authority(HOST), window, &mut rng(1)).unwrap();
        let read = RevocationList::from_der(written.as_der()).unwrap();
        assert_eq!(read.revocations(), revocations.entries());
        assert_eq!((*read.validity(), read.number()), (window, 1));
        assert_eq!(RevocationList::from_pem(&written.to_pem()).unwrap().as_der(), written.as_der());
        let (_, other) = CertificateRevocationList::from_der(written.as_der()).unwrap();
        assert_eq!(other.iter_revoked_certificates().count(), revocations.entries().len());
    }
}

fn root() -> Certificate {
    static ROOT: std::sync::LazyLock<Certificate> = std::sync::LazyLock::new(|| authority(HOST).certificate().clone());
    ROOT.clone()
}

/// One of eight certificates of the root.
fn leaf(index: usize) -> Certificate {
    static LEAVES: std::sync::LazyLock<Vec<Certificate>> = std::sync::LazyLock::new(|| {
        let profile = LeafProfile::new(fqdn(HOST));
        let sign = |seed| authority(HOST).sign(&profile, key(1).public_key(), now(), &mut rng(seed)).unwrap();
        (300..308).map(sign).collect()
    });
    LEAVES[index].clone()
}

fn month() -> Validity {
    Validity::starting(now(), Days::new(30).unwrap()).unwrap()
}

fn list_of_all_reasons() -> RevocationList {
    static LIST: std::sync::LazyLock<RevocationList> = std::sync::LazyLock::new(|| {
        let mut revocations = Revocations::none(root());
        for (i, (reason, ..)) in REASONS.into_iter().enumerate() {
            assert_eq!(revocations.revoke(&leaf(i), now(), reason), Ok(true));
        }
        revocations.sign(&authority(HOST), month(), &mut rng(1)).unwrap()
    });
    LIST.clone()
}

/// A list of `CN=Root`, which gets the right to sign lists for it.
fn list_of(leaves: &[Certificate]) -> RevocationList {
    let usage = key_usage(KEY_CERT_SIGN | CRL_SIGN);
    let root = Odd::root().with(const_oid::db::rfc5280::ID_CE_KEY_USAGE, true, usage).certificate();
    let mut revocations = Revocations::none(root.clone());
    for leaf in leaves {
        assert_eq!(revocations.revoke(leaf, now(), Reason::Superseded), Ok(true));
    }
    revocations.sign(&Authority::from_parts(root, key(0)).unwrap(), month(), &mut rng(1)).unwrap()
}

const CRL_SIGN: u8 = 0x02;
