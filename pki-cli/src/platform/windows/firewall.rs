//! The firewall rule, through PowerShell: the only program that is started.

use std::io;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::{hints, native, registry};
use crate::exit::{Failure, Result};
use crate::password;
use crate::plan::FIREWALL_RULE;
use crate::survey::FirewallRule;

/// Enables the rule. If that cannot be seen to come true it is disabled again: it must not come true later, unrecorded.
pub(super) fn enable() -> Result<()> {
    set("Enable", FirewallRule::Enabled).inspect_err(|_| {
        let _ = set("Disable", FirewallRule::Disabled);
    })
}

/// Disables the rule.
pub(super) fn disable() -> Result<()> {
    set("Disable", FirewallRule::Disabled)
}

/// Runs PowerShell, and reads the policy to see whether it did what it was told.
fn set(verb: &str, wanted: FirewallRule) -> Result<()> {
    let command = format!("{verb}-NetFirewallRule -Name {FIREWALL_RULE}");
    let hint = format!("in PowerShell, as administrator: {command}; or run again with --no-firewall");
    let output = run(&command).map_err(|error| Failure::system("PowerShell cannot be started", &error).hint(&hint))?;
    if output.status.success() && comes_true(wanted)? {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
    Err(Failure::new(format!("{verb}-NetFirewallRule did not work ({}): {said}", output.status)).hint(hint))
}

fn run(command: &str) -> io::Result<Output> {
    // By its full path: the folder of a kit must not bring its own.
    let program = native::system_folder()?.join(r"WindowsPowerShell\v1.0\powershell.exe");
    Command::new(program)
        .args(["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", command])
        // The password is nobody else's, and the modules of PowerShell 7 are not for this one.
        .env_remove(password::VARIABLE)
        .env_remove("PSModulePath")
        .stdin(Stdio::null())
        .output()
}

/// The firewall's service may take a moment to write down what it was told.
fn comes_true(wanted: FirewallRule) -> Result<bool> {
    for _ in 0..ATTEMPTS {
        let found = registry::firewall_rule();
        if found.map_err(|error| hints::registry("the firewall's policy cannot be read", &error))? == wanted {
            return Ok(true);
        }
        sleep(PAUSE);
    }
    Ok(false)
}

const ATTEMPTS: u32 = 30;
const PAUSE: Duration = Duration::from_millis(100);
