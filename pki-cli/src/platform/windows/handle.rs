//! Folders by handle, which shows the folder itself even where the path is a link.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use super::native;

/// Opens a folder, or a link in its place. While it is open Windows lets nobody remove or rename it: the handle shares
/// no such right.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options
        .access_mode(FILE_LIST_DIRECTORY | READ_CONTROL)
        .share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT);
    options.open(path)
}

/// Whether a path is a folder, and no link, that belongs to this user, the administrators or the system.
pub(crate) fn is_own_folder(path: &Path) -> io::Result<bool> {
    let folder = open(path)?;
    let attributes = folder.metadata()?.file_attributes();
    Ok(attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT) == FILE_ATTRIBUTE_DIRECTORY
        && native::is_own(&folder)?)
}

pub(super) const FILE_ATTRIBUTE_DIRECTORY: u32 = 0x10;
pub(super) const FILE_ATTRIBUTE_REPARSE_POINT: u32 = 0x400;
const FILE_LIST_DIRECTORY: u32 = 0x1;
const READ_CONTROL: u32 = 0x2_0000;
const FILE_SHARE_READ: u32 = 0x1;
const FILE_SHARE_WRITE: u32 = 0x2;
const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;
const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
