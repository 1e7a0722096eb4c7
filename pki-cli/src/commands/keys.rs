//! Private keys and roots from files.

use std::path::Path;

use pki_core::Error;
use pki_core::authority::Authority;
use pki_core::key::KeyPair;
use pki_core::password::Password;
use pki_core::vault::Vault;
use zeroize::Zeroizing;

use crate::args::Signer;
use crate::estate::{self, Safe};
use crate::exit::{Failure, Result};
use crate::files;
use crate::password::{self, passphrase};

/// A root and its key.
pub(super) fn authority(signer: &Signer) -> Result<Authority> {
    let Signer { root, root_key, root_key_password_file } = signer;
    let root = files::certificate(root)?;
    let key = key(root_key, root_key_password_file.as_deref(), "--root-key-password-file")?;
    Ok(Authority::from_parts(root, key)?)
}

/// A key in PKCS#8 PEM. `option` is how to name the file that holds its password.
pub(super) fn key(path: &Path, password_file: Option<&Path>, option: &str) -> Result<KeyPair> {
    let mut password = password_file.map(password::from_file).transpose()?;
    let pem = Zeroizing::new(files::read(path)?);
    let pem = str::from_utf8(&pem).map_err(|_| {
        Failure::new(format!("{} is not a PEM file", path.display()))
            .hint("convert it: openssl pkcs8 -topk8 -nocrypt -inform DER -in KEY -out KEY.pem")
    })?;
    if password.is_none() && Vault::is_sealed_key(pem) {
        password = passphrase_of_mesh(path, option)?;
    }
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

/// The passphrase of the protected mesh that a root's key lies in, if it does: from its variable, or asked for.
fn passphrase_of_mesh(key: &Path, option: &str) -> Result<Option<Password>> {
    let (folder, _) = files::folder_and_name(key)?;
    let Some(mesh) = estate::mesh_of_roots(folder)?.filter(|mesh| Safe::of(mesh).is_protected()) else {
        return Ok(None);
    };
    let passphrase = passphrase::known(None, &mesh).map_err(|failure| {
        failure.hint(format!(
            "name the file that holds the passphrase with {option}, or set REPLICA_PKI_PASSPHRASE; nothing was changed"
        ))
    })?;
    Ok(Some(passphrase))
}
