//! `replica-pki` makes what Hyper-V hosts need to replicate without a domain. All of it is in the library beside this file.

use std::alloc::System;
use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

/// Overwrites everything that is freed: the libraries for keys and encryption free copies of secrets as they are.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    pki_cli::run()
}
