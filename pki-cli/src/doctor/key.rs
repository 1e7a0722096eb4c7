//! The private key of one of the computer's certificates. Hyper-V's service runs as LocalSystem: it finds keys in the
//! machine's key set alone.

use pki_core::certificate::Certificate;
use pki_core::name::printable;

use super::scene::Scene;
use super::{Finding, Severity, removal};
use crate::survey::{KeyPlace, Personal, PrivateKey};

pub(super) fn findings(personal: &Personal, certificate: &Certificate, scene: &Scene<'_>) -> Vec<Finding> {
    let thumbprint = certificate.thumbprint();
    let remove = removal::from_my(scene, certificate);
    let again = format!("{remove}, then put key and certificate back: replica-pki install KIT");
    let finding = |name, detail: String, fix: &str| Finding::of_certificate(name, certificate, detail, fix);
    let mut findings = Vec::new();
    let place = match &personal.key {
        PrivateKey::None => {
            let fix = format!("if this computer made the key: certutil -repairstore My {thumbprint}; else {again}");
            return vec![finding("key-missing", "the store names no private key for it".to_owned(), &fix)];
        }
        PrivateKey::Unreachable { place, .. } | PrivateKey::Reachable { place, .. } => place,
    };
    if !place.machine {
        let detail =
            format!("its key, {}, is in a user's key set, where Hyper-V's service cannot find it", shown(place));
        findings.push(finding("key-in-user-key-set", detail, &again));
    }
    match &personal.key {
        // In a user's key set it cannot be reached by others, and that was said.
        PrivateKey::Unreachable { error, .. } if place.machine && !scene.survey.is_elevated => {
            let detail = format!(
                "its key, {}, cannot be opened without an administrator's rights: {}",
                shown(place),
                printable(error)
            );
            let finding = finding("key-unreachable", detail, "run this as administrator");
            findings.push(Finding { severity: Severity::Warning, ..finding });
        }
        PrivateKey::Unreachable { error, .. } if place.machine => {
            let detail = format!("its key, {}, cannot be opened: {}", shown(place), printable(error));
            findings.push(finding("key-unreachable", detail, &again));
        }
        // A wrong key spec is told below; then there may be no key of that kind at all.
        PrivateKey::Reachable { matches: false, .. } if is_cng(place) || place.key_spec == AT_KEYEXCHANGE => {
            let detail = format!("{} holds the key of another certificate", shown(place));
            findings.push(finding("key-of-another", detail, &again));
        }
        _ => {}
    }
    if is_cng(place) {
        findings.extend(scene.survey.is_before_2019().then(|| {
            let detail = format!(
                "its key, {}, is in a key storage provider; Microsoft's sample has a CSP, and others report success on \
                 Windows Server 2019 and later only, which this is not",
                shown(place)
            );
            let finding = finding("key-storage-provider", detail, &format!("if replication fails: {again}"));
            Finding { severity: Severity::Warning, ..finding }
        }));
    } else if place.key_spec != AT_KEYEXCHANGE {
        let spec = match place.key_spec {
            AT_SIGNATURE => "for signatures only (AT_SIGNATURE)".to_owned(),
            other => format!("of the key specification {other}"),
        };
        let detail = format!("its key, {}, is {spec}; Hyper-V wants AT_KEYEXCHANGE", shown(place));
        findings.push(finding("key-spec", detail, &again));
    }
    findings
}

fn is_cng(place: &KeyPlace) -> bool {
    place.provider_type == 0
}

fn shown(place: &KeyPlace) -> String {
    format!("container {} of \"{}\"", printable(&place.container), printable(&place.provider))
}

const AT_KEYEXCHANGE: u32 = 1;
const AT_SIGNATURE: u32 = 2;
