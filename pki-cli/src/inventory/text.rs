//! The text of an inventory: a new one, and hosts added to one that may have comments and an order of its own.

use pki_core::pfx::WindowsServer;

use super::{Defaults, Entry};

/// A file for these hosts.
pub(crate) fn new(defaults: &Defaults, hosts: &[Entry]) -> String {
    let Defaults { key, leaf_days, root_days, windows, trust, name_constraints, crl_url, discard_root_keys } = defaults;
    // {root} in it stands for the label of the root.
    let crl_url = crl_url.as_ref().map(|url| format!("crl_url = \"{url}\"\n")).unwrap_or_default();
    let text = format!(
        "# The hosts that trust each other. After a change: replica-pki issue --dir THIS-FOLDER
# A host may also have: root = \"NAME\" (of its root), also = [\"NAME\", ...] (further names), windows = \"VERSION\"

[defaults]
key = \"{key}\"
leaf_days = {leaf_days}
root_days = {root_days}
windows = \"{}\" # the oldest that has to import the PFX
trust = \"{trust}\"
name_constraints = {name_constraints}
discard_root_keys = {discard_root_keys} # whether each root's key is destroyed when it has signed
{crl_url}",
        version(*windows)
    );
    added(&text, hosts)
}

/// The same text with more hosts at its end.
pub(crate) fn added(text: &str, hosts: &[Entry]) -> String {
    let mut text = text.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for Entry { fqdn, root, also, windows } in hosts {
        text.push_str(&format!("\n[[host]]\nfqdn = \"{fqdn}\"\n"));
        if let Some(root) = root {
            text.push_str(&format!("root = {}\n", quoted(root.as_str())));
        }
        if !also.is_empty() {
            let names: Vec<_> = also.iter().map(|name| quoted(name.as_str())).collect();
            text.push_str(&format!("also = [{}]\n", names.join(", ")));
        }
        if let Some(windows) = windows {
            text.push_str(&format!("windows = \"{}\"\n", version(*windows)));
        }
    }
    text
}

/// As it is typed.
fn version(windows: WindowsServer) -> String {
    windows.to_string().replace(' ', "").to_lowercase()
}

/// A basic string. The names have no control characters.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}
