//! The passwords of the kits, and of those that they keep.

use std::path::Path;

use pki_core::mesh::IssuedHost;
use zeroize::Zeroizing;

use super::super::layout::previous_password_file;
use super::super::{Estate, Reason, kit_folder, password_file};
use super::{Made, put};
use crate::exit::Result;
use crate::files::{self, Batch};
use crate::kit::PREVIOUS;

pub(super) fn put_passwords(batch: &mut Batch, dir: &Path, estate: &Estate, made: &Made<'_>) -> Result<()> {
    for (IssuedHost { bundle, password, .. }, kit) in made.hosts.iter().zip(&made.work.kits) {
        let is_known = estate.had_kit(&bundle.fqdn, &kit.signer);
        if let Some(password) = password {
            let line = estate.safe.password_file(password)?;
            put(batch, is_known, password_file(bundle.fqdn.as_str()), line.as_bytes())?;
        } else if made.given && is_known && kit.reason != Reason::Encoding {
            batch.remove(password_file(bundle.fqdn.as_str()));
        }
        keep_previous_password(batch, dir, bundle.fqdn.as_str(), kit.reason, made.given)?;
    }
    Ok(())
}

/// A kit that is kept needs the password that opens it, if the new kit has another one.
fn keep_previous_password(batch: &mut Batch, dir: &Path, host: &str, reason: Reason, given: bool) -> Result<()> {
    let (current, previous) = (password_file(host), previous_password_file(host));
    let is_there = |path: &Path| dir.join(path).symlink_metadata().is_ok();
    let keeps_kit = dir.join(kit_folder(host)).join(PREVIOUS).is_dir();
    match reason {
        Reason::Renewed { .. } if given && is_there(&current) => {
            batch.put_file(previous, &Zeroizing::new(files::read(&dir.join(current))?))?;
        }
        Reason::Names if given && keeps_kit && is_there(&current) && !is_there(&previous) => {
            batch.put_file(previous, &Zeroizing::new(files::read(&dir.join(current))?))?;
        }
        Reason::Renewed { .. } | Reason::NewRoot | Reason::New => batch.remove(previous),
        Reason::Names | Reason::Encoding => {}
    }
    Ok(())
}
