//! The encryption, the MAC and the outer layers of a PFX that is written.

use const_oid::ObjectIdentifier;
use der::Encode as _;
use p12::{
    AlgorithmIdentifier, CertBag, ContentInfo, DigestInfo, EncryptedContentInfo, EncryptedData,
    EncryptedPrivateKeyInfo, MacData, OtherAlgorithmIdentifier, PFX, PKCS12Attribute, Pkcs12PbeParams, SafeBag,
    SafeBagKind,
};
use pkcs5::pbes2;
use rand::CryptoRng;
use yasna::models::ObjectIdentifier as YasnaOid;
use zeroize::Zeroizing;

use super::kdf::Hash;
use super::{Encoding, cipher, mac};
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::password::Password;

/// A password and the algorithms that go with it.
pub(super) struct Sealer<'p> {
    password: &'p Password,
    bmp: Zeroizing<Vec<u8>>,
    encoding: Encoding,
}

impl<'p> Sealer<'p> {
    /// # Errors
    /// [`Error::PasswordLength`] for the empty password.
    pub(super) fn new(password: &'p Password, encoding: Encoding) -> Result<Self> {
        if password.is_empty() {
            return Err(Error::PasswordLength { bytes: 0 });
        }
        Ok(Self { password, bmp: password.to_bmp(), encoding })
    }

    /// A key, encrypted, with the attributes of its bag.
    pub(super) fn key_bag(
        &self,
        pkcs8: &[u8],
        attributes: Vec<PKCS12Attribute>,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<SafeBag> {
        let (encryption_algorithm, encrypted_data) = self.encrypt(pkcs8, rng)?;
        let bag = SafeBagKind::Pkcs8ShroudedKeyBag(EncryptedPrivateKeyInfo { encryption_algorithm, encrypted_data });
        Ok(SafeBag { bag, attributes })
    }

    /// The whole file; the keys first, as Windows writes them.
    pub(super) fn file(
        &self,
        keys: &[SafeBag],
        certificates: &[SafeBag],
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Vec<u8>> {
        let mut contents = Vec::new();
        if !keys.is_empty() {
            contents.push(ContentInfo::Data(safe_contents(keys)));
        }
        if !certificates.is_empty() {
            let (content_encryption_algorithm, encrypted_content) = self.encrypt(&safe_contents(certificates), rng)?;
            let encrypted_content_info = EncryptedContentInfo { content_encryption_algorithm, encrypted_content };
            contents.push(ContentInfo::EncryptedData(EncryptedData { encrypted_content_info }));
        }
        let auth_safe = yasna::construct_der(|writer| {
            writer.write_sequence_of(|writer| contents.iter().for_each(|content| content.write(writer.next())));
        });
        let mac_data = Some(self.mac(&auth_safe, rng)?);
        Ok(PFX { version: 3, auth_safe: ContentInfo::Data(auth_safe), mac_data }.to_der())
    }

    fn encrypt(&self, plaintext: &[u8], rng: &mut (impl CryptoRng + ?Sized)) -> Result<(AlgorithmIdentifier, Vec<u8>)> {
        match self.encoding {
            Encoding::Legacy => self.encrypt_pbes1(plaintext, rng),
            Encoding::Modern => self.encrypt_pbes2(plaintext, rng),
        }
    }

    /// Salt and iterations as Windows writes them.
    fn encrypt_pbes1(
        &self,
        plaintext: &[u8],
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<(AlgorithmIdentifier, Vec<u8>)> {
        let salt = random::<8>(rng);
        let ciphertext = cipher::encrypt_3des(&self.bmp, &salt, LEGACY_ITERATIONS, plaintext)?;
        let parameters = Pkcs12PbeParams { salt: salt.to_vec(), iterations: LEGACY_ITERATIONS.into() };
        Ok((AlgorithmIdentifier::PbeWithSHAAnd3KeyTripleDESCBC(parameters), ciphertext))
    }

    fn encrypt_pbes2(
        &self,
        plaintext: &[u8],
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<(AlgorithmIdentifier, Vec<u8>)> {
        let (salt, iv) = (random::<16>(rng), random::<16>(rng));
        let parameters =
            pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(MODERN_ITERATIONS, &salt, iv).map_err(internal)?;
        let ciphertext = parameters.encrypt(self.password.as_utf8(), plaintext).map_err(internal)?;
        let params = Some(parameters.to_der().map_err(internal)?);
        let identifier = OtherAlgorithmIdentifier { algorithm_type: yasna_oid(super::PBES2), params };
        Ok((AlgorithmIdentifier::OtherAlg(identifier), ciphertext))
    }

    fn mac(&self, message: &[u8], rng: &mut (impl CryptoRng + ?Sized)) -> Result<MacData> {
        let salt = random::<20>(rng);
        let (hash, iterations, digest_algorithm) = match self.encoding {
            Encoding::Legacy => (Hash::Sha1, LEGACY_ITERATIONS, AlgorithmIdentifier::Sha1),
            Encoding::Modern => (Hash::Sha256, MODERN_ITERATIONS, sha256()),
        };
        let digest = mac::make(hash, &self.bmp, &salt, iterations, message)?;
        Ok(MacData { mac: DigestInfo { digest_algorithm, digest }, salt: salt.to_vec(), iterations })
    }
}

/// What Windows itself writes.
const LEGACY_ITERATIONS: u32 = 2_000;
/// .NET refuses to load a file above 300,000.
const MODERN_ITERATIONS: u32 = 100_000;

/// SHA-256 with NULL parameters, which some readers insist on.
fn sha256() -> AlgorithmIdentifier {
    let params = Some(vec![0x05, 0x00]);
    AlgorithmIdentifier::OtherAlg(OtherAlgorithmIdentifier { algorithm_type: yasna_oid(super::SHA_256), params })
}

pub(super) fn certificate_bag(certificate: &Certificate, attributes: Vec<PKCS12Attribute>) -> SafeBag {
    SafeBag { bag: SafeBagKind::CertBag(CertBag::X509(certificate.as_der().to_vec())), attributes }
}

fn safe_contents(bags: &[SafeBag]) -> Vec<u8> {
    yasna::construct_der(|writer| {
        writer.write_sequence_of(|writer| bags.iter().for_each(|bag| bag.write(writer.next())));
    })
}

pub(super) fn yasna_oid(oid: ObjectIdentifier) -> YasnaOid {
    YasnaOid::new(oid.arcs().map(u64::from).collect())
}

fn random<const N: usize>(rng: &mut (impl CryptoRng + ?Sized)) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

pub(super) fn internal(error: impl ToString) -> Error {
    Error::Internal { what: "writing a PFX", detail: error.to_string() }
}
