//! Signing a list.

use der::Encode as _;
use der::asn1::{BitString, Uint};
use rand::CryptoRng;
use x509_cert::certificate::Version;
use x509_cert::crl::{CertificateList, TbsCertList};
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlNumber};
use x509_cert::time::Time as X509Time;

use super::list::{LIST, require_crl_sign};
use super::{Revocation, RevocationList, Revocations};
use crate::authority::Authority;
use crate::error::{Error, Result};
use crate::profile::{extension, key_identifier};
use crate::validity::Validity;

impl Revocations {
    /// Signs the next list: version 2, SHA-256 with RSA, AuthorityKeyIdentifier and CRLNumber. It counts from the first
    /// to the last moment of a window such as [`Validity::starting`] gives; the same contents give the same bytes.
    ///
    /// What was signed is checked before it is returned.
    ///
    /// # Errors
    /// [`Error::KeyMismatch`] if the authority is another root's; [`Error::NotARoot`] if its KeyUsage lacks cRLSign;
    /// [`Error::RootNotValid`] if the root is not valid when the list starts; [`Error::OverLimit`] above 4 MiB, or if
    /// the last list has the highest number that there is.
    pub fn sign(
        &self,
        authority: &Authority,
        validity: Validity,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<RevocationList> {
        let (root, key) = (authority.certificate(), authority.secret_key());
        if *root != self.root {
            return Err(Error::KeyMismatch { subject: self.root.subject().to_string() });
        }
        require_crl_sign(root)?;
        if !root.validity().contains(validity.not_before) {
            return Err(Error::RootNotValid {
                root: root.subject().to_string(),
                not_before: root.validity().not_before.to_string(),
                not_after: root.validity().not_after.to_string(),
                now: validity.not_before.to_string(),
            });
        }
        let number = self.last_number.checked_add(1).ok_or(Error::OverLimit {
            what: LIST,
            quantity: "the number of the one before",
            found: self.last_number,
            limit: u64::MAX - 1,
        })?;
        let entries = self.entries.iter().map(Revocation::to_x509).collect::<Result<Vec<_>>>()?;
        let signer = AuthorityKeyIdentifier {
            key_identifier: Some(key_identifier(&authority.key_identifier())?),
            authority_cert_issuer: None,
            authority_cert_serial_number: None,
        };
        let tbs = TbsCertList {
            version: Version::V2,
            signature: key.signature_algorithm()?,
            issuer: root.subject().to_x509()?,
            // The library writes UTCTime until 2049 and GeneralizedTime from 2050 (§5.1.2.4).
            this_update: X509Time::from(validity.not_before.to_date_time()?),
            next_update: Some(X509Time::from(validity.not_after.to_date_time()?)),
            // §5.1.2.6: absent where there is nothing to list.
            revoked_certificates: Some(entries).filter(|entries| !entries.is_empty()),
            crl_extensions: Some(vec![
                // §5.2.1, §5.2.3: both needed, neither critical.
                extension(false, &signer)?,
                extension(false, &CrlNumber(Uint::try_from(number).map_err(internal)?))?,
            ]),
        };
        let signature = key.sign(&tbs.to_der().map_err(internal)?, rng)?;
        let list = CertificateList {
            signature_algorithm: tbs.signature.clone(),
            tbs_cert_list: tbs,
            signature: BitString::from_bytes(&signature).map_err(internal)?,
        };
        let list = RevocationList::from_der(&list.to_der().map_err(internal)?)?;
        list.check_signed_by(root)?;
        if (list.revocations(), list.number(), *list.validity()) != (self.entries(), number, validity) {
            return Err(internal("the list does not say what it was to say"));
        }
        Ok(list)
    }
}

fn internal(error: impl ToString) -> Error {
    Error::Internal { what: "making a revocation list", detail: error.to_string() }
}
