//! Certificates that this project would not make: weak ones, expired ones, intermediates.

use std::str::FromStr as _;
use std::sync::LazyLock;
use std::time::Duration;

use const_oid::db::rfc5280::{ID_KP_CLIENT_AUTH, ID_KP_SERVER_AUTH};
use const_oid::{AssociatedOid, ObjectIdentifier};
use der::asn1::{Ia5String, OctetString};
use der::{DateTime, Decode as _, Encode};
use rand::SeedableRng as _;
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::EncodePublicKey as _;
use sha1::Sha1;
use sha2::Sha256;
use spki::{SubjectPublicKeyInfo, SubjectPublicKeyInfoRef};
use x509_cert::TbsCertificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder as _, CertificateBuilder};
use x509_cert::ext::pkix::constraints::name::{GeneralSubtree, NameConstraints};
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::{Extension, pkix};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

/// What stands in a certificate.
#[derive(Clone)]
pub(crate) struct Recipe {
    pub(crate) subject: String,
    /// SubjectAltName, if there is one.
    pub(crate) names: Vec<String>,
    /// BasicConstraints, and a KeyUsage that fits, if there are any.
    pub(crate) ca: Option<bool>,
    /// ExtendedKeyUsage, if there is one.
    pub(crate) purposes: Vec<ObjectIdentifier>,
    pub(crate) revocation_list: Option<&'static str>,
    /// NameConstraints, if there are any.
    pub(crate) permitted: Vec<&'static str>,
    /// First and last second, from 1970.
    pub(crate) validity: (u64, u64),
    pub(crate) sha1: bool,
}

/// One of a few RSA keys that are made once per run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Root,
    Intermediate,
    Host,
    /// Of 1024 bits, the others of 2048.
    Weak,
}

pub(crate) const DAY: u64 = 24 * 60 * 60;

impl Recipe {
    /// A host's certificate for replication, for ten years.
    pub(crate) fn leaf(host: &str, now: u64) -> Self {
        Self {
            subject: format!("CN={host}"),
            names: vec![host.to_owned()],
            ca: Some(false),
            purposes: vec![ID_KP_SERVER_AUTH, ID_KP_CLIENT_AUTH],
            revocation_list: None,
            permitted: vec![],
            validity: (now - DAY, now + 3650 * DAY),
            sha1: false,
        }
    }

    /// A CA without any limit.
    pub(crate) fn ca(subject: &str, now: u64) -> Self {
        Self { subject: subject.to_owned(), names: vec![], ca: Some(true), purposes: vec![], ..Self::leaf("-", now) }
    }

    /// As MakeCert writes a root: no extension says that it is one.
    pub(crate) fn makecert_root(subject: &str, now: u64) -> Self {
        Self { ca: None, ..Self::ca(subject, now) }
    }

    /// Certifies a key and signs with the same one. In DER.
    pub(crate) fn self_signed(&self, key: Key) -> Vec<u8> {
        self.signed(key, &self.subject, key)
    }

    /// Certifies a key and signs with an issuer's. In DER.
    pub(crate) fn signed(&self, key: Key, issuer: &str, issuer_key: Key) -> Vec<u8> {
        let spki = key.private().to_public_key().to_public_key_der().unwrap();
        let profile = Given {
            subject: Name::from_str(&self.subject).unwrap(),
            issuer: Name::from_str(issuer).unwrap(),
            extensions: self.extensions(),
        };
        let time = |seconds| Time::from(DateTime::from_unix_duration(Duration::from_secs(seconds)).unwrap());
        let builder = CertificateBuilder::new(
            profile,
            SerialNumber::from(self.validity.1),
            Validity::new(time(self.validity.0), time(self.validity.1)),
            SubjectPublicKeyInfo::from_der(spki.as_bytes()).unwrap(),
        );
        let (builder, signer) = (builder.unwrap(), issuer_key.private().clone());
        let mut rng = chacha20::ChaCha20Rng::seed_from_u64(7);
        let certificate = match self.sha1 {
            true => builder.build_with_rng(&SigningKey::<Sha1>::new(signer), &mut rng),
            false => builder.build_with_rng(&SigningKey::<Sha256>::new(signer), &mut rng),
        };
        certificate.unwrap().to_der().unwrap()
    }

    fn extensions(&self) -> Vec<Extension> {
        let mut extensions = Vec::new();
        if !self.names.is_empty() {
            let dns_name = |name: &String| GeneralName::DnsName(Ia5String::new(name).unwrap());
            extensions.push(extension(false, &pkix::SubjectAltName(self.names.iter().map(dns_name).collect())));
        }
        if let Some(ca) = self.ca {
            let usage = match ca {
                true => pkix::KeyUsages::KeyCertSign | pkix::KeyUsages::CRLSign,
                false => pkix::KeyUsages::DigitalSignature | pkix::KeyUsages::KeyEncipherment,
            };
            extensions.push(extension(true, &pkix::BasicConstraints { ca, path_len_constraint: None }));
            extensions.push(extension(true, &pkix::KeyUsage(usage)));
        }
        if !self.permitted.is_empty() {
            let base = |name: &&str| GeneralName::DnsName(Ia5String::new(name).unwrap());
            let subtree = |name| GeneralSubtree { base: base(name), minimum: 0, maximum: None };
            let permitted_subtrees = Some(self.permitted.iter().map(subtree).collect());
            extensions.push(extension(true, &NameConstraints { permitted_subtrees, excluded_subtrees: None }));
        }
        if !self.purposes.is_empty() {
            extensions.push(extension(false, &pkix::ExtendedKeyUsage(self.purposes.clone())));
        }
        if let Some(uri) = self.revocation_list {
            let full_name = vec![GeneralName::UniformResourceIdentifier(Ia5String::new(uri).unwrap())];
            let distribution_point = Some(DistributionPointName::FullName(full_name));
            let point = pkix::crl::dp::DistributionPoint { distribution_point, reasons: None, crl_issuer: None };
            extensions.push(extension(false, &pkix::CrlDistributionPoints(vec![point])));
        }
        extensions
    }
}

impl Key {
    /// RSAPrivateKey (RFC 8017 appendix A.1.2) in DER.
    pub(crate) fn pkcs1(self) -> Vec<u8> {
        self.private().to_pkcs1_der().unwrap().as_bytes().to_vec()
    }

    fn private(self) -> &'static rsa::PrivateKey {
        static KEYS: LazyLock<Vec<rsa::PrivateKey>> = LazyLock::new(|| {
            let make = |(seed, bits)| {
                let mut rng = chacha20::ChaCha20Rng::seed_from_u64(seed);
                rsa::PrivateKey::new_with_exp(&mut rng, bits, 65_537_u32.into()).unwrap()
            };
            [(1, 2048), (2, 2048), (3, 2048), (4, 1024)].into_iter().map(make).collect()
        });
        &KEYS[self as usize]
    }
}

struct Given {
    subject: Name,
    issuer: Name,
    extensions: Vec<Extension>,
}

impl BuilderProfile for Given {
    fn get_issuer(&self, _: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        _: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        Ok(self.extensions.clone())
    }
}

fn extension<T: AssociatedOid + Encode>(critical: bool, value: &T) -> Extension {
    Extension { extn_id: T::OID, critical, extn_value: OctetString::new(value.to_der().unwrap()).unwrap() }
}
