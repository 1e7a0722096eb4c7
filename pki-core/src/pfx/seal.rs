//! Sealing an identity for Windows.

use der::{Encode as _, Tag};
use p12::{OtherAttribute, PKCS12Attribute};
use rand::CryptoRng;
use zeroize::Zeroizing;

use super::sealer::{Sealer, certificate_bag, internal, yasna_oid};
use super::{Encoding, KeyProvider};
use crate::authority::Identity;
use crate::error::Result;
use crate::name::Fqdn;
use crate::password::Password;
use crate::stack::wiped;

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
/// [`Error::PasswordLength`](crate::Error::PasswordLength) for the empty password;
/// [`Error::Internal`](crate::Error::Internal) if a library refuses.
pub fn seal(
    identity: &Identity,
    password: &Password,
    options: &SealOptions,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Vec<u8>> {
    wiped(|| sealed(identity, password, options, rng))
}

fn sealed(
    identity: &Identity,
    password: &Password,
    options: &SealOptions,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Vec<u8>> {
    let sealer = Sealer::new(password, options.encoding)?;
    let local_key_id = PKCS12Attribute::LocalKeyId(identity.leaf().thumbprint().as_bytes().to_vec());

    let pkcs8 = with_key_exchange(&identity.secret_key().secret_pkcs8_der()?)?;
    // No friendlyName: on a key bag Windows takes it for the name of the key container.
    let key_attributes = vec![local_key_id.clone(), provider_name(options.provider), local_machine_key_set()];
    let key = sealer.key_bag(&pkcs8, key_attributes, rng)?;

    let mut leaf_attributes = vec![local_key_id];
    leaf_attributes.extend(options.friendly_name.clone().map(PKCS12Attribute::FriendlyName));
    let certificates =
        [certificate_bag(identity.leaf(), leaf_attributes), certificate_bag(identity.root(), Vec::new())];
    sealer.file(&[key], &certificates, rng)
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
