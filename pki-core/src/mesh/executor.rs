//! Who does the work: the caller decides about threads.

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
