//! Sealing anew what is in a PFX, whoever made it.

use p12::{OtherAttribute, PKCS12Attribute};
use rand::CryptoRng;

use super::open::{OpenOptions, open};
use super::sealer::{Sealer, certificate_bag, internal, yasna_oid};
use super::{Attributes, Contents, Encoding};
use crate::error::Result;
use crate::password::Password;
use crate::stack::wiped;

impl Contents {
    /// Writes the same keys, certificates and attributes in an [`Encoding`], perhaps under another password, in the same
    /// order. Keys stay byte for byte, with what stands inside them, and so do attributes that this crate does not know.
    ///
    /// Not taken along are [`Contents::other_bags`]: a secret among them may be encrypted with the old password.
    ///
    /// What was written is opened and compared before it is returned.
    ///
    /// # Errors
    /// [`Error::PasswordLength`](crate::Error::PasswordLength) for the empty password;
    /// [`Error::OverLimit`](crate::Error::OverLimit) if the file would be too much work to open;
    /// [`Error::Internal`](crate::Error::Internal) if a library refuses.
    pub fn reseal(
        &self,
        password: &Password,
        encoding: Encoding,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Vec<u8>> {
        wiped(|| self.resealed(password, encoding, rng))
    }

    fn resealed(
        &self,
        password: &Password,
        encoding: Encoding,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Vec<u8>> {
        let sealer = Sealer::new(password, encoding)?;
        let key = |key: &super::KeyEntry| sealer.key_bag(&key.pkcs8, all(&key.attributes), rng);
        let keys = self.keys.iter().map(key).collect::<Result<Vec<_>>>()?;
        let certificates =
            self.certificates.iter().map(|entry| certificate_bag(&entry.certificate, all(&entry.attributes)));
        let file = sealer.file(&keys, &certificates.collect::<Vec<_>>(), rng)?;
        if !self.holds_the_same_as(&open(&file, password, &OpenOptions::default())?) {
            return Err(internal("the file does not hold what it was to hold"));
        }
        Ok(file)
    }

    /// Whether keys, certificates and attributes are the same.
    fn holds_the_same_as(&self, other: &Self) -> bool {
        let keys = |contents: &Self| {
            let keys = contents.keys.iter();
            keys.map(|key| (key.pkcs8.clone(), key.attributes.sorted())).collect::<Vec<_>>()
        };
        let certificates = |contents: &Self| {
            let certificates = contents.certificates.iter();
            certificates.map(|entry| (entry.certificate.clone(), entry.attributes.sorted())).collect::<Vec<_>>()
        };
        keys(self) == keys(other) && certificates(self) == certificates(other)
    }
}

/// All attributes as they were read.
fn all(attributes: &Attributes) -> Vec<PKCS12Attribute> {
    let attribute = |(id, values): &(const_oid::ObjectIdentifier, Vec<Vec<u8>>)| {
        PKCS12Attribute::Other(OtherAttribute { oid: yasna_oid(*id), data: values.clone() })
    };
    attributes.encoded.iter().map(attribute).collect()
}

impl Attributes {
    /// They are sets, and are written in another order than some programs have them.
    fn sorted(&self) -> Vec<(const_oid::ObjectIdentifier, Vec<Vec<u8>>)> {
        let mut sorted = self.encoded.clone();
        sorted.iter_mut().for_each(|(_, values)| values.sort());
        sorted.sort();
        sorted
    }
}
