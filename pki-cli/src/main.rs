//! `replica-pki` makes what Hyper-V hosts need to replicate without a domain. All of it is in the library beside this file.

use std::process::ExitCode;

fn main() -> ExitCode {
    pki_cli::run()
}
