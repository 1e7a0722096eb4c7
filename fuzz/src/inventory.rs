//! Inventories: what is written says the same as what was read, and a host that is added is all that is added.

use pki_cli::fuzzing::Inventory;
use pki_core::name::Fqdn;

use crate::shown::is_harmless;

/// Any text as an `inventory.toml`.
pub fn check(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let inventory = match Inventory::parse(text) {
        Ok(inventory) => inventory,
        // The program makes it printable when it is shown.
        Err(refused) => return assert!(refused.starts_with("inventory.toml, line "), "{refused}"),
    };
    let written = inventory.to_new_text();
    is_harmless(written.replace('\n', ""));
    assert_eq!(Inventory::parse(&written).as_ref(), Ok(&inventory), "{written}");
    assert!(inventory.is_mesh() || inventory.is_empty());
    let host: Fqdn = "added.fuzz.example".parse().expect("a name");
    let (longer, text) = inventory.with_host(&host, text);
    if let Ok(read) = Inventory::parse(&text) {
        assert_eq!(read, longer, "{text}");
    }
    // Where it cannot be added, as in a list that is written in one line, nothing else may be wrong with the text.
}
