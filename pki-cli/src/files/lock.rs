//! One run at a time for a folder.

#[cfg(unix)]
use std::fs::TryLockError;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::{create_private_folder, refuse_foreign, shut};
use crate::exit::{Failure, Result};

/// A folder, as long as this run has it to itself.
#[derive(Debug)]
pub(crate) struct FolderLock {
    /// None only while it is dropped: Windows removes no folder with an open file.
    handle: Option<File>,
    /// Folders that did not exist before, the innermost first. They go again if nothing came into them.
    made: Vec<PathBuf>,
}

/// How long a run at work is waited for by one who only looks, and one who looks by a run.
const PATIENCE: Duration = Duration::from_secs(3);
#[cfg(unix)]
const PATIENCE_WITH_LOOKERS: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

impl FolderLock {
    /// Takes a subfolder of a folder, which is made if need be. It and some folders in it have to be folders of this
    /// user. One that is there stays open to whom it was: a run that is refused or only looks changes nothing, and
    /// [`Batch`](super::Batch) shuts it before it writes.
    pub(crate) fn take(root: &Path, inner: &str, further: &[&str]) -> Result<Self> {
        let folder = root.join(inner);
        refuse_foreign(&folder)?;
        further.iter().try_for_each(|name| refuse_foreign(&folder.join(name)))?;
        let made = folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
        let made: Vec<_> = made.map(Path::to_owned).collect();
        create_private_folder(&folder)?;
        if !made.is_empty() {
            shut(&folder)?;
        }
        Self::taken(root, &folder, made)
    }

    /// Takes a folder that is there, and leaves it as it is.
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        Self::taken(folder, folder, Vec::new())
    }

    /// Keeps a folder as it is while somebody looks at it; who else only looks is not kept out. A run at work is waited
    /// for, but not long. Nothing of a folder that is not there, or that cannot be locked: who reads it tells why.
    pub(crate) fn look_at(root: &Path, inner: &str) -> Result<Option<Self>> {
        let end = Instant::now() + PATIENCE;
        loop {
            match look(&root.join(inner)) {
                Ok(handle) => return Ok(Some(Self { handle: Some(handle), made: Vec::new() })),
                Err(error) if is_taken(&error) && Instant::now() < end => thread::sleep(PAUSE),
                Err(error) if is_taken(&error) => return Err(at_work(root)),
                Err(_) => return Ok(None),
            }
        }
    }

    fn taken(root: &Path, folder: &Path, made: Vec<PathBuf>) -> Result<Self> {
        match lock(folder) {
            Ok(handle) => Ok(Self { handle: Some(handle), made }),
            Err(error) if is_taken(&error) => Err(at_work(root)),
            Err(error) => Err(Failure::io(format!("cannot lock {}", folder.display()), &error)),
        }
    }
}

fn at_work(root: &Path) -> Failure {
    Failure::new(format!("another replica-pki is at work in {}", root.display()))
        .hint("wait until it has ended, then run the command again")
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        drop(self.handle.take());
        for folder in &self.made {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// The folder itself is locked: a file could be removed and made again meanwhile. Who only looks at it will have ended
/// soon, and is no reason to refuse.
#[cfg(unix)]
fn lock(folder: &Path) -> io::Result<File> {
    let handle = File::open(folder)?;
    let end = Instant::now() + PATIENCE_WITH_LOOKERS;
    loop {
        match handle.try_lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < end && is_looked_at(&handle) => thread::sleep(PAUSE),
            taken => return taken.map(|()| handle).map_err(io::Error::from),
        }
    }
}

#[cfg(unix)]
fn is_looked_at(folder: &File) -> bool {
    folder.try_lock_shared().is_ok_and(|()| folder.unlock().is_ok())
}

#[cfg(unix)]
fn look(folder: &Path) -> io::Result<File> {
    let handle = File::open(folder)?;
    handle.try_lock_shared()?;
    Ok(handle)
}

/// Windows locks no folders. Nobody else can open this file while it is open, and it goes when it is closed, also when
/// the run is killed. Of a link that somebody called so the link goes, and not what it leads to.
#[cfg(windows)]
fn lock(folder: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;
    const FILE_FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
    const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    let mut options = File::options();
    options.write(true).create(true).share_mode(0);
    options.custom_flags(FILE_FLAG_DELETE_ON_CLOSE | FILE_FLAG_OPEN_REPARSE_POINT);
    options.open(folder.join(".replica-pki-lock"))
}

/// There one who looks keeps others out too.
#[cfg(windows)]
fn look(folder: &Path) -> io::Result<File> {
    lock(folder)
}

#[cfg(unix)]
fn is_taken(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

#[cfg(windows)]
fn is_taken(error: &io::Error) -> bool {
    const ERROR_SHARING_VIOLATION: i32 = 32;
    error.raw_os_error() == Some(ERROR_SHARING_VIOLATION)
}
