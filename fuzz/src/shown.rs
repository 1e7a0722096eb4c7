//! What people see must not steer their terminals.

use std::fmt::Display;

use pki_core::Error;

/// That a text from the library holds nothing that a terminal obeys.
#[track_caller]
pub fn is_harmless(shown: impl Display) {
    let shown = shown.to_string();
    let obeyed = shown.chars().find(|c| c.is_control());
    assert_eq!(obeyed, None, "in {shown:?}");
}

/// The same of why something was refused, which must never be a fault of the library itself.
#[track_caller]
pub fn is_no_fault(error: &Error) {
    is_harmless(error);
    assert!(!matches!(error, Error::Internal { .. }), "{error}");
}
