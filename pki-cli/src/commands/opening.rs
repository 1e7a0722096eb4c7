//! Opening a PFX that somebody else may have made.

use std::io::IsTerminal as _;
use std::path::Path;

use pki_core::Error;
use pki_core::password::Password;
use pki_core::pfx::{self, Contents, OpenOptions};

use crate::exit::{Failure, PASSWORD_HINT, Result};
use crate::{output, password};

/// Tries the password that was given, else the empty one, and then asks if there is somebody to ask. Returns what was
/// typed.
pub(super) fn open(
    bytes: &[u8],
    given: Option<&Password>,
    path: &Path,
    options: &OpenOptions,
) -> Result<(Contents, Option<Password>)> {
    match (pfx::open(bytes, given.unwrap_or(&Password::empty()), options), given) {
        (Err(Error::WrongPassword { .. }), None) if std::io::stdin().is_terminal() => {
            let asked = password::ask(&format!("Password of {}: ", output::path(path)))?;
            Ok((pfx::open(bytes, &asked, options)?, Some(asked)))
        }
        // Nothing was wrong yet: the empty one was only a guess.
        (Err(Error::WrongPassword { .. }), None) => Err(Failure::new("it needs a password").hint(PASSWORD_HINT)),
        (result, _) => Ok((result?, None)),
    }
}

/// A PFX starts with its version, the INTEGER 3; a certificate starts with another SEQUENCE. The length between is of
/// one to five bytes, or indefinite.
pub(super) fn is_pfx(bytes: &[u8]) -> bool {
    let length_bytes = match bytes {
        [0x30, first, ..] if *first > 0x80 => 1 + usize::from(first & 0x7f),
        [0x30, ..] => 1,
        _ => return false,
    };
    bytes.get(1 + length_bytes..).is_some_and(|rest| rest.starts_with(&[0x02, 0x01, 0x03]))
}
