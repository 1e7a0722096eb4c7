//! Writing files: new ones only, for the owner only, each piece whole.
//!
//! A [`Batch`] is written into a folder of its own beside its destination, forced to disk, and then moved into place
//! piece by piece, private ones first. A run that is killed may have placed some of them; besides, it leaves at most
//! that folder, which its owner alone can enter and the next run removes.

mod reading;

pub(crate) use reading::{cannot_read, certificate, certificate_of, kind, read, refuse_several};

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::exit::{Failure, Result};

/// Files that appear together.
pub(crate) struct Batch {
    /// Where they go.
    root: PathBuf,
    /// Held while the batch is made, so that another run can tell a batch at work from one that was killed. Dropped
    /// before the folder that it lies in: Windows removes no folder with an open file.
    _lock: File,
    staging: TempDir,
    /// What is moved into place as one piece, relative to both folders, in this order.
    pieces: Vec<PathBuf>,
}

/// The start of a staging folder's name.
const PREFIX: &str = ".replica-pki-partial-";
const LOCK: &str = "lock";

impl Batch {
    /// Starts a batch for a folder, which is made if need be, staged in one of its subfolders, which is shut to all but
    /// its owner, or in the folder itself (an empty name).
    pub(crate) fn new(root: &Path, staged_in: &str) -> Result<Self> {
        let parent = root.join(staged_in);
        create_private_folder(&parent)?;
        if parent != root {
            shut(&parent)?;
        }
        remove_what_was_killed(&parent);
        let context = |error: io::Error| Failure::io(format!("cannot write in {}", parent.display()), &error);
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        // On Unix from the start; elsewhere nothing is inside yet when it is shut.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let staging = builder.tempdir_in(&parent).map_err(context)?;
        shut(staging.path())?;
        let lock = create_new(&staging.path().join(LOCK)).map_err(context)?;
        lock.try_lock().map_err(|error| context(error.into()))?;
        Ok(Self { root: root.to_owned(), _lock: lock, staging, pieces: Vec::new() })
    }

    /// Adds a file that is moved by itself.
    pub(crate) fn file(&mut self, path: impl Into<PathBuf>, bytes: &[u8]) -> Result<()> {
        let path = path.into();
        self.stage(&path, bytes)?;
        self.pieces.push(path);
        Ok(())
    }

    /// Adds a folder with its files, moved as a whole.
    pub(crate) fn folder(&mut self, path: impl Into<PathBuf>, files: &[(String, Vec<u8>)]) -> Result<()> {
        let path = path.into();
        for (name, bytes) in files {
            self.stage(&path.join(name), bytes)?;
        }
        self.pieces.push(path);
        Ok(())
    }

    /// Moves everything into place. If a piece cannot be moved, those before it are taken back.
    pub(crate) fn commit(self) -> Result<()> {
        refuse_existing(&self.root, &self.pieces)?;
        for (done, piece) in self.pieces.iter().enumerate() {
            if let Err(failure) = self.place(piece) {
                self.take_back(done);
                return Err(failure);
            }
        }
        Ok(())
    }

    fn stage(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let staged = self.staging.path().join(path);
        let write = || {
            let folder = staged.parent().unwrap_or(&staged);
            private_folder_builder().recursive(true).create(folder)?;
            let mut file = create_new(&staged)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            sync_folder(folder)
        };
        write().map_err(|error| Failure::io(format!("cannot write {}", self.root.join(path).display()), &error))
    }

    fn place(&self, piece: &Path) -> Result<()> {
        let (staged, target) = (self.staging.path().join(piece), self.root.join(piece));
        let folder = target.parent().unwrap_or(&self.root);
        create_private_folder(folder)?;
        rename_new(&staged, &target)
            .and_then(|()| sync_folder(folder))
            .map_err(|error| Failure::io(format!("cannot write {}", target.display()), &error))
    }

    /// Nothing else can be done if this fails as well; the failure that led here is the one to report.
    fn take_back(&self, done: usize) {
        for piece in self.pieces.iter().take(done) {
            let _ = fs::rename(self.root.join(piece), self.staging.path().join(piece));
        }
    }
}

/// Refuses to go on if one of these exists below a folder.
pub(crate) fn refuse_existing<P: AsRef<Path>>(root: &Path, paths: impl IntoIterator<Item = P>) -> Result<()> {
    for path in paths {
        if let Some(existing) = existing(root.join(path)) {
            return Err(Failure::new(format!("{} exists and is never overwritten", existing.display())).hint(
                "nothing was written; choose another folder, or move the old files away; \
                 if an earlier run was killed, remove what it left",
            ));
        }
    }
    Ok(())
}

/// What is in the way of a new file or folder. Case does not tell names apart, as it does not on Windows, where kits go.
fn existing(target: PathBuf) -> Option<PathBuf> {
    // Not `exists`: a symbolic link to nowhere is there too.
    if target.symlink_metadata().is_ok() {
        return Some(target);
    }
    let name = target.file_name()?;
    let mut entries = fs::read_dir(target.parent()?).ok()?.flatten();
    entries.find(|entry| entry.file_name().eq_ignore_ascii_case(name)).map(|entry| entry.path())
}

/// Makes a folder and those above it; the ones that are made are the owner's alone.
fn create_private_folder(path: &Path) -> Result<()> {
    private_folder_builder()
        .recursive(true)
        .create(path)
        .map_err(|error| Failure::io(format!("cannot make the folder {}", path.display()), &error))
}

fn private_folder_builder() -> fs::DirBuilder {
    #[allow(unused_mut)]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// A new file that its owner alone can read.
fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Moves a file or folder without ever replacing one.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        // A folder that is not empty is never replaced by a rename.
        fs::rename(from, to)
    } else {
        let staged = tempfile::TempPath::try_from_path(from)?;
        staged.persist_noclobber(to).map_err(|error| error.error)
    }
}

/// Removes the staging folders of killed runs: those whose lock nobody holds. What cannot be removed is in nobody's way.
pub(crate) fn remove_what_was_killed(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let (folder, lock) = (entry.path(), entry.path().join(LOCK));
        let is_staging = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        // Opening a pipe that somebody called so would never end, and a link would lead elsewhere.
        if is_staging
            && kind(&folder).is_ok_and(|kind| kind.is_dir())
            && kind(&lock).is_ok_and(|kind| kind.is_file())
            && File::open(lock).is_ok_and(|lock| lock.try_lock().is_ok())
        {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Takes a folder away from everybody but its owner, however it was made.
#[cfg(unix)]
fn shut(folder: &Path) -> Result<()> {
    let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(folder, owner_only)
        .map_err(|error| Failure::io(format!("cannot protect {}", folder.display()), &error))
}

/// The same by an access control list, which the files inside inherit and keep when they are moved.
#[cfg(windows)]
fn shut(folder: &Path) -> Result<()> {
    crate::platform::owner_only(folder)
        .map_err(|error| Failure::io(format!("cannot protect {}", folder.display()), &error))
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows keeps folders in its journal and offers no way to sync one.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
