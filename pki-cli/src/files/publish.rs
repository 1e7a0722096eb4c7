//! A file that is there for others to read.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use super::{folder_and_name, sync};
use crate::exit::{Failure, Result};

/// Writes a file, or replaces the one that is there, whole or not at all. Unlike a [`Batch`](super::Batch) it is made in
/// its folder itself, so that it can be read by whom the folder's other files can: what serves it runs as another user.
/// Two runs for the same file must not meet; the caller holds a lock.
pub(crate) fn publish(path: &Path, bytes: &[u8]) -> Result<()> {
    let (folder, name) = folder_and_name(path)?;
    // As open as the user's other folders.
    fs::create_dir_all(folder)
        .map_err(|error| Failure::io(format!("cannot make the folder {}", folder.display()), &error))?;
    // Always the same name, so that what a killed run left is found and removed.
    let mut unfinished = OsString::from(".replica-pki-partial-");
    unfinished.push(name);
    let unfinished = folder.join(unfinished);
    let write = || {
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = create_like(&unfinished, path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&unfinished, path)?;
        sync::folder(folder)
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&unfinished);
        Failure::io(format!("cannot write {}", path.display()), &error)
    })
}

/// A new file with the permissions of an old one, or else readable by all.
#[cfg(unix)]
fn create_like(new: &Path, old: &Path) -> io::Result<File> {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let file = OpenOptions::new().write(true).create_new(true).mode(0o644).open(new)?;
    if let Ok(old) = old.metadata() {
        file.set_permissions(fs::Permissions::from_mode(old.permissions().mode() & 0o777))?;
    }
    Ok(file)
}

/// The folder's access control list says who may read it.
#[cfg(not(unix))]
fn create_like(new: &Path, _old: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(new)
}
