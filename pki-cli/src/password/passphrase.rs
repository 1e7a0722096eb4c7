//! The passphrase of a protected folder.

use std::path::Path;

use pki_core::Error;
use pki_core::password::Password;

use super::{Ways, ask_for, ask_twice, from_file, from_variable};
use crate::exit::{Failure, Result};
use crate::output;

const PASSPHRASE: Ways =
    Ways { what: "passphrase", option: "--passphrase-file", variable: Some("REPLICA_PKI_PASSPHRASE") };
/// A passphrase that takes the place of another one has no variable: the other has it.
const NEW_PASSPHRASE: Ways = Ways { option: "--change", variable: None, ..PASSPHRASE };
/// What helps where a file with a protected password is named: no option there takes a passphrase.
const OF_PASSWORD: &str = "set REPLICA_PKI_PASSPHRASE, or name a file with the password itself, written by: replica-pki \
                           unprotect HOST --out FILE";
/// Below this many characters a warning is due.
const SHORT: usize = 12;

/// The passphrase of something that is protected: given, or asked for.
pub(crate) fn known(file: Option<&Path>, of: &Path) -> Result<Password> {
    match given(file)? {
        Some(passphrase) => Ok(passphrase),
        None => ask_for(&format!("Passphrase of {}: ", output::path(of)), &PASSPHRASE),
    }
}

/// The passphrase of a file with a protected password: given, or asked for.
pub(super) fn of_password(path: &Path) -> Result<Password> {
    known(None, path).map_err(|failure| failure.hint(OF_PASSWORD))
}

/// A passphrase for something that is about to be protected: given, or asked for twice.
pub(crate) fn new(file: Option<&Path>, of: &Path) -> Result<Password> {
    let passphrase = match given(file)? {
        Some(passphrase) => passphrase,
        None => ask_twice(&format!("New passphrase of {}: ", output::path(of)), &PASSPHRASE)?,
    };
    Ok(warned(passphrase))
}

/// A passphrase that takes the place of another one.
pub(crate) fn changed(file: Option<&Path>, of: &Path) -> Result<Password> {
    let passphrase = match file {
        Some(file) => first_line(file, &NEW_PASSPHRASE)?,
        None => ask_twice(&format!("New passphrase of {}: ", output::path(of)), &NEW_PASSPHRASE)?,
    };
    Ok(warned(passphrase))
}

/// Why something that is protected could not be opened.
pub(crate) fn failure(error: Error, of: &Path) -> Failure {
    match error {
        Error::WrongPassword { .. } => Failure::new(format!("wrong passphrase for {}", of.display())).hint(
            "name the file that holds the passphrase with --passphrase-file, or set REPLICA_PKI_PASSPHRASE; \
             nothing was changed",
        ),
        error => Failure::from(error).context(of.display()),
    }
}

/// The same for a file with a protected password.
pub(super) fn wrong_for_password(error: Error, of: &Path) -> Failure {
    let is_wrong = matches!(error, Error::WrongPassword { .. });
    let failure = failure(error, of);
    if is_wrong { failure.hint(OF_PASSWORD) } else { failure }
}

fn given(file: Option<&Path>) -> Result<Option<Password>> {
    match file {
        Some(file) => first_line(file, &PASSPHRASE).map(Some),
        None => from_variable(&PASSPHRASE, Password::new),
    }
}

fn first_line(file: &Path, ways: &Ways) -> Result<Password> {
    let hint = format!("put the {} into the first line of the file that {} names", ways.what, ways.option);
    from_file(file).map_err(|failure| failure.hint(hint))
}

fn warned(passphrase: Password) -> Password {
    if passphrase.secret_text().chars().count() < SHORT {
        output::note("warning", &format!("the passphrase has fewer than {SHORT} characters and may be guessed"));
    }
    passphrase
}
