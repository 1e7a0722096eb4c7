//! New RSA keys.

use std::num::NonZero;

use aws_lc_rs::rsa::KeySize;
use chacha20::ChaCha20Rng;
use graviola::signing::rsa as graviola_rsa;
use openssl::rsa::Rsa;
use pki_core::key::{KeyAlgorithm, KeyPair};
use pki_core::prime::{Path, Search};
use rand::SeedableRng as _;

use super::{IFMA, done, failed, rng};
use crate::Result;
use crate::contest::{Bar, Contender, Contest};

pub(super) fn contest(size: KeyAlgorithm) -> Result<Contest> {
    let mut contenders = Vec::new();
    for path in Path::available() {
        for threads in [1, 2] {
            let mut search = Search::default();
            search.path = path;
            search.threads = NonZero::new(threads).ok_or_else(|| failed("no threads"))?;
            // Each makes the same keys, and makes them again in the next run, so that runs can be compared.
            let mut rng = ChaCha20Rng::from_seed([0x5a; 32]);
            let run = move || done(KeyPair::generate_with(size, &mut rng, &search)?);
            contenders.push(match threads {
                1 => Contender::ours(path.name(), run),
                _ => Contender::ours_on_threads(on_two_threads(path), run),
            });
        }
    }
    let (aws, graviola, bits) = match size {
        KeyAlgorithm::Rsa2048 => (KeySize::Rsa2048, graviola_rsa::KeySize::Rsa2048, 2048),
        KeyAlgorithm::Rsa3072 => (KeySize::Rsa3072, graviola_rsa::KeySize::Rsa3072, 3072),
        KeyAlgorithm::Rsa4096 => (KeySize::Rsa4096, graviola_rsa::KeySize::Rsa4096, 4096),
        _ => return Err(failed("a size that the others do not know")),
    };
    contenders.push(Contender::peer("aws-lc-rs", move || done(aws_lc_rs::rsa::KeyPair::generate(aws)?)));
    contenders.push(Contender::peer("graviola", move || done(graviola_rsa::SigningKey::generate(graviola)?)));
    let mut rng = rng()?;
    contenders.push(Contender::peer("rsa", move || done(rsa::PrivateKey::new(&mut rng, size.bits())?)));
    contenders.push(Contender::peer("OpenSSL", move || done(Rsa::generate(bits)?)));
    Ok(Contest { rounds: 50, contenders, bars: bars(size) })
}

/// What was asked for: with AVX-512 IFMA, with the best path without it, and with two threads.
fn bars(size: KeyAlgorithm) -> Vec<Bar> {
    let floor = if size == KeyAlgorithm::Rsa4096 { 6.0 } else { 7.0 };
    let bar = |who: String, than: &str, floor, goal| Bar { who, than: than.to_owned(), floor, goal };
    let mut bars = Vec::new();
    for path in Path::available() {
        let who = path.name().to_owned();
        if who == IFMA {
            bars.push(bar(who.clone(), "aws-lc-rs", Some(floor), Some(10.0)));
            bars.push(bar(who, "OpenSSL", None, Some(20.0)));
        }
    }
    if let Some(without) = Path::available().into_iter().find(|path| path.name() != IFMA) {
        bars.push(bar(without.name().to_owned(), "aws-lc-rs", Some(1.5), None));
    }
    let fastest = Path::fastest();
    bars.push(bar(on_two_threads(fastest), fastest.name(), None, Some(1.8)));
    bars
}

fn on_two_threads(path: Path) -> String {
    format!("{}, 2 threads", path.name())
}
