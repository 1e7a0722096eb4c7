//! `install.cmd` and `uninstall.cmd`: the plan of a kit for hosts where the program is not wanted, in the tools that
//! Windows brings. The steps and every name in them come from [`Plan`], so that both ways do the same.
//!
//! What Windows' tools take, from Windows Server 2012 R2 to 2025:
//!
//! - `certutil -importPFX` uses the machine's key set and lets the key be exported, unless told otherwise; it asks for
//!   the password where `-p` is not given. `-csp` names the provider, the modifier `AT_KEYEXCHANGE` the key spec. Of the
//!   modifiers that leave certificates out, `NoRoot` leaves out the root, which is all that a kit's PFX holds besides
//!   the leaf, and is older than the `FriendlyName=` and its like that newer versions know.
//! - `certutil` ends with an HRESULT, which is negative, so that `if errorlevel 1` would not see a failure; and
//!   `-delstore` ends with 0 if there was nothing to delete. So the store is asked after each change.
//! - Words are translated, and are not looked at. The names of providers, of the registry's types and of firewall rules
//!   are not translated. About a key PowerShell is asked, which answers by its exit code; no code that PowerShell
//!   itself ends with means yes.
//! - `for /f` starts a new cmd, which runs what AutoRun in the registry says: it may print lines and leave the folder. A
//!   pipe does not.
//! - `certutil -store` finds a root also if Group Policy or the enterprise's store distributes it. What the computer itself
//!   keeps is a key of the registry for each certificate.
//! - An import that fails for a wrong password fails before it imports anything. One that fails later could leave the key
//!   in a container that nothing refers to. Windows has no tool that tells for sure whose key a container holds without
//!   adding the certificate to the store again, and another program may add keys at the same time: so the script deletes
//!   none, and says how to look. After an import that worked the certificate names its container, which is noted as
//!   `container` beside the marks, for the case that somebody removes the certificate and leaves the key.
//!
//! Each thing is marked below `HKLM\SOFTWARE\replica-pki\THUMBPRINT` before it is added: as `there` if it was there
//! before, and else with what was there instead. A kit that is taken back hands its mark to another one that needs the
//! same thing. What a record of `replica-pki install` needs stays too, with its mark, and a later run takes it back; the
//! records count if their folder belongs to the administrators, and stop the run if it does not. In the other direction
//! `replica-pki uninstall` hands what it added over to the marks.

use std::collections::BTreeMap;
use std::fmt;

use pki_core::bundle::{Bundle, BundleFile};
use pki_core::certificate::Certificate;
use pki_core::pfx::WindowsServer;
use pki_core::validity::Time;
use sha2::{Digest as _, Sha256};

use crate::exit::{Failure, Result};
use crate::kit::successor;
use crate::output::hex;
use crate::plan::{self, Choices, FIREWALL_RULE, FIREWALL_RULES, Plan, Record, RegistryValue, Step};

/// Both scripts with their names.
pub(crate) fn files(bundle: &Bundle) -> Result<Vec<(String, Vec<u8>)>> {
    for file in bundle.files() {
        refuse_unsafe(&file.path)?;
    }
    let trust: Vec<_> = bundle.trust().map(|root| (root.path(), root.certificate.clone())).collect();
    let choices = Choices::default();
    let plan = Plan::of_parts(bundle.fqdn.as_str(), &bundle.leaf, &trust, &choices)?;
    let remaining = plan::remaining(&bundle.leaf, &trust);
    let paths = trust.iter().map(|(path, root)| (root.as_der(), path.as_str())).collect();
    let mut calls: Vec<_> = plan.steps.iter().filter_map(|step| call(step, &paths)).collect();
    // What fails ends install.cmd. Uninstall.cmd goes on.
    let checked: Vec<_> = calls.iter().map(checked).collect();
    let following = successor(&bundle.leaf, &trust);
    let install = fill(&[INSTALL, TOOLS].concat(), bundle, following, &choices, &remaining, &checked);
    calls.reverse();
    let uninstall = fill(&[UNINSTALL, TOOLS].concat(), bundle, following, &choices, &remaining, &calls);
    Ok(vec![("install.cmd".to_owned(), install), ("uninstall.cmd".to_owned(), uninstall)])
}

const INSTALL: &str = include_str!("script/install.cmd");
const UNINSTALL: &str = include_str!("script/uninstall.cmd");
/// What both end with.
const TOOLS: &str = include_str!("script/tools.cmd");
/// What starts a line of a template that stands only in scripts of kits which Windows before Server 2019 cannot import.
const NEW_WINDOWS_ONLY: &str = "@NEW@";
/// What starts a line that stands only in scripts of kits which bring the root after the one that signed their leaf.
const FOLLOWED_ONLY: &str = "@FOLLOWED@";
/// From the beginning of the year 1.
const SECONDS_BEFORE_1970: u64 = 62_135_596_800;
/// The build number of Windows Server 2019.
const BUILD_2019: &str = "17763";

/// Nothing that cmd would take for more than a name may get into a script. What `issue` names is always safe.
fn refuse_unsafe(path: &str) -> Result<()> {
    if path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-./".contains(&b)) {
        return Ok(());
    }
    Err(Failure::new(format!("{path:?} cannot be named in install.cmd"))
        .hint("name hosts and roots with letters, digits, hyphens and dots"))
}

/// How both scripts call a step. Each root's path is found by its DER.
fn call(step: &Step, paths: &BTreeMap<&[u8], &str>) -> Option<String> {
    Some(match step {
        // Certutil imports the key together with the certificate.
        Step::ImportKey { .. } => return None,
        Step::AddLeaf { certificate, .. } => format!("call :leaf {}", certificate.sha256_thumbprint()),
        Step::AddRoot(root) => {
            let path = paths.get(root.as_der())?;
            format!("call :root \"{}\" {} {}", windows_path(path), root.thumbprint(), root.sha256_thumbprint())
        }
        Step::DisableRevocationCheck(value) => {
            let (above, name) = value.key().rsplit_once('\\')?;
            format!("call :revocation {name} \"{}\" \"{above}\" {}", value.key(), name_in_records(*value)?)
        }
        Step::EnableFirewallRule => "call :firewall".to_owned(),
    })
}

/// A call that ends a script if it fails.
fn checked<C: fmt::Display>(call: C) -> String {
    format!("{call}\nif %ERRORLEVEL% neq 0 exit /b 1")
}

/// How a record names the value among what a kit needs.
fn name_in_records(value: RegistryValue) -> Option<String> {
    Some(serde_json::to_value(value).ok()?.as_str()?.to_owned())
}

/// Fills a template in. The line ends are Windows' own, however the template was checked out.
fn fill(
    template: &str,
    bundle: &Bundle,
    following: Option<&Certificate>,
    choices: &Choices,
    remaining: &[String],
    calls: &[String],
) -> Vec<u8> {
    let oldest = bundle.encoding.oldest_windows();
    let is_intact = |file: &BundleFile<'_>| {
        format!("call :is_intact \"{}\" {}", windows_path(&file.path), hex(&Sha256::digest(file.bytes)))
    };
    let modifiers = if choices.exportable { "AT_KEYEXCHANGE,NoRoot" } else { "AT_KEYEXCHANGE,NoRoot,NoExport" };
    let validity = bundle.leaf.validity();
    // The root that follows is brought also after the leaf's end.
    let end = following.map_or(validity.not_after, |root| root.validity().not_after.max(validity.not_after));
    let chosen = template.lines().filter_map(|line| for_windows(line, oldest));
    let mut text = lines(chosen.filter_map(|line| if_followed(line, following.is_some())));
    for (placeholder, value) in [
        ("@FILES@", lines(bundle.files().iter().map(|file| checked(is_intact(file))))),
        ("@STEPS@", lines(calls.iter())),
        ("@REMAINING@", lines(remaining.iter().map(|line| format!("echo   {line}")))),
        ("@HOST@", bundle.fqdn.to_string()),
        ("@PFX@", format!("{}.pfx", bundle.fqdn)),
        ("@THUMBPRINT@", bundle.leaf.thumbprint().to_string()),
        ("@NOT_BEFORE@", validity.not_before.to_string()),
        ("@NOT_AFTER@", validity.not_after.to_string()),
        ("@BEGINS@", ticks(validity.not_before, 0).to_string()),
        ("@ENDS@", ticks(end, 1).to_string()),
        ("@PROVIDER_TYPE@", choices.provider.type_number().to_string()),
        ("@PROVIDER@", choices.provider.name().to_owned()),
        ("@MODIFIERS@", modifiers.to_owned()),
        ("@VALUE@", RegistryValue::NAME.to_owned()),
        ("@OFF@", format!("{:#x}", RegistryValue::SWITCHED_OFF)),
        ("@FIREWALL_KEY@", format!("HKLM\\{FIREWALL_RULES}")),
        ("@FIREWALL_RULE@", FIREWALL_RULE.to_owned()),
        ("@FORMAT@", Record::FORMAT.to_string()),
        ("@BUILD@", BUILD_2019.to_owned()),
        ("@OLDEST@", oldest.to_string()),
    ] {
        text = text.replace(placeholder, &value);
    }
    text.lines().flat_map(|line| [line, "\r\n"]).collect::<String>().into_bytes()
}

/// .NET's number of a moment and some seconds: units of 100 ns since the year 1.
fn ticks(time: Time, seconds: u64) -> u64 {
    (SECONDS_BEFORE_1970 + time.to_unix() + seconds) * 10_000_000
}

/// A line of a template, if it stands in the scripts of a kit for this Windows Server and later.
fn for_windows(line: &str, oldest: WindowsServer) -> Option<&str> {
    match line.strip_prefix(NEW_WINDOWS_ONLY) {
        Some(line) => (oldest >= WindowsServer::V2019).then_some(line),
        None => Some(line),
    }
}

/// A line of a template, if it stands in the scripts of every kit, or of one that brings the root after its leaf's own.
fn if_followed(line: &str, is_followed: bool) -> Option<&str> {
    match line.strip_prefix(FOLLOWED_ONLY) {
        Some(line) => is_followed.then_some(line),
        None => Some(line),
    }
}

fn windows_path(path: &str) -> String {
    path.replace('/', "\\")
}

fn lines<L: ToString>(lines: impl Iterator<Item = L>) -> String {
    lines.map(|line| line.to_string()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_those_of_dot_net() {
        assert_eq!(ticks(Time::EPOCH, 0), 621_355_968_000_000_000);
        // DateTime.MaxValue is one tick before the year 10000.
        assert_eq!(ticks("9999-12-31T23:59:59Z".parse().unwrap(), 1), 3_155_378_975_999_999_999 + 1);
    }

    #[test]
    fn names_that_mean_something_to_cmd_are_refused() {
        for safe in ["HOST4.atwork.at.pfx", "trust/xn--bcher-kva.example.root.cer", "trust/shared.root.cer"] {
            assert!(refuse_unsafe(safe).is_ok(), "{safe}");
        }
        for c in "%!^&|<>()\"'`;,= \t\n\\\u{e4}".chars() {
            assert!(refuse_unsafe(&format!("trust/first{c}root.cer")).is_err(), "{c:?}");
        }
    }
}
