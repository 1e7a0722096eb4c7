//! Private keys and roots from files.

use std::path::Path;

use pki_core::Error;
use pki_core::authority::Authority;
use pki_core::key::KeyPair;
use zeroize::Zeroizing;

use crate::args::Signer;
use crate::exit::{Failure, Result};
use crate::{files, password};

/// A root and its key.
pub(super) fn authority(signer: &Signer) -> Result<Authority> {
    let Signer { root, root_key, root_key_password_file } = signer;
    let root = files::certificate(root)?;
    let key = key(root_key, root_key_password_file.as_deref(), "--root-key-password-file")?;
    Ok(Authority::from_parts(root, key)?)
}

/// A key in PKCS#8 PEM. `option` is how to name the file that holds its password.
pub(super) fn key(path: &Path, password_file: Option<&Path>, option: &str) -> Result<KeyPair> {
    let password = password_file.map(password::from_file).transpose()?;
    let pem = Zeroizing::new(files::read(path)?);
    let pem = str::from_utf8(&pem).map_err(|_| {
        Failure::new(format!("{} is not a PEM file", path.display()))
            .hint("convert it: openssl pkcs8 -topk8 -nocrypt -inform DER -in KEY -out KEY.pem")
    })?;
    KeyPair::from_pkcs8_pem(pem, password.as_ref()).map_err(|error| {
        let needs_password = matches!(error, Error::WrongPassword { .. } | Error::PasswordNeeded { .. });
        let failure = Failure::from(error).context(path.display());
        if needs_password {
            failure.hint(format!(
                "name the file that holds the key's password with {option}; in a protected folder that is the passphrase"
            ))
        } else {
            failure
        }
    })
}
