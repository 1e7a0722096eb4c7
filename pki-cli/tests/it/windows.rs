//! What the program does to a Windows computer, seen by other processes: by this one through Windows' own functions, and
//! by `reg.exe`.
//!
//! These tests change certificate stores, key containers and the registry of the computer that they run on. They do so
//! under Wine only, one at a time, and each starts on a computer where nothing is installed.

mod doctor;
mod install;
mod native;
mod refusals;
mod several_kits;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use windows_registry::{Key, LOCAL_MACHINE};

use crate::support::{Ended, Room};

pub(crate) const HOST: &str = "HOST4.atwork.at";
pub(crate) const KIT: &str = "replica-pki/hosts/HOST4.atwork.at";
pub(crate) const PASSWORD: &str = "replica-pki/private/passwords/HOST4.atwork.at.txt";
pub(crate) const SWITCH: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization\Replication";
pub(crate) const FAILOVER_SWITCH: &str =
    r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization\FailoverReplication";
pub(crate) const SWITCH_NAME: &str = "DisableCertRevocationCheck";
const CERTIFICATES: &str = r"SOFTWARE\Microsoft\SystemCertificates";
const FIREWALL_RULES: &str = r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules";
const FIREWALL_RULE: &str = "VIRT-HVRHTTPSL-In-TCP-NoScope";

/// This computer, as long as one test has it.
pub(crate) struct Machine(#[allow(dead_code, reason = "held, not read")] File);

impl Machine {
    /// Waits until no other test has the computer, then brings it into the state that each test starts from: named
    /// HOST4.atwork.at, nothing installed.
    pub(crate) fn take() -> Self {
        assert!(LOCAL_MACHINE.open(r"SOFTWARE\Wine").is_ok(), "these tests change the computer: only under Wine");
        let lock = File::create(std::env::temp_dir().join("replica-pki-tests.lock")).unwrap();
        lock.lock().unwrap();
        forget(SWITCH);
        forget(FAILOVER_SWITCH);
        forget(SWITCH.rsplit_once('\\').unwrap().0);
        forget(r"SOFTWARE\Wine\Crypto\RSA");
        forget(FIREWALL_RULES);
        forget(&format!(r"{CERTIFICATES}\My\Certificates"));
        let _ = fs::remove_dir_all(records());
        native::empty_root_store_of("Replica");
        native::empty_root_store_of("CertReq Test Root");
        Self::name("HOST4", "atwork.at");
        Self(lock)
    }

    /// Wine sets the name anew whenever it starts, so that this lasts as long as the test.
    pub(crate) fn name(host: &str, domain: &str) {
        let key = LOCAL_MACHINE.create(r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters").unwrap();
        key.set_string("Hostname", host).unwrap();
        key.set_string("Domain", domain).unwrap();
    }

    /// Installs HOST4's kit of a room.
    pub(crate) fn install(&self, room: &Room, more: &[&str]) -> Ended {
        room.run(&[&["install", KIT, "--password-file", PASSWORD], more].concat())
    }

    /// Everything that an installation could change: the hive as reg.exe exports it, the firewall's rules, the records.
    pub(crate) fn state(&self) -> BTreeMap<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let mut state = BTreeMap::new();
        for key in [r"HKLM\SOFTWARE", r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess"] {
            let file = folder.path().join("export.reg");
            let output = Command::new("reg").args(["export", key]).arg(&file).arg("/y").output().unwrap();
            assert!(output.status.success() || !key.contains("SOFTWARE"), "{output:?}");
            let wide = fs::read(&file).unwrap_or_default();
            let wide: Vec<u16> = wide.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            state.insert(key.to_owned(), String::from_utf16_lossy(&wide));
        }
        for entry in fs::read_dir(records()).into_iter().flatten() {
            let path = entry.unwrap().path();
            state.insert(path.display().to_string(), fs::read_to_string(&path).unwrap());
        }
        state
    }

    /// Makes the rule that comes with the Hyper-V role.
    pub(crate) fn add_firewall_rule(&self) {
        self.set_firewall_rule(false);
    }

    pub(crate) fn set_firewall_rule(&self, active: bool) {
        let key = LOCAL_MACHINE.create(FIREWALL_RULES).unwrap();
        let active = if active { "TRUE" } else { "FALSE" };
        let rule = format!("v2.22|Action=Allow|Active={active}|Dir=In|Protocol=6|LPort=443|App=System|Name=@x|");
        key.set_string(FIREWALL_RULE, rule).unwrap();
    }

    pub(crate) fn remove_firewall_rule(&self) {
        LOCAL_MACHINE.options().read().write().open(FIREWALL_RULES).unwrap().remove_value(FIREWALL_RULE).unwrap();
    }

    pub(crate) fn firewall_rule_is_active(&self) -> bool {
        LOCAL_MACHINE.open(FIREWALL_RULES).unwrap().get_string(FIREWALL_RULE).unwrap().contains("|Active=TRUE|")
    }
}

/// Where `install` keeps its records.
pub(crate) fn records() -> PathBuf {
    PathBuf::from(std::env::var("ProgramData").unwrap()).join("replica-pki")
}

/// A value of the registry as a number.
pub(crate) fn dword(key: &str) -> Option<u32> {
    LOCAL_MACHINE.open(key).and_then(|key: Key| key.get_u32(SWITCH_NAME)).ok()
}

fn forget(key: &str) {
    let _ = LOCAL_MACHINE.remove_tree(key);
}
