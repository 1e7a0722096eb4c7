//! Thumbprints: digests over a whole certificate, which name it.

use core::fmt;

macro_rules! thumbprint {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(super) [u8; $bytes]);

        impl $name {
            /// The digest.
            pub fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            /// Upper-case hexadecimal without separators, as PowerShell takes and shows it.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

thumbprint! {
    /// SHA-1 over a certificate: what Windows calls the thumbprint.
    Sha1Thumbprint, 20
}

thumbprint! {
    /// SHA-256 over a certificate.
    Sha256Thumbprint, 32
}
