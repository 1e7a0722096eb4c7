//! What the program does to a Windows computer, seen by other processes: by this one through Windows' own functions, and
//! by `reg.exe`.
//!
//! These tests change certificate stores, key containers and the registry of the computer that they run on. They do so
//! under Wine only, one at a time, and each starts on a computer where nothing is installed.

mod chain;
mod doctor;
mod install;
mod native;
mod record_folder;
mod refusals;
mod script_refusals;
mod scripts;
mod scripts_and_records;
mod security;
mod several_kits;
mod uninstall;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use windows_registry::{Key, LOCAL_MACHINE};

pub(crate) use crate::support::KIT;
use crate::support::{Ended, Room};

pub(crate) const HOST: &str = "HOST4.atwork.at";
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
        forget(FIREWALL_RULES);
        // Wine keeps these keys once they were used, empty or not.
        for key in [r"SOFTWARE\Wine\Crypto\RSA", &format!(r"{CERTIFICATES}\My\Certificates")] {
            forget(key);
            LOCAL_MACHINE.create(key).unwrap();
        }
        forget(r"SOFTWARE\replica-pki");
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

    /// Everything that an installation could change: what the registry holds, and the records.
    pub(crate) fn state(&self) -> State {
        let mut state = State::default();
        for path in [
            CERTIFICATES,
            r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization",
            r"SOFTWARE\Wine\Crypto",
            r"SOFTWARE\replica-pki",
            r"SYSTEM\CurrentControlSet\Services\SharedAccess",
        ] {
            if let Ok(key) = LOCAL_MACHINE.open(path) {
                state.add_key(path, &key);
            }
        }
        state.add_records();
        state
    }

    /// The whole registry of the machine as reg.exe exports it, which takes seconds, and the records.
    pub(crate) fn whole_state(&self) -> State {
        let folder = tempfile::tempdir().unwrap();
        let mut state = State::default();
        for name in ["SOFTWARE", "SYSTEM"] {
            let file = folder.path().join(name);
            let mut reg = Command::new("reg");
            reg.arg("export").arg(format!(r"HKLM\{name}")).arg(&file).arg("/y").stdout(Stdio::null());
            assert!(reg.status().unwrap().success());
            let wide: Vec<u8> = fs::read(&file).unwrap();
            let wide: Vec<u16> = wide.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            state.add_export(&String::from_utf16(&wide).unwrap());
        }
        state.add_records();
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

    /// Puts the stand-in into the place of Wine's PowerShell, which does nothing, as long as the result is kept.
    pub(crate) fn stand_in_for_powershell(&self) -> PowerShell {
        let system = PathBuf::from(std::env::var("SystemRoot").unwrap()).join("System32");
        let program = system.join(r"WindowsPowerShell\v1.0\powershell.exe");
        let original = fs::read(&program).unwrap();
        fs::copy(stand_in(), &program).unwrap();
        PowerShell { program, original }
    }

    pub(crate) fn firewall_rule_is_active(&self) -> bool {
        LOCAL_MACHINE.open(FIREWALL_RULES).unwrap().get_string(FIREWALL_RULE).unwrap().contains("|Active=TRUE|")
    }
}

/// The stand-in under the name of PowerShell; the original comes back when it is dropped.
pub(crate) struct PowerShell {
    program: PathBuf,
    original: Vec<u8>,
}

impl Drop for PowerShell {
    fn drop(&mut self) {
        let _ = fs::write(&self.program, &self.original);
    }
}

/// The example that stands in for Windows' own tools; cargo builds it together with the tests.
pub(crate) fn stand_in() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let stand_in = tests.parent().unwrap().parent().unwrap().join("examples").join("stand_in.exe");
    assert!(stand_in.exists(), "{} is missing: cargo build --examples", stand_in.display());
    stand_in
}

/// A computer's state, line by line. Two that differ show no more than their difference.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct State(BTreeSet<String>);

impl State {
    fn add_key(&mut self, path: &str, key: &Key) {
        self.0.insert(format!("[{path}]"));
        for (name, value) in key.values().unwrap().filter(|_| !is_encrypted(path)) {
            self.0.insert(format!("[{path}] {name}={:?}:{:02X?}", value.ty(), &value[..]));
        }
        for name in key.keys().unwrap() {
            self.add_key(&format!(r"{path}\{name}"), &key.open(&name).unwrap());
        }
    }

    /// Adds the text of an export, each line with its key.
    fn add_export(&mut self, export: &str) {
        let mut key = "";
        for line in export.lines().filter(|line| !line.is_empty()) {
            key = if line.starts_with('[') { line } else { key };
            if line == key || !is_encrypted(key) {
                self.0.insert(format!("{key} {line}"));
            }
        }
    }

    fn add_records(&mut self) {
        assert!(!self.0.is_empty());
        for entry in fs::read_dir(records()).into_iter().flatten() {
            let path = entry.unwrap().path();
            self.0.insert(format!("{}: {}", path.display(), fs::read_to_string(&path).unwrap()));
        }
    }

    #[track_caller]
    pub(crate) fn assert_same_as(&self, before: &Self, what: &str) {
        let gone: Vec<_> = before.0.difference(&self.0).take(5).collect();
        let new: Vec<_> = self.0.difference(&before.0).take(5).collect();
        assert!(gone.is_empty() && new.is_empty(), "{what}: gone {gone:#?}, new {new:#?}");
    }
}

/// Whether a key is one of Wine's key containers. What is in them is encrypted anew whenever they are opened.
fn is_encrypted(key: &str) -> bool {
    key.contains(r"\Wine\Crypto\RSA\")
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
