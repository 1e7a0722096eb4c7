//! The folder of `issue`: the mesh as it is. What it should be stands in the inventory; `plan` compares the two.
//!
//! ```text
//! inventory.toml
//! hosts/HOST/                     a kit
//! private/roots/LABEL.cer         each root that hosts trust, and
//! private/roots/LABEL.key.pem     its key, or
//! private/roots/LABEL.no-key      a note that it was discarded
//! private/roots/LABEL.crl         what it has taken back, if anything was asked of `crl`, and
//! private/roots/LABEL.revoked.json   the keys of that
//! private/passwords/HOST.txt      what opens a kit's PFX, unless it was given
//! private/passwords/HOST~previous.txt   what opens the PFX that was renewed, if another password opens the new one
//! private/protected.pem           only if keys and passwords are sealed under a passphrase
//! ```

mod damage;
mod layout;
mod ledger;
mod lost_roots;
mod make;
mod on_disk;
mod plan;
mod renewal;
mod rollover;
mod standing;
mod work;
mod safe;
mod write;

pub(crate) use damage::Damage;
pub(crate) use layout::{
    HOSTS, PRIVATE, ROOTS, kit_folder, password_file, previous_password_file, root_certificate, root_key, root_list,
};
pub(crate) use ledger::{Ledger, ledger_beside, list_beside};
pub(crate) use lost_roots::{lost_roots, restorable_roots};
pub(crate) use make::{Fresh, make};
pub(crate) use on_disk::KitOnDisk;
pub(crate) use plan::{Wishes, plan};
pub(crate) use renewal::{Renewal, Renewed, Rollover, Step, renew};
pub(crate) use rollover::{Line, Phase, generation, lines, name_of_line};
pub(crate) use safe::{Safe, Secret, secrets};
pub(crate) use standing::{Standing, standing};
pub(crate) use work::{KitWork, Reason, Refusal, Work};
pub(crate) use write::{Made, Touched, write};

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pki_core::authority::Authority;
use pki_core::certificate::Certificate;
use pki_core::name::{Fqdn, printable};
use pki_core::revocation::{Revocation, RevocationList};

use crate::exit::{Failure, Result};
use crate::files::{self, FolderLock};
use crate::inventory::INVENTORY;
use crate::output;

/// What lies in the folder.
#[derive(Debug, Default)]
pub(crate) struct Estate {
    /// How its secrets are read and written.
    pub(crate) safe: Safe,
    /// By label.
    pub(crate) roots: BTreeMap<String, Root>,
    /// By the host's name in lower case.
    pub(crate) kits: BTreeMap<String, KitOnDisk>,
    /// Labels of roots whose certificates were gone and come from the kits.
    pub(crate) restored: BTreeSet<String>,
    /// The hosts whose passwords are kept.
    passwords: BTreeSet<String>,
}

/// A root that hosts trust.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) certificate: Certificate,
    pub(crate) has_key: bool,
    /// Whether its key was discarded. One that is missing for another reason is a loss.
    pub(crate) is_discarded: bool,
    /// The last revocation list that is remembered of it, or why it or what belongs to it cannot be read.
    pub(crate) list: Option<Result<RevocationList>>,
    /// What is remembered beside the list, or why it cannot be read.
    ledger: Result<Ledger>,
}

impl Estate {
    /// Reads the folder. One that does not exist holds nothing.
    pub(crate) fn read(dir: &Path) -> Result<Self> {
        Self::read_with(dir, BTreeMap::new(), Safe::of(dir))
    }

    /// The same with roots whose certificates are not where they should be, and the safe that was opened to find them.
    pub(crate) fn read_with(dir: &Path, lost: BTreeMap<String, Certificate>, safe: Safe) -> Result<Self> {
        let (estate, broken) = Self::survey(dir, lost)?;
        match broken.into_iter().next() {
            None => Ok(Self { safe, ..estate }),
            Some((host, failure)) => Err(failure.context(format!("the kit of {}", printable(&host))).hint(
                "a kit that cannot be saved is made anew after its folder was removed; what is no kit belongs elsewhere",
            )),
        }
    }

    /// The same without those kits that cannot be read, which come by name with the reason.
    pub(crate) fn survey(dir: &Path, lost: BTreeMap<String, Certificate>) -> Result<(Self, Vec<(String, Failure)>)> {
        let (mut estate, mut broken) = (Self { safe: Safe::of(dir), ..Self::default() }, Vec::new());
        estate.restored = lost.keys().cloned().collect();
        let mut roots = lost;
        for name in names_in(&dir.join(PRIVATE).join(ROOTS))? {
            let Some(label) = name.strip_suffix(layout::CERTIFICATE) else { continue };
            roots.insert(label.to_owned(), files::certificate(&dir.join(root_certificate(label)))?);
        }
        for (label, certificate) in &roots {
            // It comes into every kit under this name.
            let path = dir.join(root_certificate(label));
            files::refuse_unportable(label).map_err(|failure| failure.context(path.display()))?;
            let has_key = dir.join(root_key(label)).symlink_metadata().is_ok();
            let is_discarded = !has_key && dir.join(layout::root_without_key(label)).is_file();
            let (ledger, list) = remembered(dir, label, certificate);
            let certificate = certificate.clone();
            estate.roots.insert(label.clone(), Root { certificate, has_key, is_discarded, list, ledger });
        }
        let hashes = estate.roots.iter().map(|(label, root)| (label.as_str(), root.certificate.sha256_thumbprint()));
        let hashes = hashes.map(|(label, hash)| (label, hash.to_string())).collect();
        let mut kits = BTreeMap::new();
        for host in names_in(&dir.join(HOSTS))? {
            // Such as the files that file managers leave in every folder.
            if dir.join(kit_folder(&host)).is_file() {
                output::note(
                    "note",
                    &format!("{} is no kit, and is left alone", dir.join(kit_folder(&host)).display()),
                );
                continue;
            }
            match KitOnDisk::read(dir, &host, &estate, &hashes) {
                Ok(kit) => drop(kits.insert(host.to_ascii_lowercase(), kit)),
                Err(failure) => broken.push((host, failure)),
            }
        }
        estate.kits = kits;
        let passwords = names_in(&dir.join(PRIVATE).join(layout::PASSWORDS))?;
        estate.passwords = passwords.iter().filter_map(|file| layout::host_of_password(file)).collect();
        Ok((estate, broken))
    }

    /// Finds out which files of the hosts' kits are not as they were made; without hosts, of all.
    pub(crate) fn look_for_damage(&mut self, dir: &Path, hosts: &[Fqdn]) -> Result<()> {
        let is_asked = |kit: &&mut KitOnDisk| hosts.is_empty() || hosts.contains(&kit.fqdn);
        for kit in self.kits.values_mut().filter(is_asked) {
            kit.damage = kit.look_for_damage(dir)?;
        }
        Ok(())
    }

    /// Asks for the passphrase of a protected folder, if the work needs one of its secrets.
    pub(crate) fn open_safe(&mut self, dir: &Path, work: &Work, passphrase_file: Option<&Path>) -> Result<()> {
        if !(work.kits.is_empty() && work.roots.is_empty() || matches!(self.safe, Safe::Open(_))) {
            self.safe = Safe::open(dir, passphrase_file)?;
        }
        Ok(())
    }

    pub(crate) fn kit(&self, host: &Fqdn) -> Option<&KitOnDisk> {
        self.kits.get(&host.as_dns_name().to_lowercase())
    }

    /// Whether a certificate that was taken back has the key of a kit's certificate.
    pub(crate) fn has_revoked_key(&self, kit: &KitOnDisk) -> bool {
        let key = kit.leaf.public_key();
        self.roots.values().any(|root| root.ledger.as_ref().is_ok_and(|ledger| ledger.has_key(key)))
            || self.revoked_previous(kit).is_some_and(|previous| previous.public_key() == key)
    }

    /// The certificate that a kit's one followed, if it was taken back.
    fn revoked_previous<'k>(&self, kit: &'k KitOnDisk) -> Option<&'k Certificate> {
        let previous = kit.previous.as_ref()?;
        self.roots.values().any(|root| root.revocation_of(previous).is_some()).then_some(previous)
    }

    /// Whether a host had a kit, also if that was lost since: a root of its line is there.
    fn had_kit(&self, host: &Fqdn, signer: &str) -> bool {
        let line = name_of_line(signer);
        self.kit(host).is_some() || self.roots.keys().any(|label| name_of_line(label) == line)
    }

    /// The label of the root that signed a certificate.
    fn signer_of(&self, leaf: &Certificate) -> Option<&str> {
        self.roots.iter().find(|(_, root)| is_signed_by(leaf, &root.certificate)).map(|(label, _)| label.as_str())
    }
}

impl Root {
    /// Whether it took a certificate back, and when and why. Nothing of a list that cannot be read.
    pub(crate) fn revocation_of(&self, leaf: &Certificate) -> Option<&Revocation> {
        self.list.as_ref()?.as_ref().ok()?.revocation_of(leaf)
    }
}

fn remembered(dir: &Path, label: &str, root: &Certificate) -> (Result<Ledger>, Option<Result<RevocationList>>) {
    let ledger = Ledger::read(&dir.join(layout::root_ledger(label)));
    let list = match &ledger {
        Ok(ledger) => ledger.last_list(&dir.join(root_list(label)), root).transpose(),
        Err(failure) => Some(Err(failure.clone())),
    };
    (ledger, list)
}

/// Whether a root signed a certificate.
pub(crate) fn is_signed_by(leaf: &Certificate, root: &Certificate) -> bool {
    leaf.issuer() == root.subject() && leaf.check_signature_by(root.public_key()).is_ok()
}

/// Takes the folder of a mesh for one run.
pub(crate) fn lock(dir: &Path) -> Result<FolderLock> {
    FolderLock::take(dir, PRIVATE, &[ROOTS, layout::PASSWORDS])
}

/// Keeps the folder of a mesh as it is for one who only looks.
pub(crate) fn look_at(dir: &Path) -> Result<Option<FolderLock>> {
    FolderLock::look_at(dir, PRIVATE)
}

/// The folder of the mesh that has its roots' keys in this folder, whatever way led there.
pub(crate) fn mesh_of_roots(folder: &Path) -> Result<Option<PathBuf>> {
    let folder = folder.canonicalize().map_err(|error| files::cannot_read(folder, &error))?;
    let is_roots = folder.ends_with(Path::new(PRIVATE).join(ROOTS));
    let mesh = folder.parent().and_then(Path::parent).filter(|mesh| is_roots && mesh.join(INVENTORY).is_file());
    Ok(mesh.map(Path::to_owned))
}

/// A root with its key.
pub(crate) fn authority(dir: &Path, safe: &Safe, label: &str, root: &Root) -> Result<Authority> {
    let path = dir.join(root_key(label));
    let key = safe.key(&path)?;
    Authority::from_parts(root.certificate.clone(), key).map_err(|error| Failure::from(error).context(path.display()))
}

/// The entries of a folder by name, in order; of one that is not there, none.
fn names_in(folder: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| files::cannot_read(folder, &error))?,
    };
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let name = entry.map_err(|error| files::cannot_read(folder, &error))?.file_name();
        name.into_string().map_err(|name| {
            Failure::new(format!("{} holds something with a strange name: {name:?}", folder.display()))
                .hint("remove what this program did not make")
        })
    };
    let mut names = entries.map(name).collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}
