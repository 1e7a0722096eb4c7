//! The last list of a root, which lies beside the root's key.

use std::path::{Path, PathBuf};

use pki_core::certificate::Certificate;
use pki_core::revocation::{RevocationList, Revocations};

use crate::estate::{self, Ledger, PRIVATE, ROOTS, ledger_beside};
use crate::exit::Result;
use crate::files::{self, Batch, FolderLock};

/// Where the last list lies. While it lives no other run continues the same list.
pub(super) struct Memory {
    path: PathBuf,
    /// What lies beside it.
    pub(super) ledger: Ledger,
    /// The folder that is changed as a whole: a mesh's, or else the key's.
    folder: PathBuf,
    /// The list's path in it.
    inner: PathBuf,
    staged_in: &'static str,
    _lock: FolderLock,
}

impl Memory {
    pub(super) fn beside(root_key: &Path) -> Result<Self> {
        let path = estate::list_beside(root_key)?;
        let (folder, file) = files::folder_and_name(&path)?;
        let (folder, file) = (folder.to_owned(), file.to_owned());
        // What works on a mesh has its folder to itself, and may take the root away.
        if let Some(mesh) = estate::mesh_of_roots(&folder)? {
            let lock = estate::lock(&mesh)?;
            files::recover(&mesh, PRIVATE)?;
            let (ledger, inner) = (Ledger::read(&ledger_beside(&path))?, Path::new(PRIVATE).join(ROOTS).join(file));
            return Ok(Self { path, ledger, folder: mesh, inner, staged_in: PRIVATE, _lock: lock });
        }
        let lock = FolderLock::of(&folder)?;
        files::recover(&folder, "")?;
        let ledger = Ledger::read(&ledger_beside(&path))?;
        Ok(Self { path, ledger, folder, inner: file, staged_in: "", _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What a root has taken back so far.
    pub(super) fn recall(&self, root: &Certificate) -> Result<Revocations> {
        match self.ledger.last_list(&self.path, root).map_err(|failure| failure.context("the last list"))? {
            None => Ok(Revocations::none(root.clone())),
            Some(last) => Ok(Revocations::continuing(root.clone(), &last)?),
        }
    }

    pub(super) fn remember(&mut self, list: &RevocationList) -> Result<()> {
        self.ledger.note_list(list);
        let mut batch = Batch::new(&self.folder, self.staged_in)?;
        batch.put_file(&self.inner, list.as_der())?;
        batch.put_file(ledger_beside(&self.inner), &self.ledger.to_json()?)?;
        batch.commit()
    }
}
