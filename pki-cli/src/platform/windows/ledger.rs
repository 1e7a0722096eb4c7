//! The records of what was installed, in a folder that only administrators can enter.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::native;
use crate::exit::{Failure, Result};
use crate::files;
use crate::plan::{KitId, Record, Records};

/// Held by the one process that changes this computer.
pub(crate) struct Lock {
    folder: PathBuf,
    /// Windows removes the file when it is closed, however the process ends.
    file: Option<File>,
}

impl Lock {
    /// Makes the folder if need be, makes sure that it is the administrators', and shuts other processes out.
    pub(super) fn take() -> Result<Self> {
        let folder = folder()?;
        let what = format!("{} cannot be used for the record of what is installed", folder.display());
        let context = |error: io::Error| Failure::io(&what, &error);
        match native::create_administrators_only(&folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // A link would lead elsewhere.
                if !files::kind(&folder)?.is_dir() {
                    return Err(context(io::ErrorKind::NotADirectory.into()));
                }
                if !native::is_owned_by_us(&folder).map_err(context)? {
                    return Err(Failure::new(format!("{what}: it does not belong to the administrators"))
                        .hint("somebody else made it; look what is inside, remove it, and run the command again"));
                }
                native::administrators_only(&folder)
            }
            result => result,
        }
        .map_err(context)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).share_mode(0).custom_flags(FILE_FLAG_DELETE_ON_CLOSE);
        let file = options.open(folder.join("lock")).map_err(|error| match error.raw_os_error() {
            Some(SHARING_VIOLATION) => Failure::new("another replica-pki is changing this computer")
                .hint("wait until it has ended, then run the command again"),
            _ => context(error),
        })?;
        remove_what_was_killed(&folder);
        Ok(Self { folder, file: Some(file) })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.file.take());
        // Only an empty folder can be removed: where records are, it stays.
        let _ = fs::remove_dir(&self.folder);
    }
}

const SHARING_VIOLATION: i32 = 32;
const FILE_FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
const RECORD: &str = "json";
/// A record that is being written. Only one process writes, so that what lies there belongs to one that was killed.
const PARTIAL: &str = "partial";

/// Every record.
pub(super) fn records() -> Result<Records> {
    let folder = folder()?;
    let context = |error: io::Error| files::cannot_read(&folder, &error);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Records::default()),
        Err(error) => return Err(context(error)),
    };
    let mut records = Vec::new();
    for entry in entries {
        let path = entry.map_err(context)?.path();
        if path.extension().is_some_and(|extension| extension == RECORD) {
            records.push(read(&path)?);
        }
    }
    records.sort_by(|a, b| (&a.installed_at, &a.kit).cmp(&(&b.installed_at, &b.kit)));
    Ok(Records(records))
}

/// Writes a record in the place of the one before it, if there is one.
pub(super) fn save(record: &Record) -> Result<()> {
    let folder = folder()?;
    let path = folder.join(file_name(&record.kit));
    let json = serde_json::to_vec_pretty(record)
        .map_err(|error| Failure::new(format!("the record cannot be written: {error}")))?;
    let partial = path.with_extension(PARTIAL);
    let write = || {
        let mut file = File::create(&partial)?;
        file.write_all(&json)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&partial, &path)
    };
    write().map_err(|error| Failure::io(format!("cannot write {}", path.display()), &error))
}

/// Removes the record of a kit.
pub(super) fn forget(kit: &KitId) -> Result<()> {
    let path = folder()?.join(file_name(kit));
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::io(format!("cannot remove {}", path.display()), &error))
        }
        _ => Ok(()),
    }
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

fn folder() -> Result<PathBuf> {
    let data = native::program_data()
        .map_err(|error| Failure::io("the folder for data of the whole machine cannot be found", &error))?;
    Ok(data.join("replica-pki"))
}
