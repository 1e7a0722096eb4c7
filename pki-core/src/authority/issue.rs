//! From contents to a signed certificate.

use der::{Decode as _, Encode as _};
use rand::CryptoRng;
use spki::{SubjectPublicKeyInfo, SubjectPublicKeyInfoRef};
use x509_cert::TbsCertificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder as _, CertificateBuilder};
use x509_cert::ext::Extension;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::Time as X509Time;

use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::key::{KeyPair, PublicKey};
use crate::validity::{Time, Validity};

/// Everything of a certificate but its serial number and signature.
pub(super) struct Contents<'k> {
    pub(super) subject: Name,
    pub(super) issuer: Name,
    pub(super) validity: Validity,
    pub(super) public_key: &'k PublicKey,
    pub(super) extensions: Vec<Extension>,
}

impl Contents<'_> {
    /// Signs with SHA-256 and RSA under a random serial number of 17 octets (§4.1.2.2 allows 20).
    pub(super) fn sign(self, key: &KeyPair, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Certificate> {
        let Self { subject, issuer, validity, public_key, extensions } = self;
        let serial = SerialNumber::generate(rng);
        // The library writes UTCTime until 2049 and GeneralizedTime from 2050 (§4.1.2.5).
        let validity = x509_cert::time::Validity::new(x509_time(validity.not_before)?, x509_time(validity.not_after)?);
        let spki = SubjectPublicKeyInfo::from_der(public_key.as_spki_der()).map_err(internal)?;
        let profile = Prepared { subject, issuer, extensions };
        let certificate = CertificateBuilder::new(profile, serial, validity, spki)
            .and_then(|builder| builder.build_with_rng(&key.signer(), rng))
            .map_err(internal)?;
        Certificate::from_der(&certificate.to_der().map_err(internal)?)
    }
}

/// Hands the builder what the profile decided.
struct Prepared {
    subject: Name,
    issuer: Name,
    extensions: Vec<Extension>,
}

impl BuilderProfile for Prepared {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _public_key: SubjectPublicKeyInfoRef<'_>,
        _issuer_public_key: SubjectPublicKeyInfoRef<'_>,
        _tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        Ok(self.extensions.clone())
    }
}

fn x509_time(time: Time) -> Result<X509Time> {
    Ok(X509Time::from(time.to_date_time()?))
}

fn internal(error: impl ToString) -> Error {
    Error::Internal { what: "building a certificate", detail: error.to_string() }
}
