//! Reading and writing files: for the owner only, each piece whole.

mod batch;
mod lock;
mod names;
mod publish;
mod reading;
mod sync;

pub(crate) use batch::{Batch, recover, was_interrupted};
pub(crate) use lock::FolderLock;
pub(crate) use names::refuse_unportable;
pub(crate) use publish::publish;
pub(crate) use reading::{cannot_read, certificate, certificate_of, kind, read, refuse_several};

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::exit::{Failure, Result};

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

/// A path as the folder and the name in it.
pub(crate) fn folder_and_name(path: &Path) -> Result<(&Path, &Path)> {
    let name = path.file_name().ok_or_else(|| {
        Failure::new(format!("{} is not a file's name", path.display())).hint("name the file that is to be written")
    })?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok((folder.unwrap_or(Path::new(".")), Path::new(name)))
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

/// Lets no umask take from the owner what the owner is to have: files that this program could not open again. What it takes
/// from others holds.
#[cfg(unix)]
pub(crate) fn keep_rights_of_owner() {
    use rustix::fs::Mode;
    use rustix::process::umask;
    let given = umask(Mode::RWXG | Mode::RWXO);
    umask(given - Mode::RWXU);
}

#[cfg(windows)]
pub(crate) fn keep_rights_of_owner() {}

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
        staged.persist_noclobber(to).map_err(|error| {
            // Dropped, it would be removed.
            let _ = error.path.keep();
            error.error
        })
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

/// Whether a path is a folder, and no link, of this user: another could put anything into one of his own.
#[cfg(unix)]
fn is_own_folder(path: &Path) -> io::Result<bool> {
    let metadata = path.symlink_metadata()?;
    let owner = std::os::unix::fs::MetadataExt::uid(&metadata);
    Ok(metadata.is_dir() && owner == rustix::process::geteuid().as_raw())
}

#[cfg(windows)]
fn is_own_folder(path: &Path) -> io::Result<bool> {
    crate::platform::is_own_folder(path)
}

/// Refuses a folder that is there and is none of this user: a link leads elsewhere, and who owns a folder can open it
/// again. The administrator is no exception.
fn refuse_foreign(path: &Path) -> Result<()> {
    let metadata = match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata.map_err(|error| cannot_read(path, &error))?,
    };
    let problem = match is_own_folder(path) {
        Ok(true) => return Ok(()),
        Err(error) => return Err(cannot_read(path, &error)),
        Ok(false) if metadata.is_symlink() => "is a symbolic link",
        Ok(false) if !metadata.is_dir() => "is no folder",
        Ok(false) => "belongs to somebody else",
    };
    Err(Failure::new(format!("{} {problem}, and keys and passwords are to lie in a folder of yours", path.display()))
        .hint("nothing was changed; run this as the user who made the mesh, or name another folder with --dir"))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{chown, symlink};

    use super::*;

    #[test]
    fn a_folder_of_somebody_else_and_a_link_to_an_own_one_are_not_own() {
        let room = tempfile::tempdir().unwrap();
        let (mine, link) = (room.path().join("mine"), room.path().join("link"));
        fs::create_dir(&mine).unwrap();
        symlink(&mine, &link).unwrap();
        assert!(is_own_folder(&mine).unwrap());
        assert!(!is_own_folder(&link).unwrap());
        // Root owns every folder of the system but may give one away; nobody else may, and does not own these.
        let foreign = if rustix::process::geteuid().is_root() {
            chown(&mine, Some(12_345), None).unwrap();
            mine
        } else {
            PathBuf::from("/")
        };
        assert!(!is_own_folder(&foreign).unwrap());
    }
}
