//! `protect`: everything secret in a mesh's folder goes under one passphrase.

use std::path::Path;

use serde::Serialize;

use crate::args::Protect;
use crate::estate::{self, PRIVATE, Safe, Secret, secrets};
use crate::exit::{Exit, Failure, Result};
use crate::files::{self, Batch};
use crate::inventory::INVENTORY;
use crate::output;
use crate::password::passphrase;

pub(crate) fn run(arguments: &Protect) -> Result {
    let Protect { dir, passphrase, change, json } = arguments;
    let dir = dir.path.as_path();
    refuse_without_mesh(dir)?;
    let _lock = estate::lock(dir)?;
    files::recover(dir, PRIVATE)?;
    let found = Safe::of(dir);
    let was_protected = found.is_protected();
    if change.is_some() && !was_protected {
        return Err(Failure::new(format!("{} is not protected yet", dir.display())).hint("leave --change out"));
    }
    let old = match &found {
        Safe::Unmarked(sealed) => Safe::open_unmarked(dir, sealed, passphrase.file.as_deref())?,
        _ => Safe::open(dir, passphrase.file.as_deref())?,
    };
    let new = match (was_protected, change) {
        (false, _) => Some(Safe::sealed(&passphrase::new(passphrase.file.as_deref(), dir)?)?),
        (true, Some(file)) => Some(Safe::sealed(&passphrase::changed(file.as_deref(), dir)?)?),
        (true, None) => None,
    };
    let marked = match &found {
        Safe::Unmarked(_) => new.as_ref().or(Some(&old)),
        _ => new.as_ref(),
    };
    let count = seal(dir, &old, new.as_ref(), marked)?;
    output::note("note", "who loses the passphrase loses the keys; keep it apart from this folder and its copies");
    output::note("note", "what was not encrypted before may still be found on the disk, and in older copies");
    show(dir, true, count, *json)
}

/// Seals what is plain, or everything anew in another safe, and writes the mark of the safe that has to have one.
/// Returns how many files were sealed.
fn seal(dir: &Path, old: &Safe, new: Option<&Safe>, marked: Option<&Safe>) -> Result<usize> {
    let mut count = 0;
    let mut batch = Batch::new(dir, PRIVATE)?;
    if let Some((path, text)) = marked.map(Safe::mark).transpose()?.flatten() {
        batch.put_file(path, text.as_bytes())?;
    }
    for secret in secrets(dir)? {
        if new.is_none() && secret.is_sealed(dir)? {
            continue;
        }
        let file = old.moved_to(new.unwrap_or(old), dir, &secret)?;
        batch.put_file(secret.path(), file.as_bytes())?;
        count += 1;
    }
    if !batch.is_empty() {
        batch.commit()?;
    }
    Ok(count)
}

/// Nothing is made in a folder that is none of a mesh.
pub(super) fn refuse_without_mesh(dir: &Path) -> Result<()> {
    if dir.join(INVENTORY).is_file() {
        return Ok(());
    }
    Err(Failure::new(format!("there is no {}", dir.join(INVENTORY).display()))
        .hint("name the folder of a mesh with --dir"))
}

/// Tells how the folder is now.
pub(super) fn show(dir: &Path, protected: bool, files: usize, json: bool) -> Result {
    let all = secrets(dir)?;
    let keys = all.iter().filter(|secret| matches!(secret, Secret::Key(_))).count();
    let summary =
        Summary { dir: dir.display().to_string(), protected, keys, passwords: all.len() - keys, changed: files };
    let state = if protected { "encrypted" } else { "not encrypted" };
    let rows = [
        ["keys", &format!("{}, {state}", summary.keys)],
        ["passwords", &format!("{}, {state}", summary.passwords)],
        ["changed now", &super::plural(i64::try_from(files).unwrap_or(i64::MAX), "file")],
    ];
    output::summary(json, &summary, &output::path(&dir.join(PRIVATE)), &rows)?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Summary {
    dir: String,
    protected: bool,
    keys: usize,
    passwords: usize,
    /// How many files this run changed.
    changed: usize,
}
