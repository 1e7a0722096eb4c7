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

/// What the kits need that `install.cmd` put onto a computer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks(pub(crate) Vec<Mark>);

/// One thing that such a kit needs, as `install.cmd` marks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The kit, by the SHA-1 thumbprint of its leaf.
    pub(crate) kit: String,
    /// The thing, such as `root-` and a thumbprint.
    pub(crate) thing: String,
}

/// What becomes of one thing that was added for a kit that is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It goes.
    Back(Inverse),
    /// It stays for another kit, which takes it over.
    Over(Inverse, Heir),
}

/// The kit that a thing stays for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heir {
    /// One that `install` put onto the computer.
    Recorded(KitId),
    /// One that `install.cmd` put there.
    Marked(Mark),
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
    pub(crate) fn take_back(&self, record: &Record, marks: &Marks) -> Vec<Taken> {
        let others: Vec<_> = self.0.iter().filter(|other| other.kit != record.kit).collect();
        let decide = |inverse: &Inverse| {
            let (thing, mark) = (inverse.thing(), inverse.mark());
            let recorded = others.iter().find(|other| other.needs.contains(&thing));
            let recorded = recorded.map(|other| Heir::Recorded(other.kit.clone()));
            let marked = || marks.0.iter().find(|other| mark.as_ref().is_some_and(|mark| other.is_about(mark)));
            match recorded.or_else(|| marked().cloned().map(Heir::Marked)) {
                Some(heir) => Taken::Over(inverse.clone(), heir),
                None => Taken::Back(inverse.clone()),
            }
        };
        record.added.iter().rev().map(decide).collect()
    }
}

impl Mark {
    /// The registry tells no names apart by case.
    fn is_about(&self, thing: &str) -> bool {
        self.thing.eq_ignore_ascii_case(thing)
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
        let taken = Records(vec![only.clone()]).take_back(&only, &Marks::default());
        let expected: Vec<_> = only.added.iter().rev().cloned().map(Taken::Back).collect();
        assert_eq!(taken, expected);
    }

    #[test]
    fn what_another_kit_needs_stays_with_that_kit() {
        let first = record("a", &["1", "2"], &["1", "2"]);
        let second = record("b", &["2"], &[]);
        let taken = Records(vec![first.clone(), second.clone()]).take_back(&first, &Marks::default());
        let [two, one] = taken.as_slice() else { panic!("{taken:?}") };
        assert!(matches!(two, Taken::Over(_, Heir::Recorded(kit)) if *kit == second.kit));
        assert!(matches!(one, Taken::Back(_)));
    }

    #[test]
    fn what_install_cmd_marked_stays_too() {
        let only = record("a", &["1", "2"], &["1", "2"]);
        let mark = Mark { kit: "b".to_owned(), thing: "ROOT-2".to_owned() };
        let taken = Records(vec![only.clone()]).take_back(&only, &Marks(vec![mark.clone()]));
        let [two, one] = taken.as_slice() else { panic!("{taken:?}") };
        assert!(matches!(two, Taken::Over(_, Heir::Marked(heir)) if *heir == mark));
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
