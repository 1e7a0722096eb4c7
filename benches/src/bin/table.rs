//! Lets pki-core and its peers do the same work in turns, and prints how long each took.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints a table")]

use std::process::ExitCode;

use cpu_time::ThreadTime;
use pki_benches::contest::Rules;
use pki_benches::machine;
use pki_benches::work::{IFMA, Work};
use pki_core::prime::Path;

const USAGE: &str = "\
usage: table [--error PERCENT] [--seconds N] [--cpu-time] [--once] [--list] [WORK...]

  WORK             what to measure, by the beginning of its name: keys, \"keys 4096\", mesh; everything if none is given
  --error PERCENT  measure until the standard error of each mean is below this (4.5)
  --seconds N      begin no further round of a piece of work after so many seconds (3600)
  --cpu-time       count the time of the thread, for a machine that does other work; wall time where there are several
  --once           let each do its work once, to see that it can; nothing is judged
  --list           the names of all work

exit codes: 0 done, 1 it could not be measured, 2 wrong usage, 3 measured, and a floor does not hold or an error is too large";

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("error: {problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Options {
    rules: Rules,
    help: bool,
    list: bool,
    wanted: Vec<String>,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let rules = Rules { error: 0.045, seconds: 3600.0, once: false, thread_clock: None };
        let mut options = Self { rules, help: false, list: false, wanted: Vec::new() };
        while let Some(argument) = arguments.next() {
            let mut number = || {
                let value = arguments.next().and_then(|value| value.parse().ok()).filter(|value| *value > 0.0);
                value.ok_or_else(|| format!("{argument} needs a number above zero"))
            };
            match argument.as_str() {
                "--error" => options.rules.error = number()? / 100.0,
                "--seconds" => options.rules.seconds = number()?,
                "--cpu-time" => options.rules.thread_clock = Some(|| ThreadTime::now().as_duration()),
                "--once" => options.rules.once = true,
                "--list" => options.list = true,
                "--help" | "-h" => options.help = true,
                option if option.starts_with('-') => return Err(format!("no such option: {option}")),
                name if Work::all().iter().any(|work| work.name.starts_with(name)) => options.wanted.push(argument),
                name => return Err(format!("no such work: {name}; --list names all")),
            }
        }
        Ok(options)
    }

    fn wants(&self, work: &Work) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|name| work.name.starts_with(name.as_str()))
    }
}

/// Whether every floor holds.
fn run(options: &Options) -> pki_benches::Result<bool> {
    if options.help {
        println!("{USAGE}");
        return Ok(true);
    }
    let chosen = Work::all().into_iter().filter(|work| options.wants(work));
    if options.list {
        chosen.for_each(|work| println!("{:22} {}", work.name, work.what));
        return Ok(true);
    }
    let paths: Vec<_> = Path::available().into_iter().map(Path::name).collect();
    println!("{}", machine::describe());
    println!("paths of this processor, fastest first: {}; pki-core takes the first", paths.join(", "));
    if !paths.contains(&IFMA) {
        println!("{IFMA}: not on this processor, so its floors and goals are not judged");
    }
    println!("OpenSSL in process: {}", openssl::version::version());
    println!(
        "times: {}\n",
        if options.rules.thread_clock.is_some() { "of the thread, but wall where there are two" } else { "wall" }
    );
    let mut all_hold = true;
    for work in chosen {
        let outcome = work.prepare()?.hold(&options.rules)?;
        println!("{}\n\n{}", work.what, outcome.table(&work.name));
        let (lines, holds) = outcome.judge();
        lines.iter().for_each(|line| println!("- {line}"));
        if !lines.is_empty() {
            println!();
        }
        all_hold &= holds;
    }
    Ok(all_hold)
}
