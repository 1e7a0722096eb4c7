//! `install`: puts a kit onto this computer.

use crate::args::Install;
use crate::exit::{Exit, Result};

pub(crate) fn run(_arguments: &Install) -> Result {
    Ok(Exit::Done)
}
