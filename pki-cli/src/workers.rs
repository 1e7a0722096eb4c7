//! Key making on every core, with progress on a terminal.

#[cfg(feature = "threads")]
use std::num::NonZero;

use indicatif::{ProgressBar, ProgressStyle};
use pki_core::mesh::Executor;
#[cfg(not(feature = "threads"))]
use pki_core::mesh::Sequential;
#[cfg(feature = "threads")]
use pki_core::mesh::Threads;
use pki_core::prime::Search;

/// How a single key is made: on all cores, where the feature `threads` allows it. Several keys take a core each.
pub(crate) fn for_one_key() -> Search {
    #[cfg_attr(not(feature = "threads"), allow(unused_mut))]
    let mut search = Search::default();
    #[cfg(feature = "threads")]
    {
        search.threads = cores();
    }
    search
}

/// As many threads as there are cores, with the feature `threads`. Shows progress on standard error if that is a terminal.
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
        #[cfg(feature = "threads")]
        let executor = Threads(cores());
        #[cfg(not(feature = "threads"))]
        let executor = Sequential;
        executor.map(tasks, |task| {
            let result = work(task);
            self.progress.inc(1);
            result
        })
    }
}

#[cfg(feature = "threads")]
fn cores() -> NonZero<usize> {
    std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.progress.finish_and_clear();
    }
}
