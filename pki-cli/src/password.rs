//! Where passwords come from: a file, a variable, a prompt on a terminal. Never an argument.

use std::io::IsTerminal as _;
use std::path::Path;

use pki_core::password::Password;
use zeroize::Zeroizing;

use crate::exit::{Failure, Result};
use crate::output;

/// The variable that holds a password.
const VARIABLE: &str = "REPLICA_PKI_PASSWORD";

/// A password from `--password-file` or else from the variable, if there is either.
pub(crate) fn given(file: Option<&Path>) -> Result<Option<Password>> {
    let password = match file {
        Some(file) => Some(from_file(file)?),
        None => from_variable()?,
    };
    Ok(password)
}

/// A new password, for a file that is about to be written: given, or asked for twice.
pub(crate) fn for_sealing(file: Option<&Path>, what: &str) -> Result<Password> {
    if let Some(password) = given(file)? {
        warn_if_not_portable(&password);
        return Ok(password);
    }
    let first = ask(&format!("New password for {what}: "))?;
    let second = ask("The same again: ")?;
    if first.secret_text() != second.secret_text() {
        return Err(Failure::new("the two passwords differ").hint("run the command again"));
    }
    warn_if_not_portable(&first);
    Ok(first)
}

/// Asks on the terminal.
pub(crate) fn ask(prompt: &str) -> Result<Password> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new("a password is needed, and there is no terminal to ask on")
            .hint(format!("name a file with --password-file, or set {VARIABLE}")));
    }
    let text = rpassword::prompt_password(prompt)
        .map_err(|error| Failure::new(format!("the password cannot be read: {error}")))?;
    Ok(Password::new(text)?)
}

/// Not every program reads other characters the same way.
pub(crate) fn warn_if_not_portable(password: &Password) {
    if !password.is_portable() {
        output::note(
            "warning",
            "the password has characters other than printable ASCII, which some programs read differently",
        );
    }
}

/// The first line of a file.
pub(crate) fn from_file(path: &Path) -> Result<Password> {
    let context = || format!("password file {}", path.display());
    let text = std::fs::read_to_string(path).map(Zeroizing::new);
    let text = text.map_err(|error| Failure::new(error).context(context()))?;
    let first_line = text.lines().next().unwrap_or_default();
    Password::new(first_line.to_owned()).map_err(|error| Failure::from(error).context(context()))
}

fn from_variable() -> Result<Option<Password>> {
    match std::env::var(VARIABLE) {
        Ok(text) => Password::new(text).map(Some).map_err(|error| Failure::from(error).context(VARIABLE)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        // The error itself would show the password.
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::new("it is not valid Unicode").context(VARIABLE)),
    }
}
