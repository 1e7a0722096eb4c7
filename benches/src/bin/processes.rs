//! Measures `replica-pki` as a program: how fast it starts, how large it is, and `issue` for two hosts beside a script
//! that does the same with OpenSSL's command line.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints a table")]

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use pki_benches::sample::Sample;
use pki_benches::table::{Table, percent, time};
use pki_benches::{Result, machine};
use pki_core::prime::Path as PrimePath;
use wait4::Wait4 as _;

const USAGE: &str = "\
usage: processes PROGRAM

  PROGRAM  the release build of replica-pki

exit codes: 0 all limits hold, 1 it could not be measured, 2 wrong usage, 3 a limit does not hold";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [program] = arguments.as_slice() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(Path::new(program)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all limits hold.
fn run(program: &Path) -> Result<bool> {
    let program = program.canonicalize().map_err(|error| format!("{}: {error}", program.display()))?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("openssl.sh");
    let size = program.metadata()?.len();

    let mut start = Measured::default();
    let mut ours = Measured::default();
    let mut theirs = Measured::default();
    for round in 0.. {
        let errors = [&start, &ours, &theirs].map(|measured| measured.seconds.relative_error());
        if round >= LEAST && (errors.iter().all(|error| *error < ERROR) || round >= MOST) {
            break;
        }
        start.run(Command::new(&program).arg("--help"))?;
        let folder = tempfile::tempdir()?;
        ours.run(Command::new(&program).arg("issue").args(HOSTS).current_dir(&folder))?;
        theirs.run(Command::new("bash").arg(&script).arg(folder.path().join("openssl")).args(HOSTS))?;
    }

    println!("{}\nthe filter for primes takes the path {}\n", machine::describe(), PrimePath::fastest().name());
    let mut table = Table::new(["two hosts", "mean", "error", "runs", "most memory", "times faster"]);
    let ratio = theirs.seconds.ratio_to(&ours.seconds);
    table.row(ours.cells("replica-pki issue", format!("{:.1} +- {:.1}", ratio.times, ratio.error)));
    table.row(theirs.cells("OpenSSL in a script", String::new()));
    println!("{table}");
    println!("Memory of the script: that of its largest process.\n");

    let mut limits = Table::new(["limit", "measured", "allowed", ""]);
    let mut all_hold = true;
    let mut limit = |what: &str, measured: String, allowed: String, holds: bool| {
        all_hold &= holds;
        limits.row([what.to_owned(), measured, allowed, if holds { "holds" } else { "DOES NOT HOLD" }.to_owned()]);
    };
    let mean = start.seconds.mean();
    limit("time of replica-pki --help", time(mean), time(START), mean < START);
    limit("size of the program", mebibytes(size), mebibytes(SIZE), size < SIZE);
    limit("memory of issue for two hosts", mebibytes(ours.memory), mebibytes(MEMORY), ours.memory < MEMORY);
    println!("{limits}");
    Ok(all_hold)
}

/// The runs of one program.
#[derive(Default)]
struct Measured {
    seconds: Sample,
    /// The most bytes that any run took.
    memory: u64,
}

impl Measured {
    fn run(&mut self, command: &mut Command) -> Result<()> {
        let begun = Instant::now();
        let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?.wait4()?;
        self.seconds.push(begun.elapsed().as_secs_f64());
        self.memory = self.memory.max(ended.rusage.maxrss);
        if ended.status.success() { Ok(()) } else { Err(format!("{command:?}: {}", ended.status).into()) }
    }

    fn cells(&self, name: &str, ratio: String) -> [String; 6] {
        let seconds = &self.seconds;
        let (mean, error) = (time(seconds.mean()), percent(seconds.relative_error()));
        [name.to_owned(), mean, error, seconds.count().to_string(), mebibytes(self.memory), ratio]
    }
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

const HOSTS: [&str; 2] = ["HOST4.atwork.at", "HOST5.atwork.at"];

/// Seconds in which the program starts.
const START: f64 = 0.010;
/// Bytes of the program's file.
const SIZE: u64 = 5 << 20;
/// Bytes of memory that `issue` for two hosts takes.
const MEMORY: u64 = 20 << 20;

/// The largest standard error of a mean, as a part of it.
const ERROR: f64 = 0.045;
/// Runs of each, at least and at most.
const LEAST: usize = 30;
const MOST: usize = 300;
