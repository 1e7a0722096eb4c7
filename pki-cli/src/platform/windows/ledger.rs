//! The records of what was installed, in a folder that only administrators can enter.

mod folder;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use folder::{Folder, Obstacle, patiently};

use super::{hints, native};
use crate::exit::{Failure, Result};
use crate::files;
use crate::plan::{KitId, Record, Records};

/// Held by the one process that changes this computer.
pub(crate) struct Lock {
    path: PathBuf,
    /// Windows removes the file when it is closed, however the process ends.
    file: Option<File>,
    /// While it is held no other folder can come into its place, so that records are read and written by path.
    folder: Option<Folder>,
}

impl Lock {
    /// Makes the folder if need be, makes sure that it is the administrators', and shuts other processes out.
    pub(super) fn take() -> Result<Self> {
        let path = path()?;
        let lock = patiently(|| Self::attempt(&path));
        lock.map_err(|obstacle| {
            let context = format!("{} cannot be used for the record of what is installed", path.display());
            obstacle.into_failure(&context)
        })
    }

    fn attempt(path: &Path) -> std::result::Result<Self, Obstacle> {
        let folder = Folder::make(path)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).share_mode(0).custom_flags(FILE_FLAG_DELETE_ON_CLOSE);
        let file = options.open(path.join("lock")).map_err(|error| match error.raw_os_error() {
            Some(SHARING_VIOLATION) => Obstacle::Lasting(
                Failure::new("another replica-pki is changing this computer")
                    .hint("wait until it has ended, then run the command again"),
            ),
            _ => error.into(),
        })?;
        remove_what_was_killed(path);
        Ok(Self { path: path.to_owned(), file: Some(file), folder: Some(folder) })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.file.take());
        drop(self.folder.take());
        // Only an empty folder can be removed: where records are, it stays.
        let _ = fs::remove_dir(&self.path);
    }
}

const SHARING_VIOLATION: i32 = 32;
const FILE_FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
const RECORD: &str = "json";
/// A record that is being written. Only one process writes, so that what lies there belongs to one that was killed.
const PARTIAL: &str = "partial";

/// Every record. Those in a folder that others could enter may be anybody's, and are not believed: `uninstall` removes
/// what they name.
pub(super) fn records() -> Result<Records> {
    let path = path()?;
    let context = |error: io::Error| files::cannot_read(&path, &error);
    let folder = match Folder::open(&path) {
        Ok(folder) => folder,
        Err(Obstacle::Passing(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(Records::default()),
        Err(obstacle) => return Err(obstacle.into_failure(&format!("{} cannot be read", path.display()))),
    };
    let mut records = Vec::new();
    for entry in fs::read_dir(&path).map_err(context)? {
        let path = entry.map_err(context)?.path();
        if path.extension().is_some_and(|extension| extension == RECORD) {
            folder.must_be_shut()?;
            records.push(read(&path)?);
        }
    }
    records.sort_by(|a, b| (&a.installed_at, &a.kit).cmp(&(&b.installed_at, &b.kit)));
    Ok(Records(records))
}

/// Writes a record in the place of the one before it, if there is one. The caller holds the [`Lock`].
pub(super) fn save(record: &Record) -> Result<()> {
    let path = path()?.join(file_name(&record.kit));
    let json = serde_json::to_vec_pretty(record)
        .map_err(|error| Failure::new(format!("the record cannot be written: {error}")))?;
    replace(&path, &json)
}

/// Removes the record of a kit. The caller holds the [`Lock`].
pub(super) fn forget(kit: &KitId) -> Result<()> {
    remove(&path()?.join(file_name(kit)))
}

/// Writes a file in the place of the one before it. Whoever reads that one just now, such as a virus scanner, is waited
/// for.
fn replace(path: &Path, contents: &[u8]) -> Result<()> {
    let partial = path.with_extension(PARTIAL);
    let write = || {
        let mut file = File::create(&partial)?;
        file.write_all(contents)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&partial, path)
    };
    patiently(|| write().map_err(Obstacle::from))
        .map_err(|obstacle| obstacle.into_failure(&format!("cannot write {}", path.display())))
}

/// Removes a file, if it is there, with the same patience.
fn remove(path: &Path) -> Result<()> {
    let attempt = || match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Obstacle::from(error)),
        _ => Ok(()),
    };
    patiently(attempt).map_err(|obstacle| obstacle.into_failure(&format!("cannot remove {}", path.display())))
}

/// What cannot be removed is in nobody's way.
fn remove_what_was_killed(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == PARTIAL) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn read(path: &Path) -> Result<Record> {
    let damaged = |error: String| {
        Failure::new(format!("{} is damaged: {error}", path.display()))
            .hint("it tells what install added; take that back by hand, then remove the file")
    };
    let record: Record = serde_json::from_slice(&files::read(path)?).map_err(|error| damaged(error.to_string()))?;
    if record.format != Record::FORMAT {
        return Err(Failure::new(format!("{} has format {}", path.display(), record.format))
            .hint("use the version of replica-pki that installed the kit, or a newer one"));
    }
    if path.file_name().is_none_or(|name| *name != *file_name(&record.kit)) {
        return Err(damaged("it is the record of another kit".to_owned()));
    }
    Ok(record)
}

fn file_name(kit: &KitId) -> String {
    format!("{}.{RECORD}", kit.0)
}

fn path() -> Result<PathBuf> {
    let data = native::program_data()
        .map_err(|error| hints::other("the folder for data of the whole machine cannot be found", &error))?;
    Ok(data.join("replica-pki"))
}

#[cfg(test)]
mod tests {
    use std::thread::{sleep, spawn};
    use std::time::Duration;

    use super::*;

    /// Reads a file for a moment and lets nobody replace or remove it meanwhile.
    fn scan(path: &Path) {
        const FILE_SHARE_READ: u32 = 0x1;
        let file = OpenOptions::new().read(true).share_mode(FILE_SHARE_READ).open(path).unwrap();
        assert!(fs::remove_file(path).is_err(), "it is held");
        spawn(|| {
            sleep(Duration::from_millis(200));
            drop(file);
        });
    }

    #[test]
    fn a_record_that_is_being_scanned_is_replaced_and_removed_all_the_same() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("AB.json");
        replace(&path, b"before").unwrap();
        scan(&path);
        replace(&path, b"after").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"after");
        scan(&path);
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert_eq!(fs::read_dir(room.path()).unwrap().count(), 0);
    }
}
