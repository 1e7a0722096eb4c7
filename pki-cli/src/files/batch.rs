//! Changing a folder: everything or nothing, also when the run is killed.
//!
//! A [`Batch`] is written into a staging folder beside its destination and forced to disk. Then its journal gets its
//! name, and from that moment the batch counts as done: whoever comes next moves the rest into place. Whatever is found
//! without a journal is removed. Each piece appears, changes or goes as a whole.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::{create_new, create_private_folder, kind, private_folder_builder, refuse_existing, rename_new, shut, sync};
use crate::exit::{Failure, Result};

/// Changes that happen together.
pub(crate) struct Batch {
    /// What they change.
    root: PathBuf,
    /// Held while the batch is made, so that another run can tell a batch at work from one that was killed. Dropped
    /// before the folder that it lies in: Windows removes no folder with an open file.
    _lock: File,
    staging: TempDir,
    /// In this order.
    pieces: Vec<Piece>,
    /// What has to be forced to disk.
    written: Vec<PathBuf>,
}

/// What changes as one.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Piece {
    /// Relative to the root, and to the folder of what is new.
    path: PathBuf,
    change: Change,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Change {
    /// There is nothing of the name yet.
    Add,
    Replace,
    Remove,
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
    /// Starts a batch for a folder, which is made if need be, staged in one of its subfolders, which is shut to all but
    /// its owner, or in the folder itself (an empty name). First it finishes or removes what killed runs left there.
    pub(crate) fn new(root: &Path, staged_in: &str) -> Result<Self> {
        let parent = root.join(staged_in);
        create_private_folder(&parent)?;
        if parent != root {
            shut(&parent)?;
        }
        recover(root, staged_in)?;
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
        Ok(Self { root: root.to_owned(), _lock: lock, staging, pieces: Vec::new(), written: Vec::new() })
    }

    /// Adds a file.
    pub(crate) fn file(&mut self, path: impl Into<PathBuf>, bytes: &[u8]) -> Result<()> {
        let path = path.into();
        self.stage(&path, bytes)?;
        self.pieces.push(Piece { path, change: Change::Add });
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
        self.pieces.push(Piece { path, change });
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
            self.pieces.push(Piece { path, change: Change::Remove });
        }
    }

    /// Whether anything is to change.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Everything new and changed so far, then moves it into place. If a piece cannot be moved, those before it are
    /// taken back.
    pub(crate) fn commit(mut self) -> Result<()> {
        refuse_existing(&self.root, self.pieces.iter().filter(|it| it.change == Change::Add).map(|it| &it.path))?;
        sync::all(self.staging.path(), &self.written).map_err(|error| self.cannot_write(&error))?;
        self.write_journal().map_err(|error| self.cannot_write(&error))?;
        let places = Places { root: &self.root, staging: self.staging.path() };
        for (number, piece) in self.pieces.iter().enumerate() {
            let Err(failure) = places.carry_out(number, piece) else { continue };
            let undone = (0..=number).rev().zip(self.pieces.iter().take(number + 1).rev());
            let is_undone = undone.map(|(number, piece)| places.undo(number, piece)).all(|result| result.is_ok());
            if is_undone && fs::remove_file(self.staging.path().join(JOURNAL)).is_ok() {
                return Err(failure);
            }
            self.staging.disable_cleanup(true);
            return Err(failure.and("the change is half done; run the command again to finish it"));
        }
        // From here on nothing of the staging folder is needed; the journal goes first, so that nobody reads it again.
        let _ = fs::remove_file(self.staging.path().join(JOURNAL));
        Ok(())
    }

    fn stage_folder(&mut self, path: PathBuf, files: &[(String, Vec<u8>)], change: Change) -> Result<()> {
        files.iter().try_for_each(|(name, bytes)| self.stage(&path.join(name), bytes))?;
        self.pieces.push(Piece { path, change });
        Ok(())
    }

    fn stage(&mut self, path: &Path, bytes: &[u8]) -> Result<()> {
        let staged = self.staging.path().join(NEW).join(path);
        let write = || {
            private_folder_builder().recursive(true).create(staged.parent().unwrap_or(&staged))?;
            create_new(&staged)?.write_all(bytes)
        };
        write().map_err(|error| Failure::io(format!("cannot write {}", self.root.join(path).display()), &error))?;
        self.written.push(staged);
        Ok(())
    }

    fn write_journal(&self) -> io::Result<()> {
        let (unfinished, journal) = (self.staging.path().join(UNFINISHED_JOURNAL), self.staging.path().join(JOURNAL));
        let mut file = create_new(&unfinished)?;
        serde_json::to_writer(&file, &self.pieces)?;
        file.flush()?;
        file.sync_all()?;
        drop(file);
        fs::rename(unfinished, journal)?;
        sync::folder(self.staging.path())
    }

    fn cannot_write(&self, error: &io::Error) -> Failure {
        Failure::io(format!("cannot write in {}", self.root.display()), error)
    }
}

/// Finishes the batches of killed runs that had their journal, and removes the others. Batches at work are left alone.
pub(crate) fn recover(root: &Path, staged_in: &str) -> Result<()> {
    let parent = root.join(staged_in);
    for entry in fs::read_dir(&parent).into_iter().flatten().flatten() {
        let (staging, lock) = (entry.path(), entry.path().join(LOCK));
        let is_staging = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        // Opening a pipe that somebody called so would never end, and a link would lead elsewhere.
        let is_plain = |path: &Path| kind(path).is_ok_and(|kind| kind.is_file());
        if !is_staging || !kind(&staging).is_ok_and(|kind| kind.is_dir()) || !is_plain(&lock) {
            continue;
        }
        let Ok(lock) = File::open(lock) else { continue };
        if lock.try_lock().is_err() {
            continue;
        }
        let journal = staging.join(JOURNAL);
        if is_plain(&journal) {
            finish(root, &staging, &journal)?;
        }
        // Windows removes no folder with an open file. What cannot be removed is in nobody's way.
        drop(lock);
        let _ = fs::remove_dir_all(staging);
    }
    Ok(())
}

fn finish(root: &Path, staging: &Path, journal: &Path) -> Result<()> {
    let pieces: Vec<Piece> = serde_json::from_slice(&super::read(journal)?)
        .map_err(|error| Failure::new(error).context(format!("{} is damaged", journal.display())))?;
    let places = Places { root, staging };
    for (number, piece) in pieces.iter().enumerate() {
        places.carry_out(number, piece)?;
    }
    fs::remove_file(journal).map_err(|error| Failure::io(format!("cannot remove {}", journal.display()), &error))
}

/// Where a batch's pieces are and go. Every move can be repeated by one who does not know whether it was made.
struct Places<'p> {
    root: &'p Path,
    staging: &'p Path,
}

impl Places<'_> {
    fn carry_out(&self, number: usize, piece: &Piece) -> Result<()> {
        let (new, old, target) = (self.new_of(piece), self.old_of(number), self.root.join(&piece.path));
        let folder = target.parent().unwrap_or(self.root);
        let carry_out = || {
            let is_moved = if piece.change == Change::Remove { exists(&old) } else { !exists(&new) };
            if is_moved {
                return Ok(());
            }
            private_folder_builder().recursive(true).create(folder)?;
            if piece.change != Change::Add && exists(&target) {
                private_folder_builder().recursive(true).create(self.staging.join(OLD))?;
                fs::rename(&target, &old)?;
            }
            if piece.change != Change::Remove {
                rename_new(&new, &target)?;
            }
            sync::folder(folder)
        };
        carry_out().map_err(|error| Failure::io(format!("cannot change {}", target.display()), &error))
    }

    fn undo(&self, number: usize, piece: &Piece) -> io::Result<()> {
        let (new, old, target) = (self.new_of(piece), self.old_of(number), self.root.join(&piece.path));
        if piece.change != Change::Remove && !exists(&new) {
            fs::rename(&target, &new)?;
        }
        if exists(&old) { fs::rename(&old, &target) } else { Ok(()) }
    }

    fn new_of(&self, piece: &Piece) -> PathBuf {
        self.staging.join(NEW).join(&piece.path)
    }

    fn old_of(&self, number: usize) -> PathBuf {
        self.staging.join(OLD).join(number.to_string())
    }
}

/// A symbolic link to nowhere is there too.
fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
