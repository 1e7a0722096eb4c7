//! The secrets of a folder: plain files, or all sealed under one passphrase.

use std::path::{Path, PathBuf};

use pki_core::Error;
use pki_core::key::KeyPair;
use pki_core::password::Password;
use pki_core::vault::Vault;
use zeroize::Zeroizing;

use super::layout::{KEY, PASSWORD, PASSWORDS, PROTECTED, ROOTS};
use super::{PRIVATE, names_in};
use crate::exit::{Failure, Result};
use crate::files;
use crate::password::{self, passphrase};
use crate::system;

/// What reads and writes the secrets of a folder.
#[derive(Debug, Default)]
pub(crate) enum Safe {
    /// The folder is not protected.
    #[default]
    Plain,
    /// It is protected, and the passphrase was right.
    Open(Vault),
    /// It is protected, and nobody gave the passphrase yet.
    Closed,
    /// Something in it is encrypted, such as this file, and what marks a protected folder is gone.
    Unmarked(PathBuf),
}

/// A secret by its path below the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Secret {
    Key(PathBuf),
    Password(PathBuf),
}

impl Safe {
    /// The safe of a folder, as it is before anybody gives a passphrase.
    pub(crate) fn of(dir: &Path) -> Self {
        if mark(dir).symlink_metadata().is_ok() {
            return Self::Closed;
        }
        // What cannot be read is told by who needs it.
        let mut secrets = secrets(dir).unwrap_or_default().into_iter();
        match secrets.find(|secret| secret.is_sealed(dir).unwrap_or(false)) {
            Some(secret) => Self::Unmarked(secret.path().to_owned()),
            None => Self::Plain,
        }
    }

    pub(crate) fn is_protected(&self) -> bool {
        !matches!(self, Self::Plain)
    }

    /// What is wrong with a folder whose mark is gone: what would be made in it now would lie plain beside what is
    /// encrypted.
    pub(crate) fn unmarked(&self, dir: &Path) -> Option<Failure> {
        let Self::Unmarked(sealed) = self else { return None };
        let problem = format!("{} is encrypted, and {} is not there", dir.join(sealed).display(), mark(dir).display());
        let way_out = "bring it back from a copy; or make it again from the files and the same passphrase: \
                       replica-pki protect";
        Some(Failure::new(problem).hint(way_out))
    }

    /// Opens a folder's safe. Asks for the passphrase if the folder is protected.
    pub(crate) fn open(dir: &Path, passphrase_file: Option<&Path>) -> Result<Self> {
        let safe = Self::of(dir);
        if let Some(failure) = safe.unmarked(dir) {
            return Err(failure);
        }
        if !safe.is_protected() {
            return Ok(Self::Plain);
        }
        let passphrase = passphrase::known(passphrase_file, dir)?;
        let mark = mark(dir);
        Vault::open(&text(&mark)?, &passphrase).map(Self::Open).map_err(|error| match error {
            Error::WrongPassword { .. } => passphrase::failure(error, dir),
            error => Failure::from(error).context(mark.display()),
        })
    }

    /// Opens a safe that lost its mark by one of its secrets, and makes sure that it opens the others too.
    pub(crate) fn open_unmarked(dir: &Path, sealed: &Path, passphrase_file: Option<&Path>) -> Result<Self> {
        let passphrase = passphrase::known(passphrase_file, dir)?;
        let path = dir.join(sealed);
        let vault = Vault::open(&text(&path)?, &passphrase).map_err(|error| match error {
            Error::WrongPassword { .. } => passphrase::failure(error, dir),
            error => Failure::from(error).context(format!("{} is encrypted, but not by protect", path.display())),
        })?;
        let safe = Self::Open(vault);
        for secret in secrets(dir)? {
            if secret.is_sealed(dir)? {
                match &secret {
                    Secret::Key(path) => drop(safe.key(&dir.join(path))?),
                    Secret::Password(path) => drop(safe.password(&dir.join(path))?),
                }
            }
        }
        Ok(safe)
    }

    /// A safe with a passphrase of its own.
    pub(crate) fn sealed(passphrase: &Password) -> Result<Self> {
        Ok(Self::Open(Vault::new(passphrase, &mut system::rng()?)?))
    }

    /// The file that shows that a folder is protected, and by which passphrase, with its path.
    pub(crate) fn mark(&self) -> Result<Option<(PathBuf, String)>> {
        match self {
            Self::Open(vault) => Ok(Some((mark(Path::new("")), vault.mark(&mut system::rng()?)?))),
            Self::Plain | Self::Closed | Self::Unmarked(_) => Ok(None),
        }
    }

    /// Reads a private key. One that lies there plain is taken as it is.
    pub(crate) fn key(&self, path: &Path) -> Result<KeyPair> {
        let text = text(path)?;
        let key = match self {
            Self::Open(vault) if Vault::is_sealed_key(&text) => vault.open_key(&text),
            _ => KeyPair::from_pkcs8_pem(&text, None),
        };
        key.map_err(|error| self.failure(error, path))
    }

    /// Reads a password. One that lies there plain is taken as it is.
    pub(crate) fn password(&self, path: &Path) -> Result<Password> {
        let text = text(path)?;
        match self {
            _ if !Vault::is_sealed_password(&text) => password::from_file(path),
            Self::Open(vault) => vault.open_password(&text).map_err(|error| self.failure(error, path)),
            Self::Plain | Self::Closed | Self::Unmarked(_) => {
                Err(self.failure(Error::PasswordNeeded { what: "the password" }, path))
            }
        }
    }

    /// What the file of a private key holds.
    pub(crate) fn key_file(&self, key: &KeyPair) -> Result<Zeroizing<String>> {
        match self {
            Self::Plain => Ok(key.secret_pkcs8_pem()?),
            Self::Open(vault) => Ok(Zeroizing::new(vault.seal_key(key, &mut system::rng()?)?)),
            Self::Closed | Self::Unmarked(_) => Err(closed()),
        }
    }

    /// What the file of a password holds.
    pub(crate) fn password_file(&self, password: &Password) -> Result<Zeroizing<String>> {
        match self {
            Self::Plain => Ok(Zeroizing::new(format!("{}\n", password.secret_text()))),
            Self::Open(vault) => Ok(Zeroizing::new(vault.seal_password(password, &mut system::rng()?)?)),
            Self::Closed | Self::Unmarked(_) => Err(closed()),
        }
    }

    /// The file of a secret as another safe keeps it, read back before it is returned.
    pub(crate) fn moved_to(&self, other: &Self, dir: &Path, secret: &Secret) -> Result<Zeroizing<String>> {
        let lost = |path: &Path| Failure::new(format!("{} was not kept as it is", path.display()));
        match secret {
            Secret::Key(path) => {
                let key = self.key(&dir.join(path))?;
                let file = other.key_file(&key)?;
                let is_kept = other.key_of(&file)?.public_key() == key.public_key();
                if is_kept { Ok(file) } else { Err(lost(path)) }
            }
            Secret::Password(path) => {
                let password = self.password(&dir.join(path))?;
                let file = other.password_file(&password)?;
                let is_kept =
                    other.password_of(&file)?.is_none_or(|again| again.secret_text() == password.secret_text());
                if is_kept { Ok(file) } else { Err(lost(path)) }
            }
        }
    }

    fn key_of(&self, file: &str) -> Result<KeyPair> {
        match self {
            Self::Open(vault) => Ok(vault.open_key(file)?),
            Self::Plain | Self::Closed | Self::Unmarked(_) => Ok(KeyPair::from_pkcs8_pem(file, None)?),
        }
    }

    /// Nothing of a plain one.
    fn password_of(&self, file: &str) -> Result<Option<Password>> {
        match self {
            Self::Open(vault) => Ok(Some(vault.open_password(file)?)),
            Self::Plain | Self::Closed | Self::Unmarked(_) => Ok(None),
        }
    }

    fn failure(&self, error: Error, path: &Path) -> Failure {
        let hint = match self {
            Self::Plain => "bring this file back from a copy".to_owned(),
            _ => "it was encrypted otherwise than the rest of the folder; bring back the file that belongs here"
                .to_owned(),
        };
        Failure::from(error).context(path.display()).hint(hint)
    }
}

/// Every secret of a folder.
pub(crate) fn secrets(dir: &Path) -> Result<Vec<Secret>> {
    let of = |folder: &str, ending: &str, secret: fn(PathBuf) -> Secret| -> Result<Vec<Secret>> {
        let folder: PathBuf = [PRIVATE, folder].iter().collect();
        let names = names_in(&dir.join(&folder))?.into_iter().filter(|name| name.ends_with(ending));
        Ok(names.map(|name| secret(folder.join(name))).collect())
    };
    Ok([of(ROOTS, KEY, Secret::Key)?, of(PASSWORDS, PASSWORD, Secret::Password)?].concat())
}

impl Secret {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Key(path) | Self::Password(path) => path,
        }
    }

    /// Whether the file is encrypted.
    pub(crate) fn is_sealed(&self, dir: &Path) -> Result<bool> {
        let text = text(&dir.join(self.path()))?;
        Ok(match self {
            Self::Key(_) => Vault::is_sealed_key(&text),
            Self::Password(_) => Vault::is_sealed_password(&text),
        })
    }
}

fn mark(dir: &Path) -> PathBuf {
    dir.join(PRIVATE).join(PROTECTED)
}

fn text(path: &Path) -> Result<Zeroizing<String>> {
    let bytes = Zeroizing::new(files::read(path)?);
    let text = str::from_utf8(&bytes).map_err(|_| Failure::new(format!("{} is not text", path.display())))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn closed() -> Failure {
    Failure::new("the passphrase was not asked for").hint("this is a fault of the program; please report it")
}
