//! Stands in for certutil, PowerShell and fltmc, which Wine has no working ones of: as much as `install.cmd` and
//! `uninstall.cmd` use, by the name that it was copied to. Under the name of reg it is Wine's own, started by a cmd that
//! greets. Stores are folders below the one that `STAND_IN` names; a file is a certificate, and tells of its key. What the
//! computer itself keeps of its root store has a key of the registry each, as on Windows. Key containers are files too.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it serves tests, which fail by panicking"
)]

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, exit};
use std::time::SystemTime;

use pki_core::certificate::Certificate;
use pki_core::password::Password;
use pki_core::pfx::{self, OpenOptions as PfxOptions};
use pki_core::validity::Time;
use serde_json::Value;
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
        "reg" => reg(&state, &arguments),
        _ => INVALID_ARGUMENT,
    };
    if code.cast_signed() < 0 {
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
            greet(state);
            println!("Hash von {file}:\n{}\nCertUtil: ...", bytes.join(if is_old { " " } else { "" }));
            0
        }
        ["-store", store, thumbprint] => match fs::read_to_string(state.join(store).join(thumbprint)) {
            Ok(key) => {
                println!("  Anbieter = {key}");
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
                Ok(identity) => {
                    fs::write(container(state, &identity.leaf().thumbprint().to_string()), provider).unwrap();
                    add(state, "My", identity.leaf(), &format!("{provider}\nExchange\nmachine"))
                }
                Err(_) => INVALID_PASSWORD,
            }
        }
        ["-addstore", "-f", "Root", file] => {
            let root = Certificate::from_der(&fs::read(file).unwrap()).unwrap();
            call_reg(&["add", &own_root(&root.thumbprint().to_string()), "/f"]);
            add(state, "Root", &root, "")
        }
        // It succeeds also where there is nothing to delete.
        ["-delstore", "Root", thumbprint] => {
            call_reg(&["delete", &own_root(thumbprint), "/f"]);
            if !state.join("distributed").exists() {
                let _ = fs::remove_file(state.join("Root").join(thumbprint));
            }
            0
        }
        _ => INVALID_ARGUMENT,
    }
}

fn add(state: &Path, store: &str, certificate: &Certificate, key: &str) -> u32 {
    fs::write(state.join(store).join(certificate.thumbprint().to_string()), key).unwrap();
    0
}

fn own_root(thumbprint: &str) -> String {
    format!(r"HKLM\SOFTWARE\Microsoft\SystemCertificates\Root\Certificates\{thumbprint}")
}

/// The key container of a certificate.
fn container(state: &Path, thumbprint: &str) -> PathBuf {
    state.join("Keys").join(format!("te-{thumbprint}"))
}

fn powershell(state: &Path, command: &str) -> u32 {
    match command.split(' ').collect::<Vec<_>>().as_slice() {
        ["Enable-NetFirewallRule", "-Name", rule] if state.join("lag").exists() => {
            fs::write(state.join("lag"), rule).unwrap();
            0
        }
        ["Enable-NetFirewallRule", "-Name", rule] => set_rule(rule, "TRUE"),
        ["Disable-NetFirewallRule", "-Name", rule] => set_rule(rule, "FALSE"),
        ["Start-Sleep", "-Seconds", "3"] => match fs::read_to_string(state.join("lag")) {
            Ok(rule) => set_rule(&rule, "TRUE"),
            Err(_) => 0,
        },
        _ if command.contains("[DateTime]::UtcNow") => compare_clock(state, command),
        _ if command.contains("Set-ItemProperty") => note_container(command),
        _ if command.contains("RSACryptoServiceProvider") => delete_container(state, command),
        _ if command.contains("Remove-Item -LiteralPath $path -DeleteKey;") => remove_with_key(state, command),
        _ if command.contains(".PrivateKey.CspKeyContainerInfo; if (") => look_at_key(state, command),
        _ if command.contains("Get-Acl -LiteralPath $folder") => look_into_records(state, command),
        _ => 1,
    }
}

/// The file of the one certificate that a command names.
fn certificate_in(state: &Path, command: &str) -> PathBuf {
    state.join("My").join(between(command, r"'Cert:\LocalMachine\My\", "'"))
}

/// What happens is what the test wrote: the key stays, nobody knows what became of it, or all is well.
fn remove_with_key(state: &Path, command: &str) -> u32 {
    let certificate = certificate_in(state, command);
    if fs::remove_file(&certificate).is_err() {
        return 1;
    }
    let removal = fs::read_to_string(state.join("removal"));
    let key = container(state, certificate.file_name().unwrap().to_str().unwrap());
    if removal.as_deref().is_ok_and(|removal| removal == "key stays") {
        println!("{}{}", between(command, "{ '", "'"), key.file_name().unwrap().to_str().unwrap());
        return number_after(command, "$key.KeyContainerName; exit ");
    }
    fs::remove_file(key).unwrap();
    if removal.is_ok() { 1 } else { number_after(command, "if ($removed) { exit ") }
}

/// The clock stands where the test has put it.
fn compare_clock(state: &Path, command: &str) -> u32 {
    let clock = fs::read_to_string(state.join("clock"));
    let now = clock.map_or_else(
        |_| SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs(),
        |clock| clock.parse::<Time>().unwrap().to_unix(),
    );
    let now = now * 10_000_000 + 621_355_968_000_000_000;
    let tick = |start, end| between(command, start, end).parse::<u64>().unwrap();
    if now >= tick("$now.Ticks -ge ", " ") && now < tick("$now.Ticks -lt ", ")") {
        return number_after(command, ") { exit ");
    }
    number_after(command, "'Z'; exit ")
}

/// Writes the name of a certificate's container into the registry.
fn note_container(command: &str) -> u32 {
    let container = format!("te-{}", between(command, r"'Cert:\LocalMachine\My\", "'"));
    let key = between(command, "-LiteralPath 'HKLM:", "'");
    let name = between(command, "-Name ", " -Value $key.KeyContainerName;");
    call_reg(&["add", &format!("HKLM{key}"), "/v", name, "/d", &container, "/f"]);
    number_after(command, "$key.KeyContainerName; exit ")
}

/// Deletes a container of the machine's keys by the name that is in the registry.
fn delete_container(state: &Path, command: &str) -> u32 {
    let key = format!("HKLM{}", between(command, "-LiteralPath 'HKLM:", "'"));
    let output = call_reg(&["query", &key, "/v", between(command, "GetValue('", "'")]);
    let Some((_, name)) = output.split_once("REG_SZ") else { return number_after(command, "(-not $name) { exit ") };
    let container = state.join("Keys").join(name.trim());
    let is_there = command.contains("UseMachineKeyStore, UseExistingKey")
        && fs::read_to_string(&container)
            .is_ok_and(|provider| between(command, "CspParameters 12, '", "', $name;") == provider);
    if !is_there {
        return number_after(command, "Accessible) { exit ");
    }
    assert!(command.contains("$key.PersistKeyInCsp = $false; $key.Clear();"));
    fs::remove_file(container).unwrap();
    number_after(command, "$key.Clear(); if (-not $container.Accessible) { exit ")
}

/// Whether all conditions that are joined by `-and` hold for a key.
fn look_at_key(state: &Path, command: &str) -> u32 {
    let Ok(key) = fs::read_to_string(certificate_in(state, command)) else { return 1 };
    let [provider, number, set] = key.lines().collect::<Vec<_>>()[..] else { return 0 };
    let holds = |condition: &str| match condition.split_once(" -eq ") {
        None => condition == "$key.MachineKeyStore" && set == "machine",
        Some(("$key.KeyNumber", wanted)) => wanted == format!("'{number}'"),
        Some(("$key.ProviderName", wanted)) => wanted == format!("'{provider}'"),
        Some(_) => false,
    };
    let conditions = between(command, "CspKeyContainerInfo; if (", ")");
    if conditions.split(" -and ").all(holds) { number_after(command, "{ exit ") } else { 0 }
}

/// Whether a record of the program needs what the command asks for. The folder's owner is as the test says.
fn look_into_records(state: &Path, command: &str) -> u32 {
    let owner = fs::read_to_string(state.join("owner")).unwrap_or_else(|_| "S-1-5-32-544".to_owned());
    if !between(command, "if (", " -notcontains $owner").split(", ").any(|sid| sid == format!("'{owner}'")) {
        return number_after(command, "-notcontains $owner) { exit ");
    }
    let mut needs = Vec::new();
    for entry in fs::read_dir(PathBuf::from(std::env::var("ProgramData").unwrap()).join("replica-pki")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let Ok(record) = serde_json::from_slice::<Value>(&fs::read(path).unwrap()) else { return 1 };
            if record["format"] != number_after(command, "$record.format -ne ") {
                return number_after(command, "$record.format -ne 1) { exit ");
            }
            needs.extend(record["needs"].as_array().unwrap().clone());
        }
    }
    let condition = between(command, "Where-Object { ", " }");
    let is_needed = needs.iter().any(|thing| match condition.split_once(" -eq ") {
        None => condition != "$false",
        Some((place, wanted)) => {
            let thing = if place == "$_" { thing } else { &thing[place.strip_prefix("$_.").unwrap()] };
            thing.as_str().is_some_and(|thing| thing.eq_ignore_ascii_case(wanted.trim_matches('\'')))
        }
    });
    number_after(command, if is_needed { "}) { exit " } else { "else { exit " })
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    text.split_once(start).and_then(|(_, rest)| rest.split_once(end)).unwrap_or_else(|| panic!("{start} in {text}")).0
}

fn number_after(text: &str, start: &str) -> u32 {
    let rest = text.split_once(start).unwrap_or_else(|| panic!("{start} in {text}")).1;
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// Wine's own reg.
fn reg(state: &Path, arguments: &[&str]) -> u32 {
    if arguments[0] == "query" {
        greet(state);
    }
    let program = PathBuf::from(std::env::var_os("SystemRoot").unwrap()).join(r"System32\reg.exe");
    Command::new(program).args(arguments).status().unwrap().code().unwrap().cast_unsigned()
}

/// What Wine's own reg prints.
fn call_reg(arguments: &[&str]) -> String {
    String::from_utf8(Command::new("reg").args(arguments).output().unwrap().stdout).unwrap()
}

/// What a cmd prints that AutoRun lets greet. Wine's knows no AutoRun.
fn greet(state: &Path) {
    if state.join("greets").exists() {
        println!("\"Good morning\" & (welcome) \"back | ^\nHKLM is empty 100% today");
    }
}

/// What the firewall's service does: it changes one word of the rule.
fn set_rule(rule: &str, active: &str) -> u32 {
    let key = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules";
    let output = call_reg(&["query", key, "/v", rule]);
    let data = output.split("REG_SZ").nth(1).unwrap().trim();
    let data = data.replace("|Active=TRUE|", "|").replace("|Active=FALSE|", "|");
    let data = data.replace("|Dir=In|", &format!("|Active={active}|Dir=In|"));
    let status = Command::new("reg").args(["add", key, "/v", rule, "/d", &data, "/f"]).status().unwrap();
    u32::from(!status.success())
}
