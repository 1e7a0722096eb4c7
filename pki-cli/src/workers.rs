//! Key making on every core, with progress on a terminal.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};
use pki_core::mesh::Executor;

/// As many threads as there are cores. Shows progress on standard error if that is a terminal.
pub(crate) struct Workers {
    progress: ProgressBar,
}

impl Workers {
    /// Prepares for a number of tasks over all calls of [`Executor::map`].
    pub(crate) fn new(tasks: usize, what: &'static str) -> Self {
        // A bar without a terminal draws nothing.
        let progress = ProgressBar::new(tasks as u64);
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len}") {
            progress.set_style(style.progress_chars("=> "));
        }
        progress.set_message(what);
        // The first key may take long: the bar is there before it is made.
        progress.tick();
        Self { progress }
    }
}

impl Executor for Workers {
    fn map<T: Send, R: Send>(&self, tasks: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(tasks.len());
        let queue = Mutex::new(tasks.into_iter().enumerate());
        // Taken before the work starts, so that the lock is free while it lasts.
        let take = || queue.lock().ok().and_then(|mut queue| queue.next());
        let worker = || {
            let mut done = Vec::new();
            while let Some((index, task)) = take() {
                done.push((index, work(task)));
                self.progress.inc(1);
            }
            done
        };
        let mut results: Vec<(usize, R)> = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
            let joined = workers.into_iter().flat_map(|worker| match worker.join() {
                Ok(done) => done,
                Err(panic) => resume_unwind(panic),
            });
            joined.collect()
        });
        results.sort_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.progress.finish_and_clear();
    }
}
