//! Key pairs: made from a seed, read from and written as PKCS#8. The only room that knows the crate `rsa`.
//!
//! Signing is blinded and in constant time; nothing is ever decrypted with RSA. Only the signature with which a new key is
//! tried, of a message that is always the same and that nobody sees, is not blinded.

mod pkcs8;
mod public;
mod signing;
#[cfg(feature = "test-keys")]
pub mod test_keys;
#[cfg(test)]
mod tests;
mod well_known;

use core::fmt;
use core::str::FromStr;

use rand::CryptoRng;
use rsa::BoxedUint;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::EncodePublicKey as _;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use sha2::Sha256;
use signature::Signer as _;
use zeroize::Zeroizing;

pub use public::{PublicKey, PublicKeyAlgorithm, SignatureAlgorithm};

use crate::error::{Error, Result};
use crate::prime::Search;
use well_known::refuse_well_known;

/// The public exponent of every key here.
const EXPONENT: u32 = 65_537;

/// The algorithm and size of a new key. RSA only, with e = 65537: nothing else is known to serve Hyper-V Replica.
///
/// ```
/// use pki_core::key::KeyAlgorithm;
///
/// assert_eq!("rsa-4096".parse(), Ok(KeyAlgorithm::Rsa4096));
/// assert_eq!(KeyAlgorithm::default().to_string(), "rsa-3072");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum KeyAlgorithm {
    /// 2048 bits: acceptable until 2030 (NIST SP 800-57 part 1).
    Rsa2048,
    /// 3072 bits, 128 bits of strength.
    #[default]
    Rsa3072,
    /// 4096 bits.
    Rsa4096,
}

/// A private key with its public half. No `Clone`, nothing shown by `Debug`, overwritten when dropped.
pub struct KeyPair {
    private: Private,
    public: PublicKey,
}

/// Open to further algorithms; what uses a key goes through [`KeyPair`].
enum Private {
    Rsa(SigningKey<Sha256>),
}

/// 256 bits from which one key pair is made, the same on every system. As secret as the key itself.
pub struct KeySeed(Box<Zeroizing<[u8; 32]>>);

impl KeyPair {
    /// Makes a key pair. Takes 32 bytes from the generator, however long the search for primes lasts.
    ///
    /// ```
    /// use pki_core::key::{KeyAlgorithm, KeyPair};
    /// # use rand::SeedableRng as _;
    /// # let mut rng = chacha20::ChaCha20Rng::seed_from_u64(1); // a fixed seed: for tests and examples only
    ///
    /// let key = KeyPair::generate(KeyAlgorithm::Rsa2048, &mut rng)?;
    /// assert_eq!(format!("{key:?}"), "KeyPair(rsa-2048, ..)");
    /// # Ok::<(), pki_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Internal`] if the new key does not verify its own signature or a library refuses it, which does not happen.
    pub fn generate(algorithm: KeyAlgorithm, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Self> {
        Self::from_seed(algorithm, &KeySeed::draw(rng))
    }

    /// As [`KeyPair::generate`], in a chosen way: on several threads, for example.
    ///
    /// # Errors
    /// As [`KeyPair::generate`].
    pub fn generate_with(
        algorithm: KeyAlgorithm,
        rng: &mut (impl CryptoRng + ?Sized),
        search: &Search,
    ) -> Result<Self> {
        Self::from_seed_with(algorithm, &KeySeed::draw(rng), search)
    }

    /// Makes the key pair of a seed; whoever holds the seed holds the key. Lets a caller draw seeds in order and make
    /// the keys on several threads.
    ///
    /// # Errors
    /// As [`KeyPair::generate`].
    pub fn from_seed(algorithm: KeyAlgorithm, seed: &KeySeed) -> Result<Self> {
        Self::from_seed_with(algorithm, seed, &Search::default())
    }

    /// Makes the key pair of a seed in a chosen way. The way changes the time that it takes, and never the key.
    ///
    /// # Errors
    /// As [`KeyPair::generate`].
    pub fn from_seed_with(algorithm: KeyAlgorithm, seed: &KeySeed, search: &Search) -> Result<Self> {
        search.pair(&seed.0, algorithm.bits() / 128, |p, q| Self::of_primes(p, q).transpose())
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The key of two primes, tried; none if its private exponent is too small.
    fn of_primes(p: &[u64], q: &[u64]) -> Result<Option<Self>> {
        let Some(key) = join(p, q)? else { return Ok(None) };
        let key = Self::from_rsa(key)?;
        key.check_consistency()?;
        Ok(Some(key))
    }

    /// Signs a message and verifies it (FIPS 140-3 IG 10.3.A): the halves belong together, and the key can be used. Not
    /// blinded, as nobody chooses the message or sees the signature.
    fn check_consistency(&self) -> Result<()> {
        const MESSAGE: &[u8] = b"pairwise consistency";
        let Private::Rsa(key) = &self.private;
        let internal = |detail: String| Error::Internal { what: "trying a new key", detail };
        let signature: Box<[u8]> = key.try_sign(MESSAGE).map_err(|e| internal(e.to_string()))?.into();
        self.public.verify(&SignatureAlgorithm::RsaSha256, MESSAGE, &signature).map_err(|e| internal(e.to_string()))
    }

    /// Accepts a key that meets this crate's rules: 2048, 3072 or 4096 bits, e = 65537.
    fn from_rsa(key: rsa::PrivateKey) -> Result<Self> {
        check_size(key.n().as_ref().bit_width_vartime() as usize)?;
        if *key.e() != BoxedUint::from(EXPONENT) {
            return Err(Error::UnsupportedAlgorithm {
                what: "the private key",
                algorithm: "an RSA exponent other than 65537".to_owned(),
            });
        }
        let spki = key
            .to_public_key()
            .to_public_key_der()
            .map_err(|e| Error::Internal { what: "encoding a public key", detail: e.to_string() })?;
        let public = PublicKey::from_spki_der(spki.as_bytes())?;
        refuse_well_known("the private key", &public)?;
        Ok(Self { private: Private::Rsa(SigningKey::new(key)), public })
    }
}

/// The key of two primes; none if its private exponent is not above half the modulus' bits (FIPS 186-5 A.1.1). The library
/// takes the smallest exponent there is, below the least common multiple of `p - 1` and `q - 1`, as the clause asks.
fn join(p: &[u64], q: &[u64]) -> Result<Option<rsa::PrivateKey>> {
    let internal = |detail: String| Error::Internal { what: "making an RSA key", detail };
    let integer = |words: &[u64]| {
        let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(words.iter().flat_map(|word| word.to_le_bytes()).collect());
        let bits = u32::try_from(8 * bytes.len()).map_err(|e| internal(e.to_string()))?;
        BoxedUint::from_le_slice(&bytes, bits).map_err(|e| internal(e.to_string()))
    };
    let key = rsa::PrivateKey::from_p_q(integer(p)?, integer(q)?, BoxedUint::from(EXPONENT))
        .map_err(|e| internal(e.to_string()))?;
    Ok((key.d().bit_width() as usize > 64 * p.len()).then_some(key))
}

fn check_size(bits: usize) -> Result<()> {
    if [2048, 3072, 4096].contains(&bits) { Ok(()) } else { Err(Error::KeySize { bits }) }
}

impl KeySeed {
    /// Takes 32 bytes from the generator.
    pub fn draw(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        // In a box: it is moved from hand to hand, and leaves no copies behind.
        let mut seed = Box::new(Zeroizing::new([0; 32]));
        rng.fill_bytes(seed.as_mut_slice());
        Self(seed)
    }
}

impl KeyAlgorithm {
    /// Size of the modulus in bits.
    pub fn bits(self) -> usize {
        match self {
            Self::Rsa2048 => 2048,
            Self::Rsa3072 => 3072,
            Self::Rsa4096 => 4096,
        }
    }
}

impl FromStr for KeyAlgorithm {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self> {
        match given {
            "rsa-2048" => Ok(Self::Rsa2048),
            "rsa-3072" => Ok(Self::Rsa3072),
            "rsa-4096" => Ok(Self::Rsa4096),
            _ => Err(Error::UnknownChoice {
                what: "a key algorithm",
                given: given.to_owned(),
                known: "rsa-2048, rsa-3072, rsa-4096",
            }),
        }
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rsa-{}", self.bits())
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({}, ..)", self.public.algorithm())
    }
}

impl fmt::Debug for KeySeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySeed(..)")
    }
}
