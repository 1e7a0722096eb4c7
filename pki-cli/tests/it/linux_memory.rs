//! **On Linux only:** what the program still has in memory when it ends: nothing of a key, a password or a seed.
//!
//! The program knows nothing of being looked at. strace holds it as it makes its last call, `exit_group`, and its memory is
//! read through `/proc` then: everything that it could read itself, stacks of threads that have ended included. What to
//! look for stands in the files that the run was given and has made.

#[allow(dead_code, reason = "the library's tests use the rest")]
#[path = "../../../pki-core/tests/it/linux_memory/needles.rs"]
mod needles;
#[path = "../../../pki-core/tests/it/linux_memory/process.rs"]
mod process;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use pki_core::key::KeyPair;
use pki_core::password::Password;
use pki_core::pfx::{self, OpenOptions};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::strace::under_strace;
use crate::support::{Room, mesh};
use needles::Needles;
use process::{Place, memory_of};

/// Like no piece of the program's own text.
const PASSPHRASE: &str = "vK3.qWz8_nLp0-Rt5+Yb7";

/// Without this nobody would know that the other tests could find anything.
#[test]
fn a_run_that_still_works_has_keys_and_passwords_in_memory() {
    let room = Room::new();
    let run = Held::at("fsync", &room, &["issue", "a.test", "b.test", "--key", "rsa-2048"]);
    let found = run.found(&room);
    for secret in ["p in words", "q in words", "d in words", "dp in words", "dq in words"] {
        assert!(found.iter().any(|(_, name)| name.contains("root.key.pem") && name.ends_with(secret)), "{found:?}");
    }
    assert!(found.iter().any(|(_, name)| name.ends_with("a.test.txt as text")), "{found:?}");
}

#[test]
fn issue_leaves_nothing() {
    let room = Room::new();
    assert_nothing_left(&room, &["issue", "a.test", "b.test", "--key", "rsa-2048"]);
    assert_nothing_left(&room, &["renew"]);
    assert_nothing_left(&room, &["issue", "--replace", "a.test"]);
}

#[test]
fn protected_folders_leave_neither_passphrase_nor_what_is_under_it() {
    let room = mesh(&["a.test", "b.test"]);
    room.write("passphrase.txt", PASSPHRASE);
    assert_nothing_left(&room, &["protect", "--passphrase-file", "passphrase.txt"]);
    assert_nothing_left(&room, &["issue", "c.test", "--passphrase-file", "passphrase.txt"]);
    assert_nothing_left(&room, &["unprotect", "--passphrase-file", "passphrase.txt"]);
}

#[test]
fn single_steps_leave_nothing() {
    let room = Room::new();
    room.write("password.txt", "hG6.xPd2_mCs9-Ju4+Ea1\n");
    room.write("other.txt", "bT8.yNk5_fQo3-Vi0+Zr6\n");
    let root = ["--root", "out/R.cer", "--root-key", "out/R.key.pem"];
    let password = ["--password-file", "password.txt"];
    let small = ["--out", "out", "--key", "rsa-2048"];
    for command in [
        &[&["root", "--name", "R", "--for", "a.test", "--for", "b.test"], &small[..]].concat(),
        &[&["leaf", "a.test"], &root[..], &small, &password].concat(),
        &[&["request", "b.test"], &small[..]].concat(),
        &[&["leaf", "--request", "out/b.test.csr", "--out", "out"], &root[..]].concat(),
        &[
            &["accept", "--key", "out/b.test.key.pem", "--certificate", "out/b.test.cer", "--root", "out/R.cer"][..],
            &["--out", "out", "--windows", "2012r2"],
            &password[..],
        ]
        .concat(),
        &[&["inspect", "out/a.test.pfx"], &password[..]].concat(),
        &[&["inspect", "out/b.test.pfx"], &password[..]].concat(),
        &[&["convert", "out/a.test.pfx", "--out", "out/c.pfx", "--new-password-file", "other.txt"], &password[..]]
            .concat(),
        &[&["crl", "--out", "out/R.published.crl"], &root[..]].concat(),
    ] {
        assert_nothing_left(&room, command);
    }
}

/// Runs what must succeed.
#[track_caller]
fn assert_nothing_left(room: &Room, arguments: &[&str]) {
    let before = secrets_of(room);
    let run = Held::at("exit_group", room, arguments);
    let found = run.found_beside(room, before);
    assert!(found.is_empty(), "{arguments:?}: {found:#?}");
}

/// A run that strace holds as it makes a call; if that is its last one, it ends well.
struct Held {
    strace: Child,
    process: Pid,
    /// What the system gave to seed generators.
    seeds: Vec<Vec<u8>>,
}

impl Held {
    fn at(call: &str, room: &Room, arguments: &[&str]) -> Self {
        let log = tempfile::NamedTempFile::new().unwrap();
        let trace = format!("trace={call},getrandom");
        // Longer than anybody looks; ended as soon as that is done.
        let inject = format!("inject={call}:delay_enter=600000000:when=1");
        let options = ["-o", log.path().to_str().unwrap(), "-xx", "-s", "64", "-e", &trace, "-e", &inject];
        let mut command = under_strace(room, &options, arguments);
        let mut strace = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let begun = if call == "exit_group" { "exit_group(0".to_owned() } else { format!("{call}(") };
        let end = Instant::now() + Duration::from_secs(120);
        loop {
            let text = fs::read_to_string(log.path()).unwrap();
            // A call that is not finished is the end of the log.
            let last = text.lines().last().and_then(|line| line.split_once(' '));
            if let Some((process, _)) = last.filter(|(_, entry)| entry.trim_start().starts_with(&begun)) {
                let process = Pid::from_raw(process.parse().unwrap()).unwrap();
                let seeds = text.lines().filter_map(seed).collect();
                return Self { strace, process, seeds };
            }
            let ended = strace.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < end, "{arguments:?}: {ended:?} before {call}: {text}");
            sleep(Duration::from_millis(10));
        }
    }

    /// What of the room's secrets is in memory, and where.
    fn found(self, room: &Room) -> BTreeSet<(Place, String)> {
        self.found_beside(room, Vec::new())
    }

    /// The same with further ones, which are in the room no more.
    fn found_beside(self, room: &Room, further: Vec<Secret>) -> BTreeSet<(Place, String)> {
        let secrets: Vec<_> = further.into_iter().chain(secrets_of(room)).collect();
        assert!(!secrets.is_empty());
        let mut needles = Needles::new();
        for secret in &secrets {
            match secret {
                Secret::Key(name, key) => needles.key(name, key),
                Secret::Password(name, text) => needles.password(name, text),
            }
        }
        self.seeds.iter().for_each(|seed| needles.bytes("the seed of a generator", seed));
        let memory = memory_of(self.process.as_raw_nonzero().get().unsigned_abs());
        let found = memory
            .iter()
            .flat_map(|(place, bytes)| needles.found_in(bytes).into_iter().map(|name| (*place, name.to_owned())));
        found.collect()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // While strace holds the process, that does not die.
        let _ = self.strace.kill();
        let _ = kill_process(self.process, Signal::KILL);
        let _ = self.strace.wait();
    }
}

/// 32 bytes are the seed of a generator; what maps of the standard library ask for are fewer. Where glibc takes them
/// without a call (since 2.41), strace sees none.
fn seed(line: &str) -> Option<Vec<u8>> {
    let (_, rest) = line.split_once("getrandom(\"")?;
    let (bytes, _) = rest.split_once("\", 32, ")?;
    let bytes = bytes.split("\\x").skip(1).map(|byte| u8::from_str_radix(byte, 16).unwrap());
    Some(bytes.collect())
}

enum Secret {
    Key(String, Box<KeyPair>),
    Password(String, String),
}

/// Every key that lies plain in the room, or in a PFX that a password of the room opens, and every password.
fn secrets_of(room: &Room) -> Vec<Secret> {
    let (mut secrets, mut sealed) = (Vec::new(), Vec::new());
    for (path, bytes) in room.files() {
        let name = path.display().to_string();
        let ends_with = |ending| name.ends_with(ending);
        if ends_with(".key.pem") {
            let pem = String::from_utf8(bytes).unwrap();
            secrets.extend(KeyPair::from_pkcs8_pem(&pem, None).ok().map(|key| Secret::Key(name, key.into())));
        } else if ends_with(".pfx") {
            sealed.push((path, bytes));
        } else if ends_with(".txt") {
            let text = String::from_utf8(bytes).unwrap();
            let line = text.lines().next().unwrap();
            if !line.starts_with("-----BEGIN") {
                secrets.push(Secret::Password(name, line.to_owned()));
            }
        }
    }
    let opened: Vec<_> = sealed.iter().filter_map(|(path, bytes)| opened(path, bytes, &secrets)).collect();
    secrets.extend(opened);
    secrets
}

fn opened(path: &Path, bytes: &[u8], secrets: &[Secret]) -> Option<Secret> {
    let passwords = secrets.iter().filter_map(|secret| match secret {
        Secret::Password(name, text) => Some((name, text)),
        Secret::Key(..) => None,
    });
    // Its own first: each try takes a while.
    let stem = Path::new(path.file_stem()?).display().to_string();
    let (own, others): (Vec<_>, Vec<_>) = passwords.partition(|(name, _)| name.contains(&stem));
    own.into_iter().chain(others).find_map(|(_, text)| {
        let password = Password::new(text.clone()).unwrap();
        let contents = pfx::open(bytes, &password, &OpenOptions::default()).ok()?;
        let key = contents.identity().unwrap().into_secret_key();
        Some(Secret::Key(path.display().to_string(), key.into()))
    })
}
