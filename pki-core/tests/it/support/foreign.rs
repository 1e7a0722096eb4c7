//! Keys and certificates that pki-core itself would not make.

use std::str::FromStr as _;
use std::sync::LazyLock;

use der::asn1::{Any, OctetString};
use der::{Decode as _, Encode as _, Tag};
use pki_core::certificate::Certificate;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _};
use sha2::Sha256;
use spki::{SubjectPublicKeyInfo, SubjectPublicKeyInfoRef};
use x509_cert::TbsCertificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder as _, CertificateBuilder};
use x509_cert::ext::{Extension, pkix};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use super::rng;

/// A self-signed certificate with any CommonName and any extensions, valid from 1970 to 9999.
pub(crate) fn self_signed(common_name: &str, extensions: Vec<Extension>, pkcs8: &[u8]) -> Certificate {
    Certificate::from_der(&self_signed_der(common_name, extensions, pkcs8)).unwrap()
}

/// The same in DER, for what pki-core does not even read.
pub(crate) fn self_signed_der(common_name: &str, extensions: Vec<Extension>, pkcs8: &[u8]) -> Vec<u8> {
    signed_by_itself(name(common_name), extensions, pkcs8)
}

/// A self-signed certificate with any subject, such as `CN=Root,O=Example`, and a weak key.
pub(crate) fn with_subject(subject: &str) -> Certificate {
    let name = Name::from_str(subject).unwrap();
    Certificate::from_der(&signed_by_itself(name, vec![], weak_pkcs8())).unwrap()
}

pub(crate) fn basic_constraints(ca: bool) -> Extension {
    extension(&pkix::BasicConstraints { ca, path_len_constraint: None })
}

pub(crate) fn key_usage(usages: impl Into<der::flagset::FlagSet<pkix::KeyUsages>>) -> Extension {
    extension(&pkix::KeyUsage(usages.into()))
}

/// An RSA key of 1024 bits in PKCS#8: too short to be used, met in old files.
pub(crate) fn weak_pkcs8() -> &'static [u8] {
    static KEY: LazyLock<Vec<u8>> = LazyLock::new(|| rsa_pkcs8(1024, 65_537));
    &KEY
}

/// An RSA key of any size and exponent in PKCS#8.
pub(crate) fn rsa_pkcs8(bits: usize, exponent: u32) -> Vec<u8> {
    let key = rsa::PrivateKey::new_with_exp(&mut rng(8), bits, exponent.into()).unwrap();
    key.to_pkcs8_der().unwrap().as_bytes().to_vec()
}

/// The `SubjectPublicKeyInfo` of an RSA key in PKCS#8.
pub(crate) fn spki(pkcs8: &[u8]) -> Vec<u8> {
    rsa::PrivateKey::from_pkcs8_der(pkcs8).unwrap().to_public_key().to_public_key_der().unwrap().into_vec()
}

/// Public and private half of a key on the curve P-256: `SubjectPublicKeyInfo` and PKCS#8. The point and the scalar are
/// fillers, because nothing here gets as far as using them.
pub(crate) fn elliptic_curve() -> (Vec<u8>, Vec<u8>) {
    let algorithm = b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
    let spki = [b"\x30\x59".as_slice(), algorithm, b"\x03\x42\x00\x04", &[1; 64]].concat();
    let pkcs8 = [b"\x30\x3e\x02\x01\x00".as_slice(), algorithm, b"\x04\x24", &[1; 36]].concat();
    (spki, pkcs8)
}

fn signed_by_itself(name: Name, extensions: Vec<Extension>, pkcs8: &[u8]) -> Vec<u8> {
    let key = SigningKey::<Sha256>::new(rsa::PrivateKey::from_pkcs8_der(pkcs8).unwrap());
    let spki = key.as_ref().to_public_key().to_public_key_der().unwrap();
    let builder = CertificateBuilder::new(
        Given { name, extensions },
        SerialNumber::from(1_u8),
        Validity::new(der::DateTime::new(1970, 1, 1, 0, 0, 0).unwrap().into(), Time::INFINITY),
        SubjectPublicKeyInfo::from_der(spki.as_bytes()).unwrap(),
    );
    builder.unwrap().build_with_rng(&key, &mut rng(7)).unwrap().to_der().unwrap()
}

struct Given {
    name: Name,
    extensions: Vec<Extension>,
}

impl BuilderProfile for Given {
    fn get_issuer(&self, _: &Name) -> Name {
        self.name.clone()
    }

    fn get_subject(&self) -> Name {
        self.name.clone()
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

fn name(common_name: &str) -> Name {
    let value = Any::new(Tag::Utf8String, common_name.as_bytes()).unwrap();
    let attribute = x509_cert::attr::AttributeTypeAndValue { oid: const_oid::db::rfc4519::CN, value };
    let rdn = RelativeDistinguishedName::try_from(vec![attribute]).unwrap();
    Name::from_der(&RdnSequence::from(vec![rdn]).to_der().unwrap()).unwrap()
}

fn extension<T: const_oid::AssociatedOid + der::Encode>(value: &T) -> Extension {
    Extension { extn_id: T::OID, critical: true, extn_value: OctetString::new(value.to_der().unwrap()).unwrap() }
}
