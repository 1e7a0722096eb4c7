//! The bridge from a key pair to the certificate builder, so that neither shows the other its types.

use chacha20::ChaCha20Rng;
use rand::{CryptoRng, SeedableRng as _};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use sha2::Sha256;
use signature::rand_core::TryCryptoRng;
use signature::{Keypair, RandomizedSigner};
use spki::{AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, SignatureBitStringEncoding};

use super::{KeyPair, Private};
use crate::error::{Error, Result};
use crate::stack::wiped;

/// Signs with SHA-256 and RSA (RFC 4055 §5), blinded.
pub(crate) struct CertificateSigner<'k>(&'k SigningKey<Sha256>);

/// A finished signature.
pub(crate) struct SignatureBits(Signature);

impl KeyPair {
    pub(crate) fn signer(&self) -> CertificateSigner<'_> {
        let Private::Rsa(key) = &self.private;
        CertificateSigner(key)
    }

    /// What says, beside a signature, how [`KeyPair::sign`] made it.
    pub(crate) fn signature_algorithm(&self) -> Result<AlgorithmIdentifierOwned> {
        self.signer()
            .signature_algorithm_identifier()
            .map_err(|e| Error::Internal { what: "signing", detail: e.to_string() })
    }

    /// SHA-256 with RSA (PKCS #1 v1.5) over a message. Takes 32 bytes from the generator, which blind the
    /// computation; the result depends on key
    /// and message alone.
    ///
    /// # Errors
    /// [`Error::Internal`] if the library refuses, which a valid key rules out.
    pub fn sign(&self, message: &[u8], rng: &mut (impl CryptoRng + ?Sized)) -> Result<Vec<u8>> {
        let SignatureBits(signature) = self
            .signer()
            .try_sign_with_rng(rng, message)
            .map_err(|e| Error::Internal { what: "signing", detail: e.to_string() })?;
        let bytes: Box<[u8]> = signature.into();
        Ok(bytes.into_vec())
    }
}

impl RandomizedSigner<SignatureBits> for CertificateSigner<'_> {
    fn try_sign_with_rng<R: TryCryptoRng + ?Sized>(
        &self,
        rng: &mut R,
        message: &[u8],
    ) -> core::result::Result<SignatureBits, signature::Error> {
        wiped(|| {
            // A generator of its own: how much the library draws must not change what the caller's gives next.
            let mut blinding = ChaCha20Rng::try_from_rng(rng).map_err(|_| signature::Error::new())?;
            self.0.try_sign_with_rng(&mut blinding, message).map(SignatureBits)
        })
    }
}

impl Keypair for CertificateSigner<'_> {
    type VerifyingKey = VerifyingKey<Sha256>;

    fn verifying_key(&self) -> Self::VerifyingKey {
        self.0.verifying_key()
    }
}

impl DynSignatureAlgorithmIdentifier for CertificateSigner<'_> {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        self.0.signature_algorithm_identifier()
    }
}

impl SignatureBitStringEncoding for SignatureBits {
    fn to_bitstring(&self) -> der::Result<der::asn1::BitString> {
        self.0.to_bitstring()
    }
}
