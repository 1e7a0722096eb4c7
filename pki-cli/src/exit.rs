//! How the program ends: exit codes, failures and the hints that go with them.

use std::fmt;
use std::io;
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

/// Why something could not be done: code 1.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
}

/// How to give the password of a file that exists.
pub(crate) const PASSWORD_HINT: &str =
    "name the file that holds the password with --password-file, or set REPLICA_PKI_PASSWORD";

/// What every command returns.
pub(crate) type Result<T = Exit> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), hint: None }
    }

    /// What the operating system refused to do with a file or folder, with what is usually the way out.
    pub(crate) fn io(context: impl fmt::Display, error: &io::Error) -> Self {
        let hint = match kind(error) {
            io::ErrorKind::NotFound => "check the path",
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "choose a place where you may do this, or run as a user who may"
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room, or choose another disk",
            io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
                "choose another folder, or move the old files away"
            }
            io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => {
                "a folder is where a file should be, or the reverse"
            }
            _ => "check the path and the disk, then run the command again",
        };
        Self::system(context, error).hint(hint)
    }

    /// What the operating system refused to do with anything else. The hint is the caller's.
    pub(crate) fn system(context: impl fmt::Display, error: &io::Error) -> Self {
        // Windows' own codes are negative numbers, which people know in hexadecimal.
        let error = match error.raw_os_error() {
            Some(code @ ..0) => error.to_string().replace(&format!("os error {code}"), &format!("{code:#010X}")),
            _ => error.to_string(),
        };
        Self::new(format!("{context}: {error}"))
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

    /// Adds a sentence to what was said.
    pub(crate) fn and(mut self, sentence: impl fmt::Display) -> Self {
        self.message = format!("{}; {sentence}", self.message);
        self
    }

    /// What and why, without the hint.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// How to mend it, if that is known.
    pub(crate) fn way_out(&self) -> &str {
        self.hint.as_deref().unwrap_or_default()
    }

    /// The same with the hint, for a place where both stand in one line.
    pub(crate) fn with_hint(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{} ({hint})", self.message),
            None => self.message.clone(),
        }
    }

    pub(crate) fn report(&self) -> ExitCode {
        output::note("error", &self.message);
        if let Some(hint) = &self.hint {
            output::note("hint", hint);
        }
        ExitCode::from(1)
    }
}

/// The end of a run whose command line is wrong, code 2, or asks for help.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    output::usage(error);
    if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

/// The kind of an error. An HRESULT that starts with 0x8007 is made of an error code of Win32, whose kind counts.
pub(crate) fn kind(error: &io::Error) -> io::ErrorKind {
    match error.raw_os_error().map(i32::cast_unsigned) {
        Some(code) if code >> 16 == 0x8007 => io::Error::from_raw_os_error((code & 0xFFFF).cast_signed()).kind(),
        _ => error.kind(),
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
        Error::WrongPassword { .. } | Error::PasswordNeeded { .. } => PASSWORD_HINT,
        Error::NameNotPermitted { .. } => {
            "make a root for this host too: replica-pki root --name NAME --for HOST --out DIR"
        }
        Error::RootNotValid { .. } => "compare the clock of this computer with the root's dates, or make a new root",
        Error::KeyMismatch { .. } => "give the key that was made together with this certificate",
        Error::KeySize { .. } => "make a new key of 2048, 3072 or 4096 bits",
        Error::NotARoot { .. } => "give a root made by: replica-pki root --name NAME --for HOST --out DIR",
        Error::Damaged { .. } => "make or copy the file again",
        Error::DateOutOfRange | Error::EmptyValidity { .. } => "choose other dates",
        Error::HostName { .. } => "give the full computer name as Windows shows it, such as HOST4.atwork.at",
        Error::RequestedNames { .. } => "have the request made again: replica-pki request HOST --out DIR",
        Error::WeakSignature { .. } => {
            "have it made again with SHA-256; for certreq, HashAlgorithm = SHA256 in its .inf file"
        }
        Error::NotRevocable { .. } => "remove the root from every host that trusts it",
        Error::Url { .. } => "give an address such as http://pki.atwork.at/first.crl",
        Error::NoHosts => "name at least one host",
        Error::DuplicateRoot { .. } => "give each root a name of its own",
        Error::NamedLikeItsRoot { .. } => {
            "make a root with another name: replica-pki root --name NAME --for HOST --out DIR"
        }
        Error::UnsupportedAlgorithm { .. } => "use RSA keys, and files protected with PBES2, 3DES or RC2",
        Error::WellKnownKey { .. } => "make a new key; what this one signs or protects, anyone can sign or read",
        Error::OverLimit { .. } => "the file asks for more than any honest one; get it again from its maker",
        Error::MacMissing => "have the file made again, with a MAC",
        Error::NotSignedBy { .. } => "give the root that signed this certificate",
        Error::Internal { .. } => "this is a fault of the program; please report it",
        _ => return None,
    })
}

#[cfg(all(test, windows))]
mod tests {
    use super::*;

    #[test]
    fn an_hresult_has_the_kind_of_the_error_inside() {
        let kind_of = |code: u32| kind(&io::Error::from_raw_os_error(code.cast_signed()));
        assert_eq!(kind_of(0x8007_0005), io::ErrorKind::PermissionDenied);
        assert_eq!(kind_of(0x8007_0002), io::ErrorKind::NotFound);
        assert_eq!(kind_of(5), io::ErrorKind::PermissionDenied);
        assert_eq!(kind_of(0x8009_0005), io::Error::from_raw_os_error(0x8009_0005_u32.cast_signed()).kind());
        let failure = Failure::io("x", &io::Error::from_raw_os_error(0x8007_0005_u32.cast_signed()));
        assert!(failure.hint.unwrap().contains("as a user who may"));
    }
}
