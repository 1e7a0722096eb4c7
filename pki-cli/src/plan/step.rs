//! One thing that `install` does.

use std::fmt;
use std::str::FromStr;

use pki_core::certificate::Certificate;
use pki_core::pfx::KeyProvider;
use serde::{Deserialize, Serialize};

use super::{CONTAINER_PREFIX, Inverse, RegistryBefore};

/// The rule of Hyper-V Replica's HTTPS listener, by the name that is the same in every language of Windows. It exists
/// with the Hyper-V role, and is disabled.
pub(crate) const FIREWALL_RULE: &str = "VIRT-HVRHTTPSL-In-TCP-NoScope";

/// Where the registry keeps the rules of the firewall, below HKEY_LOCAL_MACHINE: a value each, such as
/// `v2.22|Action=Allow|Active=FALSE|Dir=In|Protocol=6|LPort=443|...`
pub(crate) const FIREWALL_RULES: &str =
    r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules";

/// One step.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// The private key of a certificate into a key container of the machine.
    ImportKey { certificate: Certificate, key: MachineKey },
    /// The host's certificate into LocalMachine\My, pointing to that container.
    AddLeaf { certificate: Certificate, friendly_name: String, key: MachineKey },
    /// A root into LocalMachine\Root.
    AddRoot(Certificate),
    /// Hyper-V then looks for no revocation list: the certificates name none.
    DisableRevocationCheck(RegistryValue),
    /// Lets the partners' connections in.
    EnableFirewallRule,
}

/// A key container of the machine's key set, holding a key for key exchange (AT_KEYEXCHANGE).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MachineKey {
    pub(crate) container: String,
    pub(crate) provider: Provider,
    pub(crate) exportable: bool,
}

/// A cryptographic service provider that Hyper-V Replica is known to take keys from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Provider {
    /// The one of Microsoft's own sample.
    #[default]
    Schannel,
    RsaAes,
}

/// A place of `DisableCertRevocationCheck` below HKEY_LOCAL_MACHINE. No others are ever written, whatever a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RegistryValue {
    Replication,
    FailoverReplication,
}

/// A certificate as records and people name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CertificateName {
    pub(crate) subject: String,
    /// What Windows calls the thumbprint.
    pub(crate) sha1: String,
    /// What tells certificates apart.
    pub(crate) sha256: String,
}

/// What a step is about, to tell whether two kits need the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Thing {
    /// A key container, by name.
    Key(String),
    /// A certificate in LocalMachine\My, by SHA-256.
    Leaf(String),
    /// A certificate in LocalMachine\Root, by SHA-256.
    Root(String),
    Registry(RegistryValue),
    FirewallRule,
}

impl Step {
    /// What takes it back on a computer where `before` was found; `before` matters to the registry alone.
    pub(crate) fn inverse(&self, before: RegistryBefore) -> Inverse {
        match self {
            Self::ImportKey { key, .. } => Inverse::DeleteKey(key.clone()),
            Self::AddLeaf { certificate, .. } => Inverse::RemoveLeaf(CertificateName::of(certificate)),
            Self::AddRoot(certificate) => Inverse::RemoveRoot(CertificateName::of(certificate)),
            Self::DisableRevocationCheck(value) => Inverse::RestoreRegistryValue { value: *value, before },
            Self::EnableFirewallRule => Inverse::DisableFirewallRule,
        }
    }

    pub(crate) fn thing(&self) -> Thing {
        self.inverse(RegistryBefore::default()).thing()
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ImportKey { certificate, key: MachineKey { container, provider, exportable } } => write!(
                f,
                "import the private key of {} into the machine's key container {container} (\"{}\", type {}, \
                 AT_KEYEXCHANGE, {})",
                certificate.subject(),
                provider.name(),
                provider.type_number(),
                if *exportable { "exportable" } else { "not exportable" }
            ),
            Self::AddLeaf { certificate, friendly_name, key } => write!(
                f,
                "add {} to LocalMachine\\My, named \"{friendly_name}\", with the key in {}",
                CertificateName::of(certificate),
                key.container
            ),
            Self::AddRoot(certificate) => write!(f, "add {} to LocalMachine\\Root", CertificateName::of(certificate)),
            Self::DisableRevocationCheck(value) => write!(f, "set {value} to {}", RegistryValue::SWITCHED_OFF),
            Self::EnableFirewallRule => write!(f, "enable the firewall rule {FIREWALL_RULE}"),
        }
    }
}

impl Provider {
    /// Windows' name of it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Schannel => KeyProvider::SChannel.name(),
            Self::RsaAes => KeyProvider::RsaAes.name(),
        }
    }

    /// Windows' number of its kind: PROV_RSA_SCHANNEL or PROV_RSA_AES.
    pub(crate) fn type_number(self) -> u32 {
        match self {
            Self::Schannel => 12,
            Self::RsaAes => 24,
        }
    }
}

#[cfg_attr(not(windows), allow(dead_code, reason = "only Windows has key containers"))]
impl MachineKey {
    /// Whether the container is one that a plan could name.
    pub(crate) fn is_of_this_program(&self) -> bool {
        self.container.starts_with(CONTAINER_PREFIX)
    }
}

impl FromStr for Provider {
    type Err = String;

    fn from_str(given: &str) -> Result<Self, String> {
        match given {
            "schannel" => Ok(Self::Schannel),
            "rsa-aes" => Ok(Self::RsaAes),
            _ => Err(format!("{given} is not known; known are schannel, rsa-aes")),
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Schannel => "schannel",
            Self::RsaAes => "rsa-aes",
        })
    }
}

impl RegistryValue {
    pub(crate) const NAME: &'static str = "DisableCertRevocationCheck";
    /// The data that switches the check off.
    pub(crate) const SWITCHED_OFF: u32 = 1;

    /// The key that holds it, below HKEY_LOCAL_MACHINE.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Replication => r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization\Replication",
            Self::FailoverReplication => {
                r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization\FailoverReplication"
            }
        }
    }
}

impl fmt::Display for RegistryValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r"HKLM\{}\{}", self.key(), Self::NAME)
    }
}

impl CertificateName {
    pub(crate) fn of(certificate: &Certificate) -> Self {
        Self {
            subject: certificate.subject().to_string(),
            sha1: certificate.thumbprint().to_string(),
            sha256: certificate.sha256_thumbprint().to_string(),
        }
    }
}

impl fmt::Display for CertificateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.subject, self.sha1)
    }
}
