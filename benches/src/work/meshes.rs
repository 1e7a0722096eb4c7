//! Whole meshes, by number of hosts and threads.

use std::num::NonZero;

use chacha20::ChaCha20Rng;
use pki_core::key::KeyAlgorithm;
use pki_core::mesh::{Host, Mesh, PasswordSource, Sequential, Threads};
use pki_core::password::Password;
use pki_core::pfx::Encoding;
use rand::{Rng as _, SeedableRng as _};

use super::{by_rcgen, done, failed, now, pfx, rng};
use crate::Result;
use crate::contest::{Bar, Contender, Contest};

pub(super) fn contest(hosts: usize) -> Result<Contest> {
    let names: Vec<String> = (1..=hosts).map(|number| format!("HOST{number}.atwork.at")).collect();
    let mesh = Mesh::new(
        names.iter().map(|name| name.parse().map(new_host)).collect::<std::result::Result<_, pki_core::Error>>()?,
    )?;
    let now = now()?;
    let mut seed = [0; 32];
    rng()?.fill_bytes(&mut seed);
    let issue = |threads: Option<Threads>| {
        let (mesh, mut rng) = (mesh.clone(), ChaCha20Rng::from_seed(seed));
        move || {
            let issued = match &threads {
                None => mesh.issue(&Sequential, &PasswordSource::Generate, now, &mut rng)?,
                Some(threads) => mesh.issue(threads, &PasswordSource::Generate, now, &mut rng)?,
            };
            done(issued)
        }
    };
    let two = Threads(NonZero::new(2).ok_or_else(|| failed("no threads"))?);
    let contenders = vec![
        Contender::ours("pki-core", issue(None)),
        Contender::ours_on_threads("pki-core, 2 threads", issue(Some(two))),
        Contender::peer("rcgen and p12-keystore", move || names.iter().try_for_each(|name| by_others(name))),
    ];
    // A mesh of many hosts is a mean of many keys already.
    let rounds = if hosts > 8 { 5 } else { 20 };
    let bar = Bar { who: "pki-core, 2 threads".into(), than: "pki-core".into(), floor: None, goal: Some(1.8) };
    Ok(Contest { rounds, contenders, bars: vec![bar] })
}

fn new_host(name: pki_core::name::Fqdn) -> Host {
    let mut host = Host::new(name);
    host.encoding = Encoding::Modern;
    host
}

/// A host with a root of its own, by those two.
fn by_others(name: &str) -> Result<()> {
    let root = by_rcgen::root(name, by_rcgen::new_key(KeyAlgorithm::default())?)?;
    let key = by_rcgen::new_key(KeyAlgorithm::default())?;
    let leaf = by_rcgen::leaf(name, &key, &root)?;
    let store = pfx::store(&key.serialize_der(), &leaf, &root.der)?;
    let password = Password::generate(&mut rng()?);
    done(pfx::by_p12_keystore(&store, password.secret_text(), Encoding::Modern)?)
}
