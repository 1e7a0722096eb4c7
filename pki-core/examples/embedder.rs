//! Making kits inside another program: randomness and time of the system, one thread a task, files left to the caller.
//!
//! ```text
//! cargo run --release --example embedder -- HOST4.atwork.at HOST5.atwork.at
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it made")]

use std::panic::resume_unwind;
use std::time::{SystemTime, UNIX_EPOCH};

use chacha20::ChaCha20Rng;
use pki_core::mesh::{Executor, Host, Mesh, PasswordSource};
use pki_core::pfx::{Encoding, WindowsServer};
use pki_core::validity::Time;
use rand::SeedableRng as _;
use rand::rngs::SysRng;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut hosts = Vec::new();
    for name in std::env::args().skip(1) {
        let mut host = Host::new(name.parse()?);
        host.encoding = Encoding::for_windows(WindowsServer::V2012R2);
        hosts.push(host);
    }
    let mesh = Mesh::new(hosts)?;

    let now = Time::from_unix(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let mut rng = ChaCha20Rng::try_from_rng(&mut SysRng)?;
    let issued = mesh.issue(&Threads, &PasswordSource::Generate, now, &mut rng)?;

    for host in &issued.hosts {
        println!("{}  {}", host.bundle.fqdn, host.bundle.leaf.thumbprint());
        for file in host.bundle.files() {
            println!("  {:45} {:5} bytes", file.path, file.bytes.len());
        }
    }
    // Not shown: `host.password` for each host's administrator, and the roots' keys in `issued.roots`.
    Ok(())
}

/// The library asks for the work to be done; how many threads do it is decided here.
struct Threads;

impl Executor for Threads {
    fn map<T: Send, R: Send>(&self, tasks: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        let work = &work;
        std::thread::scope(|scope| {
            let threads: Vec<_> = tasks.into_iter().map(|task| scope.spawn(move || work(task))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        })
    }
}
