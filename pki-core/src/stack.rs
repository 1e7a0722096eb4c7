//! What work on secrets leaves on the stack: libraries take copies there and go.

/// More than what is called here takes in an optimised build. A thread that makes keys needs as much and more.
const BYTES: usize = 64 * 1024;

/// Does the work and overwrites the stack below.
pub(crate) fn wiped<R>(work: impl FnOnce() -> R) -> R {
    let result = below(work);
    zeroize::zeroize_stack::<BYTES>();
    result
}

/// A frame of its own, so that nothing of the work stands in that of the caller.
#[inline(never)]
fn below<R>(work: impl FnOnce() -> R) -> R {
    work()
}
