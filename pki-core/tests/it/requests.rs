//! A request shows who holds a key and which names it is for; what does not show that is refused.

mod names;

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5280, rfc5912};
use pki_core::Error;
use pki_core::authority::Identity;
use pki_core::key::SignatureAlgorithm;
use pki_core::name::DnsName;
use pki_core::profile::LeafProfile;
use pki_core::request::CertificationRequest;
use proptest::prelude::*;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::DecodePrivateKey as _;
use sha1::Sha1;
use sha2::{Sha384, Sha512};
use signature::{SignatureEncoding as _, Signer as _};
use x509_parser::prelude::{FromDer as _, GeneralName, ParsedExtension, X509CertificationRequest};

use crate::odd_certificates::{HOST, cn, oid, sequence, tlv};
use crate::support::foreign::{elliptic_curve, rsa_pkcs8, spki, weak_pkcs8};
use crate::support::{damaged, fqdn, host_names, key, now, rng};

const BROKER: &str = "broker.atwork.at";
const OPENSSL: &str = include_str!("vectors/openssl.csr");
const CERTREQ: &[u8] = include_bytes!("vectors/certreq.der");

#[test]
fn a_request_comes_back_unchanged_from_der_and_pem() {
    let request = own(HOST, &[BROKER]);
    let pem = request.to_pem();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"), "{pem}");
    assert!(pem.ends_with("-----END CERTIFICATE REQUEST-----\n"), "{pem}");
    let readings = [
        CertificationRequest::from_der(request.as_der()),
        CertificationRequest::from_pem(&pem),
        CertificationRequest::from_der_or_pem(request.as_der()),
        CertificationRequest::from_der_or_pem(pem.as_bytes()),
        CertificationRequest::from_pem(&as_certreq_writes_pem(&pem)),
        CertificationRequest::from_pem(&format!("Certificate Request:\n    Data:\n{pem}\n")),
    ];
    for reading in readings {
        let reading = reading.unwrap();
        assert_eq!(reading, request);
        assert_eq!(reading.host().as_str(), HOST);
        assert_eq!(reading.also(), [BROKER.parse::<DnsName>().unwrap()]);
        assert_eq!(reading.public_key(), key(1).public_key());
        assert_eq!(*reading.signature_algorithm(), SignatureAlgorithm::RsaSha256);
        assert_eq!(reading.subject().to_string(), format!("CN={HOST}"));
    }
}

#[test]
fn another_reader_sees_the_same_request() {
    let request = own(HOST, &[BROKER, &HOST.to_lowercase()]);
    let (rest, other) = X509CertificationRequest::from_der(request.as_der()).unwrap();
    assert!(rest.is_empty());
    let info = &other.certification_request_info;
    assert_eq!(info.version.0, 0);
    assert_eq!(info.subject.to_string(), format!("CN={HOST}"));
    assert_eq!(info.subject_pki.raw, key(1).public_key().as_spki_der());
    assert_eq!(other.signature_algorithm.algorithm.to_id_string(), "1.2.840.113549.1.1.11");
    assert_eq!(info.iter_attributes().count(), 1);
    let extensions: Vec<_> = other.requested_extensions().unwrap().collect();
    let [ParsedExtension::SubjectAlternativeName(names)] = extensions[..] else { panic!("{extensions:?}") };
    assert_eq!(names.general_names, [GeneralName::DNSName(HOST), GeneralName::DNSName(BROKER)]);
}

#[test]
fn the_same_key_and_names_give_the_same_request() {
    let make = |seed| CertificationRequest::create(&fqdn(HOST), &[], &key(1), &mut rng(seed)).unwrap();
    assert_eq!(make(1).as_der(), make(2).as_der());
}

#[test]
fn the_answer_to_a_request_belongs_to_its_key_and_has_its_names() {
    let authority = unlimited();
    let request = own(HOST, &[BROKER]);
    let mut profile = LeafProfile::new(request.host().clone());
    profile.also = request.also().to_vec();
    let leaf = authority.sign(&profile, request.public_key(), now(), &mut rng(1)).unwrap();
    assert_eq!(leaf.dns_names(), [HOST, BROKER]);
    let root = || authority.certificate().clone();
    assert_eq!(Identity::from_parts(leaf.clone(), key(1), root()).unwrap().leaf(), &leaf);
    assert!(matches!(Identity::from_parts(leaf, key(2), root()), Err(Error::KeyMismatch { .. })));
}

#[test]
fn requests_of_openssl_and_certreq_are_read_and_can_be_signed() {
    let certreq = der::pem::encode_string("CERTIFICATE REQUEST", der::pem::LineEnding::LF, CERTREQ).unwrap();
    let vectors = [
        (CertificationRequest::from_der_or_pem(OPENSSL.as_bytes()), "C=AT, O=Example, CN=HOST4.atwork.at"),
        (CertificationRequest::from_der_or_pem(CERTREQ), "CN=HOST4.atwork.at"),
        (CertificationRequest::from_der_or_pem(as_certreq_writes_pem(&certreq).as_bytes()), "CN=HOST4.atwork.at"),
    ];
    for (request, subject) in vectors {
        let request = request.unwrap();
        assert_eq!(request.subject().to_string(), subject);
        assert_eq!(request.host().as_str(), HOST);
        assert_eq!(request.also(), [BROKER.parse::<DnsName>().unwrap()]);
        let leaf = LeafProfile::new(request.host().clone());
        let leaf = unlimited().sign(&leaf, request.public_key(), now(), &mut rng(1)).unwrap();
        assert_eq!(leaf.public_key(), request.public_key());
        assert_eq!(leaf.subject().to_string(), "CN=HOST4.atwork.at");
    }
}

#[test]
fn every_hash_of_sha_2_is_accepted_and_sha_1_is_refused_by_name() {
    for (algorithm, expected) in [
        (rfc5912::SHA_256_WITH_RSA_ENCRYPTION, SignatureAlgorithm::RsaSha256),
        (rfc5912::SHA_384_WITH_RSA_ENCRYPTION, SignatureAlgorithm::RsaSha384),
        (rfc5912::SHA_512_WITH_RSA_ENCRYPTION, SignatureAlgorithm::RsaSha512),
    ] {
        let request = Odd { algorithm, ..Odd::new() }.read().unwrap();
        assert_eq!(*request.signature_algorithm(), expected);
    }
    let refused = Odd { algorithm: rfc5912::SHA_1_WITH_RSA_ENCRYPTION, ..Odd::new() }.read().unwrap_err();
    assert_eq!(refused, Error::WeakSignature { what: "the request", algorithm: "SHA-1 with RSA".to_owned() });
    for (algorithm, name) in [("1.2.840.113549.1.1.4", "MD5 with RSA"), ("1.2.840.113549.1.1.10", "RSASSA-PSS")] {
        let algorithm = ObjectIdentifier::new_unwrap(algorithm);
        let refused = Odd { algorithm, ..Odd::new() }.read().unwrap_err();
        assert!(matches!(&refused, Error::UnsupportedAlgorithm { algorithm, .. } if algorithm == name), "{refused:?}");
    }
}

#[test]
fn a_request_that_another_key_signed_is_refused() {
    let spki = key(2).public_key().as_spki_der().to_vec();
    let refused = Odd { spki, ..Odd::new() }.read().unwrap_err();
    assert!(refused.to_string().contains("was not made by its own key"), "{refused}");
}

#[test]
fn keys_below_2048_bits_or_of_another_kind_are_refused() {
    let refused = Odd { spki: spki(weak_pkcs8()), ..Odd::new() }.read().unwrap_err();
    assert_eq!(refused, Error::KeySize { bits: 1024 });
    let refused = Odd { spki: spki(&rsa_pkcs8(2040, 65_537)), ..Odd::new() }.read().unwrap_err();
    assert_eq!(refused, Error::KeySize { bits: 2040 });
    let refused = Odd { spki: elliptic_curve().0, ..Odd::new() }.read().unwrap_err();
    assert!(matches!(refused, Error::UnsupportedAlgorithm { what: "the public key", .. }), "{refused:?}");
}

#[test]
fn what_is_not_one_whole_request_is_refused() {
    let der = own(HOST, &[]).as_der().to_vec();
    let version_2 = {
        let spki = key(1).public_key().as_spki_der().to_vec();
        signed(&sequence(&[tlv(0x02, &[1]), cn(HOST), spki]))
    };
    let leaf = crate::support::identity(HOST).leaf().as_der().to_vec();
    let table = [&[][..], &[&der[..], &[0]].concat(), &der[..der.len() - 1], &der[1..], &version_2, &leaf, b"hello"];
    for bytes in table {
        assert!(matches!(CertificationRequest::from_der_or_pem(bytes), Err(Error::Damaged { .. })), "{bytes:02x?}");
    }
    let refused = CertificationRequest::from_der(&vec![0x30; 64 * 1024 + 1]).unwrap_err();
    assert!(matches!(refused, Error::OverLimit { limit: 65_536, .. }), "{refused:?}");
    let pem = crate::support::identity(HOST).leaf().to_pem();
    let refused = CertificationRequest::from_pem(&pem).unwrap_err().to_string();
    assert!(refused.contains("no PEM block CERTIFICATE REQUEST"), "{refused}");
}

/// They are not signed, so whatever else is allowed could be changed on the way (RFC 4055 §5).
#[test]
fn the_signature_algorithm_has_null_as_parameters_or_none() {
    let (info, sha256) = (info_of(CERTREQ), oid(rfc5912::SHA_256_WITH_RSA_ENCRYPTION));
    let read = |parameters: &[Vec<u8>]| {
        let algorithm = [std::slice::from_ref(&sha256), parameters].concat();
        CertificationRequest::from_der(&joined_with(&info, &algorithm, &signature_of(CERTREQ)))
    };
    assert!(read(&[tlv(0x05, &[])]).is_ok());
    assert!(read(&[]).is_ok());
    for parameters in [tlv(0x04, &[]), tlv(0x0c, b"x"), tlv(0x30, &[]), tlv(0xa5, &[])] {
        assert!(
            matches!(read(std::slice::from_ref(&parameters)), Err(Error::UnsupportedAlgorithm { .. })),
            "{parameters:x?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_was_written_is_what_is_read(host in host_names(), also in prop::collection::vec(host_names(), 0..5)) {
        let host = fqdn(&host);
        let also: Vec<DnsName> = also.iter().map(|name| name.parse().unwrap()).collect();
        let written = CertificationRequest::create(&host, &also, &key(1), &mut rng(1)).unwrap();
        let read = CertificationRequest::from_der(written.as_der()).unwrap();
        assert_eq!(read.host().as_str(), host.as_str());
        let mut expected: Vec<DnsName> = Vec::new();
        for name in also {
            if name != host.clone().into() && !expected.contains(&name) {
                expected.push(name);
            }
        }
        let texts = |names: &[DnsName]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(texts(read.also()), texts(&expected));
        assert_eq!(CertificationRequest::from_pem(&written.to_pem()).unwrap().as_der(), written.as_der());
    }
}

proptest! {
    #[test]
    fn no_change_of_a_byte_goes_unnoticed(bytes in damaged(CERTREQ.to_vec())) {
        let read = CertificationRequest::from_der_or_pem(&bytes);
        assert!(read.is_err() || bytes == CERTREQ);
    }

    #[test]
    fn contents_of_any_form_never_panic(info in damaged(info_of(CERTREQ))) {
        let _ = CertificationRequest::from_der(&signed(&info));
    }

    #[test]
    fn damaged_pem_never_panics(bytes in damaged(OPENSSL.as_bytes().to_vec())) {
        let _ = CertificationRequest::from_der_or_pem(&bytes);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        assert!(CertificationRequest::from_der_or_pem(&bytes).is_err());
    }
}

fn own(host: &str, also: &[&str]) -> CertificationRequest {
    let also: Vec<DnsName> = also.iter().map(|name| name.parse().unwrap()).collect();
    CertificationRequest::create(&fqdn(host), &also, &key(1), &mut rng(1)).unwrap()
}

/// A root that may sign for the host and its broker.
fn unlimited() -> pki_core::authority::Authority {
    let mut profile = crate::support::root_profile(HOST);
    profile.hosts.push(BROKER.parse().unwrap());
    crate::support::authority_of(&profile, now())
}

fn as_certreq_writes_pem(pem: &str) -> String {
    pem.replace(" CERTIFICATE REQUEST", " NEW CERTIFICATE REQUEST").replace('\n', "\r\n")
}

/// A request with every field in the test's hands, signed by key 1.
struct Odd {
    subject: Vec<u8>,
    spki: Vec<u8>,
    alt_names: Option<Vec<Vec<u8>>>,
    algorithm: ObjectIdentifier,
}

impl Odd {
    fn new() -> Self {
        Self {
            subject: cn(HOST),
            spki: key(1).public_key().as_spki_der().to_vec(),
            alt_names: None,
            algorithm: rfc5912::SHA_256_WITH_RSA_ENCRYPTION,
        }
    }

    fn read(self) -> pki_core::Result<CertificationRequest> {
        let asked = self.alt_names.map(|names| attribute("1.2.840.113549.1.9.14", &[extensions(&names)]));
        let attributes = tlv(0xa0, &asked.unwrap_or_default());
        let info = sequence(&[tlv(0x02, &[0]), self.subject, self.spki, attributes]);
        let key = || rsa::PrivateKey::from_pkcs8_der(&key(1).secret_pkcs8_der().unwrap()).unwrap();
        let signature = match self.algorithm {
            rfc5912::SHA_1_WITH_RSA_ENCRYPTION => SigningKey::<Sha1>::new(key()).sign(&info).to_vec(),
            rfc5912::SHA_384_WITH_RSA_ENCRYPTION => SigningKey::<Sha384>::new(key()).sign(&info).to_vec(),
            rfc5912::SHA_512_WITH_RSA_ENCRYPTION => SigningKey::<Sha512>::new(key()).sign(&info).to_vec(),
            _ => return CertificationRequest::from_der(&joined(&info, self.algorithm, &signature(&info))),
        };
        CertificationRequest::from_der(&joined(&info, self.algorithm, &signature))
    }
}

fn signed(info: &[u8]) -> Vec<u8> {
    joined(info, rfc5912::SHA_256_WITH_RSA_ENCRYPTION, &signature(info))
}

fn signature(info: &[u8]) -> Vec<u8> {
    key(1).sign(info, &mut rng(1)).unwrap()
}

fn joined(info: &[u8], algorithm: ObjectIdentifier, signature: &[u8]) -> Vec<u8> {
    joined_with(info, &[oid(algorithm), tlv(0x05, &[])], signature)
}

fn joined_with(info: &[u8], algorithm: &[Vec<u8>], signature: &[u8]) -> Vec<u8> {
    sequence(&[info.to_vec(), sequence(algorithm), tlv(0x03, &[&[0], signature].concat())])
}

fn attribute(id: &str, values: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[oid(ObjectIdentifier::new_unwrap(id)), tlv(0x31, &values.concat())])
}

/// Extensions of a SubjectAltName.
fn extensions(names: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[sequence(&[oid(rfc5280::ID_CE_SUBJECT_ALT_NAME), tlv(0x04, &sequence(names))])])
}

/// The last part of a request, without its count of unused bits: 256 bytes for a key of 2048 bits.
fn signature_of(request: &[u8]) -> Vec<u8> {
    request[request.len() - 256..].to_vec()
}

/// What is signed in a request; both have lengths of two octets.
fn info_of(request: &[u8]) -> Vec<u8> {
    let length = usize::from(u16::from_be_bytes([request[6], request[7]]));
    request[4..8 + length].to_vec()
}
