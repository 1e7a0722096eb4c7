//! The kit that a renewal keeps is the way back, and who goes it installs every root that lies there. So a root that goes
//! from the kits goes from these too, and the one that takes its place comes.

use std::path::Path;
use std::sync::Arc;

use pki_core::bundle::{Bundle, TrustedRoot};
use pki_core::name::Fqdn;
use pki_core::validity::Time;

use super::super::{damage, name_of_line};
use super::Trust;
use crate::exit::Result;
use crate::files::{self, Batch};
use crate::kit::{self, Kit, Manifest};

/// What is to change in a kept kit, by the paths inside it.
#[derive(Default)]
pub(super) struct Changes {
    put: Vec<(String, Vec<u8>)>,
    /// Labels of roots.
    pub(super) removed: Vec<String>,
}

impl Changes {
    pub(super) fn of(folder: &Path, trust: &Trust<'_>, now: Time) -> Result<Self> {
        if trust.dropped.is_empty() {
            return Ok(Self::default());
        }
        let unreadable = "nothing was written; a root has to be taken out of it: move the folder to another place, and run \
                          the command again";
        Self::of_kit(folder, trust, now).map_err(|failure| failure.hint(unreadable))
    }

    fn of_kit(folder: &Path, trust: &Trust<'_>, now: Time) -> Result<Self> {
        let manifest = Kit::manifest_of(folder)?;
        let goes = |label: &str| trust.dropped.iter().any(|dropped| dropped == label);
        if !labels(&manifest).any(goes) {
            return Ok(Self::default());
        }
        let leaf = files::certificate(&folder.join(&manifest.leaf.file))?;
        let (mut roots, mut own, mut changes) = (Vec::new(), None, Self::default());
        for label in labels(&manifest) {
            let certificate = files::certificate(&folder.join("trust").join(format!("{label}.cer")))?;
            let is_own = leaf.check_signature_by(certificate.public_key()).is_ok();
            // Without its own root it is no way back at all, and its host is none of those that go on.
            if is_own {
                own = Some(label);
            } else if goes(label) {
                changes.removed.push(label.to_owned());
                continue;
            }
            roots.push(TrustedRoot::new(label, certificate));
        }
        if changes.removed.is_empty() {
            return Ok(changes);
        }
        for new in trust.roots.iter().filter(|root| trust.new.contains(root.label.as_str())) {
            if changes.removed.iter().any(|label| name_of_line(label) == name_of_line(&new.label)) {
                changes.put.push((new.path(), new.certificate.as_der().to_vec()));
                roots.push(new.clone());
            }
        }
        let (pfx, encoding) = (damage::pfx(folder, &manifest)?, manifest.pfx.encoding());
        let fqdn = Fqdn::of_computer(&manifest.host)?;
        let bundle = Bundle::new(fqdn, leaf, pfx, encoding, Arc::from(roots), own.unwrap_or_default());
        changes.put.extend(kit::lists(&bundle, manifest.pfx.generated_password, now)?);
        Ok(changes)
    }

    /// Carries them out on the files of a kit.
    pub(super) fn apply(self, files: &mut Vec<(String, Vec<u8>)>) {
        let is_gone = |path: &String| self.removed.iter().any(|label| *path == trust_file(label));
        files.retain(|(path, _)| !is_gone(path));
        for (path, bytes) in self.put {
            match files.iter_mut().find(|(known, _)| *known == path) {
                Some(known) => known.1 = bytes,
                None => files.push((path, bytes)),
            }
        }
    }

    /// Carries them out in a folder.
    pub(super) fn stage(&self, batch: &mut Batch, folder: &Path) -> Result<()> {
        for (path, bytes) in &self.put {
            batch.put_file(folder.join(path), bytes)?;
        }
        self.removed.iter().for_each(|label| batch.remove(folder.join(trust_file(label))));
        Ok(())
    }
}

fn trust_file(label: &str) -> String {
    format!("trust/{label}.cer")
}

fn labels(manifest: &Manifest) -> impl Iterator<Item = &str> {
    manifest.trust.iter().filter_map(|entry| entry.file.strip_prefix("trust/")?.strip_suffix(".cer"))
}
