//! Why a certificate is taken back.

use core::fmt;
use core::str::FromStr;

use x509_cert::ext::pkix::CrlReason;

use crate::error::{Error, Result};

/// A reason of RFC 5280 §5.3.1 that a host's certificate can have.
///
/// Left out: `cACompromise` and `aACompromise`, which are about other certificates; `removeFromCRL`, which stands in
/// delta lists only; and `certificateHold`, because a partner that may be trusted again tomorrow is not trusted today.
///
/// ```
/// use pki_core::revocation::Reason;
///
/// assert_eq!("keycompromise".parse(), Ok(Reason::KeyCompromise));
/// assert_eq!(Reason::default().to_string(), "unspecified");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Reason {
    /// Not told; such an entry names no reason at all.
    #[default]
    Unspecified,
    /// Somebody else has the private key, or may have it.
    KeyCompromise,
    /// The host has another name now, or belongs to somebody else.
    AffiliationChanged,
    /// There is a new certificate in its place.
    Superseded,
    /// The host is out of service.
    CessationOfOperation,
    /// The host may no longer do what the certificate is for.
    PrivilegeWithdrawn,
}

impl Reason {
    const ALL: [Self; 6] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    pub(super) fn to_x509(self) -> CrlReason {
        match self {
            Self::Unspecified => CrlReason::Unspecified,
            Self::KeyCompromise => CrlReason::KeyCompromise,
            Self::AffiliationChanged => CrlReason::AffiliationChanged,
            Self::Superseded => CrlReason::Superseded,
            Self::CessationOfOperation => CrlReason::CessationOfOperation,
            Self::PrivilegeWithdrawn => CrlReason::PrivilegeWithdrawn,
        }
    }

    pub(super) fn from_x509(reason: CrlReason) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.to_x509() == reason)
    }

    /// The name in RFC 5280.
    fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
        }
    }
}

impl FromStr for Reason {
    type Err = Error;

    /// Reads the name in RFC 5280, in any case.
    fn from_str(given: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|reason| reason.name().eq_ignore_ascii_case(given)).ok_or_else(|| {
            Error::UnknownChoice {
                what: "a reason to revoke a host's certificate",
                given: given.to_owned(),
                known: "unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation, \
                        privilegeWithdrawn",
            }
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
