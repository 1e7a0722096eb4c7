//! Each fault is planted into a healthy computer, and nothing but its finding comes out.

#[path = "../../tests/it/support/foreign.rs"]
#[allow(dead_code, reason = "the tests on Windows use the rest")]
mod foreign;
mod healthy;
mod keys;
mod kits;
mod leaves;
mod roots;
mod settings;
mod weak;

use std::fs;
use std::sync::LazyLock;

use pki_core::certificate::Certificate;
use pki_core::key::KeyAlgorithm;
use pki_core::mesh::{Host, Mesh, PasswordSource, Sequential};
use pki_core::validity::Time;
use rand::SeedableRng as _;
use tempfile::TempDir;

use super::{Examination, Finding, Severity, examine};
use crate::kit::{self, Kit};
use crate::plan::{CertificateName, Inverse, Record, RegistryData, Thing};
use crate::survey::{FirewallRule, KeyPlace, Personal, PrivateKey, RootKey, Stored, Survey};

const HOST: &str = "HOST4.atwork.at";
const PARTNER: &str = "HOST5.atwork.at";
/// 2026-11-22.
const NOW: u64 = 1_795_366_800;

fn now() -> Time {
    Time::from_unix(NOW).unwrap()
}

/// The kit of HOST4 or HOST5, which trust each other.
fn kit_of(host: &str) -> Kit {
    static KITS: LazyLock<TempDir> = LazyLock::new(|| {
        let hosts = [HOST, PARTNER].map(|host| Host::new(host.parse().unwrap())).into();
        let mut mesh = Mesh::new(hosts).unwrap();
        mesh.key_algorithm = KeyAlgorithm::Rsa2048;
        let mut rng = chacha20::ChaCha20Rng::seed_from_u64(1);
        let issued = mesh.issue(&Sequential, &PasswordSource::Generate, now(), &mut rng).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for host in issued.hosts {
            let kit = folder.path().join(host.bundle.fqdn.as_str());
            fs::create_dir_all(kit.join("trust")).unwrap();
            for (path, bytes) in kit::contents(&host.bundle, true, now()).unwrap() {
                fs::write(path.split('/').fold(kit.clone(), |folder, part| folder.join(part)), bytes).unwrap();
            }
        }
        folder
    });
    Kit::open(&KITS.path().join(host)).unwrap()
}

/// What `install` records: the roots were added by it.
fn record_of(kit: &Kit) -> Record {
    let roots = || kit.trust.iter().map(|(_, root)| CertificateName::of(root));
    Record {
        format: Record::FORMAT,
        kit: kit.id.clone(),
        host: kit.manifest.host.clone(),
        leaf: CertificateName::of(&kit.leaf),
        installed_at: now().to_string(),
        needs: roots().map(|root| Thing::Root(root.sha256)).collect(),
        added: roots().map(Inverse::RemoveRoot).collect(),
    }
}

/// HOST4 after `install`.
fn healthy() -> Survey {
    let kit = kit_of(HOST);
    Survey {
        installed: vec![record_of(&kit)],
        records_unreadable: None,
        root: kit.trust.iter().map(|(_, root)| stored(root.clone())).collect(),
        ..computer(vec![personal(kit.leaf)])
    }
}

/// HOST4 with nothing but what is in My, and the settings as they should be.
fn computer(my: Vec<Personal>) -> Survey {
    Survey {
        computer: HOST.to_owned(),
        build: Some(20348),
        is_elevated: true,
        my,
        root: Vec::new(),
        root_keys: Vec::new(),
        intermediates: Vec::new(),
        revocation_switch: Some(dword(1)),
        firewall_rule: FirewallRule::Enabled,
        installed: Vec::new(),
        records_unreadable: None,
    }
}

/// A certificate with its key, as `install` puts it there.
fn personal(certificate: Certificate) -> Personal {
    let key = PrivateKey::Reachable { place: place(), matches: true, exportable: Some(true) };
    Personal { stored: stored(certificate), key, windows_verdict: 0 }
}

fn place() -> KeyPlace {
    KeyPlace {
        container: "replica-pki".to_owned(),
        provider: "Microsoft RSA SChannel Cryptographic Provider".to_owned(),
        provider_type: 12,
        machine: true,
        key_spec: 1,
    }
}

/// A key like that of [`personal`], in another container.
fn of_container(container: &str) -> PrivateKey {
    let place = KeyPlace { container: container.to_owned(), ..place() };
    PrivateKey::Reachable { place, matches: true, exportable: Some(true) }
}

fn stored(certificate: Certificate) -> Stored {
    Stored { thumbprint: certificate.thumbprint().to_string(), certificate: Ok(certificate) }
}

fn certificate(der: Vec<u8>) -> Certificate {
    Certificate::from_der(&der).unwrap()
}

fn dword(number: u32) -> RegistryData {
    RegistryData { kind: 4, bytes: number.to_le_bytes().to_vec() }
}

fn names(examination: &Examination) -> Vec<&'static str> {
    examination.findings.iter().map(|finding| finding.name).collect()
}

/// The one finding that there is.
#[track_caller]
fn only(survey: &Survey, name: &str, severity: Severity) -> Finding {
    only_with(survey, None, name, severity)
}

#[track_caller]
fn only_with(survey: &Survey, kit: Option<&Kit>, name: &str, severity: Severity) -> Finding {
    let examination = examine(survey, kit, now());
    let [finding] = examination.findings.as_slice() else { panic!("{name}: {examination:#?}") };
    assert_eq!((finding.name, finding.severity), (name, severity), "{finding:#?}");
    let Finding { about, detail, fix, .. } = finding;
    for text in [about, detail, fix] {
        assert!(text.is_ascii() && text.len() > 5 && !text.contains("  "), "{finding:#?}");
    }
    assert!(!examination.passed());
    finding.clone()
}
