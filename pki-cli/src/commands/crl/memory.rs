//! The last list of a root, which lies beside the root's key.

use std::path::{Path, PathBuf};

use pki_core::certificate::Certificate;
use pki_core::revocation::{RevocationList, Revocations};

use crate::estate::{self, PRIVATE, ROOTS};
use crate::exit::Result;
use crate::files::{self, Batch, FolderLock};

/// Where the last list lies. While it lives no other run continues the same list.
pub(super) struct Memory {
    path: PathBuf,
    /// The folder that is changed as a whole: a mesh's, or else the key's.
    folder: PathBuf,
    /// The list's path in it.
    inner: PathBuf,
    staged_in: &'static str,
    _lock: FolderLock,
}

impl Memory {
    /// `ROOT.crl` for `ROOT.key.pem`.
    pub(super) fn beside(root_key: &Path) -> Result<Self> {
        let (folder, name) = files::folder_and_name(root_key)?;
        let name = name.to_string_lossy();
        let file = format!("{}.crl", name.strip_suffix(".key.pem").or(name.strip_suffix(".pem")).unwrap_or(&name));
        let path = folder.join(&file);
        // What works on a mesh has its folder to itself, and may take the root away.
        if let Some(mesh) = estate::mesh_of_roots(folder)? {
            let lock = estate::lock(&mesh)?;
            files::recover(&mesh, PRIVATE)?;
            let inner = [PRIVATE, ROOTS, &file].iter().collect();
            return Ok(Self { path, folder: mesh, inner, staged_in: PRIVATE, _lock: lock });
        }
        let lock = FolderLock::of(folder)?;
        files::recover(folder, "")?;
        Ok(Self { path, folder: folder.to_owned(), inner: file.into(), staged_in: "", _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What a root has taken back so far.
    pub(super) fn recall(&self, root: &Certificate) -> Result<Revocations> {
        if self.path.symlink_metadata().is_err() {
            return Ok(Revocations::none(root.clone()));
        }
        let recall = || -> Result<Revocations> {
            let last = RevocationList::from_der_or_pem(&files::read(&self.path)?)?;
            Ok(Revocations::continuing(root.clone(), &last)?)
        };
        recall().map_err(|failure| {
            failure.context(format!("the last list, {}", self.path.display())).hint(
                "what was taken back stands in it: put a copy of this root's last list in its place, for example the \
                 published one",
            )
        })
    }

    pub(super) fn remember(&self, list: &RevocationList) -> Result<()> {
        let mut batch = Batch::new(&self.folder, self.staged_in)?;
        batch.put_file(&self.inner, list.as_der())?;
        batch.commit()
    }
}
