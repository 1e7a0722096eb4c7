//! `uninstall`: takes back what `install` added.

use crate::args::Uninstall;
use crate::exit::{Exit, Result};

pub(crate) fn run(_arguments: &Uninstall) -> Result {
    Ok(Exit::Done)
}
