//! Judges a kit as its host and the host's partners will. `verify` prints the lines; `install` refuses a kit with one
//! that failed.

mod line;
mod root;

pub(crate) use line::{Line, report};

use pki_core::authority::Identity;
use pki_core::certificate::Certificate;
use pki_core::name::{DnsName, Fqdn, printable};
use pki_core::password::Password;
use pki_core::pfx::{self, OpenOptions};
use pki_core::validity::Time;
use pki_core::verify::{Check, Outcome, Question, verify};

use super::{FileState, Kit, MANIFEST};
use crate::estate::{generation, is_signed_by, name_of_line};
use crate::exit::{Failure, Result};

impl Kit {
    /// The host that the kit says it is for.
    pub(crate) fn host(&self) -> Result<DnsName> {
        Ok(Fqdn::of_computer(&self.manifest.host)?.into())
    }

    /// Everything but the PFX: its files, its manifest, its chain, and each root by itself.
    pub(crate) fn judge(&self, question: &Question) -> Vec<Line> {
        let mut lines: Vec<Line> = self.files.iter().map(|(path, state)| file(path, *state)).collect();
        lines.extend(manifest(self));
        let roots: Vec<_> = self.trust.iter().map(|(_, root)| root.clone()).collect();
        lines.extend(judge_chain(&self.leaf, &roots, question));
        lines.extend(self.trust.iter().flat_map(|(path, root)| root::judge(root, path, question.at)));
        lines
    }

    /// What `install` refuses the kit for: what failed. That its leaf has ended, and the leaf's root with it, is no reason
    /// while the kit brings the root that follows: that one has to be on every host before there can be a new leaf.
    pub(crate) fn obstacles<'l>(&self, lines: &'l [Line], at: Time) -> Vec<&'l Line> {
        let has_ended = at > self.leaf.validity().not_after;
        let follows = |root: &Certificate| root.validity().contains(at);
        let is_excused = has_ended && successor(&self.leaf, &self.trust).is_some_and(follows);
        let failed = lines.iter().filter(|line| line.outcome == Outcome::Failed);
        failed.filter(|line| !(is_excused && line.check == Check::Validity.name())).collect()
    }

    /// The key and what belongs to it, if the PFX holds the leaf that lies beside it.
    pub(crate) fn identity(&self, password: &Password) -> Result<Identity> {
        let identity = pfx::open(&self.pfx, password, &OpenOptions::default()).and_then(|contents| contents.identity());
        match identity? {
            identity if *identity.leaf() == self.leaf => Ok(identity),
            _ => Err(Failure::new("it holds another certificate than the one beside it")
                .hint("do not use this kit; get it again from where it was made")),
        }
    }

    pub(crate) fn judge_pfx(&self, password: Option<&Password>) -> Line {
        let (outcome, detail) = match password.map(|password| self.identity(password)) {
            None => (
                Outcome::Warning,
                "not opened: no password was given (--password-file or REPLICA_PKI_PASSWORD)".to_owned(),
            ),
            Some(Ok(_)) => (Outcome::Passed, "opens, and holds the key of this leaf".to_owned()),
            Some(Err(failure)) => (Outcome::Failed, failure.message().to_owned()),
        };
        Line::new("pfx", printable(&self.manifest.pfx.file), outcome, detail)
    }
}

/// The newest of the roots with their paths, if it follows the one that signed a leaf: then the kit is one of phase 1 of a
/// rollover.
pub(crate) fn successor<'t>(leaf: &Certificate, trust: &'t [(String, Certificate)]) -> Option<&'t Certificate> {
    let label = |path: &'t str| path.strip_prefix("trust/").and_then(|name| name.strip_suffix(".cer"));
    let labels = || trust.iter().filter_map(|(path, root)| Some((label(path)?, root)));
    let (signer, _) = labels().find(|(_, root)| is_signed_by(leaf, root))?;
    let later = labels()
        .filter(|(label, _)| name_of_line(label) == name_of_line(signer) && generation(label) > generation(signer));
    later.max_by_key(|(label, _)| generation(label)).map(|(_, root)| root)
}

/// A certificate against roots.
pub(crate) fn judge_chain(leaf: &Certificate, roots: &[Certificate], question: &Question) -> Vec<Line> {
    verify(leaf, &[], roots, question).findings().iter().map(Line::of_finding).collect()
}

fn file(path: &str, state: FileState) -> Line {
    let (outcome, detail) = match state {
        FileState::Intact => (Outcome::Passed, "as the manifest says"),
        FileState::Changed => (Outcome::Failed, "not as the manifest says: it was changed after the kit was made"),
        FileState::Unlisted => (Outcome::Failed, "not in the manifest: it was added after the kit was made"),
    };
    Line::new("file", printable(path), outcome, detail)
}

/// What people and programs read in the manifest must be what the host gets.
fn manifest(kit: &Kit) -> Vec<Line> {
    let differences = kit.manifest.differences(&kit.leaf, &kit.trust);
    if differences.is_empty() {
        return vec![Line::new("manifest", MANIFEST, Outcome::Passed, "tells what the certificates are")];
    }
    differences.into_iter().map(|detail| Line::new("manifest", MANIFEST, Outcome::Failed, detail)).collect()
}
