//! Names of files that mean a file of that name on every system, and nothing else.

use pki_core::name::printable;

use crate::exit::{Failure, Result};

/// Refuses a name, or the start of one, that some system takes for something else. `CON`, `NUL` and the like are devices on
/// Windows, whatever follows the dot; a colon leads into another stream, and dots and spaces at the end are dropped.
pub(crate) fn refuse_unportable(name: &str) -> Result<()> {
    let forbidden = |c: char| c.is_control() || "<>:\"/\\|?*".contains(c);
    if name.is_empty() || name.contains(forbidden) || name.starts_with(['.', ' ']) || name.ends_with(['.', ' ']) {
        return Err(Failure::new(format!("\"{}\" cannot be a file name on every system", printable(name)))
            .hint("leave out < > : \" / \\ | ? * and dots and spaces at either end"));
    }
    let first = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered =
        |prefix| first.strip_prefix(prefix).is_some_and(|n| "0123456789¹²³".chars().any(|c| n == c.to_string()));
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&first.as_str()) || numbered("COM") || numbered("LPT")
    {
        return Err(Failure::new(format!(
            "{}: Windows takes every file name that starts with {first}. for a device",
            printable(name)
        ))
        .hint("choose a name that starts otherwise"));
    }
    Ok(())
}
