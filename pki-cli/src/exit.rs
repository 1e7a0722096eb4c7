//! How the program ends: exit codes, failures and the hints that go with them.

use std::fmt;
use std::process::ExitCode;

use pki_core::Error;

use crate::output;

/// A good end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done: code 0.
    Done,
    /// Not all could be done, and that was said already: code 1.
    Failed,
    /// Done, and something was found wrong: code 3.
    FoundWrong,
}

/// Why something could not be done: code 1. Code 2, wrong usage, is the argument parser's.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
}

/// What every command returns.
pub(crate) type Result<T = Exit> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), hint: None }
    }

    /// Says how to mend it; what to type, where that is known.
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// Says what was being done.
    pub(crate) fn context(mut self, context: impl fmt::Display) -> Self {
        self.message = format!("{context}: {}", self.message);
        self
    }

    pub(crate) fn report(&self) -> ExitCode {
        output::note("error", &self.message);
        if let Some(hint) = &self.hint {
            output::note("hint", hint);
        }
        ExitCode::from(1)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::FAILURE,
            Exit::FoundWrong => Self::from(3),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let failure = Self::new(&error);
        match hint_for(&error) {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

fn hint_for(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::DuplicateHost { .. } => "name each host once",
        Error::PasswordLength { .. } => "put a password of one line into the file named by --password-file",
        Error::WrongPassword { .. } => {
            "name the file that holds the password with --password-file, or set REPLICA_PKI_PASSWORD"
        }
        Error::NameNotPermitted { .. } => {
            "make a root for this host too: replica-pki root --name NAME --for HOST --out DIR"
        }
        Error::RootNotValid { .. } => "compare the clock of this computer with the root's dates, or make a new root",
        Error::KeyMismatch { .. } => "give the key that was made together with this certificate",
        Error::KeySize { .. } => "make a new key of 2048, 3072 or 4096 bits",
        Error::NotARoot { .. } => "give a root made by: replica-pki root --name NAME --for HOST --out DIR",
        Error::Damaged { .. } => "make or copy the file again",
        Error::DateOutOfRange => "choose fewer days",
        Error::Internal { .. } => "this is a fault of the program; please report it",
        _ => return None,
    })
}
