//! A CA in a unit test: a seeded generator and a fixed clock give the same certificates in every run.
//!
//! ```text
//! cargo test --example unit_test
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it made")]

use chacha20::ChaCha20Rng;
use pki_core::authority::{Authority, Identity};
use pki_core::key::{KeyAlgorithm, KeyPair};
use pki_core::name::{Fqdn, RootName};
use pki_core::profile::{LeafProfile, RootProfile};
use pki_core::validity::Time;
use pki_core::verify::{Check, Question, verify};
use rand::SeedableRng as _;

fn main() -> pki_core::Result<()> {
    let identity = identity("HOST4.atwork.at")?;
    println!("{}{}", identity.leaf().to_pem(), identity.root().to_pem());
    println!("good for HOST4.atwork.at: {}", is_good_for(&identity, "HOST4.atwork.at", now()?)?);
    Ok(())
}

/// An identity for tests. The keys are as public as the seed: nothing but a test may trust this root.
fn identity(host: &str) -> pki_core::Result<Identity> {
    let mut rng = ChaCha20Rng::seed_from_u64(42);
    let host: Fqdn = host.parse()?;

    let profile = RootProfile::new(RootName::default_for(&host), vec![host.clone().into()]);
    let key = KeyPair::generate(KeyAlgorithm::Rsa2048, &mut rng)?;
    let authority = Authority::create(&profile, key, now()?, &mut rng)?;

    let key = KeyPair::generate(KeyAlgorithm::Rsa2048, &mut rng)?;
    authority.issue(&LeafProfile::new(host), key, now()?, &mut rng)
}

fn now() -> pki_core::Result<Time> {
    "2026-11-22T17:00:00Z".parse()
}

/// What a test could assert of code that accepts certificates.
fn is_good_for(identity: &Identity, host: &str, at: Time) -> pki_core::Result<bool> {
    let mut question = Question::new(at);
    question.host = Some(host.parse()?);
    let report = verify(identity.leaf(), &[], &[identity.root().clone()], &question);
    assert!(report.failures().all(|finding| finding.check != Check::Signature));
    Ok(report.passed())
}

#[test]
fn the_leaf_is_good_for_its_host_while_it_is_valid() -> pki_core::Result<()> {
    let identity = identity("HOST4.atwork.at")?;
    let after_three_years = now()?.plus_seconds(3 * 365 * 24 * 60 * 60)?;
    assert!(is_good_for(&identity, "HOST4.atwork.at", now()?)?);
    assert!(!is_good_for(&identity, "HOST5.atwork.at", now()?)?);
    assert!(!is_good_for(&identity, "HOST4.atwork.at", after_three_years)?);
    Ok(())
}

#[test]
fn every_run_makes_the_same_certificates() -> pki_core::Result<()> {
    assert_eq!(identity("HOST4.atwork.at")?.leaf(), identity("HOST4.atwork.at")?.leaf());
    Ok(())
}
