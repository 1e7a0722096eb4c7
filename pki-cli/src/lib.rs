//! The program `replica-pki` makes what Hyper-V hosts need to replicate without a domain. This file parses, calls, and maps
//! to an exit code; everything else has a room of its own.
//!
//! A library only so that `fuzz/` reaches what reads files of others; it promises nothing to anybody else.

// What the tests need comes on top of that.
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod args;
mod codes;
mod commands;
mod doctor;
mod estate;
mod exit;
mod files;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod inventory;
mod kit;
mod output;
mod password;
mod plan;
mod platform;
mod script;
mod survey;
mod system;
mod workers;

use std::process::ExitCode;

use clap::Parser as _;
use pki_core::name::printable;
use zeroizing_alloc as _; // by the program, in main.rs

use args::{Arguments, Command};

/// Runs the program with the arguments of this process.
pub fn run() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(error) => return exit::usage(&error),
    };
    files::keep_rights_of_owner();
    let result = match arguments.command {
        Command::Issue(arguments) => commands::issue::run(arguments),
        Command::Renew(arguments) => commands::renew::run(&arguments),
        Command::Status(arguments) => commands::status::run(&arguments),
        Command::Protect(arguments) => commands::protect::run(&arguments),
        Command::Unprotect(arguments) => commands::unprotect::run(&arguments),
        Command::Root(arguments) => commands::root::run(arguments),
        Command::Request(arguments) => commands::request::run(arguments),
        Command::Leaf(arguments) => commands::leaf::run(arguments),
        Command::Accept(arguments) => commands::accept::run(arguments),
        Command::Crl(arguments) => commands::crl::run(arguments),
        Command::Inspect(arguments) => commands::inspect::run(&arguments),
        Command::Convert(arguments) => commands::convert::run(&arguments),
        Command::Verify(arguments) => commands::verify::run(&arguments),
        Command::Install(arguments) => commands::install::run(&arguments),
        Command::Uninstall(arguments) => commands::uninstall::run(&arguments),
        Command::Doctor(arguments) => commands::doctor::run(&arguments),
        Command::Explain(arguments) => commands::explain::run(&arguments),
        Command::Completions(arguments) => commands::completions::run(&arguments),
        Command::ManPages(arguments) => commands::man_pages::run(&arguments),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(),
    }
}

/// What is refused is quoted, and may be the name of a file that somebody else chose: so it is refused again as it can be
/// printed.
fn arguments() -> Result<Arguments, clap::Error> {
    Arguments::try_parse().map_err(|error| {
        let shown = std::env::args_os().map(|argument| printable(&argument.to_string_lossy()));
        Arguments::try_parse_from(shown).err().unwrap_or(error)
    })
}
