//! Manifests: what is written says the same as what was read.

use pki_cli::fuzzing::Manifest;

/// Any bytes as a `manifest.json`.
pub fn check(data: &[u8]) {
    let Some(manifest) = Manifest::parse(data) else { return };
    let written = manifest.to_json();
    let again = Manifest::parse(&written).expect("what was written can be read");
    assert_eq!(again.to_json(), written);
    // Read as JSON alone, every value that is kept is the one that was read. In a field that nobody asks for even an escape
    // that stands for nothing is let through, and then it is no JSON.
    let Ok(read) = serde_json::from_slice::<serde_json::Value>(data) else { return };
    let kept: serde_json::Value = serde_json::from_slice(&written).expect("a manifest is JSON");
    assert!(is_part(&kept, &read), "{kept} is not in {read}");
}

/// Whether an object has all that another has; what has a default may be left out of the larger one.
fn is_part(kept: &serde_json::Value, read: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Object};
    match (kept, read) {
        (Object(kept), Object(read)) => kept.iter().all(|(name, value)| match read.get(name) {
            Some(read) => is_part(value, read),
            None => name == "generated_password",
        }),
        (Array(kept), Array(read)) => {
            kept.len() == read.len() && kept.iter().zip(read).all(|(kept, read)| is_part(kept, read))
        }
        // serde takes the fields of a structure in a row too.
        (Object(kept), Array(read)) => kept.len() >= read.len(),
        (kept, read) => kept == read,
    }
}
