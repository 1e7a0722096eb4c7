//! Who does what: the work on a pair of primes in pieces, for whoever is free.
//!
//! What nobody can do in vain is handed out first. A thread that has nothing else to do works on what will most likely be
//! needed: rounds on a candidate while another thread still looks at numbers before it, and the key of two candidates while
//! their rounds go on. What turns out not to be needed is forgotten, so that the outcome does not depend on who was faster.

use super::super::confirm;
use super::hunt::{Filtered, Hunt};

/// What is known of two hunts, and of the key of their candidates.
pub(super) struct Board<T> {
    hunts: [Progress; 2],
    /// How many rounds a prime must pass.
    rounds: u32,
    /// The candidates of which a key was asked for last.
    joining: Option<[u64; 2]>,
    /// What became of it.
    joined: Option<T>,
}

/// What is known of a hunt. Numbers are named by their index among the survivors of its stretch.
struct Progress {
    /// What the filter looks at next.
    next: u64,
    /// Whether the stretch ended before.
    is_over: bool,
    /// The first of those that passed the filter so far.
    candidate: Option<u64>,
    /// The rounds on it that were handed out, and those that it passed.
    begun: u32,
    passed: u32,
}

/// A piece of work.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// To filter the survivors from this one on, as many as there are lanes.
    Filter { hunt: usize, first: u64 },
    /// A round of the library's test.
    Round { hunt: usize, candidate: u64, round: u32 },
    /// To make a key of both.
    Join { candidates: [u64; 2] },
}

impl<T> Board<T> {
    pub(super) fn new(hunts: &[Hunt; 2]) -> Self {
        let rounds = confirm::rounds(hunts[0].words);
        let progress = |hunt: &Hunt| {
            let tested = if hunt.prime.is_some() { rounds } else { 0 };
            Progress { next: hunt.next, is_over: false, candidate: hunt.prime, begun: tested, passed: tested }
        };
        Self { hunts: hunts.each_ref().map(progress), rounds, joining: None, joined: None }
    }

    /// What a thread should do now. Each begins with another hunt, so that less is begun in vain when one ends.
    pub(super) fn next(&mut self, thread: usize, lanes: usize) -> Option<Piece> {
        if let Some(candidates) = self.candidates()
            && self.joining != Some(candidates)
        {
            // First of all, as it takes longer than a round and cannot be shared.
            (self.joining, self.joined) = (Some(candidates), None);
            return Some(Piece::Join { candidates });
        }
        let own_first = [thread % 2, (thread + 1) % 2];
        let round = own_first.into_iter().find_map(|hunt| self.round(hunt));
        round.or_else(|| own_first.into_iter().find_map(|hunt| self.filter(hunt, lanes)))
    }

    fn round(&mut self, hunt: usize) -> Option<Piece> {
        let progress = &mut self.hunts[hunt];
        let (candidate, round) = (progress.candidate?, progress.begun);
        (round < self.rounds).then(|| {
            progress.begun += 1;
            Piece::Round { hunt, candidate, round }
        })
    }

    fn filter(&mut self, hunt: usize, lanes: usize) -> Option<Piece> {
        let progress = &mut self.hunts[hunt];
        let first = progress.next;
        (progress.candidate.is_none() && !progress.is_over).then(|| {
            progress.next += lanes as u64;
            Piece::Filter { hunt, first }
        })
    }

    pub(super) fn filtered(&mut self, hunt: usize, found: Filtered) {
        let progress = &mut self.hunts[hunt];
        match found {
            Filtered::Candidate(found) if progress.candidate.is_none_or(|candidate| found < candidate) => {
                (progress.candidate, progress.begun, progress.passed) = (Some(found), 0, 0);
            }
            Filtered::Candidate(_) | Filtered::Nothing => {}
            Filtered::End => progress.is_over = true,
        }
    }

    pub(super) fn tested(&mut self, hunt: usize, candidate: u64, passed: bool) {
        let progress = &mut self.hunts[hunt];
        if progress.candidate == Some(candidate) && passed {
            progress.passed += 1;
        }
    }

    pub(super) fn joined(&mut self, candidates: [u64; 2], accepted: Option<T>) {
        if self.joining == Some(candidates) {
            self.joined = accepted;
        }
    }

    /// What came out when all that was handed out is done: the key, or hunts that have to go on.
    pub(super) fn settle(self, hunts: &mut [Hunt; 2]) -> Option<T> {
        for (hunt, progress) in hunts.iter_mut().zip(&self.hunts) {
            match progress.candidate {
                None => hunt.start_anew(),
                Some(candidate) if progress.passed == self.rounds => hunt.prime = Some(candidate),
                Some(candidate) => hunt.go_on_after(candidate),
            }
        }
        let [Some(_), Some(second)] = hunts.each_ref().map(|hunt| hunt.prime) else { return None };
        if self.joined.is_none() {
            hunts[1].go_on_after(second);
        }
        self.joined
    }

    fn candidates(&self) -> Option<[u64; 2]> {
        let [first, second] = &self.hunts;
        Some([first.candidate?, second.candidate?])
    }
}
