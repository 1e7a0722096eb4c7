//! Forcing to disk what was written.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Forces everything in a folder to disk, if it is there: files, and the folders that name them.
pub(super) fn all(top: &Path) -> io::Result<()> {
    if !top.is_dir() {
        return Ok(());
    }
    let (mut files, mut folders) = (Vec::new(), vec![top.to_owned()]);
    let mut next = 0;
    while let Some(folder) = folders.get(next).cloned() {
        next += 1;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
        #[cfg(target_os = "linux")]
        if files.len() > FEW {
            // Thousands of single waits would take minutes.
            return Ok(rustix::fs::syncfs(File::open(top)?)?);
        }
    }
    files.iter().try_for_each(|path| open(path)?.sync_all())?;
    folders.iter().chain(top.parent().map(Path::to_owned).as_ref()).try_for_each(|path| folder(path))
}

/// Forces the names in some folders to disk.
pub(super) fn folders(top: &Path, folders: &[PathBuf]) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if folders.len() > FEW {
        return Ok(rustix::fs::syncfs(File::open(top)?)?);
    }
    [top].into_iter().chain(folders.iter().map(PathBuf::as_path)).try_for_each(folder)
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

/// Windows syncs only what is open for writing; elsewhere a file need not be open to its owner for that.
fn open(path: &Path) -> io::Result<File> {
    File::options().read(true).write(cfg!(windows)).open(path)
}

#[cfg(target_os = "linux")]
const FEW: usize = 100;
