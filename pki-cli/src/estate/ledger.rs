//! What a root has taken back: its last list, and beside the list what that does not say.
//!
//! A list names certificates, and a key outlives its certificate. So the keys are kept too, and the number of the last
//! list: without it nobody would notice that the list was lost, and with it everything that it took back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pki_core::certificate::Certificate;
use pki_core::key::PublicKey;
use pki_core::revocation::RevocationList;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::layout::{KEY, LEDGER};
use super::{mesh_of_roots, names_in};
use crate::exit::{Failure, Result};
use crate::{files, output};

/// What lies beside a root's last list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ledger {
    /// The number of the last list; 0 before the first.
    last_list: u64,
    /// SHA-256 of the SubjectPublicKeyInfo of each certificate that was taken back, in upper-case hexadecimal.
    revoked_keys: BTreeSet<String>,
}

/// Where the last list of a root lies: `ROOT.crl` for `ROOT.key.pem`.
pub(crate) fn list_beside(root_key: &Path) -> Result<PathBuf> {
    let (folder, name) = files::folder_and_name(root_key)?;
    let name = name.to_string_lossy();
    let label = name.strip_suffix(KEY).or(name.strip_suffix(".pem")).unwrap_or(&name);
    Ok(folder.join(format!("{label}.crl")))
}

/// Where the rest lies for a list.
pub(crate) fn ledger_beside(list: &Path) -> PathBuf {
    list.with_extension(LEDGER.trim_start_matches('.'))
}

impl Ledger {
    /// One that is not there says nothing.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        if path.symlink_metadata().is_err() {
            return Ok(Self::default());
        }
        serde_json::from_slice(&files::read(path)?).map_err(|error| {
            Failure::new(error)
                .context(format!("{} is damaged", path.display()))
                .hint(
                    "bring it back from a copy: the keys that are never signed for again stand in it; if there is none, remove \
                     it, and take back again what has to be",
                )
        })
    }

    /// Whether a certificate of a key was taken back by the root with that key, or by another root of its mesh: hosts trust
    /// them all, and each follows or replaces another.
    pub(crate) fn is_revoked_beside(root_key: &Path, key: &PublicKey) -> Result<bool> {
        let (folder, _) = files::folder_and_name(root_key)?;
        let ledgers = match mesh_of_roots(folder)? {
            None => vec![ledger_beside(&list_beside(root_key)?)],
            Some(_) => {
                let names = names_in(folder)?.into_iter().filter(|name| name.ends_with(LEDGER));
                names.map(|name| folder.join(name)).collect()
            }
        };
        for path in ledgers {
            if Self::read(&path)?.has_key(key) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The last list, which the root signed. None before the first.
    pub(crate) fn last_list(&self, path: &Path, root: &Certificate) -> Result<Option<RevocationList>> {
        if path.symlink_metadata().is_err() {
            return match self.last_list {
                0 => Ok(None),
                number => Err(self.lost(path, &format!("list {number} was made, and it is gone"))),
            };
        }
        let list = files::read(path).and_then(|bytes| Ok(RevocationList::from_der_or_pem(&bytes)?));
        let list = list.and_then(|list| list.check_signed_by(root).map(|()| list).map_err(Failure::from));
        match list {
            Ok(list) if list.number() < self.last_list => {
                Err(self.lost(path, &format!("it is list {}, and list {} was made", list.number(), self.last_list)))
            }
            Ok(list) => Ok(Some(list)),
            Err(failure) => Err(self.lost(path, failure.message())),
        }
    }

    /// For the next list.
    pub(crate) fn note_list(&mut self, list: &RevocationList) {
        self.last_list = list.number();
    }

    pub(crate) fn add_key(&mut self, key: &PublicKey) {
        self.revoked_keys.insert(name_of(key));
    }

    /// What another root has to know of it: the keys, and nothing of the lists.
    pub(crate) fn for_another_root(&self) -> Self {
        Self { last_list: 0, revoked_keys: self.revoked_keys.clone() }
    }

    /// Takes the keys of another one in.
    pub(crate) fn inherit(&mut self, other: &Self) {
        self.revoked_keys.extend(other.revoked_keys.iter().cloned());
    }

    /// Whether a certificate of this key was taken back.
    pub(crate) fn has_key(&self, key: &PublicKey) -> bool {
        !self.revoked_keys.is_empty() && self.revoked_keys.contains(&name_of(key))
    }

    pub(crate) fn to_json(&self) -> Result<Vec<u8>> {
        let json = serde_json::to_vec_pretty(self);
        let mut json = json.map_err(|error| Failure::new(error).context("what was taken back cannot be written"))?;
        json.push(b'\n');
        Ok(json)
    }

    fn lost(&self, path: &Path, problem: &str) -> Failure {
        let or_begin_anew = match self.last_list {
            0 => String::new(),
            _ => format!(
                "; if there is none, remove {} too, and take back again what has to be",
                output::path(&ledger_beside(path))
            ),
        };
        Failure::new(format!("{} cannot be read: {problem}", path.display())).hint(format!(
            "what was taken back stands in it: put a copy of this root's last list in its place, for example the \
             published one{or_begin_anew}"
        ))
    }
}

fn name_of(key: &PublicKey) -> String {
    output::hex(&Sha256::digest(key.as_spki_der()))
}
