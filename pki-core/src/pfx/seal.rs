//! Sealing an identity for Windows.

use const_oid::ObjectIdentifier;
use der::{Encode as _, Tag};
use p12::{
    AlgorithmIdentifier, CertBag, ContentInfo, DigestInfo, EncryptedContentInfo, EncryptedData,
    EncryptedPrivateKeyInfo, MacData, OtherAlgorithmIdentifier, OtherAttribute, PFX, PKCS12Attribute, Pkcs12PbeParams,
    SafeBag, SafeBagKind,
};
use pkcs5::pbes2;
use rand::CryptoRng;
use yasna::models::ObjectIdentifier as YasnaOid;
use zeroize::Zeroizing;

use super::kdf::Hash;
use super::{Encoding, KeyProvider, cipher, mac};
use crate::authority::Identity;
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::name::Fqdn;
use crate::password::Password;

/// How a PFX is written.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SealOptions {
    /// Its algorithms.
    pub encoding: Encoding,
    /// What the certificates console shows beside the certificate.
    pub friendly_name: Option<String>,
    /// The provider that Windows is asked to keep the key in.
    pub provider: KeyProvider,
}

impl SealOptions {
    /// The options for a host's PFX in a kit: named so that the certificates console tells what it is for.
    pub fn for_host(host: &Fqdn, encoding: Encoding) -> Self {
        Self { encoding, friendly_name: Some(format!("{host} Hyper-V Replica")), ..Self::default() }
    }
}

/// Writes key, leaf and root into a PFX that Windows imports into the machine's key set, for key exchange.
///
/// See [`open`](super::open) for an example.
///
/// # Errors
/// [`Error::PasswordLength`] for the empty password; [`Error::Internal`] if a library refuses.
pub fn seal(
    identity: &Identity,
    password: &Password,
    options: &SealOptions,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Vec<u8>> {
    if password.is_empty() {
        return Err(Error::PasswordLength { bytes: 0 });
    }
    let sealer = Sealer { password, bmp: password.to_bmp(), encoding: options.encoding };
    let local_key_id = PKCS12Attribute::LocalKeyId(identity.leaf().thumbprint().as_bytes().to_vec());

    let pkcs8 = with_key_exchange(&identity.secret_key().secret_pkcs8_der()?)?;
    let (encryption_algorithm, encrypted_data) = sealer.encrypt(&pkcs8, rng)?;
    let key_bag = SafeBag {
        bag: SafeBagKind::Pkcs8ShroudedKeyBag(EncryptedPrivateKeyInfo { encryption_algorithm, encrypted_data }),
        // No friendlyName: on a key bag Windows takes it for the name of the key container.
        attributes: vec![local_key_id.clone(), provider_name(options.provider), local_machine_key_set()],
    };

    let mut leaf_attributes = vec![local_key_id];
    leaf_attributes.extend(options.friendly_name.clone().map(PKCS12Attribute::FriendlyName));
    let certificates =
        [certificate_bag(identity.leaf(), leaf_attributes), certificate_bag(identity.root(), Vec::new())];
    let (content_encryption_algorithm, encrypted_content) = sealer.encrypt(&safe_contents(&certificates), rng)?;
    let encrypted_content_info = EncryptedContentInfo { content_encryption_algorithm, encrypted_content };

    // The key first, as Windows writes it.
    let auth_safe = yasna::construct_der(|writer| {
        writer.write_sequence_of(|writer| {
            ContentInfo::Data(safe_contents(&[key_bag])).write(writer.next());
            ContentInfo::EncryptedData(EncryptedData { encrypted_content_info }).write(writer.next());
        });
    });
    let mac_data = Some(sealer.mac(&auth_safe, rng)?);
    Ok(PFX { version: 3, auth_safe: ContentInfo::Data(auth_safe), mac_data }.to_der())
}

struct Sealer<'p> {
    password: &'p Password,
    bmp: Zeroizing<Vec<u8>>,
    encoding: Encoding,
}

impl Sealer<'_> {
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

/// Adds the attribute by which Windows knows a key for AT_KEYEXCHANGE: keyUsage 0x10 inside the PrivateKeyInfo.
///
/// ```text
/// PrivateKeyInfo ::= SEQUENCE { version, algorithm, privateKey, attributes [0] IMPLICIT SET OF OPTIONAL }
/// ```
fn with_key_exchange(pkcs8: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    const ATTRIBUTES: [u8; 15] =
        [0xa0, 0x0d, 0x30, 0x0b, 0x06, 0x03, 0x55, 0x1d, 0x0f, 0x31, 0x04, 0x03, 0x02, 0x04, 0x10];
    use der::Decode as _;

    let fields = der::asn1::AnyRef::from_der(pkcs8).map_err(internal)?.value();
    let length = der::Length::try_from(fields.len() + ATTRIBUTES.len()).map_err(internal)?;
    let mut extended = Zeroizing::new(Vec::with_capacity(pkcs8.len() + ATTRIBUTES.len() + 1));
    der::Header::new(Tag::Sequence, length).encode_to_vec(&mut extended).map_err(internal)?;
    extended.extend_from_slice(fields);
    extended.extend_from_slice(&ATTRIBUTES);
    Ok(extended)
}

fn provider_name(provider: KeyProvider) -> PKCS12Attribute {
    let name = yasna::construct_der(|writer| writer.write_bmp_string(provider.name()));
    PKCS12Attribute::Other(OtherAttribute { oid: yasna_oid(super::MS_PROVIDER_NAME), data: vec![name] })
}

fn local_machine_key_set() -> PKCS12Attribute {
    PKCS12Attribute::Other(OtherAttribute { oid: yasna_oid(super::MS_LOCAL_MACHINE_KEY_SET), data: Vec::new() })
}

fn certificate_bag(certificate: &Certificate, attributes: Vec<PKCS12Attribute>) -> SafeBag {
    SafeBag { bag: SafeBagKind::CertBag(CertBag::X509(certificate.as_der().to_vec())), attributes }
}

fn safe_contents(bags: &[SafeBag]) -> Vec<u8> {
    yasna::construct_der(|writer| {
        writer.write_sequence_of(|writer| bags.iter().for_each(|bag| bag.write(writer.next())));
    })
}

fn yasna_oid(oid: ObjectIdentifier) -> YasnaOid {
    YasnaOid::new(oid.arcs().map(u64::from).collect())
}

fn random<const N: usize>(rng: &mut (impl CryptoRng + ?Sized)) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

fn internal(error: impl ToString) -> Error {
    Error::Internal { what: "writing a PFX", detail: error.to_string() }
}
