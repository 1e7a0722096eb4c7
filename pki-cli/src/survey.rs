//! The state of a computer, as far as replication depends on it: read by `platform`, judged by `doctor`.

use pki_core::certificate::Certificate;

use crate::plan::{Record, RegistryData};

/// What was read. Reading changes nothing.
#[derive(Debug)]
pub(crate) struct Survey {
    /// The computer's full DNS name.
    pub(crate) computer: String,
    /// LocalMachine\My.
    pub(crate) my: Vec<Personal>,
    /// LocalMachine\Root.
    pub(crate) root: Vec<Stored>,
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

/// The rule of Hyper-V Replica's HTTPS listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(windows), allow(dead_code, reason = "only Windows finds anything"))]
pub(crate) enum FirewallRule {
    /// The Hyper-V role is not installed.
    Missing,
    Disabled,
    Enabled,
}
