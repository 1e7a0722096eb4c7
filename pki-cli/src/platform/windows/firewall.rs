//! The firewall rule, through PowerShell: the only program that is started.

use std::process::{Command, Stdio};

use super::{native, registry};
use crate::exit::{Failure, Result};
use crate::plan::FIREWALL_RULE;
use crate::survey::FirewallRule;

/// Enables or disables the rule, and reads back whether that came true.
pub(super) fn set(enabled: bool) -> Result<()> {
    let verb = if enabled { "Enable" } else { "Disable" };
    let command = format!("{verb}-NetFirewallRule -Name {FIREWALL_RULE}");
    let hint = format!("in PowerShell, as administrator: {command}; or run again with --no-firewall");
    let io = |error| Failure::io("PowerShell cannot be started", &error).hint(&hint);
    let system = native::system_folder().map_err(io)?;
    // By its full path: the folder of a kit must not bring its own.
    let mut powershell = Command::new(system.join(r"WindowsPowerShell\v1.0\powershell.exe"));
    powershell.args(["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", &command]).stdin(Stdio::null());
    let output = powershell.output().map_err(io)?;
    let wanted = if enabled { FirewallRule::Enabled } else { FirewallRule::Disabled };
    let found =
        registry::firewall_rule().map_err(|error| Failure::io("the firewall's policy cannot be read", &error))?;
    if output.status.success() && found == wanted {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
    Err(Failure::new(format!("{verb}-NetFirewallRule did not work ({}): {said}", output.status)).hint(hint))
}
