//! What lies in LocalMachine\Root and should not, what should and does not, and roots whose keys are on this computer.

use pki_core::certificate::Certificate;
use pki_core::name::printable;

use super::leaf::Leaf;
use super::scene::{Scene, signed_by, vouches_for_itself};
use super::{Finding, Severity, removal};
use crate::plan::{CertificateName, Inverse, Record, Thing};
use crate::survey::PrivateKey;

pub(super) fn findings(scene: &Scene<'_>, leaves: &[Leaf<'_>]) -> Vec<Finding> {
    let mut findings: Vec<_> = scene.trusted.iter().filter_map(|root| trusted(root, scene)).collect();
    findings.extend(missing_of_kit(scene, leaves));
    findings.extend(missing_of_records(scene, leaves));
    findings.extend(keys_on_host(scene));
    findings
}

/// `New-SelfSignedCertificate -TestRoot` installs it.
pub(super) fn is_test_root(root: &Certificate) -> bool {
    root.subject().common_names().any(|name| name.eq_ignore_ascii_case("CertReq Test Root"))
}

/// Whether a certificate can be the root of others: a CA that vouches for itself. MakeCert's roots have no extension
/// that says CA; self-signed certificates of services name their purposes.
pub(super) fn is_root_by_itself(certificate: &Certificate) -> bool {
    let extensions = certificate.extensions();
    let is_ca = match extensions.basic_constraints {
        Some(constraints) => constraints.ca,
        None => extensions.extended_key_usage.is_none(),
    };
    is_ca && vouches_for_itself(certificate)
}

fn trusted(root: &Certificate, scene: &Scene<'_>) -> Option<Finding> {
    let remove = removal::from_root(scene, root);
    if is_test_root(root) {
        let detail = "it is trusted as a root, and everybody can have its private key, which Windows brings along: \
                      anybody can pass for any host";
        let finding = Finding::of_certificate("test-root-trusted", root, detail, remove);
        return Some(Finding { severity: Severity::Critical, ..finding });
    }
    if vouches_for_itself(root) {
        return None;
    }
    let detail = r"it lies in LocalMachine\Root and is not self-signed, which can keep Windows from accepting any client's certificate";
    let fix = match root.extensions().basic_constraints {
        // Its key, if it is here, is that of a CA at work.
        Some(constraints) if constraints.ca => format!(
            "put it where intermediate CAs belong: certutil -store Root {0} FILE.cer, certutil -addstore -f CA FILE.cer, \
             then certutil -delstore Root {0}",
            root.thumbprint()
        ),
        _ => remove,
    };
    Some(Finding::of_certificate("root-not-self-signed", root, detail, fix))
}

fn missing_of_kit(scene: &Scene<'_>, leaves: &[Leaf<'_>]) -> Vec<Finding> {
    let trust = scene.kit.iter().flat_map(|kit| &kit.trust);
    let missing = trust.filter(|(_, root)| {
        // The root of this computer's own certificate is missed there.
        !scene.trusted.contains(&root) && !leaves.iter().any(|leaf| leaf.is_told && signed_by(leaf.certificate, root))
    });
    let finding = |(path, root): &(String, Certificate)| {
        let detail = r"the kit brings this root, and it is not in LocalMachine\Root; its hosts are refused";
        let fix = format!(
            "replica-pki install KIT, or in the kit's folder: certutil -addstore -f Root \"{}\"",
            printable(&path.replace('/', "\\"))
        );
        Finding::of_certificate(MISSING, root, detail, fix)
    };
    missing.map(finding).collect()
}

/// A record knows the name of a root that its installation added, and of others only the SHA-256.
fn missing_of_records(scene: &Scene<'_>, leaves: &[Leaf<'_>]) -> Vec<Finding> {
    let present: Vec<_> = scene.trusted.iter().map(|root| root.sha256_thumbprint().to_string()).collect();
    let in_kit = |sha256: &str| {
        let trust = scene.kit.iter().flat_map(|kit| &kit.trust);
        trust.map(|(_, root)| root.sha256_thumbprint().to_string()).any(|other| other == sha256)
    };
    let mut told: Vec<&str> = Vec::new();
    let mut findings = Vec::new();
    for record in &scene.survey.installed {
        for thing in &record.needs {
            let Thing::Root(sha256) = thing else { continue };
            if present.contains(sha256) || in_kit(sha256) || told.contains(&sha256.as_str()) {
                continue;
            }
            told.push(sha256);
            let name = name_in(record, sha256);
            let is_own = |leaf: &Leaf<'_>| {
                leaf.is_told && name.is_some_and(|name| name.subject == leaf.certificate.issuer().to_string())
            };
            if leaves.iter().any(is_own) {
                continue;
            }
            let about = match name {
                Some(name) => printable(&name.to_string()),
                None => format!("the root with SHA-256 {}", printable(sha256)),
            };
            let host = printable(&record.host);
            let detail = format!(
                r"the installed kit of {host} needs this root, and it is not in LocalMachine\Root; its hosts are refused"
            );
            findings.push(Finding::new(
                MISSING,
                about,
                detail,
                format!("replica-pki install KIT, with the kit of {host}"),
            ));
        }
    }
    findings
}

fn name_in<'r>(record: &'r Record, sha256: &str) -> Option<&'r CertificateName> {
    record.added.iter().find_map(|inverse| match inverse {
        Inverse::RemoveRoot(name) if name.sha256 == sha256 => Some(name),
        _ => None,
    })
}

/// MakeCert leaves every root's key on the host, exportable, with the certificate in My or in Root.
fn keys_on_host(scene: &Scene<'_>) -> Vec<Finding> {
    let my: Vec<_> = removal::keys_in_my(scene).filter(|(_, key)| is_on_host(key, scene)).collect();
    // A copy in Root that names the same key is told once.
    let root = removal::keys_in_root(scene).filter(|(certificate, key)| {
        is_on_host(key, scene) && !my.iter().any(|(other, known)| other == certificate && known == key)
    });
    let in_my = my.iter().filter_map(|(certificate, key)| key_on_host("My", certificate, key));
    in_my.chain(root.filter_map(|(certificate, key)| key_on_host("Root", certificate, key))).collect()
}

/// What an administrator cannot open among the machine's keys is there no more; the others may be.
fn is_on_host(key: &PrivateKey, scene: &Scene<'_>) -> bool {
    match key {
        PrivateKey::None => false,
        PrivateKey::Unreachable { place, .. } => !(place.machine && scene.survey.is_elevated),
        PrivateKey::Reachable { matches, .. } => *matches,
    }
}

fn key_on_host(store: &str, certificate: &Certificate, key: &PrivateKey) -> Option<Finding> {
    let place = key.own_place().filter(|_| is_root_by_itself(certificate))?;
    let how = match key {
        PrivateKey::Unreachable { .. } => "is said to be on this computer",
        PrivateKey::Reachable { exportable: Some(true), .. } => "is on this computer, exportable",
        _ => "is on this computer",
    };
    let detail = format!(
        "it is a root, and its private key {how}: who takes over this host can pass for every host that the root may \
         sign for"
    );
    let (thumbprint, delete) = (certificate.thumbprint(), place.deletion());
    // In Root it is needed, by what it signed, and needs no key for that.
    let remove = match store {
        "My" => format!("{delete}, then certutil -delstore My {thumbprint}"),
        _ => format!("{delete}; the certificate itself stays"),
    };
    let fix = format!(
        "if this computer is not meant to be a CA: save it with its key (certutil -exportPFX {store} {thumbprint} \
         ROOT.pfx), keep the file elsewhere, then {remove}"
    );
    let finding = Finding::of_certificate("root-key-on-host", certificate, detail, fix);
    Some(Finding { severity: Severity::Warning, ..finding })
}

const MISSING: &str = "partner-root-missing";
