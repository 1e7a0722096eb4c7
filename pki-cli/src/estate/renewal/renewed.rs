//! What `renew` decided.

use super::super::rollover::{Line, Phase};
use super::super::standing::Standing;
use super::super::work::{Refusal, Work};

/// What comes out.
#[derive(Debug)]
pub(crate) struct Renewed {
    pub(crate) work: Work,
    pub(crate) rollovers: Vec<Rollover>,
    /// What was begun before and waits for the administrator.
    pub(crate) waiting: Vec<Standing>,
    /// Hosts that nobody named and that could not be renewed. They keep no other from it.
    pub(crate) refused: Vec<Refusal>,
}

/// A line of roots that went one phase on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rollover {
    /// The label of its first root.
    pub(crate) line: String,
    /// The phase that it is in now.
    pub(crate) phase: Phase,
    pub(crate) old: String,
    pub(crate) new: String,
}

impl Renewed {
    /// Hosts of a line wait together.
    pub(super) fn wait(&mut self, standing: Standing) {
        let same = |it: &&mut Standing| (&it.line, it.step) == (&standing.line, standing.step);
        match self.waiting.iter_mut().find(same) {
            Some(known) => known.join(standing),
            None => self.waiting.push(standing),
        }
    }

    /// Who is finished now waits no more.
    pub(super) fn finish_waiting(&mut self) {
        for standing in &mut self.waiting {
            standing.hosts.retain(|host| !self.work.finished.contains(host));
            standing.finishes.retain(|host| !self.work.finished.contains(host));
        }
    }

    /// Several hosts may have one line.
    pub(super) fn went_on(&mut self, line: &Line, phase: Phase, old: String, new: String) {
        let rollover = Rollover { line: line.name.clone(), phase, old, new };
        if !self.rollovers.contains(&rollover) {
            self.rollovers.push(rollover);
        }
    }
}
