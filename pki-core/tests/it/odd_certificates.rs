//! Certificates with any defect. Every field is in the test's hands and the DER is put together here, because builders
//! refuse most of what has to be tried.

use std::sync::LazyLock;

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc4519, rfc5280, rfc5912};
use der::Encode as _;
use pki_core::certificate::Certificate;
use pki_core::key::KeyPair;
use pki_core::validity::Time;
use rsa::pkcs8::DecodePrivateKey as _;
use sha1::Sha1;
use signature::{SignatureEncoding as _, Signer as _};

use crate::support;

pub(crate) const HOST: &str = "HOST4.atwork.at";
/// The keys of [`support::key`]: who has which.
pub(crate) const ROOT_KEY: usize = 0;
pub(crate) const LEAF_KEY: usize = 1;
pub(crate) const CA_KEY: usize = 2;
pub(crate) const FOREIGN_KEY: usize = 3;

/// The bits of KeyUsage as they stand in the first octet.
pub(crate) const DIGITAL_SIGNATURE: u8 = 0x80;
pub(crate) const KEY_ENCIPHERMENT: u8 = 0x20;
pub(crate) const KEY_CERT_SIGN: u8 = 0x04;

/// A certificate before it is signed. The three makers give certificates without a defect.
#[derive(Clone)]
pub(crate) struct Odd {
    pub(crate) subject: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) serial: u8,
    pub(crate) validity: (Time, Time),
    /// `SubjectPublicKeyInfo`.
    pub(crate) spki: Vec<u8>,
    pub(crate) extensions: Vec<(ObjectIdentifier, bool, Vec<u8>)>,
    pub(crate) algorithm: ObjectIdentifier,
    /// Whose key signs.
    pub(crate) signer: usize,
}

impl Odd {
    /// `CN=Root`, key 0, no limits.
    pub(crate) fn root() -> Self {
        Self::ca("Root", ROOT_KEY)
            .issued_by("Root", ROOT_KEY)
            .without(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER)
            .lasting(-10, 3640)
    }

    /// A CA below `CN=Root`, without a pathLen.
    pub(crate) fn ca(name: &str, key: usize) -> Self {
        Self::new(cn(name), key)
            .with(rfc5280::ID_CE_BASIC_CONSTRAINTS, true, basic_constraints(true, None))
            .with(rfc5280::ID_CE_KEY_USAGE, true, key_usage(KEY_CERT_SIGN))
            .issued_by("Root", ROOT_KEY)
            .lasting(-9, 1000)
    }

    /// The host's certificate below `CN=Root`, key 1.
    pub(crate) fn leaf() -> Self {
        Self::new(cn(HOST), LEAF_KEY)
            .with(rfc5280::ID_CE_SUBJECT_ALT_NAME, false, sequence(&[dns(HOST)]))
            .with(rfc5280::ID_CE_BASIC_CONSTRAINTS, true, basic_constraints(false, None))
            .with(rfc5280::ID_CE_KEY_USAGE, true, key_usage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT))
            .with(rfc5280::ID_CE_EXT_KEY_USAGE, false, purposes(&TLS))
            .issued_by("Root", ROOT_KEY)
            .lasting(-8, 730)
    }

    fn new(subject: Vec<u8>, key: usize) -> Self {
        let spki = test_key(key).public_key().as_spki_der().to_vec();
        let (issuer, validity) = (Vec::new(), (support::now(), support::now()));
        let (serial, extensions, algorithm) = (7, Vec::new(), rfc5912::SHA_256_WITH_RSA_ENCRYPTION);
        Self { subject, issuer, serial, validity, spki, extensions, algorithm, signer: key }.with(
            rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER,
            false,
            tlv(0x04, &identifier(key)),
        )
    }

    /// Adds an extension, or puts another in its place.
    pub(crate) fn with(mut self, oid: ObjectIdentifier, critical: bool, value: Vec<u8>) -> Self {
        match self.extensions.iter_mut().find(|(other, ..)| *other == oid) {
            Some(extension) => *extension = (oid, critical, value),
            None => self.extensions.push((oid, critical, value)),
        }
        self
    }

    pub(crate) fn without(mut self, oid: ObjectIdentifier) -> Self {
        self.extensions.retain(|(other, ..)| *other != oid);
        self
    }

    /// Names the issuer and its key, and will be signed by it.
    pub(crate) fn issued_by(mut self, name: &str, key: usize) -> Self {
        self.issuer = cn(name);
        self.signer = key;
        self.with(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER, false, sequence(&[tlv(0x80, &identifier(key))]))
    }

    /// Another key signs than the one that was named.
    pub(crate) fn signed_by(mut self, key: usize) -> Self {
        self.signer = key;
        self
    }

    /// From and to, in days from now.
    pub(crate) fn lasting(mut self, from: i64, to: i64) -> Self {
        let day = |days: i64| {
            let seconds = support::now().to_unix().checked_add_signed(days * 24 * 60 * 60).unwrap();
            Time::from_unix(seconds).unwrap()
        };
        self.validity = (day(from), day(to));
        self
    }

    pub(crate) fn subject(mut self, subject: Vec<u8>) -> Self {
        self.subject = subject;
        self
    }

    /// `dNSName`s in the SubjectAltName.
    pub(crate) fn named(self, names: &[&str]) -> Self {
        self.with(
            rfc5280::ID_CE_SUBJECT_ALT_NAME,
            false,
            sequence(&names.iter().map(|name| dns(name)).collect::<Vec<_>>()),
        )
    }

    /// NameConstraints of `GeneralName`s.
    pub(crate) fn constrained(self, permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> Self {
        self.with(rfc5280::ID_CE_NAME_CONSTRAINTS, true, name_constraints(permitted, excluded))
    }

    pub(crate) fn certificate(&self) -> Certificate {
        Certificate::from_der(&self.der()).unwrap()
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let tbs = self.tbs();
        let signature = self.sign(&tbs);
        self.joined(tbs, &signature)
    }

    /// With zeros for a signature: where only the contents matter, this is a hundred times faster.
    pub(crate) fn unsigned(&self) -> Certificate {
        Certificate::from_der(&self.joined(self.tbs(), &[0; 256])).unwrap()
    }

    fn joined(&self, tbs: Vec<u8>, signature: &[u8]) -> Vec<u8> {
        sequence(&[tbs, self.algorithm_identifier(), tlv(0x03, &[&[0], signature].concat())])
    }

    fn algorithm_identifier(&self) -> Vec<u8> {
        sequence(&[oid(self.algorithm), tlv(0x05, &[])])
    }

    fn tbs(&self) -> Vec<u8> {
        let extension = |(id, critical, value): &(ObjectIdentifier, bool, Vec<u8>)| {
            let critical = if *critical { tlv(0x01, &[0xff]) } else { Vec::new() };
            sequence(&[oid(*id), critical, tlv(0x04, value)])
        };
        sequence(&[
            tlv(0xa0, &tlv(0x02, &[2])),
            tlv(0x02, &[self.serial]),
            self.algorithm_identifier(),
            self.issuer.clone(),
            sequence(&[generalized_time(self.validity.0), generalized_time(self.validity.1)]),
            self.subject.clone(),
            self.spki.clone(),
            tlv(0xa3, &sequence(&self.extensions.iter().map(extension).collect::<Vec<_>>())),
        ])
    }

    fn sign(&self, tbs: &[u8]) -> Vec<u8> {
        let key = test_key(self.signer);
        if self.algorithm == rfc5912::SHA_1_WITH_RSA_ENCRYPTION {
            let key = rsa::PrivateKey::from_pkcs8_der(&key.secret_pkcs8_der().unwrap()).unwrap();
            return rsa::pkcs1v15::SigningKey::<Sha1>::new(key).sign(tbs).to_vec();
        }
        key.sign(tbs, &mut support::rng(200)).unwrap()
    }
}

pub(crate) const TLS: [ObjectIdentifier; 2] = [rfc5280::ID_KP_SERVER_AUTH, rfc5280::ID_KP_CLIENT_AUTH];

pub(crate) fn cn(text: &str) -> Vec<u8> {
    name(&[(rfc4519::CN, tlv(UTF8_STRING, text.as_bytes()))])
}

/// A Name of single attributes.
pub(crate) fn name(attributes: &[(ObjectIdentifier, Vec<u8>)]) -> Vec<u8> {
    let rdn = |(id, value): &(ObjectIdentifier, Vec<u8>)| tlv(0x31, &sequence(&[oid(*id), value.clone()]));
    sequence(&attributes.iter().map(rdn).collect::<Vec<_>>())
}

pub(crate) fn dns(text: &str) -> Vec<u8> {
    tlv(0x82, text.as_bytes())
}

pub(crate) fn email(text: &str) -> Vec<u8> {
    tlv(0x81, text.as_bytes())
}

pub(crate) fn uri(text: &str) -> Vec<u8> {
    tlv(0x86, text.as_bytes())
}

pub(crate) fn ip(octets: &[u8]) -> Vec<u8> {
    tlv(0x87, octets)
}

pub(crate) fn directory(name: &[u8]) -> Vec<u8> {
    tlv(0xa4, name)
}

pub(crate) fn basic_constraints(ca: bool, path_len: Option<u8>) -> Vec<u8> {
    let ca = if ca { tlv(0x01, &[0xff]) } else { Vec::new() };
    sequence(&[ca, path_len.map(|length| tlv(0x02, &[length])).unwrap_or_default()])
}

pub(crate) fn key_usage(bits: u8) -> Vec<u8> {
    tlv(0x03, &[bits.trailing_zeros().try_into().unwrap(), bits])
}

pub(crate) fn purposes(oids: &[ObjectIdentifier]) -> Vec<u8> {
    sequence(&oids.iter().map(|id| oid(*id)).collect::<Vec<_>>())
}

pub(crate) fn name_constraints(permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> Vec<u8> {
    let subtrees = |tag, bases: &[Vec<u8>]| {
        let subtrees: Vec<_> = bases.iter().map(|base| sequence(std::slice::from_ref(base))).collect();
        if subtrees.is_empty() { Vec::new() } else { tlv(tag, &subtrees.concat()) }
    };
    sequence(&[subtrees(0xa0, permitted), subtrees(0xa1, excluded)])
}

pub(crate) fn identifier(key: usize) -> [u8; 20] {
    test_key(key).public_key().key_identifier()
}

/// The keys of [`support::key`], read once.
fn test_key(index: usize) -> &'static KeyPair {
    static KEYS: LazyLock<Vec<KeyPair>> = LazyLock::new(|| (0..4).map(support::key).collect());
    &KEYS[index]
}

pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

pub(crate) fn oid(id: ObjectIdentifier) -> Vec<u8> {
    id.to_der().unwrap()
}

pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, middle, low] = content.len().to_be_bytes();
    let header = match content.len() {
        0..=0x7f => vec![tag, low],
        0x80..=0xff => vec![tag, 0x81, low],
        0x100..=0xffff => vec![tag, 0x82, middle, low],
        _ => vec![tag, 0x83, high, middle, low],
    };
    [header.as_slice(), content].concat()
}

pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
/// Beyond ASCII, nobody agrees on what its octets mean.
pub(crate) const TELETEX_STRING: u8 = 0x14;

/// Any year fits; that RFC 5280 §4.1.2.5 wants UTCTime until 2049 does not matter here.
fn generalized_time(time: Time) -> Vec<u8> {
    let digits: String = time.to_string().chars().filter(char::is_ascii_digit).collect();
    tlv(0x18, format!("{digits}Z").as_bytes())
}
