//! What takes a step back. Records keep these, so that `uninstall` removes what `install` added and nothing else.

use std::fmt;

use pki_core::name::printable;
use serde::{Deserialize, Serialize};

use super::{CONTAINER_PREFIX, CertificateName, FIREWALL_RULE, MachineKey, RegistryValue, Thing};

/// The opposite of a step that changed something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Inverse {
    DeleteKey(MachineKey),
    RemoveLeaf(CertificateName),
    RemoveRoot(CertificateName),
    RestoreRegistryValue { value: RegistryValue, before: RegistryBefore },
    DisableFirewallRule,
}

/// What stood in the registry before a value was set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RegistryBefore {
    /// How many keys, counted from the innermost, did not exist.
    pub(crate) missing_keys: usize,
    /// The value, if there was one.
    pub(crate) data: Option<RegistryData>,
}

/// A value of the registry, of any type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RegistryData {
    /// Windows' number of the type; REG_DWORD is 4.
    pub(crate) kind: u32,
    pub(crate) bytes: Vec<u8>,
}

impl Inverse {
    pub(crate) fn thing(&self) -> Thing {
        match self {
            Self::DeleteKey(key) => Thing::Key(key.container.clone()),
            Self::RemoveLeaf(leaf) => Thing::Leaf(leaf.sha256.clone()),
            Self::RemoveRoot(root) => Thing::Root(root.sha256.clone()),
            Self::RestoreRegistryValue { value, .. } => Thing::Registry(*value),
            Self::DisableFirewallRule => Thing::FirewallRule,
        }
    }

    /// How `install.cmd` marks the thing. A leaf and its key have one mark.
    pub(crate) fn mark(&self) -> Option<String> {
        match self {
            Self::DeleteKey(key) => key.container.strip_prefix(CONTAINER_PREFIX).map(|leaf| format!("leaf-{leaf}")),
            Self::RemoveLeaf(leaf) => Some(format!("leaf-{}", leaf.sha1)),
            Self::RemoveRoot(root) => Some(format!("root-{}", root.sha1)),
            Self::RestoreRegistryValue { value, .. } => value.key().rsplit('\\').next().map(str::to_owned),
            Self::DisableFirewallRule => Some("firewall".to_owned()),
        }
    }

    /// What its mark says of a thing that `uninstall.cmd` is to take back: what was there before. `None` where a mark
    /// cannot say it.
    pub(crate) fn marked_state(&self) -> Option<String> {
        match self {
            Self::DeleteKey(_) | Self::RemoveLeaf(_) | Self::RemoveRoot(_) => Some("absent".to_owned()),
            Self::RestoreRegistryValue { before: RegistryBefore { data: Some(data), .. }, .. } => {
                data.as_dword().map(|number| format!("{number:#x}"))
            }
            Self::RestoreRegistryValue { before: RegistryBefore { missing_keys, data: None }, .. } => {
                Some(format!("absent-{missing_keys}"))
            }
            Self::DisableFirewallRule => Some("disabled".to_owned()),
        }
    }
}

impl RegistryData {
    const REG_DWORD: u32 = 4;

    /// The number, if it is a REG_DWORD.
    pub(crate) fn as_dword(&self) -> Option<u32> {
        let bytes = <[u8; 4]>::try_from(self.bytes.as_slice()).ok()?;
        (self.kind == Self::REG_DWORD).then(|| u32::from_le_bytes(bytes))
    }
}

impl fmt::Display for Inverse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeleteKey(key) => write!(f, "delete the machine's key container {}", printable(&key.container)),
            Self::RemoveLeaf(leaf) => write!(f, "remove {leaf} from LocalMachine\\My"),
            Self::RemoveRoot(root) => write!(f, "remove {root} from LocalMachine\\Root"),
            Self::RestoreRegistryValue { value, before: RegistryBefore { data: None, .. } } => {
                write!(f, "delete {value}")
            }
            Self::RestoreRegistryValue { value, before: RegistryBefore { data: Some(data), .. } } => {
                write!(f, "set {value} back to {data}")
            }
            Self::DisableFirewallRule => write!(f, "disable the firewall rule {FIREWALL_RULE}"),
        }
    }
}

impl fmt::Display for RegistryData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_dword() {
            Some(number) => write!(f, "{number}"),
            None => write!(f, "its {} bytes of type {}", self.bytes.len(), self.kind),
        }
    }
}
