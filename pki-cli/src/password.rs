//! Where passwords come from: a file, a variable, a prompt on a terminal. Never an argument.

pub(crate) mod passphrase;

use std::io::IsTerminal as _;
use std::path::Path;

use pki_core::password::Password;
use pki_core::vault::Vault;
use zeroize::Zeroizing;

use crate::exit::{Failure, Result};
use crate::{files, output};

/// The variable that holds a password.
pub(crate) const VARIABLE: &str = "REPLICA_PKI_PASSWORD";
/// The variable that holds the password of a file that is written anew.
const NEW_VARIABLE: &str = "REPLICA_PKI_NEW_PASSWORD";

/// The ways to give a secret without a prompt.
struct Ways {
    what: &'static str,
    option: &'static str,
    /// None where another secret has it.
    variable: Option<&'static str>,
}

impl Ways {
    fn hint(&self) -> String {
        match self.variable {
            Some(variable) => format!("name a file with {}, or set {variable}", self.option),
            None => format!("name a file with {}", self.option),
        }
    }
}

const PASSWORD: Ways = Ways { what: "password", option: "--password-file", variable: Some(VARIABLE) };
const NEW_PASSWORD: Ways = Ways { what: "password", option: "--new-password-file", variable: Some(NEW_VARIABLE) };

const AS_TEXT: &str = "save the password as plain text; in PowerShell: Set-Content -Encoding ascii";

/// A password from `--password-file` or else from the variable, if there is either.
pub(crate) fn given(file: Option<&Path>) -> Result<Option<Password>> {
    match file {
        Some(file) => from_file(file).map(Some),
        None => from_variable(&PASSWORD, Password::new),
    }
}

/// The same for a file that exists, which may have the empty password.
pub(crate) fn given_for_opening(file: Option<&Path>) -> Result<Option<Password>> {
    match file {
        Some(file) => read_first_line(file, or_empty).map(Some),
        None => from_variable(&PASSWORD, or_empty),
    }
}

/// A new password, for a file that is about to be written: given, or asked for twice.
pub(crate) fn for_sealing(file: Option<&Path>, what: &str) -> Result<Password> {
    if let Some(password) = given(file)? {
        warn_if_not_portable(&password);
        return Ok(password);
    }
    ask_for_new(what)
}

fn ask_for_new(what: &str) -> Result<Password> {
    let password = ask_twice(&format!("New password for {what}: "), &PASSWORD)?;
    warn_if_not_portable(&password);
    Ok(password)
}

/// The password of a file that is written anew: from a file, else from the variable for new ones, else asked for; else
/// the old one stays, unless that is empty.
pub(crate) fn changed(file: Option<&Path>, ask_for_it: bool, old: Password, what: &str) -> Result<Password> {
    let given = match file {
        Some(file) => Some(from_file(file)?),
        None if ask_for_it => None,
        None => from_variable(&NEW_PASSWORD, Password::new)?,
    };
    let is_new = given.is_some();
    let password = match given {
        Some(password) => password,
        None if !ask_for_it && !old.is_empty() => old,
        None => return ask_for_new(what),
    };
    if is_new {
        warn_if_not_portable(&password);
    }
    Ok(password)
}

/// Asks on the terminal.
pub(crate) fn ask(prompt: &str) -> Result<Password> {
    ask_for(prompt, &PASSWORD)
}

fn ask_twice(prompt: &str, ways: &Ways) -> Result<Password> {
    let first = ask_for(prompt, ways)?;
    let second = ask_for("The same again: ", ways)?;
    if first.secret_text() != second.secret_text() {
        return Err(Failure::new(format!("the two {}s differ", ways.what)).hint("run the command again"));
    }
    Ok(first)
}

fn ask_for(prompt: &str, ways: &Ways) -> Result<Password> {
    let what = ways.what;
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(format!("a {what} is needed, and there is no terminal to ask on")).hint(ways.hint()));
    }
    let text = rpassword::prompt_password(prompt)
        .map_err(|error| Failure::io(format!("the {what} cannot be read from the terminal"), &error))?;
    Password::new(text).map_err(|error| Failure::new(error).hint("run the command again and type one"))
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

/// The first line of a file, which must not be empty, or what a protected file holds.
pub(crate) fn from_file(path: &Path) -> Result<Password> {
    read_first_line(path, Password::new)
}

fn read_first_line(path: &Path, accept: impl Fn(String) -> pki_core::Result<Password>) -> Result<Password> {
    let context = |failure: Failure| failure.context(format!("password file {}", path.display()));
    let bytes = Zeroizing::new(files::read(path)?);
    // Notepad and PowerShell 5 put a byte order mark before the text.
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let text = str::from_utf8(bytes).map_err(|_| context(Failure::new("it is not UTF-8").hint(AS_TEXT)))?;
    if Vault::is_sealed_password(text) {
        let passphrase = passphrase::of_password(path)?;
        return Vault::open(text, &passphrase)
            .and_then(|vault| vault.open_password(text))
            .map_err(|error| passphrase::wrong_for_password(error, path));
    }
    let first_line = text.lines().next().unwrap_or_default();
    refuse_controls(first_line).map_err(context)?;
    accept(first_line.to_owned()).map_err(|error| context(error.into()))
}

/// Nobody types them: they come from a file of another encoding, or from one that is no text.
fn refuse_controls(text: &str) -> Result<()> {
    if text.contains(char::is_control) {
        return Err(Failure::new("the password has control characters").hint(AS_TEXT));
    }
    Ok(())
}

fn from_variable(ways: &Ways, accept: impl Fn(String) -> pki_core::Result<Password>) -> Result<Option<Password>> {
    let Ways { what, option, variable } = ways;
    let Some(variable) = variable else { return Ok(None) };
    match std::env::var(variable) {
        Ok(text) => {
            let text = Zeroizing::new(text);
            refuse_controls(&text).map_err(|failure| failure.context(variable))?;
            accept(text.to_string()).map(Some).map_err(|error| Failure::from(error).context(variable))
        }
        Err(std::env::VarError::NotPresent) => Ok(None),
        // The error itself would show the password.
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::new("it is not valid Unicode")
            .context(variable)
            .hint(format!("put the {what} into a file and name that with {option}"))),
    }
}

fn or_empty(text: String) -> pki_core::Result<Password> {
    if text.is_empty() { Ok(Password::empty()) } else { Password::new(text) }
}
