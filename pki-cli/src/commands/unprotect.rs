//! `unprotect`: the secrets of a mesh's folder become plain files again, or one password does.

use std::path::Path;

use zeroize::Zeroizing;

use super::protect::{refuse_without_mesh, show};
use crate::args::Unprotect;
use crate::estate::{self, PRIVATE, Safe, Secret, password_file, previous_password_file, secrets};
use crate::exit::{Exit, Failure, Result};
use crate::files::{self, Batch};
use crate::output;

pub(crate) fn run(arguments: &Unprotect) -> Result {
    let Unprotect { host, previous, out, dir, passphrase, json } = arguments;
    let dir = dir.path.as_path();
    refuse_without_mesh(dir)?;
    let _lock = estate::lock(dir)?;
    files::recover(dir, PRIVATE)?;
    if let (Some(host), Some(out)) = (host, out) {
        let (folder, file) = files::folder_and_name(out)?;
        files::refuse_existing(folder, [file])?;
        let path = if *previous { previous_password_file(host.as_str()) } else { password_file(host.as_str()) };
        let password = one_password(dir, &path, passphrase.file.as_deref())?;
        let mut batch = Batch::new(folder, "")?;
        batch.file(file, password.as_bytes())?;
        batch.commit()?;
        output::summary(*json, &out.display().to_string(), host.as_str(), &[["password", &output::path(out)]])?;
        return Ok(Exit::Done);
    }
    let old = Safe::open(dir, passphrase.file.as_deref())?;
    let mut count = 0;
    if let Some((mark, _)) = old.mark()? {
        let mut batch = Batch::new(dir, PRIVATE)?;
        batch.remove(mark);
        for secret in secrets(dir)? {
            if secret.is_sealed(dir)? {
                batch.put_file(secret.path(), old.moved_to(&Safe::Plain, dir, &secret)?.as_bytes())?;
                count += 1;
            }
        }
        batch.commit()?;
    }
    show(dir, false, count, *json)
}

fn one_password(dir: &Path, usual: &Path, passphrase_file: Option<&Path>) -> Result<Zeroizing<String>> {
    // The file is called as the host was when it came; another case is no other host.
    let is_its = |secret: &Secret| secret.path().as_os_str().eq_ignore_ascii_case(usual);
    let path = secrets(dir)?.into_iter().find(is_its).map(|secret| dir.join(secret.path())).ok_or_else(|| {
        Failure::new(format!("there is no {}", dir.join(usual).display()))
            .hint("name a host of the mesh; if its password was given with --password-file, it is not kept here")
    })?;
    Safe::Plain.password_file(&Safe::open(dir, passphrase_file)?.password(&path)?)
}
