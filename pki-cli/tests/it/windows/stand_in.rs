//! Stands in for certutil, PowerShell and fltmc, which Wine has no working ones of: as much as `install.cmd` and
//! `uninstall.cmd` use, by the name that it was copied to. Stores are folders below the one that `STAND_IN` names.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it serves tests, which fail by panicking"
)]

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

use pki_core::certificate::Certificate;
use pki_core::password::Password;
use pki_core::pfx::{self, OpenOptions as PfxOptions};
use sha2::{Digest as _, Sha256};

const ACCESS_DENIED: u32 = 0x8007_0005;
const INVALID_ARGUMENT: u32 = 0x8007_0057;
const INVALID_PASSWORD: u32 = 0x8007_0056;
const NOT_FOUND: u32 = 0x8009_0011;

fn main() {
    let state = PathBuf::from(std::env::var_os("STAND_IN").expect("STAND_IN names a folder"));
    let tool = std::env::current_exe().unwrap().file_stem().unwrap().to_str().unwrap().to_lowercase();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let line = format!("{tool} {}", arguments.join(" "));
    writeln!(OpenOptions::new().create(true).append(true).open(state.join("calls")).unwrap(), "{line}").unwrap();
    // The test asks for a failure by writing what the command line holds.
    let is_to_fail = fs::read_to_string(state.join("fail")).is_ok_and(|part| line.contains(&part));
    let code = match tool.as_str() {
        _ if is_to_fail => ACCESS_DENIED,
        "certutil" => certutil(&state, &arguments),
        "powershell" => powershell(&state, arguments.last().unwrap()),
        "fltmc" => 0,
        _ => INVALID_ARGUMENT,
    };
    if code != 0 {
        println!("{tool}: FAILED: {code:#x}");
    }
    // As a HRESULT: negative where it is an error.
    exit(code.cast_signed());
}

fn certutil(state: &Path, arguments: &[&str]) -> u32 {
    match arguments {
        ["-hashfile", file, "SHA256"] => {
            let is_old = state.join("old").exists();
            let digest = Sha256::digest(fs::read(file).unwrap());
            let bytes: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            println!("Hash von {file}:\n{}\nCertUtil: ...", bytes.join(if is_old { " " } else { "" }));
            0
        }
        ["-store", store, thumbprint] => match fs::read_to_string(state.join(store).join(thumbprint)) {
            Ok(provider) => {
                println!("  Anbieter = {provider}");
                0
            }
            Err(_) => NOT_FOUND,
        },
        ["-csp", provider, "-importPFX", "My", file, "AT_KEYEXCHANGE,NoRoot"] => {
            let mut line = String::new();
            io::stdin().read_line(&mut line).unwrap();
            let password = Password::new(line.trim_end().to_owned()).unwrap();
            let contents = pfx::open(&fs::read(file).unwrap(), &password, &PfxOptions::default());
            match contents.and_then(|contents| contents.identity()) {
                Ok(identity) => add(state, "My", identity.leaf(), provider),
                Err(_) => INVALID_PASSWORD,
            }
        }
        ["-addstore", "-f", "Root", file] => {
            add(state, "Root", &Certificate::from_der(&fs::read(file).unwrap()).unwrap(), "")
        }
        // It succeeds also where there is nothing to delete.
        ["-delstore", "Root", thumbprint] => {
            let _ = fs::remove_file(state.join("Root").join(thumbprint));
            0
        }
        _ => INVALID_ARGUMENT,
    }
}

fn add(state: &Path, store: &str, certificate: &Certificate, provider: &str) -> u32 {
    fs::write(state.join(store).join(certificate.thumbprint().to_string()), provider).unwrap();
    0
}

fn powershell(state: &Path, command: &str) -> u32 {
    match command.split(' ').collect::<Vec<_>>().as_slice() {
        ["Enable-NetFirewallRule", "-Name", rule] => set_rule(rule, "TRUE"),
        ["Disable-NetFirewallRule", "-Name", rule] => set_rule(rule, "FALSE"),
        ["Remove-Item", "-LiteralPath", path, "-DeleteKey"] => {
            let thumbprint = path.trim_matches('\'').strip_prefix(r"Cert:\LocalMachine\My\").unwrap();
            fs::remove_file(state.join("My").join(thumbprint)).map_or(1, |()| 0)
        }
        _ => 1,
    }
}

/// What the firewall's service does.
fn set_rule(rule: &str, active: &str) -> u32 {
    let key = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules";
    let data = format!("v2.22|Action=Allow|Active={active}|Dir=In|Protocol=6|LPort=443|");
    let status = Command::new("reg").args(["add", key, "/v", rule, "/d", &data, "/f"]).status().unwrap();
    u32::from(!status.success())
}
