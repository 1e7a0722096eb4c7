//! What is sealed anew keeps keys, certificates and attributes, whoever made the file.

use p12::{CertBag, ContentInfo, OtherAttribute, PFX, PKCS12Attribute, SafeBag, SafeBagKind};
use pki_core::Error;
use pki_core::password::Password;
use pki_core::pfx::{self, Attributes, Contents, Encoding, MacStatus, OpenOptions};

use crate::pfx_seal::{password, sealed};
use crate::support;

const BOTH: [Encoding; 2] = [Encoding::Legacy, Encoding::Modern];

fn open(file: &[u8], password: &str) -> Contents {
    let password = if password.is_empty() { Password::empty() } else { Password::new(password.to_owned()).unwrap() };
    let mut options = OpenOptions::default();
    options.require_mac = false;
    pfx::open(file, &password, &options).unwrap()
}

fn resealed(contents: &Contents, encoding: Encoding) -> Contents {
    let new = Password::new("another password".to_owned()).unwrap();
    let file = contents.reseal(&new, encoding, &mut support::rng(3)).unwrap();
    let opened = pfx::open(&file, &new, &OpenOptions::default()).unwrap();
    assert_eq!(opened.mac.as_ref().unwrap().status, MacStatus::Verified);
    assert_eq!(opened.oldest_windows(), Some(encoding.oldest_windows()));
    opened
}

/// An attribute's place in its set says nothing.
fn facts(attributes: &Attributes) -> impl PartialEq + std::fmt::Debug {
    let Attributes { friendly_name, local_key_id, provider, local_machine_key_set, other, .. } = attributes.clone();
    let mut other = other;
    other.sort();
    (friendly_name, local_key_id, provider, local_machine_key_set, other)
}

#[track_caller]
fn assert_same(one: &Contents, other: &Contents) {
    let keys = |contents: &Contents| {
        let keys = contents.keys.iter();
        keys.map(|key| (key.public_key(), key.key_spec, format!("{:?}", facts(&key.attributes)))).collect::<Vec<_>>()
    };
    let certificates = |contents: &Contents| {
        let certificates = contents.certificates.iter();
        certificates.map(|it| (it.certificate.clone(), format!("{:?}", facts(&it.attributes)))).collect::<Vec<_>>()
    };
    assert_eq!(keys(one), keys(other));
    assert_eq!(certificates(one), certificates(other));
}

#[test]
fn a_file_of_this_crate_becomes_the_other_encoding_and_comes_back() {
    for encoding in BOTH {
        let contents = open(&sealed(encoding), password().secret_text());
        for other in BOTH {
            let again = resealed(&contents, other);
            assert_same(&contents, &again);
            let key = |contents: &Contents| contents.keys[0].key_pair().unwrap().secret_pkcs8_der().unwrap();
            assert_eq!(key(&contents), key(&again));
            assert_same(&contents, &resealed(&again, encoding));
        }
    }
}

#[test]
fn what_windows_exported_keeps_its_provider_container_and_order() {
    for (file, password) in [
        (picky_test_data::CERTMGR_3DES, "test"),
        (picky_test_data::CERTMGR_AES256, "test"),
        (picky_test_data::LEAF_PASSWORD_IS_ABC, "abc"),
        (picky_test_data::LEAF_EMPTY_PASSWORD, ""),
    ] {
        let contents = open(file, password);
        assert!(!contents.keys.is_empty());
        for encoding in BOTH {
            assert_same(&contents, &resealed(&contents, encoding));
        }
    }
}

#[test]
fn attributes_that_nobody_knows_stay_with_all_their_values() {
    let oid = |arcs: &[u64]| yasna::models::ObjectIdentifier::from_slice(arcs);
    let integer = |value: u8| vec![2, 1, value];
    let other = |arcs: &[u64], data: Vec<Vec<u8>>| PKCS12Attribute::Other(OtherAttribute { oid: oid(arcs), data });
    let identity = support::identity("HOST4.atwork.at");
    let attributes = vec![
        other(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![integer(1), integer(2), integer(3)]),
        other(&[1, 3, 6, 1, 4, 1, 99999, 2], vec![]),
        PKCS12Attribute::FriendlyName("caf\u{e9}".to_owned()),
    ];
    let bag = SafeBagKind::CertBag(CertBag::X509(identity.leaf().as_der().to_vec()));
    let bag = SafeBag { bag, attributes };
    let one = |write: &dyn Fn(yasna::DERWriter<'_>)| {
        yasna::construct_der(|writer| writer.write_sequence_of(|writer| write(writer.next())))
    };
    let safe = ContentInfo::Data(one(&|writer| bag.write(writer)));
    let auth_safe = ContentInfo::Data(one(&|writer| safe.write(writer)));
    let contents = open(&PFX { version: 3, auth_safe, mac_data: None }.to_der(), "any");
    assert_eq!(contents.certificates[0].attributes.other.len(), 2);

    let new = Password::new("another password".to_owned()).unwrap();
    for encoding in BOTH {
        assert_same(&contents, &resealed(&contents, encoding));
        // What a stranger reads of it: every value, still in its set.
        let file = contents.reseal(&new, encoding, &mut support::rng(3)).unwrap();
        let strange = PFX::parse(&file).unwrap();
        if encoding == Encoding::Legacy {
            let bags = strange.bags(new.secret_text()).unwrap();
            let [bag] = bags.as_slice() else { panic!("one bag") };
            for attribute in [&[1, 3, 6, 1, 4, 1, 99999, 1][..], &[1, 3, 6, 1, 4, 1, 99999, 2]] {
                let values = bag.attributes.iter().find_map(|it| match it {
                    PKCS12Attribute::Other(other) if other.oid == oid(attribute) => Some(other.data.clone()),
                    _ => None,
                });
                let expected =
                    if attribute.ends_with(&[1]) { vec![integer(1), integer(2), integer(3)] } else { vec![] };
                assert_eq!(values, Some(expected));
            }
        }
    }
}

#[test]
fn the_empty_password_seals_nothing() {
    let contents = open(&sealed(Encoding::Modern), password().secret_text());
    let refused = contents.reseal(&Password::empty(), Encoding::Modern, &mut support::rng(3));
    assert_eq!(refused, Err(Error::PasswordLength { bytes: 0 }));
}
