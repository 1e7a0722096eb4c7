//! A computer for `install.cmd` and `uninstall.cmd`: Wine's, with Wine's cmd, reg and find. Wine's certutil and PowerShell
//! do nothing and end with 0, and it has no fltmc: the example `stand_in` takes their places, in a folder that the scripts
//! find as SystemRoot.
//!
//! Wine's cmd has no CMDCMDLINE, so the scripts never wait for a key but where a test sets it. It takes no blocks of
//! several lines, no `pushd ... ||` and no two conditions in a line, and evaluates `call ... ||` wrongly: the scripts do
//! without them, which is right on Windows too.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pki_core::certificate::Certificate;
use windows_registry::LOCAL_MACHINE;

use super::{Ended, Room, spawn};
use crate::windows::{Machine, stand_in};

pub(crate) const PROVIDER: &str = "Microsoft RSA SChannel Cryptographic Provider";

/// What the computer itself keeps of LocalMachine\Root.
const OWN_ROOTS: &str = r"SOFTWARE\Microsoft\SystemCertificates\Root\Certificates";
const VERSION: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion";

/// HOST4.atwork.at, a Windows Server 2019 with Hyper-V, as the scripts see it; with kits for HOST4 and HOST5.
pub(crate) struct Computer {
    pub(crate) machine: Machine,
    pub(crate) room: Room,
    build: String,
}

impl Computer {
    pub(crate) fn new() -> Self {
        let machine = Machine::take();
        let room = Room::with_kits();
        for folder in ["state/My", "state/Root", "state/Keys", "windows/System32/WindowsPowerShell/v1.0"] {
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
    pub(crate) fn install(&self, host: &str, arguments: &[&str]) -> Ended {
        let password = self.password(&format!("replica-pki/private/passwords/{host}.txt"));
        self.run(&format!("replica-pki/hosts/{host}/install.cmd"), arguments, &password)
    }

    pub(crate) fn uninstall(&self, host: &str) -> Ended {
        self.run(&format!("replica-pki/hosts/{host}/uninstall.cmd"), &[], "")
    }

    pub(crate) fn run(&self, script: &str, arguments: &[&str], typed: &str) -> Ended {
        self.start(script, arguments, typed, &mut Command::new("cmd"))
    }

    /// Runs a script in a cmd that was started by a command line, where QUOTED stands for the script's path in quotes.
    pub(crate) fn run_as(&self, script: &str, command_line: &str, arguments: &[&str]) -> Ended {
        let quoted = format!("\"{}\"", self.room.path(script).display());
        let command_line = command_line.replace("QUOTED", &quoted);
        self.start(script, arguments, "", Command::new("cmd").env("CMDCMDLINE", command_line))
    }

    fn start(&self, script: &str, arguments: &[&str], typed: &str, command: &mut Command) -> Ended {
        // Wine gives every process that a program starts its own SystemRoot.
        let (root, script) = (self.room.path("windows"), self.room.path(script));
        let script = script.to_str().unwrap().replace('%', "%%");
        let lines = format!("@set \"SystemRoot={}\"\r\n@\"{script}\" {}\r\n", root.display(), arguments.join(" "));
        self.room.write("run.cmd", lines);
        command.arg("/c").arg(self.room.path("run.cmd")).env("STAND_IN", self.state());
        // From another folder than the kit's.
        command.current_dir(root);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = spawn(command);
        // A script that ends without asking has closed the pipe.
        let _ = writeln!(child.stdin.take().unwrap(), "{typed}");
        let output = child.wait_with_output().unwrap();
        Ended {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Lets each new cmd print something first, as far as the stand-ins are asked.
    pub(crate) fn greet(&self) {
        self.room.write("state/greets", "");
        fs::copy(stand_in(), self.room.path("windows/System32/reg.exe")).unwrap();
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.room.path("state")
    }

    pub(crate) fn password(&self, path: &str) -> String {
        String::from_utf8(self.room.read(path)).unwrap().trim_end().to_owned()
    }

    pub(crate) fn certificate(&self, host: &str, file: &str) -> Certificate {
        Certificate::from_der(&self.room.read(&format!("replica-pki/hosts/{host}/{file}"))).unwrap()
    }

    pub(crate) fn leaf(&self, host: &str) -> String {
        self.certificate(host, &format!("{host}.cer")).thumbprint().to_string()
    }

    /// The thumbprints of a kit's roots, in order.
    pub(crate) fn roots(&self, host: &str) -> Vec<String> {
        let names = ["HOST4.atwork.at", "HOST5.atwork.at"];
        let root = |name| self.certificate(host, &format!("trust/{name}.root.cer")).thumbprint().to_string();
        let mut roots: Vec<_> = names.into_iter().map(root).collect();
        roots.sort();
        roots
    }

    /// Puts a certificate into LocalMachine\My: its thumbprint, and the key's provider, key spec and key set.
    pub(crate) fn add_to_my(&self, leaf: &str, key: &[&str]) {
        self.room.write(&format!("state/My/{leaf}"), key.join("\n"));
    }

    /// Removes a certificate by hand, from LocalMachine\My or LocalMachine\Root. Its key stays.
    pub(crate) fn remove(&self, store: &str, thumbprint: &str) {
        fs::remove_file(self.state().join(store).join(thumbprint)).unwrap();
        let _ = LOCAL_MACHINE.remove_tree(format!(r"{OWN_ROOTS}\{thumbprint}"));
    }

    /// The names of the key containers that certutil has made.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.store("Keys").into_iter().map(|(name, _)| name).collect()
    }

    /// The thumbprints in a store, each with its key's provider, key spec and key set, in order.
    pub(crate) fn store(&self, name: &str) -> Vec<(String, String)> {
        let text = |path: &Path| fs::read_to_string(path).unwrap();
        let entries = fs::read_dir(self.state().join(name)).unwrap().map(|entry| entry.unwrap());
        let mut entries: Vec<_> =
            entries.map(|entry| (entry.file_name().into_string().unwrap(), text(&entry.path()))).collect();
        entries.sort();
        entries
    }

    /// The command lines of the stand-ins since the last time.
    pub(crate) fn calls(&self) -> Vec<String> {
        let path = self.room.path("state/calls");
        let calls = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        calls.lines().map(str::to_owned).collect()
    }
}

impl Drop for Computer {
    fn drop(&mut self) {
        set_build(&self.build);
        for (root, _) in self.store("Root") {
            let _ = LOCAL_MACHINE.remove_tree(format!(r"{OWN_ROOTS}\{root}"));
        }
    }
}

pub(crate) fn succeeded(ended: &Ended) {
    assert_eq!(ended.code, 0, "{ended:?}");
}

/// What of the stand-ins' calls changes a computer.
pub(crate) fn changes(calls: &[String]) -> Vec<&str> {
    const CHANGING: [&str; 6] =
        ["-importPFX", "-addstore", "-delstore", "Enable-NetFirewallRule", "Disable-NetFirewallRule", "Remove-Item"];
    calls.iter().filter_map(|call| call.split(' ').find(|word| CHANGING.contains(word))).collect()
}

pub(crate) fn set_build(number: &str) {
    reg(&["add", VERSION, "/v", "CurrentBuildNumber", "/d", number, "/f"]);
}

pub(crate) fn reg(arguments: &[&str]) -> String {
    let output = Command::new("reg").args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn query(key: &str, value: &str) -> String {
    reg(&["query", key, "/v", value])
}
