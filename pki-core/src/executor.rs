//! Who does the work: the caller decides about threads.

#[cfg(feature = "threads")]
use core::num::NonZero;

/// Runs independent pieces of work, on as many threads as it likes. What is made does not depend on how it does that.
pub trait Executor {
    /// Applies `work` to every task and returns one result a task, in the order of the tasks. A panic in `work` must not
    /// be swallowed: a mesh that gets back fewer results than it gave tasks fails.
    fn map<T: Send, R: Send>(&self, tasks: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R>;
}

/// One task after the other, on the caller's thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sequential;

impl Executor for Sequential {
    fn map<T: Send, R: Send>(&self, tasks: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        tasks.into_iter().map(work).collect()
    }
}

/// So many threads, the caller's among them, each of which takes the next task that nobody has. With the feature `threads`.
#[cfg(feature = "threads")]
#[derive(Debug, Clone, Copy)]
pub struct Threads(pub NonZero<usize>);

#[cfg(feature = "threads")]
impl Executor for Threads {
    fn map<T: Send, R: Send>(&self, tasks: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        use std::panic::resume_unwind;
        use std::sync::Mutex;
        use std::thread;

        let threads = self.0.get().min(tasks.len());
        if threads <= 1 {
            return Sequential.map(tasks, work);
        }
        let queue = Mutex::new(tasks.into_iter().enumerate());
        // Taken before the work starts, so that the lock is free while it lasts.
        let take = || queue.lock().ok().and_then(|mut queue| queue.next());
        let worker = || {
            let mut done = Vec::new();
            while let Some((index, task)) = take() {
                done.push((index, work(task)));
            }
            done
        };
        let mut results: Vec<(usize, R)> = thread::scope(|scope| {
            // Where the system gives no further thread, those that there are do all of it.
            let spawned: Vec<_> =
                (1..threads).filter_map(|_| thread::Builder::new().spawn_scoped(scope, worker).ok()).collect();
            // Linux starts a new thread half a millisecond late while its maker works on, unless that steps back once.
            thread::yield_now();
            let mut results = worker();
            for thread in spawned {
                match thread.join() {
                    Ok(done) => results.extend(done),
                    Err(panic) => resume_unwind(panic),
                }
            }
            results
        });
        results.sort_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }
}
