//! **On Linux only:** what a process still has in memory when it has dropped its secrets.
//!
//! Another process, `linux_memory/subject.rs`, does one piece of work each time, drops everything and waits. It reads its
//! secrets from files that are made here, so it is known what to look for; its memory is read through `/proc`, which takes
//! the right to trace a child (as `strace` does): everything that can be read there, stacks of threads that have ended
//! included.

mod needles;
mod process;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use chacha20::ChaCha20Rng;
use pki_core::authority::{Authority, Identity};
use pki_core::key::{KeyAlgorithm, KeyPair};
use pki_core::password::Password;
use pki_core::pfx::{self, Encoding, SealOptions};
use pki_core::profile::LeafProfile;
use rand::{Rng as _, SeedableRng as _};

use crate::support::{fqdn, now, rng, root_profile};
use needles::Needles;
use process::{Place, memory_of};

/// What `crypto-bigint` frees as it is: numbers from which the key follows, on the heap.
const LEFT: [&str; 7] = ["p", "q", "1 - p", "1 - q", "dp", "dq", "qinv"];

/// Every piece of work of the subject, with the number of its threads.
const WORK: [(&str, usize); 18] = [
    ("nothing", 1),
    ("generate", 1),
    ("generate", 2),
    ("read", 1),
    ("read-pem", 1),
    ("read-encrypted", 1),
    ("write", 1),
    ("write-encrypted", 1),
    ("sign", 1),
    ("issue", 1),
    ("seal-modern", 1),
    ("seal-legacy", 1),
    ("open-modern", 1),
    ("open-legacy", 1),
    ("reseal", 1),
    ("vault", 1),
    ("mesh", 1),
    ("mesh", 2),
];

/// Without this nobody would know that the other test could find anything.
#[test]
fn what_is_kept_is_found_in_every_form() {
    let secrets = Secrets::new("kept");
    let found: BTreeSet<_> = secrets.left_by("keep", 1).into_iter().map(|(_, name)| name).collect();
    // What the subject makes of its seed it makes in other pieces of work.
    let kept = ["host's", "root's", "password", "generator's seed"];
    let missing: Vec<_> = secrets.needles.names().into_iter().filter(|name| !found.contains(name)).collect();
    assert!(missing.iter().all(|name| !kept.iter().any(|kept| name.starts_with(kept))), "{missing:?}");
}

/// No password, no seed, no file, nothing on a stack. Of what is left it changes from run to run what is used again and what
/// is not.
#[test]
fn nothing_is_left_but_numbers_on_the_heap() {
    let secrets = Secrets::new("left");
    for (operation, threads) in WORK {
        let found = secrets.left_by(operation, threads);
        let is_known = |(place, name): &(Place, &str)| {
            let number = name.split_once("'s ").and_then(|(_, of_key)| of_key.strip_suffix(" in words"));
            *place == Place::Heap && number.is_some_and(|number| LEFT.contains(&number))
        };
        let others: Vec<_> = found.iter().filter(|left| !is_known(left)).collect();
        assert!(others.is_empty(), "{operation} on {threads} threads: {others:?}");
        let has_key = operation != "nothing" && operation != "reseal";
        assert_eq!(
            !found.is_empty(),
            has_key,
            "{operation}: SECURITY.md says that this is left, and only this: {found:?}"
        );
    }
}

/// Secrets in files, and what they look like.
struct Secrets {
    folder: PathBuf,
    needles: Needles,
}

impl Secrets {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("linux_memory").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
        let mut rng = rng(0x6d65_6d6f_7279);
        let (host, root) = (make(&mut rng), make(&mut rng));
        let password = Password::generate(&mut rng);
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);

        let mut needles = Needles::new();
        needles.key("host's", &host);
        needles.key("root's", &root);
        needles.password("password", password.secret_text());
        needles.bytes("generator's seed", &seed);
        for (name, key) in [("host", &host), ("root", &root)] {
            write(&format!("{name}.key.der"), &key.secret_pkcs8_der().unwrap());
            write(&format!("{name}.key.pem"), key.secret_pkcs8_pem().unwrap().as_bytes());
        }
        write("host.encrypted.pem", host.encrypted_pkcs8_pem(&password, &mut rng).unwrap().as_bytes());
        write("password.txt", password.secret_text().as_bytes());
        write("seed", &seed);
        let name = "HOST4.atwork.at";
        let authority = Authority::create(&root_profile(name), root, now(), &mut rng).unwrap();
        let identity = authority.issue(&LeafProfile::new(fqdn(name)), host, now(), &mut rng).unwrap();
        write("host.cer", identity.leaf().as_der());
        write("root.cer", identity.root().as_der());
        write("modern.pfx", &sealed(&identity, &password, Encoding::Modern, &mut rng));
        write("legacy.pfx", &sealed(&identity, &password, Encoding::Legacy, &mut rng));
        made_from(&seed, &mut needles);
        Self { folder, needles }
    }

    /// What is found when the work is done, and where.
    fn left_by(&self, operation: &str, threads: usize) -> BTreeSet<(Place, &str)> {
        // One arena, so that the heap is where it is called so.
        let mut subject = Command::new(subject())
            .args([operation, &threads.to_string(), self.folder.to_str().unwrap()])
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(subject.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "done\n", "{operation}");
        let memory = memory_of(subject.id());
        subject.stdin.take().unwrap().write_all(b"\n").unwrap();
        assert!(subject.wait().unwrap().success());
        let found = memory
            .iter()
            .flat_map(|(place, bytes)| self.needles.found_in(bytes).into_iter().map(|name| (*place, name)));
        // What else is made with the same generator takes from it what is no secret, such as serial numbers.
        let makes_keys = ["generate", "mesh"].contains(&operation);
        found.filter(|(_, name)| makes_keys || !MADE.iter().any(|made| name.starts_with(made))).collect()
    }
}

fn make(rng: &mut ChaCha20Rng) -> KeyPair {
    KeyPair::generate(KeyAlgorithm::Rsa2048, rng).unwrap()
}

fn sealed(identity: &Identity, password: &Password, encoding: Encoding, rng: &mut ChaCha20Rng) -> Vec<u8> {
    let mut options = SealOptions::default();
    options.encoding = encoding;
    pfx::seal(identity, password, &options, rng).unwrap()
}

/// What the names of those begin with.
const MADE: [&str; 3] = ["new", "first", "second"];

/// What the subject makes of its seed: a key, or a mesh with a generator for each root and host.
fn made_from(seed: &[u8; 32], needles: &mut Needles) {
    let generator = || ChaCha20Rng::from_seed(*seed);
    let draw = |rng: &mut ChaCha20Rng| {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        bytes
    };
    needles.key("new key's", &make(&mut generator()));
    needles.bytes("new key's seed", &draw(&mut generator()));
    let mut rng = generator();
    for whose in ["first root's", "second root's", "first host's", "second host's"] {
        let seed = draw(&mut rng);
        let generator = || ChaCha20Rng::from_seed(seed);
        needles.bytes(&format!("{whose} generator's seed"), &seed);
        needles.bytes(&format!("{whose} key's seed"), &draw(&mut generator()));
        needles.key(whose, &make(&mut generator()));
    }
}

fn subject() -> PathBuf {
    let tests = env::current_exe().unwrap();
    let subject = tests.parent().unwrap().parent().unwrap().join("examples/memory_subject");
    assert!(subject.exists(), "build it first: cargo build --package pki-core --example memory_subject");
    subject
}
