//! What killed runs left behind: found, finished or removed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::super::{cannot_read, is_own_folder, kind};
use super::places::Places;
use super::{JOURNAL, LOCK, PREFIX, Piece, exists, is_inside, remove_staging};
use crate::exit::{Failure, Result};
use crate::output;

/// Finishes the batches of killed runs that had their journal, and removes the others. Batches at work are left alone,
/// and so is what somebody else put there, whose journal could lead anywhere.
pub(crate) fn recover(root: &Path, staged_in: &str) -> Result<()> {
    for staging in staging_folders(root, staged_in) {
        // Killed before there was a lock, or when nothing else was left. With anything inside it is somebody else's.
        if !exists(&staging.join(LOCK)) {
            let _ = fs::remove_dir(&staging);
        }
        let Some(lock) = lock_of_killed(&staging) else { continue };
        let journal = staging.join(JOURNAL);
        if is_plain(&journal) {
            finish(root, &staging, &journal)?;
        }
        remove_staging(&staging, Some(lock));
    }
    Ok(())
}

/// Whether a killed run left a journal, whose batch is not finished yet. Of one at work this says nothing.
pub(crate) fn was_interrupted(root: &Path, staged_in: &str) -> bool {
    let mut left = staging_folders(root, staged_in);
    left.any(|staging| is_plain(&staging.join(JOURNAL)) && lock_of_killed(&staging).is_some())
}

/// Those of this user.
fn staging_folders(root: &Path, staged_in: &str) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(root.join(staged_in)).into_iter().flatten().flatten();
    let staging = entries.filter(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX)));
    staging.map(|entry| entry.path()).filter(|path| is_own_folder(path).unwrap_or(false))
}

/// The lock of a staging folder, if no run holds it.
fn lock_of_killed(staging: &Path) -> Option<File> {
    let lock = File::open(Some(staging.join(LOCK)).filter(|lock| is_plain(lock))?).ok()?;
    lock.try_lock().ok().map(|()| lock)
}

/// Opening a pipe that somebody called so would never end, and a link would lead elsewhere.
fn is_plain(path: &Path) -> bool {
    kind(path).is_ok_and(|kind| kind.is_file())
}

fn finish(root: &Path, staging: &Path, journal: &Path) -> Result<()> {
    // Not by `read`: a change of a thousand kits may have a journal larger than any file that others make.
    let journal_bytes = fs::read(journal).map_err(|error| cannot_read(journal, &error))?;
    let pieces: Vec<Piece> = serde_json::from_slice(&journal_bytes).map_err(|error| {
        Failure::new(error).context(format!("{} is damaged", journal.display())).hint(output::for_folder(
            root,
            "bring the folder back from a copy; or remove this file, and see what is missing: replica-pki status",
        ))
    })?;
    if let Some(piece) = pieces.iter().find(|piece| !is_inside(&piece.path)) {
        let failure = Failure::new(format!("{} leads out of the folder: {:?}", journal.display(), piece.path));
        return Err(failure.hint("this program did not write it; find out who did, and remove it"));
    }
    let places = Places { root, staging };
    for (number, piece) in pieces.iter().enumerate() {
        if !piece.has_folder || root.join(&piece.path).parent().is_some_and(exists) {
            places.carry_out(number, piece)?;
        }
    }
    places.sync(&pieces)?;
    fs::remove_file(journal).map_err(|error| Failure::io(format!("cannot remove {}", journal.display()), &error))
}
