//! `completions`: what a shell needs to complete this program's commands and options.

use clap::CommandFactory as _;
use clap_complete::Generator as _;

use crate::args::{Arguments, Completions};
use crate::exit::{Exit, Failure, Result};
use crate::output;

pub(crate) fn run(arguments: &Completions) -> Result {
    let mut program = Arguments::command();
    program.set_bin_name("replica-pki");
    program.build();
    let mut script = Vec::new();
    let written = arguments.shell.try_generate(&program, &mut script);
    written.map_err(|error| Failure::io("the completions cannot be made", &error))?;
    // With a hyphen in the program's name clap_complete spells its own labels in two ways in the script for bash
    // (clap-rs/clap#6421), and nothing after a command would be completed.
    let script = String::from_utf8_lossy(&script).replace("replica__subcmd__pki", "replica__pki");
    output::result(&script)?;
    Ok(Exit::Done)
}
