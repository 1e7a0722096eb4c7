//! Opening a PFX, whoever made it.

use zeroize::Zeroizing;

use super::reader::{self, Attribute, Bag, Safe};
use super::{Attributes, CertificateEntry, Contents, KeyEntry, KeySpec, Protection, ber, bmp, cipher, mac};
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::password::Password;
use crate::stack::wiped;

/// What is accepted, and how much work it may make.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OpenOptions {
    /// Whether a file without a MAC that can be checked is refused. Such a file may have been changed by anyone.
    pub require_mac: bool,
    /// The largest file, in bytes.
    pub max_bytes: usize,
    /// The most iterations of one key derivation.
    pub max_iterations: u32,
    /// The most hashes of all key derivations together; a million takes some tenths of a second.
    pub max_hashes: u64,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { require_mac: true, max_bytes: 1 << 20, max_iterations: 1_000_000, max_hashes: 16_000_000 }
    }
}

/// Opens a PFX: checks its MAC, then decrypts it.
///
/// Both [`Encoding`](super::Encoding)s are read, RC2 and plain bags too, BER as well as DER, several keys and
/// certificates, and PBMAC1 (RFC 9579).
///
/// ```
/// use pki_core::pfx::{self, OpenOptions, SealOptions};
/// use pki_core::password::Password;
/// # use pki_core::{authority::Authority, key::{KeyAlgorithm::Rsa2048, KeyPair}, name::{Fqdn, RootName}};
/// # use pki_core::profile::{LeafProfile, RootProfile};
/// # use rand::SeedableRng as _;
/// # let mut rng = chacha20::ChaCha20Rng::seed_from_u64(1); // a fixed seed: for tests and examples only
/// # let (now, host) = ("2026-11-22T17:00:00Z".parse()?, "HOST4.atwork.at".parse::<Fqdn>()?);
/// # let root = RootProfile::new(RootName::default_for(&host), vec![host.clone().into()]);
/// # let authority = Authority::create(&root, KeyPair::generate(Rsa2048, &mut rng)?, now, &mut rng)?;
/// # let key = KeyPair::generate(Rsa2048, &mut rng)?;
/// # let identity = authority.issue(&LeafProfile::new(host), key, now, &mut rng)?;
///
/// let password = Password::generate(&mut rng);
/// let file = pfx::seal(&identity, &password, &SealOptions::default(), &mut rng)?;
/// let contents = pfx::open(&file, &password, &OpenOptions::default())?;
/// assert_eq!(contents.identity()?.leaf(), identity.leaf());
/// # Ok::<(), pki_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::UnsupportedAlgorithm`], [`Error::Damaged`], [`Error::OverLimit`] and
/// [`Error::MacMissing`], each only for what it says.
pub fn open(file: &[u8], password: &Password, options: &OpenOptions) -> Result<Contents> {
    wiped(|| opened(file, password, options))
}

fn opened(file: &[u8], password: &Password, options: &OpenOptions) -> Result<Contents> {
    let mut budget = Budget::new(options);
    if file.len() > options.max_bytes {
        return Err(over("size in bytes", file.len() as u64, options.max_bytes as u64));
    }
    let der = ber::to_der(file)?;
    let pfx = reader::Pfx::from_der(&der)?;
    let mac = match &pfx.mac {
        Some(data) => Some(mac::check(data, pfx.auth_safe, password, options.require_mac, &mut budget)?),
        None if options.require_mac => return Err(Error::MacMissing),
        None => None,
    };
    // What the MAC proves to be made with this password cannot be the wrong password any more.
    let proven = mac.as_ref().is_some_and(|mac| mac.status == mac::MacStatus::Verified);
    let mut opener = Opener { password, budget, proven, contents: Contents::with_mac(mac) };
    let auth_safe = ber::to_der(pfx.auth_safe)?;
    for safe in reader::authenticated_safe(&auth_safe)? {
        opener.take_safe(safe)?;
    }
    Ok(opener.contents)
}

/// How much key derivation a file may still ask for.
pub(super) struct Budget {
    max_iterations: u32,
    max_hashes: u64,
    spent: u64,
}

impl Budget {
    fn new(options: &OpenOptions) -> Self {
        Self { max_iterations: options.max_iterations, max_hashes: options.max_hashes, spent: 0 }
    }

    /// Allows one key derivation, before it is made.
    pub(super) fn spend(&mut self, iterations: u32, hashes_each: u64) -> Result<()> {
        if iterations == 0 {
            return Err(Error::Damaged { what: super::PFX, detail: "a key derivation without iterations".to_owned() });
        }
        if iterations > self.max_iterations {
            return Err(over("iterations", iterations.into(), self.max_iterations.into()));
        }
        self.spent = self.spent.saturating_add(u64::from(iterations).saturating_mul(hashes_each));
        if self.spent > self.max_hashes {
            return Err(over("hashes of all key derivations", self.spent, self.max_hashes));
        }
        Ok(())
    }
}

impl Contents {
    fn with_mac(mac: Option<mac::Mac>) -> Self {
        Self { mac, keys: Vec::new(), certificates: Vec::new(), other_bags: Vec::new() }
    }
}

struct Opener<'p> {
    password: &'p Password,
    budget: Budget,
    proven: bool,
    contents: Contents,
}

impl Opener<'_> {
    fn take_safe(&mut self, safe: Safe<'_>) -> Result<()> {
        match safe {
            Safe::Plain(contents) => self.take_contents(contents, &Protection::None, 0),
            Safe::Encrypted { algorithm, ciphertext } => {
                let (plaintext, protection) = self.decrypt(&algorithm, &ciphertext)?;
                self.take_contents(&plaintext, &protection, 0)
            }
        }
    }

    fn take_contents(&mut self, contents: &[u8], protection: &Protection, depth: usize) -> Result<()> {
        const MAX_DEPTH: usize = 4;
        if depth > MAX_DEPTH {
            return Err(over("depth of nested safes", depth as u64, MAX_DEPTH as u64));
        }
        let contents = ber::to_der(contents)?;
        for bag in reader::safe_contents(&contents)? {
            match bag.id {
                super::KEY_BAG => {
                    self.take_key(&bag, Zeroizing::new(bag.value.to_vec()), protection.clone())?;
                }
                super::SHROUDED_KEY_BAG => {
                    let (algorithm, ciphertext) = reader::shrouded_key(bag.value)?;
                    let (pkcs8, protection) = self.decrypt(&algorithm, ciphertext)?;
                    self.take_key(&bag, pkcs8, protection)?;
                }
                super::CERT_BAG => self.take_certificate(&bag, protection)?,
                super::SAFE_CONTENTS_BAG => self.take_contents(bag.value, protection, depth + 1)?,
                other => self.contents.other_bags.push(other.to_string()),
            }
        }
        Ok(())
    }

    fn take_key(&mut self, bag: &Bag<'_>, pkcs8: Zeroizing<Vec<u8>>, protection: Protection) -> Result<()> {
        let key_spec = key_spec(&reader::private_key_attributes(&pkcs8)?);
        let attributes = attributes(&bag.attributes)?;
        self.contents.keys.push(KeyEntry { protection, attributes, key_spec, pkcs8 });
        Ok(())
    }

    fn take_certificate(&mut self, bag: &Bag<'_>, protection: &Protection) -> Result<()> {
        let (kind, der) = reader::cert_bag(bag.value)?;
        if kind != super::X509_CERTIFICATE {
            self.contents.other_bags.push(kind.to_string());
            return Ok(());
        }
        self.contents.certificates.push(CertificateEntry {
            protection: protection.clone(),
            attributes: attributes(&bag.attributes)?,
            certificate: Certificate::from_der(der)?,
        });
        Ok(())
    }

    fn decrypt(
        &mut self,
        algorithm: &spki::AlgorithmIdentifierRef<'_>,
        ciphertext: &[u8],
    ) -> Result<(Zeroizing<Vec<u8>>, Protection)> {
        cipher::decrypt(algorithm, self.password, ciphertext, &mut self.budget).map_err(|error| match error {
            Error::WrongPassword { what } if self.proven => {
                Error::Damaged { what, detail: "the MAC matches the password, the encryption does not".to_owned() }
            }
            error => error,
        })
    }
}

fn attributes(attributes: &[Attribute<'_>]) -> Result<Attributes> {
    let mut known = Attributes::default();
    for Attribute { id, values } in attributes {
        let value = values.first().map(|value| value.value());
        match (*id, value) {
            (super::FRIENDLY_NAME, Some(value)) => known.friendly_name = Some(text(value)?),
            (super::LOCAL_KEY_ID, Some(value)) => known.local_key_id = Some(value.to_vec()),
            (super::MS_PROVIDER_NAME, Some(value)) => known.provider = Some(text(value)?),
            (super::MS_LOCAL_MACHINE_KEY_SET, _) => known.local_machine_key_set = true,
            (other, _) => known.other.push(other.to_string()),
        }
        let encoded = values.iter().map(der::Encode::to_der).collect::<der::Result<_>>();
        known.encoded.push((*id, encoded.map_err(|e| Error::Damaged { what: super::PFX, detail: e.to_string() })?));
    }
    Ok(known)
}

fn text(bytes: &[u8]) -> Result<String> {
    bmp::decode(bytes).ok_or_else(|| Error::Damaged { what: super::PFX, detail: "a name is no BMPString".to_owned() })
}

/// The keyUsage attribute (2.5.29.15) as Windows writes it: a BIT STRING of 0x10 or 0x80.
fn key_spec(attributes: &[Attribute<'_>]) -> Option<KeySpec> {
    let usage = attributes.iter().find(|attribute| attribute.id == const_oid::db::rfc5280::ID_CE_KEY_USAGE)?;
    match usage.values.first()?.value() {
        [_unused, byte, ..] if byte & 0x10 != 0 => Some(KeySpec::KeyExchange),
        [_unused, byte, ..] if byte & 0x80 != 0 => Some(KeySpec::Signature),
        _ => None,
    }
}

fn over(quantity: &'static str, found: u64, limit: u64) -> Error {
    Error::OverLimit { what: super::PFX, quantity, found, limit }
}
