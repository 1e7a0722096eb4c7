//! `doctor`: what is wrong on this computer, and how to mend it.

use crate::args::Doctor;
use crate::exit::{Exit, Result};
use crate::platform::Computer;

pub(crate) fn run(_arguments: &Doctor) -> Result {
    let survey = Computer::open()?.survey()?;
    drop(survey);
    Ok(Exit::Done)
}
