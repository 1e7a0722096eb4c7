//! Revocation lists (RFC 5280 §5): what a root takes back before it ends, signed by the root, growing from list to list.
//!
//! A list is its own memory: the next one continues it. A host that looks for a list finds it where its partner's
//! certificate says ([`LeafProfile::revocation_list`](crate::profile::LeafProfile::revocation_list)), and refuses the
//! partner when it finds none, or one that is out of date.
//!
//! ```
//! use pki_core::revocation::{Reason, RevocationList, Revocations};
//! use pki_core::validity::{Days, Validity};
//! # use pki_core::{authority::Authority, key::{KeyAlgorithm, KeyPair}, profile::{LeafProfile, RootProfile}};
//! # use rand::SeedableRng as _;
//! # let mut rng = chacha20::ChaCha20Rng::seed_from_u64(1); // a fixed seed: for tests and examples only
//! # let now = "2026-11-22T17:00:00Z".parse()?;
//! # let host: pki_core::name::Fqdn = "HOST4.atwork.at".parse()?;
//! # let profile = RootProfile::new("mycompanyFirstReplica".parse()?, vec![host.clone().into()]);
//! # let root = Authority::create(&profile, KeyPair::generate(KeyAlgorithm::Rsa2048, &mut rng)?, now, &mut rng)?;
//! # let key = KeyPair::generate(KeyAlgorithm::Rsa2048, &mut rng)?;
//! # let leaf = root.sign(&LeafProfile::new(host), key.public_key(), now, &mut rng)?;
//!
//! let mut revocations = Revocations::none(root.certificate().clone());
//! revocations.revoke(&leaf, now, Reason::KeyCompromise)?;
//! let first = revocations.sign(&root, Validity::starting(now, Days::new(30)?)?, &mut rng)?;
//! assert!(first.revocation_of(&leaf).is_some());
//!
//! // A month later, from the file alone:
//! let first = RevocationList::from_der(first.as_der())?;
//! let revocations = Revocations::continuing(root.certificate().clone(), &first)?;
//! let later = "2026-12-22T17:00:00Z".parse()?;
//! let second = revocations.sign(&root, Validity::starting(later, Days::new(30)?)?, &mut rng)?;
//! assert_eq!((first.number(), second.number()), (1, 2));
//! assert!(second.revocation_of(&leaf).is_some());
//! # Ok::<(), pki_core::Error>(())
//! ```

mod entry;
mod list;
mod reason;
mod sign;

pub use list::RevocationList;
pub use reason::Reason;

use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::validity::Time;

/// A certificate that was taken back (RFC 5280 §5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revocation {
    /// The certificate's serial number, its octets as they stand there.
    pub serial_number: Box<[u8]>,
    /// When it was taken back.
    pub time: Time,
    /// Why.
    pub reason: Reason,
}

/// What a root has taken back so far: what its next list will say.
#[derive(Debug, Clone)]
pub struct Revocations {
    root: Certificate,
    last_number: u64,
    entries: Vec<Revocation>,
}

impl Revocations {
    /// A root that has taken nothing back yet; its first list gets the number 1.
    pub fn none(root: Certificate) -> Self {
        Self { root, last_number: 0, entries: Vec::new() }
    }

    /// What a root's last list says; the next one gets the number that follows.
    ///
    /// # Errors
    /// As [`RevocationList::check_signed_by`].
    pub fn continuing(root: Certificate, last: &RevocationList) -> Result<Self> {
        last.check_signed_by(&root)?;
        Ok(Self { root, last_number: last.number(), entries: last.revocations().to_vec() })
    }

    /// Takes a certificate back. Returns whether that is new: what was taken back before keeps its time and reason.
    ///
    /// # Errors
    /// [`Error::NotSignedBy`] if the root did not sign it; [`Error::NotRevocable`] for the root itself.
    pub fn revoke(&mut self, certificate: &Certificate, time: Time, reason: Reason) -> Result<bool> {
        let subject = || certificate.subject().to_string();
        if certificate.issuer() != self.root.subject()
            || certificate.check_signature_by(self.root.public_key()).is_err()
        {
            return Err(Error::NotSignedBy { subject: subject(), root: self.root.subject().to_string() });
        }
        // RFC 5280 §6.1 checks no list for the anchor of a chain.
        if certificate.public_key() == self.root.public_key() {
            let problem = "it is the root, which is trusted without a look at any list";
            return Err(Error::NotRevocable { subject: subject(), problem });
        }
        let serial_number = certificate.serial_number();
        if self.entries.iter().any(|entry| *entry.serial_number == *serial_number) {
            return Ok(false);
        }
        self.entries.push(Revocation { serial_number: serial_number.into(), time, reason });
        Ok(true)
    }

    /// Everything that was taken back, in this order.
    pub fn entries(&self) -> &[Revocation] {
        &self.entries
    }
}
