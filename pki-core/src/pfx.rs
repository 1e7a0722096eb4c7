//! PFX files (PKCS #12, RFC 7292): sealing an [`Identity`](crate::authority::Identity) for Windows, opening anyone's.
//!
//! [`seal`] writes one of two [`Encoding`]s. [`open`] reads both of them and what other programs wrote, and explains
//! what it found; [`Contents::reseal`] writes that anew. The only room that knows the crate `p12`, whose types are used for writing and never for reading.

mod ber;
mod bmp;
mod cipher;
mod contents;
mod encoding;
mod kdf;
mod mac;
mod open;
mod reader;
mod reseal;
mod seal;
mod sealer;

pub use cipher::Protection;
pub use contents::{Attributes, CertificateEntry, Contents, KeyEntry, KeySpec};
pub use encoding::{Encoding, KeyProvider, WindowsServer};
pub use mac::{Mac, MacStatus};
pub use open::{OpenOptions, open};
pub use seal::{SealOptions, seal};

use const_oid::ObjectIdentifier;

/// What errors call the file.
const PFX: &str = "the PFX";

// Content types (RFC 7292 §3, RFC 5652).
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");

// Bags and their attributes (RFC 7292 §4.2, RFC 2985 §5.5).
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const SHROUDED_KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERT_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const SAFE_CONTENTS_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.6");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const FRIENDLY_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.20");
const LOCAL_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");

// Microsoft's attributes of a key bag.
const MS_PROVIDER_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.17.1");
const MS_LOCAL_MACHINE_KEY_SET: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.17.2");

// Encryption and digests.
const PBE_3DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3");
const PBE_2KEY_3DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.4");
const PBE_RC2_128: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.5");
const PBE_RC2_40: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.6");
const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const PBMAC1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.14");
const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const SHA_224: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.4");
