//! The same work done by several, in turns, and what came of it.

use std::time::{Duration, Instant};

use crate::Result;
use crate::sample::Sample;
use crate::table::{Table, percent, time};

/// One piece of work and all who do it.
pub struct Contest {
    /// The least number of rounds.
    pub rounds: usize,
    /// Who takes part: pki-core in its several ways first, then the others.
    pub contenders: Vec<Contender>,
    /// What the result is held against.
    pub bars: Vec<Bar>,
}

/// One who does the work.
pub struct Contender {
    /// A way of pki-core, or the name of another library.
    pub name: String,
    /// Whether it is pki-core. All its ways do the same pieces in the same order, and can be compared pair by pair.
    pub is_ours: bool,
    /// Whether it may use more threads than one, so that the time of a thread tells nothing.
    pub is_threaded: bool,
    /// Does the work once.
    pub run: Box<dyn FnMut() -> Result<()>>,
}

/// How many times faster one contender should be than another.
pub struct Bar {
    /// Who should be faster.
    pub who: String,
    /// Than whom.
    pub than: String,
    /// What must hold.
    pub floor: Option<f64>,
    /// What is wanted.
    pub goal: Option<f64>,
}

/// How it is measured.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// The largest standard error of each mean, as a part of it.
    pub error: f64,
    /// No round is begun after so many seconds.
    pub seconds: f64,
    /// Each does its work once, to see that it can; nothing is measured.
    pub once: bool,
    /// How long the thread has been running, where that counts and not the time on the wall: for machines that do other
    /// work.
    pub thread_clock: Option<fn() -> Duration>,
}

/// What was measured.
pub struct Outcome {
    names: Vec<String>,
    ours: usize,
    samples: Vec<Sample>,
    /// Who was measured by the time on the wall.
    by_wall: Vec<bool>,
    /// The standard error that every mean was to be below; none if nothing was measured.
    error: Option<f64>,
    bars: Vec<Bar>,
}

impl Contender {
    /// pki-core, on one thread.
    pub fn ours(name: impl Into<String>, run: impl FnMut() -> Result<()> + 'static) -> Self {
        Self { name: name.into(), is_ours: true, is_threaded: false, run: Box::new(run) }
    }

    /// pki-core, on several threads.
    pub fn ours_on_threads(name: impl Into<String>, run: impl FnMut() -> Result<()> + 'static) -> Self {
        Self { is_threaded: true, ..Self::ours(name, run) }
    }

    /// Another library.
    pub fn peer(name: impl Into<String>, run: impl FnMut() -> Result<()> + 'static) -> Self {
        Self { is_ours: false, ..Self::ours(name, run) }
    }

    fn time(&mut self, calls: usize, rules: &Rules) -> Result<f64> {
        let thread_clock = self.clock(rules);
        let (wall, thread) = (Instant::now(), thread_clock.map(|clock| clock()));
        for _ in 0..calls {
            (self.run)()?;
        }
        let by_thread = thread_clock.zip(thread).map(|(clock, begun)| clock().saturating_sub(begun));
        let spent = by_thread.unwrap_or_else(|| wall.elapsed());
        Ok(spent.as_secs_f64() / calls as f64)
    }

    /// The clock of the thread, if that is to count and it does all the work; else the one on the wall counts.
    fn clock(&self, rules: &Rules) -> Option<fn() -> Duration> {
        rules.thread_clock.filter(|_| !self.is_threaded)
    }
}

impl Contest {
    /// Lets all do the work in turns until each mean is known well enough.
    pub fn hold(mut self, rules: &Rules) -> Result<Outcome> {
        let mut samples = vec![Sample::default(); self.contenders.len()];
        if rules.once {
            for (contender, sample) in self.contenders.iter_mut().zip(&mut samples) {
                sample.push(contender.time(1, rules)?);
            }
            self.bars.clear();
            return Ok(self.outcome(samples, rules));
        }
        let plans = self.plans(rules)?;
        let begun = Instant::now();
        for round in 0.. {
            let is_known = samples.iter().all(|sample| sample.relative_error() < rules.error);
            if (round >= self.rounds && is_known) || begun.elapsed().as_secs_f64() > rules.seconds {
                break;
            }
            for ((contender, plan), sample) in self.contenders.iter_mut().zip(&plans).zip(&mut samples) {
                for _ in 0..plan.values {
                    sample.push(contender.time(plan.calls, rules)?);
                }
            }
        }
        Ok(self.outcome(samples, rules))
    }

    fn outcome(self, samples: Vec<Sample>, rules: &Rules) -> Outcome {
        Outcome {
            ours: self.contenders.iter().filter(|contender| contender.is_ours).count(),
            by_wall: self.contenders.iter().map(|contender| contender.clock(rules).is_none()).collect(),
            names: self.contenders.into_iter().map(|contender| contender.name).collect(),
            samples,
            error: (!rules.once).then_some(rules.error),
            bars: self.bars,
        }
    }

    /// Short work is done often for one value, so that the clock does not matter; fast work gives several values a
    /// round, so that its mean costs no more time than that of slow work. Decided beforehand: to stop when a time is up
    /// would prefer keys that are quickly made.
    fn plans(&mut self, rules: &Rules) -> Result<Vec<Plan>> {
        let mut single = Vec::new();
        for contender in &mut self.contenders {
            contender.time(1, rules)?;
            single.push(contender.time(1, rules)?);
        }
        let slowest = single.iter().copied().fold(0.0, f64::max);
        let values = |seconds: f64| up_to(slowest / seconds, 4);
        let all_ours = self.contenders.iter().zip(&single).filter(|(contender, _)| contender.is_ours);
        let values_of_ours = all_ours.map(|(_, seconds)| values(*seconds)).min().unwrap_or(1);
        let plan = |(contender, seconds): (&Contender, &f64)| Plan {
            values: if contender.is_ours { values_of_ours } else { values(*seconds) },
            calls: up_to(SHORT / seconds, 1000),
        };
        Ok(self.contenders.iter().zip(&single).map(plan).collect())
    }
}

impl Outcome {
    /// A row for each contender: its mean, and how many times slower than it each other library is.
    pub fn table(&self, heading: &str) -> Table {
        let peers = self.ours..self.names.len();
        let columns = [heading, "mean", "error", "values"].map(str::to_owned);
        let ratios = peers.clone().filter_map(|peer| self.names.get(peer)).map(|name| format!("times {name}"));
        let mut table = Table::new(columns.into_iter().chain(ratios));
        for (row, (name, sample)) in self.names.iter().zip(&self.samples).enumerate() {
            let cells =
                [name.clone(), time(sample.mean()), percent(sample.relative_error()), sample.count().to_string()];
            let ratio = |peer: usize| match self.samples.get(peer) {
                Some(other) if peer != row && self.have_one_clock(peer, row) => {
                    let ratio = other.ratio_to(sample);
                    format!("{:.2} +- {:.2}", ratio.times, ratio.error)
                }
                _ => String::new(),
            };
            table.row(cells.into_iter().chain(peers.clone().map(ratio)));
        }
        table
    }

    /// What was asked of the result and whether it is so, one line each, and whether every floor holds.
    pub fn judge(&self) -> (Vec<String>, bool) {
        let mut lines = Vec::new();
        let mut all_hold = true;
        if let Some(error) = self.error
            && !self.samples.iter().all(|sample| sample.relative_error() < error)
        {
            all_hold = false;
            let wanted = percent(error);
            lines.push(format!("NOT MEASURED WELL ENOUGH: an error is not below {wanted}; give it more --seconds"));
        }
        for bar in &self.bars {
            let of = |name: &str| self.names.iter().position(|known| known == name);
            let (Some(who), Some(than)) = (of(&bar.who), of(&bar.than)) else { continue };
            let (Some(fast), Some(slow)) = (self.samples.get(who), self.samples.get(than)) else { continue };
            if !self.have_one_clock(who, than) {
                continue;
            }
            let ratio = if than < self.ours { slow.paired_ratio_to(fast) } else { slow.ratio_to(fast) };
            let mut line = format!("{} / {}: {:.2} +- {:.2} times faster", bar.who, bar.than, ratio.times, ratio.error);
            if let Some(floor) = bar.floor {
                let holds = ratio.times >= floor;
                all_hold &= holds;
                line += &format!("; floor {floor}: {}", if holds { "holds" } else { "DOES NOT HOLD" });
            }
            if let Some(goal) = bar.goal {
                line += &format!("; goal {goal}: {}", if ratio.times >= goal { "reached" } else { "not reached" });
            }
            lines.push(line);
        }
        (lines, all_hold)
    }
}

impl Outcome {
    /// Times of different clocks cannot be compared.
    fn have_one_clock(&self, one: usize, other: usize) -> bool {
        self.by_wall.get(one) == self.by_wall.get(other)
    }
}

/// How often a contender does its work in a round.
struct Plan {
    values: usize,
    calls: usize,
}

/// Seconds below which the work is repeated for one value.
const SHORT: f64 = 1e-3;

/// The number rounded up, at least one and at most as given.
#[allow(clippy::cast_possible_truncation, reason = "between one and a small number")]
fn up_to(number: f64, most: usize) -> usize {
    number.ceil().clamp(1.0, most as f64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_held_against_the_means() {
        let sample = |value: f64| [value; 3].into_iter().collect();
        let bar = |floor, goal| Bar { who: "fast".into(), than: "slow".into(), floor: Some(floor), goal: Some(goal) };
        let measured = |bar, by_wall, error| Outcome {
            names: vec!["fast".into(), "slow".into()],
            ours: 1,
            samples: vec![sample(1.0), sample(4.0)],
            by_wall: vec![true, by_wall],
            error: Some(error),
            bars: vec![bar],
        };
        let outcome = |bar| measured(bar, true, 0.05);
        let (lines, holds) = outcome(bar(3.0, 5.0)).judge();
        assert_eq!(lines, ["fast / slow: 4.00 +- 0.00 times faster; floor 3: holds; goal 5: not reached"]);
        assert!(holds);
        assert!(!outcome(bar(4.5, 5.0)).judge().1);
        // Nothing is said of what was measured badly or by two clocks.
        assert!(!measured(bar(3.0, 5.0), true, 0.0).judge().1);
        assert!(measured(bar(4.5, 5.0), false, 0.05).judge().0.is_empty());
    }

    #[test]
    fn all_ways_of_ours_do_the_same_pieces_and_nobody_is_left_out() {
        use std::cell::Cell;
        use std::rc::Rc;
        use std::thread::sleep;

        let counts: Vec<Rc<Cell<usize>>> = (0..3).map(|_| Rc::default()).collect();
        let run = |which: usize, milliseconds| {
            let count = Rc::clone(&counts[which]);
            move || {
                count.set(count.get() + 1);
                sleep(Duration::from_millis(milliseconds));
                Ok(())
            }
        };
        let contenders = vec![
            Contender::ours("one", run(0, 2)),
            Contender::ours_on_threads("two", run(1, 4)),
            Contender::peer("other", run(2, 8)),
        ];
        let rules = Rules { error: 10.0, seconds: 60.0, once: false, thread_clock: None };
        let outcome = Contest { rounds: 3, contenders, bars: Vec::new() }.hold(&rules).unwrap();
        assert_eq!(outcome.ours, 2);
        assert_eq!(counts[0].get(), counts[1].get());
        assert!(counts.iter().all(|count| count.get() >= 5));
        assert!(outcome.samples.iter().all(|sample| sample.count() >= 3));
        assert!(outcome.table("work").to_string().starts_with("| work  |"));
    }

    #[test]
    fn what_was_done_once_is_not_judged() {
        let contenders = vec![Contender::ours("fast", || Ok(())), Contender::peer("slow", || Ok(()))];
        let bars = vec![Bar { who: "fast".into(), than: "slow".into(), floor: Some(1e9), goal: None }];
        let rules = Rules { error: 0.05, seconds: 60.0, once: true, thread_clock: None };
        let outcome = Contest { rounds: 3, contenders, bars }.hold(&rules).unwrap();
        assert!(outcome.samples.iter().all(|sample| sample.count() == 1));
        assert_eq!(outcome.judge(), (Vec::new(), true));
    }
}
