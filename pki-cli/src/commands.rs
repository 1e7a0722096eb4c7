//! One file per subcommand.

pub(crate) mod inspect;
pub(crate) mod issue;
pub(crate) mod leaf;
pub(crate) mod root;
pub(crate) mod verify;

use pki_core::name::Fqdn;

use crate::exit::{Failure, Result};
use crate::output;

/// Tells about a host without DNS suffix, which works only where its partners can resolve the bare name.
fn warn_of_single_label(host: &Fqdn) {
    if host.is_single_label() {
        output::note(
            "warning",
            &format!("{host} has no DNS suffix; its partners must resolve and use exactly this name"),
        );
    }
}

/// `1 day`, `2 days`.
fn plural(count: i64, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// A root's name as the start of a file name, on every system.
fn file_stem(name: &str) -> Result<&str> {
    let forbidden = |c: char| "<>:\"/\\|?*".contains(c);
    if name.contains(forbidden) || name.starts_with('.') || name.ends_with('.') {
        return Err(Failure::new(format!("{name:?} cannot be a file name on every system"))
            .hint("leave out < > : \" / \\ | ? * and dots at either end"));
    }
    Ok(name)
}
