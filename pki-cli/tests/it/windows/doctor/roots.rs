//! `doctor` finds roots that are missing, that should not be there, or that have their keys beside them.

use schannel::cert_context::CertContext;

use super::super::KIT;
use super::super::native::{self, Container, KeyPlace};
use super::{ROOT, SCHANNEL, add_to, fill, finds, installed, now};
use crate::support::foreign::{DAY, Key, Recipe};

#[test]
fn a_root_that_is_missing_is_found() {
    let _machine = installed();
    native::empty_root_store_of("HOST5");
    let verdict = finds(&[], &[("partner-root-missing", "error")]);
    assert!(verdict["findings"][0]["about"].as_str().unwrap().starts_with("CN=HOST5.atwork.at Replica Root ("));
    finds(&["--kit", KIT], &[("partner-root-missing", "error")]);
    native::empty_root_store_of("HOST4");
    let verdict = finds(&[], &[("chain-not-built", "error"), ("partner-root-missing", "error")]);
    assert!(verdict["findings"][0]["detail"].as_str().unwrap().contains("CN=HOST4.atwork.at Replica Root"));
    assert!(verdict["usable_leaves"].as_array().unwrap().is_empty());
}

#[test]
fn a_root_that_should_not_be_there_is_found() {
    let now = now();
    let old = (now - 900 * DAY, now - DAY);
    let makecert = Recipe::makecert_root("CN=mycompanyFirstReplica", now);
    for (der, finding) in [
        (Recipe::ca("CN=CertReq Test Root,OU=Example", now).self_signed(Key::Root), ("test-root-trusted", "critical")),
        (
            Recipe::ca("CN=Replica Issuing CA", now).signed(Key::Host, ROOT, Key::Root),
            ("root-not-self-signed", "error"),
        ),
        (makecert.self_signed(Key::Weak), ("weak-certificate", "error")),
        (Recipe { sha1: true, ..makecert.clone() }.self_signed(Key::Root), ("weak-certificate", "warning")),
        (Recipe { validity: old, ..makecert }.self_signed(Key::Root), ("root-expired", "warning")),
    ] {
        let _machine = installed();
        native::add("Root", &CertContext::new(&der).unwrap());
        finds(&[], &[finding]);
    }
}

/// As MakeCert leaves it with `-pe -ss root -sr LocalMachine`.
#[test]
fn a_root_that_lies_among_the_roots_with_its_key_is_found() {
    let _machine = installed();
    fill("JoeSoft", Key::Root);
    let root = Recipe::makecert_root("CN=mycompanyFirstReplica", now()).self_signed(Key::Root);
    add_to("Root", &root, |place| place.container("JoeSoft"));
    let verdict = finds(&[], &[("root-key-on-host", "warning")]);
    let fix = verdict["findings"][0]["fix"].as_str().unwrap();
    assert!(fix.contains("-delkey \"JoeSoft\""), "{fix}");
    let (container, provider) = ("JoeSoft".to_owned(), SCHANNEL.to_owned());
    Container::delete(&KeyPlace { container, provider, provider_type: 12, flags: 0x20, key_spec: 1 });
    finds(&[], &[]);
}
