//! What was installed on a computer, kit by kit: what each needs, and what its installation added.

use serde::{Deserialize, Serialize};

use super::{CertificateName, Inverse, Thing};

/// Which kit it was: SHA-256 of its manifest, in upper-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct KitId(pub(crate) String);

/// One installed kit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) format: u32,
    pub(crate) kit: KitId,
    pub(crate) host: String,
    pub(crate) leaf: CertificateName,
    pub(crate) installed_at: String,
    /// Everything that the kit needs on the computer, whoever put it there.
    pub(crate) needs: Vec<Thing>,
    /// What takes back each thing that was added for it, in the order of the steps. Written before the step is carried
    /// out, so that a run that was killed can be taken back too.
    pub(crate) added: Vec<Inverse>,
}

/// All kits that are installed on a computer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Records(pub(crate) Vec<Record>);

/// What becomes of one thing that was added for a kit that is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It goes.
    Back(Inverse),
    /// It stays for another kit, which takes it over.
    Over(Inverse, KitId),
}

impl Record {
    pub(crate) const FORMAT: u32 = 1;
}

impl Records {
    /// The record of a kit; or, if there is none, the one of an older or newer kit with the same leaf.
    /// `leaf_sha256` is the SHA-256 of its leaf in hexadecimal.
    pub(crate) fn of(&self, kit: &KitId, leaf_sha256: &str) -> Option<&Record> {
        let same_kit = self.0.iter().find(|record| record.kit == *kit);
        same_kit.or_else(|| self.0.iter().find(|record| record.leaf.sha256.eq_ignore_ascii_case(leaf_sha256)))
    }

    /// How a kit is taken back: the last step first. What another kit needs stays.
    pub(crate) fn take_back(&self, record: &Record) -> Vec<Taken> {
        let others: Vec<_> = self.0.iter().filter(|other| other.kit != record.kit).collect();
        let decide = |inverse: &Inverse| {
            let thing = inverse.thing();
            match others.iter().find(|other| other.needs.contains(&thing)) {
                Some(other) => Taken::Over(inverse.clone(), other.kit.clone()),
                None => Taken::Back(inverse.clone()),
            }
        };
        record.added.iter().rev().map(decide).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kit: &str, needs: &[&str], added: &[&str]) -> Record {
        let name =
            |id: &&str| CertificateName { subject: id.to_string(), sha1: id.to_string(), sha256: id.to_string() };
        Record {
            format: Record::FORMAT,
            kit: KitId(kit.to_owned()),
            host: "HOST4.atwork.at".to_owned(),
            leaf: name(&"leaf"),
            installed_at: String::new(),
            needs: needs.iter().map(|id| Thing::Root(id.to_string())).collect(),
            added: added.iter().map(|id| Inverse::RemoveRoot(name(id))).collect(),
        }
    }

    #[test]
    fn what_was_added_goes_in_reverse_order() {
        let only = record("a", &["1", "2", "3"], &["1", "3"]);
        let taken = Records(vec![only.clone()]).take_back(&only);
        let expected: Vec<_> = only.added.iter().rev().cloned().map(Taken::Back).collect();
        assert_eq!(taken, expected);
    }

    #[test]
    fn what_another_kit_needs_stays_with_that_kit() {
        let first = record("a", &["1", "2"], &["1", "2"]);
        let second = record("b", &["2"], &[]);
        let taken = Records(vec![first.clone(), second.clone()]).take_back(&first);
        let [two, one] = taken.as_slice() else { panic!("{taken:?}") };
        assert!(matches!(two, Taken::Over(_, kit) if *kit == second.kit));
        assert!(matches!(one, Taken::Back(_)));
    }

    #[test]
    fn a_kit_is_found_by_itself_and_else_by_its_leaf() {
        let records = Records(vec![record("a", &[], &[]), record("b", &[], &[])]);
        let found = |kit: &str, leaf: &str| records.of(&KitId(kit.to_owned()), leaf).map(|record| record.kit.0.clone());
        assert_eq!(found("b", "other").as_deref(), Some("b"));
        assert_eq!(found("c", "leaf").as_deref(), Some("a"));
        assert_eq!(found("c", "other"), None);
    }
}
