//! The moves that carry a batch out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::super::{private_folder_builder, rename_new, sync};
use super::{Change, NEW, OLD, Piece, exists};
use crate::exit::{Failure, Result};

/// Where a batch's pieces are and go. Every move can be repeated by one who does not know whether it was made.
pub(super) struct Places<'p> {
    pub(super) root: &'p Path,
    pub(super) staging: &'p Path,
}

impl Places<'_> {
    /// Refuses a piece that would be moved through a link, or take the place of one: what a batch changes lies in its folder.
    pub(super) fn refuse_links(&self, piece: &Piece) -> Result<()> {
        let above = piece.path.ancestors().skip(1).filter(|path| !path.as_os_str().is_empty());
        let target = (piece.change != Change::Add).then_some(piece.path.as_path());
        match above.chain(target).map(|path| self.root.join(path)).find(|path| path.is_symlink()) {
            Some(link) => Err(Failure::new(format!(
                "{} is a symbolic link, and nothing is written through one or in its place",
                link.display()
            ))
            .hint("put the file or folder itself there, and run the command again")),
            None => Ok(()),
        }
    }

    pub(super) fn carry_out(&self, number: usize, piece: &Piece) -> Result<()> {
        self.refuse_links(piece)?;
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
            Ok(())
        };
        carry_out().map_err(|error| Failure::io(format!("cannot change {}", target.display()), &error))
    }

    /// Forces to disk where things lie now: only then the journal may go.
    pub(super) fn sync(&self, pieces: &[Piece]) -> Result<()> {
        let folders = pieces.iter().flat_map(|piece| piece.path.ancestors().skip(1)).collect::<BTreeSet<_>>();
        let folders = folders.into_iter().map(|folder| self.root.join(folder)).filter(|folder| folder.is_dir());
        sync::folders(self.root, &folders.collect::<Vec<_>>())
            .map_err(|error| Failure::io(format!("cannot change {}", self.root.display()), &error))
    }

    pub(super) fn undo(&self, number: usize, piece: &Piece) -> io::Result<()> {
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
