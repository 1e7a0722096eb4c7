//! PFX files, and what stands inside them; keys; what a vault seals.

use pki_core::authority::Identity;
use pki_core::key::test_keys::insecure_test_key;
use pki_core::password::Password;
use pki_core::pfx::{self, Encoding, SealOptions};

use super::certificates::{authority, leaf};
use super::{Seed, host, rng, seed};
use crate::keys::{PASSWORD, encrypt};
use crate::pfx::opens;
use crate::pfx::wrap::{self, control};
use crate::tlv::{self, CONTEXT_0, OCTET_STRING, SEQUENCE, SET, oid};

pub(super) fn seeds() -> Vec<Seed> {
    let mut seeds = key_seeds();
    seeds.extend(pfx_seeds());
    seeds
}

fn key_seeds() -> Vec<Seed> {
    let key = insecure_test_key(0).expect("a key of the library");
    let der = key.secret_pkcs8_der().expect("a key can be written");
    let password = tlv::write(tlv::UTF8_STRING, &[b"secret"]);
    let mark = b"everything secret here is sealed under one passphrase";
    let encrypted = key.encrypted_pkcs8_der(&password_of_all(), &mut rng()).expect("a key can be encrypted");
    vec![
        seed("private_key", "key.der", &**der),
        seed("private_key", "key.pem", key.secret_pkcs8_pem().expect("a key can be written").as_bytes()),
        seed("encrypted_key", "aes-256", [&[0][..], &der].concat()),
        seed("encrypted_key", "aes-128", [&[1][..], &der].concat()),
        seed("encrypted_key", "one-round.der", encrypt(0, &der)),
        seed("encrypted_key", "all-rounds.der", encrypted),
        seed("vault", "password", [&[0][..], password.as_slice()].concat()),
        seed("vault", "key", [&[1][..], &der].concat()),
        seed("vault", "mark", [&[2][..], mark.as_slice()].concat()),
        seed("vault", "sealed-password", [&[0][..], &encrypt(0, &password)].concat()),
    ]
}

fn pfx_seeds() -> Vec<Seed> {
    let root = authority(0);
    let (key, leaf) = (insecure_test_key(2).expect("a key of the library"), leaf(&root, 0));
    let identity = Identity::from_parts(leaf, key, root.certificate().clone()).expect("key, leaf and root");
    let mut seeds = Vec::new();
    for encoding in [Encoding::Legacy, Encoding::Modern] {
        let options = SealOptions::for_host(&host(0), encoding);
        let file = pfx::seal(&identity, &password_of_all(), &options, &mut rng()).expect("an identity can be sealed");
        seeds.push(seed("pfx", format!("{encoding}.pfx"), file));
    }
    for (name, bits) in [
        ("legacy", 0),
        ("modern", control::MODERN),
        ("legacy-ber", control::BER),
        ("modern-ber", control::MODERN | control::BER),
        ("resealed", control::RESEAL),
    ] {
        let inside = inside(&identity, bits);
        assert!(opens(&inside), "a seed that is refused at once would lead nowhere");
        seeds.push(seed("pfx", format!("{name}-one-round.pfx"), wrap::File::read(&inside).to_bytes(None)));
        seeds.push(seed("pfx_inside", name, inside));
    }
    seeds
}

/// As `wrap` reads it: a key with the attributes that Windows wants, and the certificates, encrypted; and a plain key.
fn inside(identity: &Identity, bits: u8) -> Vec<u8> {
    let pkcs8 = identity.secret_key().secret_pkcs8_der().expect("a key can be written");
    let key_id = attribute(LOCAL_KEY_ID, &tlv::write(OCTET_STRING, &[identity.leaf().thumbprint().as_bytes()]));
    let name = |text: &str| {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        tlv::write(BMP_STRING, &[&units])
    };
    let provider = attribute(PROVIDER_NAME, &name("Microsoft RSA SChannel Cryptographic Provider"));
    let key_attributes = tlv::write(SET, &[&key_id, &provider, &attribute(LOCAL_MACHINE_KEY_SET, &[])]);
    let leaf_attributes = tlv::write(SET, &[&key_id, &attribute(FRIENDLY_NAME, &name("HOST4 Hyper-V Replica"))]);
    let certificate = |der: &[u8], attributes: &[u8]| {
        let value = tlv::write(CONTEXT_0, &[&tlv::write(OCTET_STRING, &[der])]);
        bag(CERT_BAG, &tlv::write(SEQUENCE, &[&oid(X509_CERTIFICATE), &value]), attributes)
    };
    let leaf = certificate(identity.leaf().as_der(), &leaf_attributes);
    let certificates = tlv::write(SEQUENCE, &[&leaf, &certificate(identity.root().as_der(), &[])]);
    let nested = bag(SAFE_CONTENTS_BAG, &tlv::write(SEQUENCE, &[&bag(KEY_BAG, &short_key(), &[])]), &[]);
    let said = |what: u8| tlv::write(OCTET_STRING, &[&[bits | what]]);
    [
        said(control::KEY),
        pkcs8.to_vec(),
        key_attributes,
        said(control::ENCRYPTED),
        certificates,
        said(0),
        tlv::write(SEQUENCE, &[&nested]),
    ]
    .concat()
}

fn bag(id: &[u8], value: &[u8], attributes: &[u8]) -> Vec<u8> {
    tlv::write(SEQUENCE, &[&oid(id), &tlv::write(CONTEXT_0, &[value]), attributes])
}

fn attribute(id: &[u8], value: &[u8]) -> Vec<u8> {
    tlv::write(SEQUENCE, &[&oid(id), &tlv::write(SET, &[value])])
}

/// PKCS#8 of a key that nobody could use, with the attribute that tells Windows its use.
fn short_key() -> Vec<u8> {
    let algorithm = tlv::write(SEQUENCE, &[&oid(RSA_ENCRYPTION), &[tlv::NULL, 0]]);
    let numbers: Vec<u8> = [0, 15, 3, 3, 3, 5, 1, 3, 2].iter().flat_map(|number| [tlv::INTEGER, 1, *number]).collect();
    let key = tlv::write(OCTET_STRING, &[&tlv::write(SEQUENCE, &[&numbers])]);
    let usage = tlv::write(CONTEXT_0, &[&attribute(KEY_USAGE, &[tlv::BIT_STRING, 2, 4, 0x10])]);
    tlv::write(SEQUENCE, &[&[tlv::INTEGER, 1, 0], &algorithm, &key, &usage])
}

fn password_of_all() -> Password {
    Password::new(PASSWORD.to_owned()).expect("a password")
}

const BMP_STRING: u8 = 0x1e;
/// 1.2.840.113549.1.1.1.
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
// 1.2.840.113549.1.12.10.1: bags.
const KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 1];
const CERT_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 3];
const SAFE_CONTENTS_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 6];
// 1.2.840.113549.1.9: attributes and the type of a certificate.
const FRIENDLY_NAME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 20];
const LOCAL_KEY_ID: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 21];
const X509_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 22, 1];
// 1.3.6.1.4.1.311.17: Microsoft's.
const PROVIDER_NAME: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 17, 1];
const LOCAL_MACHINE_KEY_SET: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 17, 2];
/// 2.5.29.15.
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
