//! What one host is.

use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::key::KeyPair;

/// A host's certificate with its private key and the root that signed it. No `Clone`; the key is overwritten when
/// dropped.
#[derive(Debug)]
pub struct Identity {
    leaf: Certificate,
    key: KeyPair,
    root: Certificate,
}

impl Identity {
    /// Joins what belongs together.
    ///
    /// # Errors
    /// [`Error::KeyMismatch`] if the key is not the certificate's; [`Error::NotSignedBy`] if the root did not sign it.
    pub fn from_parts(leaf: Certificate, key: KeyPair, root: Certificate) -> Result<Self> {
        if leaf.public_key() != key.public_key() {
            return Err(Error::KeyMismatch { subject: leaf.subject().to_string() });
        }
        if leaf.issuer() != root.subject() || leaf.check_signature_by(root.public_key()).is_err() {
            return Err(Error::NotSignedBy { subject: leaf.subject().to_string(), root: root.subject().to_string() });
        }
        Ok(Self { leaf, key, root })
    }

    /// The host's certificate.
    pub fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// The root that signed it.
    pub fn root(&self) -> &Certificate {
        &self.root
    }

    /// The host's private key.
    pub fn secret_key(&self) -> &KeyPair {
        &self.key
    }

    /// The host's private key alone, for another certificate.
    pub fn into_secret_key(self) -> KeyPair {
        self.key
    }
}
