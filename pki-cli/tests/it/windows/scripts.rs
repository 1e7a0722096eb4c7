//! `install.cmd` and `uninstall.cmd` run in Wine's cmd, with Wine's reg and find. Wine's certutil and PowerShell do nothing
//! and end with 0, and it has no fltmc: `stand_in` takes their places, in a folder that the scripts find as SystemRoot.
//!
//! Wine's cmd has no CMDCMDLINE, so the scripts never wait for a key here. It takes no blocks of several lines, no
//! `pushd ... ||` and no two conditions in a line, and evaluates `call ... ||` wrongly: the scripts do without them,
//! which is right on Windows too.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pki_core::certificate::Certificate;

use super::{FIREWALL_RULE, Machine, SWITCH, SWITCH_NAME, dword, records, stand_in};
use crate::support::{Ended, Room};

const RULES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules";

#[test]
fn a_kit_is_installed_then_unchanged_then_taken_back() {
    let computer = Computer::new();
    let before = computer.machine.whole_state();
    let (leaf, roots) = (computer.leaf("HOST4.atwork.at"), computer.roots("HOST4.atwork.at"));

    let ended = computer.install("HOST4.atwork.at", &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(computer.store("My"), [(leaf.clone(), "Microsoft RSA SChannel Cryptographic Provider".to_owned())]);
    assert_eq!(computer.store("Root").into_iter().map(|(root, _)| root).collect::<Vec<_>>(), roots);
    assert_eq!(dword(SWITCH), Some(1));
    assert!(computer.machine.firewall_rule_is_active());
    assert!(ended.stdout.contains("Set-VMReplicationServer -ReplicationEnabled $true"), "{ended:?}");
    assert!(ended.stdout.contains(&format!("-CertificateThumbprint {leaf}")), "{ended:?}");
    assert_eq!(changes(&computer.calls()), ["-importPFX", "-addstore", "-addstore", "Enable-NetFirewallRule"]);

    let installed = computer.machine.state();
    let again = computer.install("HOST4.atwork.at", &[]);
    assert_eq!((again.code, again.stdout.matches("unchanged: ").count()), (0, 5), "{again:?}");
    assert_eq!(changes(&computer.calls()), [""; 0]);
    computer.machine.state().assert_same_as(&installed, "afterwards");

    let ended = computer.uninstall("HOST4.atwork.at");
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(computer.store("My").is_empty() && computer.store("Root").is_empty());
    computer.machine.whole_state().assert_same_as(&before, "afterwards");

    let ended = computer.uninstall("HOST4.atwork.at");
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("replica-pki uninstall"), "{ended:?}");
}

#[test]
fn what_was_there_before_stays() {
    let computer = Computer::new();
    let roots = computer.roots("HOST4.atwork.at");
    fs::write(computer.state().join("Root").join(&roots[1]), "").unwrap();
    reg(&["add", &format!(r"HKLM\{SWITCH}"), "/v", SWITCH_NAME, "/t", "REG_DWORD", "/d", "0", "/f"]);
    reg(&[
        "add",
        RULES,
        "/v",
        FIREWALL_RULE,
        "/d",
        "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=443|",
        "/f",
    ]);
    let before = computer.machine.state();

    let ended = computer.install("HOST4.atwork.at", &[]);
    assert_eq!((ended.code, ended.stdout.matches("unchanged: ").count()), (0, 2), "{ended:?}");
    assert_eq!(dword(SWITCH), Some(1));
    let ended = computer.uninstall("HOST4.atwork.at");
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(computer.store("My").is_empty());
    assert_eq!(computer.store("Root"), [(roots[1].clone(), String::new())]);
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn what_another_kit_needs_stays_and_goes_with_that_kit() {
    let computer = Computer::new();
    computer.room.done(&["issue", "A.test.at", "B.test.at", "--trust", "shared", "--key", "rsa-2048"]);
    let before = computer.machine.state();
    for host in ["A.test.at", "B.test.at"] {
        let ended = computer.install(host, &["/anyhost"]);
        assert_eq!(ended.code, 0, "{ended:?}");
    }
    let ended = computer.uninstall("A.test.at");
    assert_eq!((ended.code, ended.stdout.matches("kept: ").count()), (0, 3), "{ended:?}");
    assert_eq!(computer.store("Root").len(), 1);
    assert_eq!(computer.store("My").len(), 1);
    assert_eq!(dword(SWITCH), Some(1));
    let ended = computer.uninstall("B.test.at");
    assert_eq!((ended.code, ended.stdout.matches("kept: ").count()), (0, 0), "{ended:?}");
    assert!(computer.store("My").is_empty() && computer.store("Root").is_empty());
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn what_a_record_of_the_program_needs_stays() {
    let computer = Computer::new();
    let root = computer.certificate("HOST4.atwork.at", "trust/HOST5.atwork.at.root.cer");
    succeeded(&computer.install("HOST4.atwork.at", &[]));
    fs::create_dir_all(records()).unwrap();
    let needs = serde_json::json!({ "needs": [{ "root": root.sha256_thumbprint().to_string() }] });
    fs::write(records().join("test.json"), needs.to_string()).unwrap();
    let ended = computer.uninstall("HOST4.atwork.at");
    fs::remove_dir_all(records()).unwrap();
    assert_eq!((ended.code, ended.stdout.matches("kept: ").count()), (0, 1), "{ended:?}");
    assert_eq!(computer.store("Root"), [(root.thumbprint().to_string(), String::new())]);
}

#[test]
fn without_being_asked_for_nothing_is_done_on_another_computer() {
    let computer = Computer::new();
    let before = computer.machine.state();
    let ended = computer.install("HOST5.atwork.at", &[]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.stdout.contains("this kit is for HOST5.atwork.at, and this computer is HOST4.atwork.at"),
        "{ended:?}"
    );
    computer.machine.state().assert_same_as(&before, "afterwards");
    assert_eq!(changes(&computer.calls()), [""; 0]);
    // A policy's suffix is the one that counts.
    let policy = r"HKLM\SOFTWARE\Policies\Microsoft\System\DNSClient";
    reg(&["add", policy, "/v", "PrimaryDnsSuffix", "/d", "policy.test", "/f"]);
    let ended = computer.install("HOST4.atwork.at", &[]);
    reg(&["delete", policy, "/v", "PrimaryDnsSuffix", "/f"]);
    assert!(ended.code == 1 && ended.stdout.contains("this computer is HOST4.policy.test;"), "{ended:?}");
    let ended = computer.install("HOST5.atwork.at", &["/other"]);
    assert!(ended.code == 1 && ended.stdout.contains("the only argument"), "{ended:?}");
    succeeded(&computer.install("HOST5.atwork.at", &["/ANYHOST"]));
    succeeded(&computer.uninstall("HOST5.atwork.at"));
    // The case of the name does not matter.
    Machine::name("host4", "atwork.AT");
    succeeded(&computer.install("HOST4.atwork.at", &[]));
    succeeded(&computer.uninstall("HOST4.atwork.at"));
}

#[test]
fn a_windows_that_is_too_old_is_told_so_before_anything_is_changed() {
    let computer = Computer::new();
    set_build("14393");
    let before = computer.machine.state();
    let ended = computer.install("HOST4.atwork.at", &[]);
    assert_eq!(ended.code, 1);
    for part in ["too old", "14393", "17763", "replica-pki install", "--windows 2012r2"] {
        assert!(ended.stdout.contains(part), "{part}: {ended:?}");
    }
    computer.machine.state().assert_same_as(&before, "afterwards");
    assert_eq!(changes(&computer.calls()), [""; 0]);
}

/// Its certutil prints digests with blanks.
#[test]
fn server_2012_r2_installs_a_kit_that_was_made_for_it() {
    let computer = Computer::new();
    computer.room.done(&["issue", "HOST4.atwork.at", "--windows", "2012r2", "--key", "rsa-2048", "--dir", "old"]);
    computer.room.write("state/old", "");
    set_build("9600");
    let password = computer.password("old/private/passwords/HOST4.atwork.at.txt");
    let ended = computer.run("old/hosts/HOST4.atwork.at/install.cmd", &[], &password);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(computer.run("old/hosts/HOST4.atwork.at/uninstall.cmd", &[], "").code, 0);
}

#[test]
fn only_an_administrator_may_run_it() {
    let computer = Computer::new();
    computer.room.write("state/fail", "fltmc");
    let before = computer.machine.state();
    for ended in [computer.install("HOST4.atwork.at", &[]), computer.uninstall("HOST4.atwork.at")] {
        assert!(ended.code == 1 && ended.stdout.contains("as administrator"), "{ended:?}");
    }
    computer.machine.state().assert_same_as(&before, "afterwards");
    assert_eq!(changes(&computer.calls()), [""; 0]);
}

#[test]
fn a_changed_file_is_refused_before_anything_is_changed() {
    let computer = Computer::new();
    let before = computer.machine.state();
    for file in ["HOST4.atwork.at.pfx", "trust/HOST5.atwork.at.root.cer"] {
        let path = format!("replica-pki/hosts/HOST4.atwork.at/{file}");
        let original = computer.room.read(&path);
        computer.room.write(&path, [&original[..], b"x"].concat());
        let changed = computer.install("HOST4.atwork.at", &[]);
        fs::remove_file(computer.room.path(&path)).unwrap();
        let missing = computer.install("HOST4.atwork.at", &[]);
        computer.room.write(&path, original);
        for ended in [changed, missing] {
            let file = file.replace('/', "\\");
            assert!(
                ended.code == 1 && ended.stdout.contains(&format!("{file} is missing or was changed")),
                "{ended:?}"
            );
        }
    }
    computer.machine.state().assert_same_as(&before, "afterwards");
    assert_eq!(changes(&computer.calls()), [""; 0]);
}

#[test]
fn a_wrong_password_leaves_nothing_behind() {
    let computer = Computer::new();
    let before = computer.machine.state();
    let ended = computer.run("replica-pki/hosts/HOST4.atwork.at/install.cmd", &[], "wrong");
    assert_eq!(ended.code, 1);
    for part in ["could not import HOST4.atwork.at.pfx", "Nothing was changed", "is the password right?"] {
        assert!(ended.stdout.contains(part), "{part}: {ended:?}");
    }
    computer.machine.state().assert_same_as(&before, "afterwards");
    assert!(computer.store("My").is_empty());
}

#[test]
fn a_step_that_fails_ends_the_run_and_the_next_run_goes_on_from_there() {
    let computer = Computer::new();
    let before = computer.machine.state();
    for (fails, step) in [
        ("-addstore -f Root trust\\HOST5", "could not add trust\\HOST5.atwork.at.root.cer"),
        ("Enable-NetFirewallRule", "Enable-NetFirewallRule"),
    ] {
        computer.room.write("state/fail", fails);
        let ended = computer.install("HOST4.atwork.at", &[]);
        assert_eq!(ended.code, 1, "{ended:?}");
        for part in [step, "uninstall.cmd"] {
            assert!(ended.stdout.contains(part), "{part}: {ended:?}");
        }
    }
    fs::remove_file(computer.room.path("state/fail")).unwrap();
    let ended = computer.install("HOST4.atwork.at", &[]);
    assert_eq!((ended.code, ended.stdout.matches("unchanged: ").count()), (0, 4), "{ended:?}");

    computer.room.write("state/fail", "Remove-Item");
    let ended = computer.uninstall("HOST4.atwork.at");
    assert!(ended.code == 1 && ended.stdout.contains("run uninstall.cmd again"), "{ended:?}");
    fs::remove_file(computer.room.path("state/fail")).unwrap();
    succeeded(&computer.uninstall("HOST4.atwork.at"));
    assert!(computer.store("My").is_empty() && computer.store("Root").is_empty());
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn without_the_hyper_v_role_there_is_a_warning() {
    let computer = Computer::new();
    reg(&["delete", RULES, "/v", FIREWALL_RULE, "/f"]);
    let before = computer.machine.state();
    let ended = computer.install("HOST4.atwork.at", &[]);
    assert!(ended.code == 0 && ended.stdout.contains("warning: there is no firewall rule"), "{ended:?}");
    succeeded(&computer.uninstall("HOST4.atwork.at"));
    computer.machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn a_leaf_without_its_key_is_not_taken_for_installed() {
    let computer = Computer::new();
    let before = computer.machine.state();
    fs::write(computer.state().join("My").join(computer.leaf("HOST4.atwork.at")), "").unwrap();
    let ended = computer.install("HOST4.atwork.at", &[]);
    assert!(ended.code == 1 && ended.stdout.contains("its key is not in"), "{ended:?}");
    assert!(ended.stdout.contains("Nothing was changed"), "{ended:?}");
    computer.machine.state().assert_same_as(&before, "afterwards");
}

const VERSION: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion";

/// HOST4.atwork.at, a Windows Server 2019 with Hyper-V, as the scripts see it; with kits for HOST4 and HOST5.
struct Computer {
    machine: Machine,
    room: Room,
    build: String,
}

impl Computer {
    fn new() -> Self {
        let machine = Machine::take();
        let room = Room::with_kits();
        for folder in ["state/My", "state/Root", "windows/System32/WindowsPowerShell/v1.0"] {
            fs::create_dir_all(room.path(folder)).unwrap();
        }
        for tool in ["certutil.exe", "fltmc.exe", "WindowsPowerShell/v1.0/powershell.exe"] {
            fs::copy(stand_in(), room.path(&format!("windows/System32/{tool}"))).unwrap();
        }
        let system = PathBuf::from(std::env::var_os("SystemRoot").unwrap()).join("System32");
        for tool in ["reg.exe", "find.exe"] {
            fs::copy(system.join(tool), room.path(&format!("windows/System32/{tool}"))).unwrap();
        }
        machine.add_firewall_rule();
        let build = query(VERSION, "CurrentBuildNumber").split("REG_SZ").nth(1).unwrap().trim().to_owned();
        set_build("17763");
        Self { machine, room, build }
    }

    /// Runs install.cmd of a host's kit and types its password.
    fn install(&self, host: &str, arguments: &[&str]) -> Ended {
        let password = self.password(&format!("replica-pki/private/passwords/{host}.txt"));
        self.run(&format!("replica-pki/hosts/{host}/install.cmd"), arguments, &password)
    }

    fn uninstall(&self, host: &str) -> Ended {
        self.run(&format!("replica-pki/hosts/{host}/uninstall.cmd"), &[], "")
    }

    fn run(&self, script: &str, arguments: &[&str], typed: &str) -> Ended {
        // Wine gives every process that a program starts its own SystemRoot.
        let (root, script) = (self.room.path("windows"), self.room.path(script));
        let lines =
            format!("@set \"SystemRoot={}\"\r\n@\"{}\" {}\r\n", root.display(), script.display(), arguments.join(" "));
        self.room.write("run.cmd", lines);
        let mut command = Command::new("cmd");
        command.arg("/c").arg(self.room.path("run.cmd")).env("STAND_IN", self.state());
        // From another folder than the kit's.
        command.current_dir(root);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A script that ends without asking has closed the pipe.
        let _ = writeln!(child.stdin.take().unwrap(), "{typed}");
        let output = child.wait_with_output().unwrap();
        Ended {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn state(&self) -> PathBuf {
        self.room.path("state")
    }

    fn password(&self, path: &str) -> String {
        String::from_utf8(self.room.read(path)).unwrap().trim_end().to_owned()
    }

    fn certificate(&self, host: &str, file: &str) -> Certificate {
        Certificate::from_der(&self.room.read(&format!("replica-pki/hosts/{host}/{file}"))).unwrap()
    }

    fn leaf(&self, host: &str) -> String {
        self.certificate(host, &format!("{host}.cer")).thumbprint().to_string()
    }

    /// The thumbprints of a kit's roots, in order.
    fn roots(&self, host: &str) -> Vec<String> {
        let names = ["HOST4.atwork.at", "HOST5.atwork.at"];
        let root = |name| self.certificate(host, &format!("trust/{name}.root.cer")).thumbprint().to_string();
        let mut roots: Vec<_> = names.into_iter().map(root).collect();
        roots.sort();
        roots
    }

    /// The thumbprints in a store, each with the provider of its key, in order.
    fn store(&self, name: &str) -> Vec<(String, String)> {
        let text = |path: &Path| fs::read_to_string(path).unwrap();
        let entries = fs::read_dir(self.state().join(name)).unwrap().map(|entry| entry.unwrap());
        let mut entries: Vec<_> =
            entries.map(|entry| (entry.file_name().into_string().unwrap(), text(&entry.path()))).collect();
        entries.sort();
        entries
    }

    /// The command lines of the stand-ins since the last time.
    fn calls(&self) -> Vec<String> {
        let path = self.room.path("state/calls");
        let calls = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        calls.lines().map(str::to_owned).collect()
    }
}

impl Drop for Computer {
    fn drop(&mut self) {
        set_build(&self.build);
    }
}

fn succeeded(ended: &Ended) {
    assert_eq!(ended.code, 0, "{ended:?}");
}

/// What of the stand-ins' calls changes a computer.
fn changes(calls: &[String]) -> Vec<&str> {
    const CHANGING: [&str; 6] =
        ["-importPFX", "-addstore", "-delstore", "Enable-NetFirewallRule", "Disable-NetFirewallRule", "Remove-Item"];
    calls.iter().filter_map(|call| call.split(' ').find(|word| CHANGING.contains(word))).collect()
}

fn set_build(number: &str) {
    reg(&["add", VERSION, "/v", "CurrentBuildNumber", "/d", number, "/f"]);
}

fn reg(arguments: &[&str]) -> String {
    let output = Command::new("reg").args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn query(key: &str, value: &str) -> String {
    reg(&["query", key, "/v", value])
}
