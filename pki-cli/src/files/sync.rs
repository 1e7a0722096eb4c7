//! Forcing to disk what was written.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// Forces files to disk, and the folders that name them, up to the folder that they all lie in.
pub(super) fn all(top: &Path, files: &[PathBuf]) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if files.len() > FEW {
        // Thousands of single waits would take minutes.
        return Ok(rustix::fs::syncfs(File::open(top)?)?);
    }
    let mut folders = BTreeSet::from([top]);
    for path in files {
        open(path)?.sync_all()?;
        folders.extend(path.ancestors().skip(1).take_while(|folder| *folder != top));
    }
    folders.into_iter().try_for_each(folder)
}

/// Forces the names in a folder to disk.
#[cfg(unix)]
pub(super) fn folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows keeps folders in its journal and offers no way to sync one.
#[cfg(not(unix))]
pub(super) fn folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Windows syncs only what is open for writing.
fn open(path: &Path) -> io::Result<File> {
    File::options().read(true).write(true).open(path)
}

#[cfg(target_os = "linux")]
const FEW: usize = 100;
