//! The generations of a root. A root that nears its end is followed by another one in two phases, so that replication
//! never stops: first every host trusts the new one beside the old, then the certificates below it change over.
//!
//! Nothing is written down about the phase; it shows in the folder:
//!
//! | phase | roots of a line | signed by | next |
//! |---|---|---|---|
//! | settled | one | that one | |
//! | 1, spreading | the old and the new | the old | the kits go to every host |
//! | 2, changed over | the old and the new | the new | the kits go to the hosts of the line, then the old root goes |

use std::collections::{BTreeMap, BTreeSet};

use pki_core::mesh::RootOrder;
use pki_core::name::RootName;

use super::{Estate, KitOnDisk};

/// Where a line of roots stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Settled,
    Spreading,
    ChangedOver,
}

impl Phase {
    /// As programs read it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Spreading => "spreading",
            Self::ChangedOver => "changed-over",
        }
    }
}

/// The roots of one host, or the shared ones, from the oldest to the newest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The label of the first.
    pub(crate) name: String,
    pub(crate) labels: Vec<String>,
    /// The hosts whose certificates they sign, as their folders are called.
    pub(crate) hosts: Vec<String>,
    pub(crate) phase: Phase,
}

impl Line {
    pub(crate) fn newest(&self) -> &str {
        self.labels.last().map_or(&self.name, |label| label)
    }

    /// Whether a kit of the line is of its newest root.
    pub(super) fn has_changed_over(&self, kit: &KitOnDisk) -> bool {
        kit.signer.as_deref() == Some(self.newest())
    }

    /// Label and name of the root after the newest, where the first has, or would have, this name. A number that would make
    /// it the namesake of another root, which is there or among those that are ordered, is left out.
    pub(super) fn next<'o>(
        &self,
        estate: &Estate,
        ordered: impl Iterator<Item = &'o RootOrder>,
        first: &RootName,
    ) -> (String, RootName) {
        let existing = estate.roots.values().flat_map(|root| root.certificate.subject().common_names());
        let others = ordered.filter(|order| !name_of_line(&order.label).eq_ignore_ascii_case(&self.name));
        let taken: BTreeSet<_> =
            existing.chain(others.map(|order| order.profile.name.as_str())).map(str::to_lowercase).collect();
        let candidate = |skipped: usize| {
            let label = self.later_label(skipped);
            (name_in_line(first, &label), label)
        };
        let is_free = |(name, _): &(RootName, String)| !taken.contains(&name.as_str().to_lowercase());
        let (name, label) = (0..taken.len()).map(candidate).find(is_free).unwrap_or_else(|| candidate(taken.len()));
        (label, name)
    }

    /// The label of the root after the newest, where some numbers are skipped.
    fn later_label(&self, skipped: usize) -> String {
        let skipped = u32::try_from(skipped).unwrap_or(u32::MAX);
        format!("{}{}", self.name, generation(self.newest()).saturating_add(1).saturating_add(skipped))
    }
}

/// Every line of an estate.
pub(crate) fn lines(estate: &Estate) -> Vec<Line> {
    let mut labels: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for label in estate.roots.keys() {
        labels.entry(name_of_line(label)).or_default().push(label);
    }
    let mut signed: BTreeMap<&str, Vec<(&String, &String)>> = BTreeMap::new();
    for kit in estate.kits.values() {
        if let Some(signer) = &kit.signer {
            signed.entry(name_of_line(signer)).or_default().push((signer, &kit.host));
        }
    }
    let line = |(name, mut labels): (&str, Vec<&String>)| {
        labels.sort_by_key(|label| generation(label));
        let newest = labels.last().copied();
        let signed = signed.remove(name).unwrap_or_default();
        let phase = match labels.len() {
            0 | 1 => Phase::Settled,
            // Without a kit nothing shows that its hosts have changed over.
            _ if !signed.is_empty() && signed.iter().all(|(signer, _)| Some(*signer) == newest) => Phase::ChangedOver,
            _ => Phase::Spreading,
        };
        let hosts = signed.into_iter().map(|(_, host)| host.clone()).collect();
        Line { name: name.to_owned(), labels: labels.into_iter().cloned().collect(), hosts, phase }
    };
    labels.into_iter().map(line).collect()
}

/// The name of the root with this label in the line of a root that has, or would have, this name. It differs from its
/// predecessor's, so that nobody takes one for the other.
pub(crate) fn name_in_line(name: &RootName, label: &str) -> RootName {
    let number = match generation(label) {
        1 => return name.clone(),
        number => format!(" {number}"),
    };
    let start: String = name.as_str().chars().take(MAX_NAME - number.len()).collect();
    format!("{}{number}", start.trim_end()).parse().unwrap_or_else(|_| name.clone())
}

/// The label of the first root of a line: later ones end with a number.
pub(crate) fn name_of_line(label: &str) -> &str {
    match label.trim_end_matches(|c: char| c.is_ascii_digit()) {
        name if name.ends_with(".root") => name,
        _ => label,
    }
}

/// Which root of its line a label is for.
pub(crate) fn generation(label: &str) -> u32 {
    label.strip_prefix(name_of_line(label)).and_then(|number| number.parse().ok()).unwrap_or(1)
}

/// How many characters a CommonName may have (RFC 5280, appendix A.1).
const MAX_NAME: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_tell_the_line_and_the_generation() {
        for (label, name, number) in [
            ("a.test.root", "a.test.root", 1),
            ("a.test.root2", "a.test.root", 2),
            ("a.test.root10", "a.test.root", 10),
            ("shared.root3", "shared.root", 3),
            ("host4", "host4", 1),
        ] {
            assert_eq!((name_of_line(label), generation(label)), (name, number), "{label}");
        }
    }

    #[test]
    fn the_name_of_a_later_root_has_its_number_and_fits() {
        let name: RootName = "R".parse().unwrap();
        assert_eq!(name_in_line(&name, "a.test.root").as_str(), "R");
        assert_eq!(name_in_line(&name, "a.test.root12").as_str(), "R 12");
        let long: RootName = "x".repeat(64).parse().unwrap();
        assert_eq!(name_in_line(&long, "a.test.root2").as_str(), format!("{} 2", "x".repeat(62)));
    }
}
