//! Carries a plan out: all of it, or nothing.

use pki_core::key::KeyPair;

use super::report::State;
use crate::exit::{Failure, Result};
use crate::kit::Kit;
use crate::plan::{CertificateName, Inverse, Plan, Record, Step};
use crate::platform::{Carried, Computer, Found};
use crate::system;

/// Carries out what is not as planned yet. A failure takes back what this run did.
pub(super) fn carry_out(computer: &Computer, kit: &Kit, plan: &Plan, key: &KeyPair) -> Result<Vec<State>> {
    let _lock = computer.lock()?;
    let earlier = computer.records()?.0.into_iter().find(|record| record.kit == kit.id);
    let mut run = Run { computer, key, record: record_of(kit, plan, earlier.as_ref())?, done: Vec::new() };
    if earlier.as_ref() != Some(&run.record) {
        computer.save(&run.record)?;
    }
    let mut states = Vec::new();
    for step in &plan.steps {
        match run.step(step) {
            Ok(state) => states.push(state),
            Err(failure) => return Err(run.roll_back(step, failure, earlier.as_ref())),
        }
    }
    Ok(states)
}

/// What is known before the first step: what the kit needs, and what an earlier run added.
fn record_of(kit: &Kit, plan: &Plan, earlier: Option<&Record>) -> Result<Record> {
    let mut record = match earlier {
        Some(earlier) => earlier.clone(),
        None => Record {
            format: Record::FORMAT,
            kit: kit.id.clone(),
            host: kit.manifest.host.clone(),
            leaf: CertificateName::of(&kit.leaf),
            installed_at: system::now()?.to_string(),
            needs: Vec::new(),
            added: Vec::new(),
        },
    };
    for thing in plan.steps.iter().map(Step::thing) {
        if !record.needs.contains(&thing) {
            record.needs.push(thing);
        }
    }
    Ok(record)
}

struct Run<'r> {
    computer: &'r Computer,
    key: &'r KeyPair,
    record: Record,
    /// What this run did or began, in order.
    done: Vec<Inverse>,
}

impl Run<'_> {
    fn step(&mut self, step: &Step) -> Result<State> {
        let found = self.computer.look(step)?;
        let state = State::before(&found);
        if let Found::ToDo(before) = found {
            let inverse = step.inverse(before);
            // Written down first: a run that is killed now can be taken back by `uninstall`.
            self.record.added.push(inverse.clone());
            self.done.push(inverse);
            self.computer.save(&self.record)?;
            let carried = self.computer.carry_out(step, self.key)?;
            if carried == Carried::Forestalled {
                // What somebody else made is not to be taken back, by this run or by `uninstall`.
                self.done.pop();
                self.record.added.pop();
                self.computer.save(&self.record)?;
            }
            return match (self.computer.look(step)?, carried) {
                (Found::Done, Carried::Out) => Ok(State::Done),
                (Found::Done, Carried::Forestalled) => Ok(State::Unchanged),
                (_, Carried::Out) => Err(Failure::new("Windows reported success, but nothing came of it")
                    .hint("see what is there with: replica-pki doctor")),
                (_, Carried::Forestalled) => Err(Failure::new(
                    "Windows says that it is there already, although it cannot be found; it is left alone",
                )
                .hint("somebody else may be at work here; see what is there with: replica-pki doctor, and run again")),
            };
        }
        Ok(state)
    }

    /// Takes back what this run did, the last first, and tells how that went.
    fn roll_back(mut self, step: &Step, failure: Failure, earlier: Option<&Record>) -> Failure {
        let mut left = Vec::new();
        while let Some(inverse) = self.done.pop() {
            match self.computer.take_back(&inverse) {
                Ok(_) => self.record.added.retain(|added| *added != inverse),
                Err(failure) => left.push(format!("{inverse}: {}", failure.with_hint())),
            }
        }
        let failure = failure.and(format!("the step was to {step}"));
        let recorded = match earlier {
            _ if !left.is_empty() => self.computer.save(&self.record),
            Some(earlier) => self.computer.save(earlier),
            None => self.computer.forget(&self.record.kit),
        };
        if let Err(failure) = recorded {
            left.push(failure.message().to_owned());
        }
        if left.is_empty() {
            return failure.and("what this run had changed was taken back: the computer is as it was before");
        }
        failure.and(format!(
            "not everything that this run had changed could be taken back; still to do, or replica-pki uninstall: {}",
            left.join("; ")
        ))
    }
}
