//! The state of a computer, as far as replication depends on it: read by `platform`, judged by `doctor`.

use pki_core::certificate::Certificate;
use pki_core::name::printable;

use crate::plan::{Record, RegistryData};

/// What was read. Reading changes nothing.
#[derive(Debug)]
pub(crate) struct Survey {
    /// The computer's full DNS name.
    pub(crate) computer: String,
    /// The build number of Windows; `None` if it cannot be read.
    pub(crate) build: Option<u32>,
    /// Whether it was read with an administrator's rights. Without them Windows opens none of the machine's keys.
    pub(crate) is_elevated: bool,
    /// LocalMachine\My.
    pub(crate) my: Vec<Personal>,
    /// LocalMachine\Root.
    pub(crate) root: Vec<Stored>,
    /// Those in LocalMachine\Root that name a private key, such as what MakeCert made with `-ss root`.
    pub(crate) root_keys: Vec<RootKey>,
    /// LocalMachine\CA: what may stand between a leaf and its root.
    pub(crate) intermediates: Vec<Stored>,
    /// The value that switches Hyper-V's revocation check off.
    pub(crate) revocation_switch: Option<RegistryData>,
    pub(crate) firewall_rule: FirewallRule,
    /// Why the records of `install` cannot be read, if that is not for a lack of rights.
    pub(crate) records_unreadable: Option<String>,
    /// What `install` recorded; empty where only administrators may read it and this user is none.
    pub(crate) installed: Vec<Record>,
}

/// A certificate in a store.
#[derive(Debug)]
pub(crate) struct Stored {
    /// What Windows calls the thumbprint.
    pub(crate) thumbprint: String,
    /// The certificate, or why it cannot be read.
    pub(crate) certificate: Result<Certificate, String>,
}

/// A certificate in LocalMachine\My.
#[derive(Debug)]
pub(crate) struct Personal {
    pub(crate) stored: Stored,
    pub(crate) key: PrivateKey,
    /// The error code of Windows' own chain engine, asked about a TLS server of this computer's name with the
    /// machine's roots and without revocation; 0 if it accepts.
    pub(crate) windows_verdict: u32,
}

/// A certificate in LocalMachine\Root that names a private key.
#[derive(Debug)]
pub(crate) struct RootKey {
    pub(crate) certificate: Certificate,
    pub(crate) key: PrivateKey,
}

/// What the store says about a certificate's private key, and what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(windows), allow(dead_code, reason = "only Windows finds anything"))]
pub(crate) enum PrivateKey {
    /// The store names none.
    None,
    /// It is named, but cannot be opened.
    Unreachable { place: KeyPlace, error: String },
    /// It can be opened by this user.
    Reachable {
        place: KeyPlace,
        /// Whether it is the certificate's key.
        matches: bool,
        /// Whether it can be exported; `None` where that is not known.
        exportable: Option<bool>,
    },
}

/// Where a private key is said to be (CRYPT_KEY_PROV_INFO).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyPlace {
    pub(crate) container: String,
    pub(crate) provider: String,
    /// 0 for a key storage provider (CNG).
    pub(crate) provider_type: u32,
    /// Whether it is in the machine's key set, not the user's.
    pub(crate) machine: bool,
    /// AT_KEYEXCHANGE (1), AT_SIGNATURE (2), or 0 or CERT_NCRYPT_KEY_SPEC for CNG.
    pub(crate) key_spec: u32,
}

impl Survey {
    /// Whether this Windows is older than Server 2019.
    pub(crate) fn is_before_2019(&self) -> bool {
        self.build.is_some_and(|build| build < SERVER_2019)
    }
}

impl PrivateKey {
    /// Where the certificate's own key is said to be; `None` if another's key is known to be there.
    pub(crate) fn own_place(&self) -> Option<&KeyPlace> {
        match self {
            Self::None | Self::Reachable { matches: false, .. } => None,
            Self::Unreachable { place, .. } | Self::Reachable { place, .. } => Some(place),
        }
    }

    /// What is typed to remove a certificate that has this key from a store of the machine: the key first, because
    /// afterwards nothing tells where it is.
    pub(crate) fn removal(&self, store: &str, thumbprint: &str) -> String {
        let remove = format!("certutil -delstore {store} {thumbprint}");
        match self.own_place() {
            Some(place) => format!("{}, then {remove}", place.deletion()),
            None => remove,
        }
    }
}

impl KeyPlace {
    /// What is typed to delete the key.
    pub(crate) fn deletion(&self) -> String {
        let (provider, container) = (printable(&self.provider), printable(&self.container));
        match self.machine {
            true => format!("certutil -csp \"{provider}\" -delkey \"{container}\""),
            false => format!("as the user whose key it is: certutil -user -csp \"{provider}\" -delkey \"{container}\""),
        }
    }
}

/// The rule of Hyper-V Replica's HTTPS listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(windows), allow(dead_code, reason = "only Windows finds anything"))]
pub(crate) enum FirewallRule {
    /// The Hyper-V role is not installed.
    Missing,
    Disabled,
    Enabled,
}

/// Its build number, and that of Windows 10 1809.
const SERVER_2019: u32 = 17763;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_removed_after_its_key_and_never_with_the_key_of_another() {
        let place = |machine| KeyPlace {
            container: "a b".to_owned(),
            provider: "P".to_owned(),
            provider_type: 12,
            machine,
            key_spec: 1,
        };
        let reachable = |matches, machine| PrivateKey::Reachable { place: place(machine), matches, exportable: None };
        let gone = PrivateKey::Unreachable { place: place(true), error: String::new() };
        let with_key = "certutil -csp \"P\" -delkey \"a b\", then certutil -delstore My AB";
        assert_eq!(reachable(true, true).removal("My", "AB"), with_key);
        assert_eq!(gone.removal("My", "AB"), with_key);
        assert_eq!(
            reachable(true, false).removal("Root", "AB"),
            "as the user whose key it is: certutil -user -csp \"P\" -delkey \"a b\", then certutil -delstore Root AB"
        );
        assert_eq!(reachable(false, true).removal("My", "AB"), "certutil -delstore My AB");
        assert_eq!(PrivateKey::None.removal("My", "AB"), "certutil -delstore My AB");
    }
}
