//! The folder of the records. `uninstall` does what the records say, so none may come from anybody but an administrator.
//!
//! Everybody can make a folder in ProgramData, and so can be there first. That is why a folder that is found is judged
//! before it is used, by a handle and not by its path, and why one that others could enter is not shut and kept: what
//! they left inside would then look like the administrators'. Such a folder is replaced if it is empty, and else refused.
//! In a folder that was shut from its beginning nobody else can have put anything, so that the owners of the single
//! files need not be asked.

use std::fs::{self, File};
use std::io;
use std::os::windows::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::exit::Failure;
use crate::platform::windows::handle::{self, FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_REPARSE_POINT};
use crate::platform::windows::native::{self, Entrance};

/// The folder, held open.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    entrance: Entrance,
    _handle: File,
}

/// Why it cannot be used.
#[derive(Debug)]
pub(super) enum Obstacle {
    /// What may be over in a moment, such as a folder or file of an earlier run that is just going away.
    Passing(io::Error),
    Lasting(Failure),
}

impl Folder {
    /// Makes it, or opens one that nobody but the administrators could enter.
    pub(super) fn make(path: &Path) -> Result<Self, Obstacle> {
        match native::create_administrators_only(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            result => result?,
        }
        let folder = Self::open(path)?;
        match (folder.entrance, folder.must_be_shut()) {
            (_, Ok(())) => Ok(folder),
            (Entrance::Open, Err(failure)) => {
                drop(folder);
                Err(make_way(path, failure))
            }
            (_, Err(failure)) => Err(Obstacle::Lasting(failure)),
        }
    }

    /// Opens it, whoever it belongs to.
    pub(super) fn open(path: &Path) -> Result<Self, Obstacle> {
        let handle = handle::open(path)?;
        must_be_a_folder(path, handle.metadata()?.file_attributes()).map_err(Obstacle::Lasting)?;
        let entrance = native::entrance(&handle)?;
        Ok(Self { path: path.to_owned(), entrance, _handle: handle })
    }

    /// Refuses what others could have put something into.
    pub(super) fn must_be_shut(&self) -> Result<(), Failure> {
        let path = self.path.display();
        let failure = match self.entrance {
            Entrance::Shut => return Ok(()),
            Entrance::Open => {
                Failure::new(format!("{path} was open to others than administrators; what is inside may be theirs"))
            }
            Entrance::Foreign => Failure::new(format!("{path} does not belong to the administrators")),
        };
        Err(failure.hint("somebody else made it; look what is inside, remove it, and run the command again"))
    }
}

/// Refuses a file, and a junction or symbolic link, by the attributes of what was opened.
fn must_be_a_folder(path: &Path, attributes: u32) -> Result<(), Failure> {
    if attributes & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
        return Err(Failure::new(format!("{} is a link to another place", path.display()))
            .hint("find out who made it, remove it, and run the command again"));
    }
    if attributes & FILE_ATTRIBUTE_DIRECTORY == 0 {
        return Err(Failure::io(path.display(), &io::ErrorKind::NotADirectory.into()));
    }
    Ok(())
}

/// Removes a folder that others could enter, which Windows does only if it is empty, so that the next attempt makes it.
fn make_way(path: &Path, failure: Failure) -> Obstacle {
    match fs::remove_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Obstacle::Lasting(failure),
        Err(error) => error.into(),
        Ok(()) => io::Error::from(io::ErrorKind::AlreadyExists).into(),
    }
}

/// Tries again for a second as long as the obstacle may pass.
pub(super) fn patiently<T>(mut attempt: impl FnMut() -> Result<T, Obstacle>) -> Result<T, Obstacle> {
    for _ in 0..ATTEMPTS {
        match attempt() {
            Err(Obstacle::Passing(_)) => sleep(PAUSE),
            result => return result,
        }
    }
    attempt()
}

const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

impl Obstacle {
    pub(super) fn into_failure(self, context: &str) -> Failure {
        match self {
            Self::Passing(error) => Failure::io(context, &error),
            Self::Lasting(failure) => failure,
        }
    }
}

impl From<io::Error> for Obstacle {
    /// A folder or file that was removed while somebody has it open exists until that one closes it, and Windows denies
    /// access to it. Afterwards it is not found.
    fn from(error: io::Error) -> Self {
        Self::Passing(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_can_put_another_folder_in_the_place_of_one_that_is_held() {
        let room = tempfile::tempdir().unwrap();
        let (path, elsewhere) = (room.path().join("folder"), room.path().join("elsewhere"));
        let folder = Folder::make(&path).unwrap();
        assert!(fs::rename(&path, &elsewhere).is_err());
        assert!(fs::remove_dir(&path).is_err());
        assert_eq!(folder.entrance, Entrance::Shut);
        fs::write(path.join("file"), "works as before").unwrap();
        fs::rename(path.join("file"), path.join("other")).unwrap();
        drop(folder);
        fs::rename(&path, &elsewhere).unwrap();
    }

    /// Of the attributes alone: Wine makes no junctions, and what it takes for one it shows by name only.
    #[test]
    fn a_link_and_a_file_are_refused() {
        let judge = |attributes| must_be_a_folder(Path::new("x"), attributes);
        assert!(judge(FILE_ATTRIBUTE_DIRECTORY).is_ok());
        let junction = judge(FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT).unwrap_err();
        assert!(junction.message().contains("is a link to another place"));
        assert!(judge(0).is_err());
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(Folder::open(file.path()), Err(Obstacle::Lasting(_))));
    }

    #[test]
    fn what_passes_is_waited_for_and_what_lasts_is_not() {
        let mut passing = vec![io::ErrorKind::PermissionDenied, io::ErrorKind::NotFound];
        let made = patiently(|| passing.pop().map_or(Ok("made"), |kind| Err(io::Error::from(kind).into())));
        assert_eq!(made.unwrap(), "made");
        let mut attempts = 0;
        let refused: Result<(), _> = patiently(|| {
            attempts += 1;
            Err(Obstacle::Lasting(Failure::new("refused")))
        });
        assert!(matches!(refused, Err(Obstacle::Lasting(_))) && attempts == 1);
    }

    #[test]
    fn an_empty_folder_that_others_could_enter_is_replaced_and_a_full_one_is_refused() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("folder");
        fs::create_dir(&path).unwrap();
        assert_eq!(Folder::open(&path).unwrap().entrance, Entrance::Open);
        assert_eq!(patiently(|| Folder::make(&path)).unwrap().entrance, Entrance::Shut);
        fs::remove_dir(&path).unwrap();
        fs::create_dir(&path).unwrap();
        fs::write(path.join("file"), "").unwrap();
        assert!(matches!(patiently(|| Folder::make(&path)), Err(Obstacle::Lasting(_))));
        assert_eq!(Folder::open(&path).unwrap().entrance, Entrance::Open);
    }
}
