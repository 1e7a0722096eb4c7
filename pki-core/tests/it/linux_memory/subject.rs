//! The process whose memory is looked at: does one piece of work, drops everything, and waits.
//!
//! usage: `memory_subject OPERATION THREADS FOLDER`. All that is secret comes from files in the folder, so that nothing of
//! it stands in the program.

#![allow(clippy::unwrap_used, reason = "a process that cannot do its work is no subject")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "says when it waits, or why not")]

use std::fs;
use std::hint::black_box;
use std::num::NonZero;
use std::path::PathBuf;

use chacha20::ChaCha20Rng;
use pki_core::authority::{Authority, Identity};
use pki_core::certificate::Certificate;
use pki_core::key::{KeyAlgorithm, KeyPair};
use pki_core::mesh::{Host, Mesh, PasswordSource, Threads};
use pki_core::name::{Fqdn, RootName};
use pki_core::password::Password;
use pki_core::pfx::{self, Encoding, OpenOptions, SealOptions};
use pki_core::prime::Search;
use pki_core::profile::{LeafProfile, RootProfile};
use pki_core::validity::Time;
use pki_core::vault::Vault;
use rand::SeedableRng as _;
use zeroize::{Zeroizing, zeroize_stack};

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let [_, operation, threads, folder] = arguments.as_slice() else { return eprintln!("see the file's head") };
    let work = Work { threads: threads.parse().unwrap(), folder: folder.into(), rng: generator(folder) };
    let kept = run(operation, work);
    println!("done");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    drop(kept);
}

/// What is kept while the process waits, for the one operation that shows that what is looked for can be found.
type Kept = Option<(Identity, Password, Box<ChaCha20Rng>, Vec<Zeroizing<Vec<u8>>>)>;

struct Work {
    threads: NonZero<usize>,
    folder: PathBuf,
    rng: Box<ChaCha20Rng>,
}

/// A frame of its own, as the library's callers have, and nothing of it is overwritten afterwards.
#[inline(never)]
fn run(operation: &str, mut work: Work) -> Kept {
    match operation {
        "keep" => return Some(work.keep()),
        "nothing" => {}
        "generate" => drop(work.generate()),
        "read" => drop(work.key("host.key.der")),
        "read-pem" => drop(work.key_in_pem("host.key.pem", None)),
        "read-encrypted" => drop(work.key_in_pem("host.encrypted.pem", Some(&work.password()))),
        "write" => work.write(),
        "write-encrypted" => work.write_encrypted(),
        "sign" => drop(work.key("host.key.der").sign(b"message", &mut work.rng).unwrap()),
        "issue" => drop(work.identity()),
        "seal-modern" => drop(work.seal(Encoding::Modern)),
        "seal-legacy" => drop(work.seal(Encoding::Legacy)),
        "open-modern" => work.open("modern.pfx"),
        "open-legacy" => work.open("legacy.pfx"),
        "reseal" => work.reseal(),
        "vault" => work.vault(),
        "mesh" => work.mesh(),
        other => eprintln!("{other} is no operation"),
    }
    None
}

impl Work {
    fn generate(&mut self) -> KeyPair {
        let mut search = Search::default();
        search.threads = self.threads;
        KeyPair::generate_with(KeyAlgorithm::Rsa2048, &mut self.rng, &search).unwrap()
    }

    fn key(&self, name: &str) -> KeyPair {
        KeyPair::from_pkcs8_der(&self.secret(name)).unwrap()
    }

    fn key_in_pem(&self, name: &str, password: Option<&Password>) -> KeyPair {
        let pem = self.secret(name);
        KeyPair::from_pkcs8_pem(std::str::from_utf8(&pem).unwrap(), password).unwrap()
    }

    fn write(&self) {
        let key = self.key("host.key.der");
        black_box((key.secret_pkcs8_der().unwrap(), key.secret_pkcs8_pem().unwrap(), key.secret_pkcs1_der().unwrap()));
    }

    fn write_encrypted(&mut self) {
        let key = self.key("host.key.der");
        black_box(key.encrypted_pkcs8_pem(&self.password(), &mut self.rng).unwrap());
    }

    /// A root's key signs; a host gets its certificate.
    fn identity(&mut self) -> Identity {
        let host: Fqdn = "HOST4.atwork.at".parse().unwrap();
        let root = RootProfile::new(RootName::default_for(&host), vec![host.clone().into()]);
        let authority = Authority::create(&root, self.key("root.key.der"), now(), &mut self.rng).unwrap();
        authority.issue(&LeafProfile::new(host), self.key("host.key.der"), now(), &mut self.rng).unwrap()
    }

    fn seal(&mut self, encoding: Encoding) -> Vec<u8> {
        let (leaf, root) = ("host.cer", "root.cer");
        let [leaf, root] = [leaf, root].map(|name| Certificate::from_der(&self.secret(name)).unwrap());
        let identity = Identity::from_parts(leaf, self.key("host.key.der"), root).unwrap();
        let mut options = SealOptions::default();
        options.encoding = encoding;
        pfx::seal(&identity, &self.password(), &options, &mut self.rng).unwrap()
    }

    fn open(&self, name: &str) {
        let contents = pfx::open(&self.secret(name), &self.password(), &OpenOptions::default()).unwrap();
        black_box(contents.identity().unwrap());
    }

    fn reseal(&mut self) {
        let contents = pfx::open(&self.secret("legacy.pfx"), &self.password(), &OpenOptions::default()).unwrap();
        black_box(contents.reseal(&self.password(), Encoding::Modern, &mut self.rng).unwrap());
    }

    /// The password is the passphrase, and what is sealed under it too.
    fn vault(&mut self) {
        let vault = Vault::new(&self.password(), &mut self.rng).unwrap();
        let mark = vault.mark(&mut self.rng).unwrap();
        let key = vault.seal_key(&self.key("host.key.der"), &mut self.rng).unwrap();
        let password = vault.seal_password(&self.password(), &mut self.rng).unwrap();
        drop(vault);
        let vault = Vault::open(&mark, &self.password()).unwrap();
        black_box((vault.open_key(&key).unwrap(), vault.open_password(&password).unwrap()));
    }

    fn mesh(&mut self) {
        let hosts = ["HOST4.atwork.at", "HOST5.atwork.at"].map(|name| Host::new(name.parse().unwrap()));
        let mut mesh = Mesh::new(hosts.into()).unwrap();
        mesh.key_algorithm = KeyAlgorithm::Rsa2048;
        let passwords = PasswordSource::Generate;
        black_box(mesh.issue(&Threads(self.threads), &passwords, now(), &mut self.rng).unwrap());
    }

    /// Everything, in every form.
    fn keep(mut self) -> (Identity, Password, Box<ChaCha20Rng>, Vec<Zeroizing<Vec<u8>>>) {
        let (identity, password) = (self.identity(), self.password());
        let mut forms = vec![self.secret("host.key.der"), self.secret("root.key.der"), self.secret("seed")];
        forms.extend([self.secret("host.key.pem"), self.secret("root.key.pem")]);
        // Numbers in words are the bytes of a file the other way round.
        let reversed = |form: &Zeroizing<Vec<u8>>| Zeroizing::new(form.iter().rev().copied().collect::<Vec<_>>());
        let mapped = |form: &Zeroizing<Vec<u8>>, map: fn(u8) -> u8| {
            Zeroizing::new(form.iter().map(|byte| map(*byte)).collect::<Vec<_>>())
        };
        let words: Vec<_> = forms.iter().map(reversed).collect();
        forms.extend(words.iter().map(|form| mapped(form, |byte| !byte)));
        forms.extend(words);
        let text = self.secret("password.txt");
        forms.extend([mapped(&text, |byte| byte ^ 0x36), mapped(&text, |byte| byte ^ 0x5c)]);
        forms.push(Zeroizing::new(text.iter().flat_map(|byte| [0, *byte]).collect()));
        (identity, password, self.rng, forms)
    }

    fn password(&self) -> Password {
        Password::new(String::from_utf8(std::mem::take(&mut *self.secret("password.txt"))).unwrap()).unwrap()
    }

    fn secret(&self, name: &str) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(fs::read(self.folder.join(name)).unwrap())
    }
}

/// A generator that moves no more, whose seed is nowhere else: what is found of it afterwards is not this program's doing.
#[inline(never)]
fn generator(folder: &str) -> Box<ChaCha20Rng> {
    let rng = seeded(folder);
    zeroize_stack::<65_536>();
    rng
}

#[inline(never)]
fn seeded(folder: &str) -> Box<ChaCha20Rng> {
    let seed = Zeroizing::new(fs::read(PathBuf::from(folder).join("seed")).unwrap());
    Box::new(ChaCha20Rng::from_seed(seed.as_slice().try_into().unwrap()))
}

fn now() -> Time {
    "2026-11-22T17:00:00Z".parse().unwrap()
}
