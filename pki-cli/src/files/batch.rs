//! Changing a folder: everything or nothing, also when the run is killed.
//!
//! A [`Batch`] is written into a staging folder beside its destination and forced to disk. Then its journal gets its
//! name, and from that moment the batch counts as done: whoever comes next moves the rest into place. Whatever is found
//! without a journal is removed. Each piece appears, changes or goes as a whole.

mod places;
mod recovery;

pub(crate) use recovery::{recover, was_interrupted};

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{create_new, create_private_folder, private_folder_builder, refuse_existing, shut, sync};
use crate::exit::{Failure, Result};
use places::Places;

/// Changes that happen together.
pub(crate) struct Batch {
    /// What they change.
    root: PathBuf,
    /// Held while the batch is made, so that another run can tell a batch at work from one that was killed.
    lock: Option<File>,
    staging: PathBuf,
    /// The folder that is shut before anything comes into it.
    shut_first: Option<PathBuf>,
    /// Whether the staging folder is still needed when this run has ended.
    is_half_done: bool,
    /// In this order.
    pieces: Vec<Piece>,
}

/// What changes as one.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Piece {
    /// Relative to the root, and to the folder of what is new.
    path: PathBuf,
    change: Change,
    /// Whether the folder around it was there. If that is gone when a killed run is finished, somebody removed it, and
    /// it does not come back with this alone in it.
    #[serde(default)]
    has_folder: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Change {
    /// There is nothing of the name yet.
    Add,
    Replace,
    Remove,
}

/// Whether a path stays below the root by its words.
fn is_inside(path: &Path) -> bool {
    let mut components = path.components().peekable();
    components.peek().is_some() && components.all(|part| matches!(part, Component::Normal(_)))
}

/// The start of a staging folder's name.
const PREFIX: &str = ".replica-pki-partial-";
/// In the staging folder: the lock, what is new, what was there, what is to be done and the same while it is written.
const LOCK: &str = "lock";
const NEW: &str = "new";
const OLD: &str = "old";
const JOURNAL: &str = "journal";
const UNFINISHED_JOURNAL: &str = "journal.new";

impl Batch {
    /// Starts a batch for a folder, which is made if need be, staged in one of its subfolders, which a commit shuts to
    /// all but its owner, or in the folder itself (an empty name). First it finishes or removes what killed runs left there.
    pub(crate) fn new(root: &Path, staged_in: &str) -> Result<Self> {
        let parent = root.join(staged_in);
        create_private_folder(&parent)?;
        recover(root, staged_in)?;
        let (staging, lock) = staging_folder(&parent)
            .map_err(|error| Failure::io(format!("cannot write in {}", parent.display()), &error))?;
        let shut_first = (parent != root).then_some(parent);
        let (root, pieces) = (root.to_owned(), Vec::new());
        let batch = Self { root, lock: Some(lock), staging, shut_first, is_half_done: false, pieces };
        shut(&batch.staging)?;
        Ok(batch)
    }

    /// Adds a file.
    pub(crate) fn file(&mut self, path: impl Into<PathBuf>, bytes: &[u8]) -> Result<()> {
        let path = path.into();
        self.stage(&path, bytes)?;
        self.push(path, Change::Add);
        Ok(())
    }

    /// Adds a file, or replaces the one that is there. One that holds the same stays.
    pub(crate) fn put_file(&mut self, path: impl Into<PathBuf>, bytes: &[u8]) -> Result<()> {
        let path = path.into();
        let change = match fs::read(self.root.join(&path)) {
            Ok(old) if old == bytes => return Ok(()),
            Ok(_) => Change::Replace,
            Err(_) => Change::Add,
        };
        self.stage(&path, bytes)?;
        self.push(path, change);
        Ok(())
    }

    /// The same, and whoever could read and write the file that is replaced can read and write the new one.
    pub(crate) fn put_shared_file(&mut self, path: impl Into<PathBuf>, bytes: &[u8]) -> Result<()> {
        let path = path.into();
        self.put_file(&path, bytes)?;
        #[cfg(unix)]
        if let (staged, Ok(old)) = (self.staging.join(NEW).join(&path), self.root.join(&path).metadata())
            && exists(&staged)
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&old.permissions()) & 0o777;
            fs::set_permissions(&staged, std::os::unix::fs::PermissionsExt::from_mode(mode))
                .map_err(|error| Failure::io(format!("cannot write {}", self.root.join(&path).display()), &error))?;
        }
        Ok(())
    }

    /// Adds a folder with its files.
    pub(crate) fn folder(&mut self, path: impl Into<PathBuf>, files: &[(String, Vec<u8>)]) -> Result<()> {
        self.stage_folder(path.into(), files, Change::Add)
    }

    /// Replaces a folder that is there.
    pub(crate) fn put_folder(&mut self, path: impl Into<PathBuf>, files: &[(String, Vec<u8>)]) -> Result<()> {
        self.stage_folder(path.into(), files, Change::Replace)
    }

    /// Removes a file or folder, if it is there.
    pub(crate) fn remove(&mut self, path: impl Into<PathBuf>) {
        let path = path.into();
        if exists(&self.root.join(&path)) {
            self.push(path, Change::Remove);
        }
    }

    /// Whether anything is to change.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Everything new and changed so far, then moves it into place. If a piece cannot be moved, those before it are
    /// taken back.
    pub(crate) fn commit(mut self) -> Result<()> {
        let places = Places { root: &self.root, staging: &self.staging };
        for piece in &self.pieces {
            self.refuse_outside(&piece.path)?;
            places.refuse_links(piece)?;
        }
        refuse_existing(&self.root, self.pieces.iter().filter(|it| it.change == Change::Add).map(|it| &it.path))?;
        if let Some(folder) = &self.shut_first {
            shut(folder)?;
        }
        sync::all(&self.staging.join(NEW)).map_err(|error| self.cannot_write(&error))?;
        self.write_journal().map_err(|error| self.cannot_write(&error))?;
        for (number, piece) in self.pieces.iter().enumerate() {
            let last = number + 1 == self.pieces.len();
            let moved = places.carry_out(number, piece);
            let synced = moved.and_then(|()| if last { places.sync(&self.pieces) } else { Ok(()) });
            let Err(failure) = synced else { continue };
            let undone = (0..=number).rev().zip(self.pieces.iter().take(number + 1).rev());
            let is_undone = undone.map(|(number, piece)| places.undo(number, piece)).all(|result| result.is_ok());
            if is_undone && fs::remove_file(self.staging.join(JOURNAL)).is_ok() {
                return Err(failure);
            }
            self.is_half_done = true;
            return Err(failure.and("the change is half done; run the command again to finish it"));
        }
        // From here on nothing of the staging folder is needed; the journal goes first, so that nobody reads it again.
        let _ = fs::remove_file(self.staging.join(JOURNAL));
        Ok(())
    }

    fn push(&mut self, path: PathBuf, change: Change) {
        let has_folder = self.root.join(&path).parent().is_some_and(exists);
        self.pieces.push(Piece { path, change, has_folder });
    }

    fn stage_folder(&mut self, path: PathBuf, files: &[(String, Vec<u8>)], change: Change) -> Result<()> {
        files.iter().try_for_each(|(name, bytes)| self.stage(&path.join(name), bytes))?;
        self.push(path, change);
        Ok(())
    }

    fn stage(&mut self, path: &Path, bytes: &[u8]) -> Result<()> {
        self.refuse_outside(path)?;
        let staged = self.staging.join(NEW).join(path);
        let write = || {
            private_folder_builder().recursive(true).create(staged.parent().unwrap_or(&staged))?;
            create_new(&staged)?.write_all(bytes)
        };
        write().map_err(|error| Failure::io(format!("cannot write {}", self.root.join(path).display()), &error))
    }

    /// No path is made of what others wrote; should one be, it still leads nowhere else.
    fn refuse_outside(&self, path: &Path) -> Result<()> {
        if is_inside(path) {
            return Ok(());
        }
        Err(Failure::new(format!("{path:?} leads out of {}", self.root.display()))
            .hint("nothing was changed; find out what in the folder has this name, and remove it"))
    }

    fn write_journal(&self) -> io::Result<()> {
        let (unfinished, journal) = (self.staging.join(UNFINISHED_JOURNAL), self.staging.join(JOURNAL));
        let mut file = create_new(&unfinished)?;
        file.write_all(&serde_json::to_vec(&self.pieces)?)?;
        file.sync_all()?;
        drop(file);
        fs::rename(unfinished, journal)?;
        // The folder's own name too: a journal that cannot be found again finishes nothing.
        sync::folder(self.staging.parent().unwrap_or(&self.root))?;
        sync::folder(&self.staging)
    }

    fn cannot_write(&self, error: &io::Error) -> Failure {
        Failure::io(format!("cannot write in {}", self.root.display()), error)
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if !self.is_half_done {
            remove_staging(&self.staging, self.lock.take());
        }
    }
}

/// Makes a folder with a lock inside that is held.
fn staging_folder(parent: &Path) -> io::Result<(PathBuf, File)> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    // On Unix from the start; elsewhere nothing is inside yet when it is shut.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let mut attempts = 0..3;
    loop {
        let staging = builder.tempdir_in(parent)?;
        match create_new(&staging.path().join(LOCK)) {
            // Another run takes an empty folder for what a killed one left, and removes it.
            Err(error) if error.kind() == io::ErrorKind::NotFound && attempts.next().is_some() => {}
            lock => {
                let lock = lock?;
                lock.try_lock()?;
                return Ok((staging.keep(), lock));
            }
        }
    }
}

/// Removes a staging folder that is not needed any more. The lock goes last, so that what a killed run left of this is
/// still known for what it is. What cannot be removed is in nobody's way.
fn remove_staging(staging: &Path, lock: Option<File>) {
    for name in [JOURNAL, UNFINISHED_JOURNAL] {
        let _ = fs::remove_file(staging.join(name));
    }
    for name in [OLD, NEW] {
        let _ = fs::remove_dir_all(staging.join(name));
    }
    // Windows removes no folder with an open file.
    drop(lock);
    let _ = fs::remove_dir_all(staging);
}

/// A symbolic link to nowhere is there too.
fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
