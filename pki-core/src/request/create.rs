//! Making a request.

use der::asn1::{BitString, SetOfVec};
use der::{Decode as _, Encode as _};
use rand::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::attr::Attribute;
use x509_cert::request::{CertReq, CertReqInfo, ExtensionReq, Version};

use super::CertificationRequest;
use crate::error::{Error, Result};
use crate::key::KeyPair;
use crate::name::{DnsName, Fqdn};
use crate::profile::{LeafProfile, extension};

impl CertificationRequest {
    /// Asks for a certificate of a host and further names for a key: CommonName, and SubjectAltName in an
    /// `extensionRequest` (RFC 2985 §5.4.2). Signed with SHA-256 and RSA by the key itself; depends on key and names
    /// alone.
    ///
    /// # Errors
    /// [`Error::OverLimit`] above 1,000 names.
    pub fn create(host: &Fqdn, also: &[DnsName], key: &KeyPair, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Self> {
        let mut names = LeafProfile::new(host.clone());
        names.also = also.to_vec();
        let alt_name = extension(false, &names.subject_alt_name()?)?;
        let attribute = Attribute::try_from(ExtensionReq(vec![alt_name])).map_err(internal)?;
        let info = CertReqInfo {
            version: Version::V1,
            subject: names.subject(key.public_key().warning())?,
            public_key: SubjectPublicKeyInfoOwned::from_der(key.public_key().as_spki_der()).map_err(internal)?,
            attributes: SetOfVec::try_from(vec![attribute]).map_err(internal)?,
        };
        let signature = key.sign(&info.to_der().map_err(internal)?, rng)?;
        let request = CertReq {
            info,
            algorithm: key.signature_algorithm()?,
            signature: BitString::from_bytes(&signature).map_err(internal)?,
        };
        Self::from_der(&request.to_der().map_err(internal)?)
    }
}

fn internal(error: der::Error) -> Error {
    Error::Internal { what: "making a request", detail: error.to_string() }
}
