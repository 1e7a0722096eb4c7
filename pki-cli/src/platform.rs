//! The computer that the program runs on. What only Windows has is in `windows`; elsewhere a [`Computer`] cannot be had.

#[cfg(not(windows))]
mod unsupported;
#[cfg(windows)]
mod windows;

#[cfg(not(windows))]
pub(crate) use unsupported::Computer;
#[cfg(windows)]
pub(crate) use windows::{Computer, is_own_folder, owner_only};

use crate::plan::RegistryBefore;

/// What was found where a step would act.
#[derive(Debug)]
#[cfg_attr(not(windows), allow(dead_code, reason = "only Windows finds anything"))]
pub(crate) enum Found {
    /// As it should be: nothing to do.
    Done,
    /// Something else, or nothing: the step can be carried out.
    ToDo(RegistryBefore),
    /// What the step acts on is not there, for this reason: a warning, not a failure.
    Impossible(&'static str),
}

/// What came of a step that was to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(windows), allow(dead_code, reason = "only Windows carries steps out"))]
pub(crate) enum Carried {
    /// It was carried out.
    Out,
    /// Somebody else had made the thing by then. It is theirs.
    Forestalled,
}

/// What came of taking a step back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(windows), allow(dead_code, reason = "only Windows takes steps back"))]
pub(crate) enum TakenBack {
    Done,
    /// Done, and yet there is something to know.
    DoneBut(&'static str),
    /// There was nothing to take back any more.
    Nothing,
}
