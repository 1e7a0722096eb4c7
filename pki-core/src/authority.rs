//! Signing: an [`Authority`] issues an [`Identity`]. The only room that knows the certificate builder.

mod identity;
mod issue;

pub use identity::Identity;

use rand::CryptoRng;

use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::key::{KeyPair, PublicKey};
use crate::profile::{LeafProfile, RootProfile};
use crate::validity::{Time, Validity};

/// A root together with its private key: what can sign. No `Clone`; the key is overwritten when dropped.
#[derive(Debug)]
pub struct Authority {
    root: Certificate,
    key: KeyPair,
}

impl Authority {
    /// Makes a root, signed by its own key.
    ///
    /// # Errors
    /// [`Error::NoHosts`] if it is to be limited to no host; [`Error::DateOutOfRange`].
    pub fn create(profile: &RootProfile, key: KeyPair, now: Time, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Self> {
        let subject = profile.subject(key.public_key().warning())?;
        let contents = issue::Contents {
            issuer: subject.clone(),
            subject,
            validity: Validity::starting(now, profile.days)?,
            public_key: key.public_key(),
            extensions: profile.extensions(key.public_key())?,
        };
        let root = contents.sign(&key, rng)?;
        Self::from_parts(root, key)
    }

    /// Joins a root that exists with its key.
    ///
    /// # Errors
    /// [`Error::NotARoot`] if it is not a self-signed CA certificate that may sign certificates;
    /// [`Error::KeyMismatch`] if the key is another one's.
    pub fn from_parts(root: Certificate, key: KeyPair) -> Result<Self> {
        let extensions = root.extensions();
        let problem = if !root.is_self_signed() {
            Some("it is not self-signed")
        } else if !extensions.basic_constraints.is_some_and(|constraints| constraints.ca) {
            Some("its BasicConstraints do not make it a CA")
        } else if extensions.key_usage.is_some_and(|usage| !usage.key_cert_sign()) {
            Some("its KeyUsage lacks keyCertSign")
        } else {
            None
        };
        let subject = || root.subject().to_string();
        match problem {
            Some(problem) => Err(Error::NotARoot { subject: subject(), problem }),
            None if root.public_key() != key.public_key() => Err(Error::KeyMismatch { subject: subject() }),
            None => Ok(Self { root, key }),
        }
    }

    /// Issues a certificate for a key pair, and joins them with the root.
    ///
    /// # Errors
    /// As [`Authority::sign`].
    pub fn issue(
        &self,
        profile: &LeafProfile,
        key: KeyPair,
        now: Time,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Identity> {
        let leaf = self.sign(profile, key.public_key(), now, rng)?;
        Identity::from_parts(leaf, key, self.root.clone())
    }

    /// Issues a certificate for a public key whose private half is elsewhere.
    ///
    /// What was signed is checked before it is returned: the signature, the names against the root's constraints, the
    /// validity against the root's.
    ///
    /// # Errors
    /// [`Error::NamedLikeItsRoot`] if host and root have the same name, which would make the leaf look self-signed;
    /// [`Error::RootNotValid`] if the root is not valid now; [`Error::NameNotPermitted`] if its constraints do not
    /// allow a name; [`Error::KeySize`] or [`Error::UnsupportedAlgorithm`] for a key that is not RSA of 2048 bits or
    /// more; [`Error::WellKnownKey`].
    pub fn sign(
        &self,
        profile: &LeafProfile,
        key: &PublicKey,
        now: Time,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Certificate> {
        key.require_strong()?;
        if profile.fqdn.as_str().eq_ignore_ascii_case(self.common_name()) {
            return Err(Error::NamedLikeItsRoot { name: profile.fqdn.to_string() });
        }
        let within = self.root.validity();
        if !within.contains(now) {
            return Err(Error::RootNotValid {
                root: self.root.subject().to_string(),
                not_before: within.not_before.to_string(),
                not_after: within.not_after.to_string(),
                now: now.to_string(),
            });
        }
        let contents = issue::Contents {
            issuer: self.root.subject().to_x509()?,
            subject: profile.subject(key.warning().or(self.key.public_key().warning()))?,
            validity: Validity::starting(now, profile.days)?.clipped_to(within)?,
            public_key: key,
            extensions: profile.extensions(key, &self.key_identifier())?,
        };
        let leaf = contents.sign(&self.key, rng)?;
        self.check(&leaf)?;
        Ok(leaf)
    }

    /// The root.
    pub fn certificate(&self) -> &Certificate {
        &self.root
    }

    /// The root's private key.
    pub fn secret_key(&self) -> &KeyPair {
        &self.key
    }

    /// What the AuthorityKeyIdentifier of everything that is signed here says.
    pub(crate) fn key_identifier(&self) -> Vec<u8> {
        match &self.root.extensions().subject_key_identifier {
            Some(identifier) => identifier.clone(),
            None => self.root.public_key().key_identifier().to_vec(),
        }
    }

    fn common_name(&self) -> &str {
        self.root.subject().common_names().next().unwrap_or_default()
    }

    fn check(&self, leaf: &Certificate) -> Result<()> {
        let root = || self.root.subject().to_string();
        if leaf.check_signature_by(self.root.public_key()).is_err() || leaf.issuer() != self.root.subject() {
            return Err(Error::NotSignedBy { subject: leaf.subject().to_string(), root: root() });
        }
        if let Some(constraints) = &self.root.extensions().name_constraints {
            constraints.check(leaf).map_err(|violation| Error::NameNotPermitted {
                root: root(),
                violation: violation.to_string(),
                permitted: constraints.permitted.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            })?;
        }
        if !self.root.validity().covers(leaf.validity()) {
            return Err(Error::Internal {
                what: "cutting a validity to the root's",
                detail: format!("{} is not inside {}", leaf.validity(), self.root.validity()),
            });
        }
        Ok(())
    }
}
