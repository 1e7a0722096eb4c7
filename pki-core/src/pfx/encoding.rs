//! How a PFX is written, named by who can read it.

use core::fmt;
use core::str::FromStr;

use crate::error::{Error, Result};

/// The algorithms of a PFX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Encoding {
    /// pbeWithSHA1And3-KeyTripleDES-CBC and HMAC-SHA-1 with 2,000 iterations, as Windows itself writes.
    ///
    /// Read by every Windows Server since 2012, macOS, OpenSSL, Java, NSS and GnuTLS. Its strength rests on the password
    /// alone, so that should be long and random.
    Legacy,
    /// PBES2 with PBKDF2-HMAC-SHA-256 (100,000 iterations) and AES-256-CBC, and HMAC-SHA-256.
    ///
    /// Read by Windows Server 2019 and later, OpenSSL 1.1 and later, Java 17, NSS and GnuTLS; not by Windows Server
    /// 2012 R2 and 2016, which call the password wrong, and not by macOS before 26.
    #[default]
    Modern,
}

/// A version of Windows Server, in order of age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum WindowsServer {
    /// Windows Server 2012 R2.
    V2012R2,
    /// Windows Server 2016.
    V2016,
    /// Windows Server 2019.
    V2019,
    /// Windows Server 2022.
    V2022,
    /// Windows Server 2025.
    V2025,
}

/// The provider that Windows is asked to keep the private key in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum KeyProvider {
    /// The provider of Microsoft's own sample for Hyper-V Replica; type 12.
    #[default]
    SChannel,
    /// "Microsoft Enhanced RSA and AES Cryptographic Provider", type 24.
    RsaAes,
    /// "Microsoft Software Key Storage Provider", the one of CNG.
    SoftwareKsp,
}

impl Encoding {
    /// The stronger encoding that this version and all later ones can import.
    pub fn for_windows(oldest: WindowsServer) -> Self {
        if oldest < WindowsServer::V2019 { Self::Legacy } else { Self::Modern }
    }

    /// The oldest Windows Server that can import it.
    pub fn oldest_windows(self) -> WindowsServer {
        match self {
            Self::Legacy => WindowsServer::V2012R2,
            Self::Modern => WindowsServer::V2019,
        }
    }
}

impl KeyProvider {
    /// The provider's name, which is the same in every language of Windows.
    pub fn name(self) -> &'static str {
        match self {
            Self::SChannel => "Microsoft RSA SChannel Cryptographic Provider",
            Self::RsaAes => "Microsoft Enhanced RSA and AES Cryptographic Provider",
            Self::SoftwareKsp => "Microsoft Software Key Storage Provider",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Legacy => "legacy",
            Self::Modern => "modern",
        })
    }
}

impl FromStr for WindowsServer {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self> {
        match given {
            "2012r2" | "2012R2" | "2012 R2" => Ok(Self::V2012R2),
            "2016" => Ok(Self::V2016),
            "2019" => Ok(Self::V2019),
            "2022" => Ok(Self::V2022),
            "2025" => Ok(Self::V2025),
            _ => Err(Error::UnknownChoice {
                what: "a version of Windows Server",
                given: given.to_owned(),
                known: "2012r2, 2016, 2019, 2022, 2025",
            }),
        }
    }
}

impl fmt::Display for WindowsServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::V2012R2 => "2012 R2",
            Self::V2016 => "2016",
            Self::V2019 => "2019",
            Self::V2022 => "2022",
            Self::V2025 => "2025",
        })
    }
}
