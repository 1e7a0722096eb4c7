//! Ends that came or come near.

use pki_core::certificate::{Certificate, GeneralName};

use super::leaf::{self, Leaf};
use super::roots::{is_root_by_itself, is_test_root};
use super::scene::Scene;
use super::{Finding, Severity, removal};

pub(super) const LEAF_EXPIRED: &str = "leaf-expired";

/// A certificate of this computer that is not valid now.
pub(super) fn leaf(certificate: &Certificate, scene: &Scene<'_>) -> Option<Finding> {
    match Standing::of(certificate, scene, LEAF_DAYS) {
        Standing::Early(detail) => Some(Finding::of_certificate("leaf-not-yet-valid", certificate, detail, CLOCK)),
        Standing::Ended(detail) => {
            Some(Finding::of_certificate(LEAF_EXPIRED, certificate, detail, leaf::how_to_renew(scene)))
        }
        Standing::EndsSoon(_) | Standing::Good => None,
    }
}

pub(super) fn findings(scene: &Scene<'_>, leaves: &[Leaf<'_>]) -> Vec<Finding> {
    let mut findings = leaves_that_end(scene, leaves);
    findings.extend(scene.trusted.iter().filter_map(|root| root_finding(root, scene, leaves)));
    findings
}

/// Nothing while another one lives on: then it was renewed.
fn leaves_that_end(scene: &Scene<'_>, leaves: &[Leaf<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for leaf in leaves.iter().filter(|leaf| leaf.is_usable()) {
        let Standing::EndsSoon(detail) = Standing::of(leaf.certificate, scene, LEAF_DAYS) else { return Vec::new() };
        let fix = leaf::how_to_renew(scene);
        let finding = Finding::of_certificate("leaf-ends-soon", leaf.certificate, detail, fix);
        findings.push(Finding { severity: Severity::Warning, ..finding });
    }
    findings
}

/// Roots that a kit brought, and those at the end of this computer's chains. Of others that look like a replica's root
/// it is not known whether a partner still uses them; and Windows' own old roots are kept for old signatures.
fn root_finding(root: &Certificate, scene: &Scene<'_>, leaves: &[Leaf<'_>]) -> Option<Finding> {
    let is_needed = scene.is_root_of_a_kit(root) || leaves.iter().any(|leaf| leaf.is_told && leaf.root == Some(root));
    if is_test_root(root) || !(is_needed || looks_like_a_replicas(root)) {
        return None;
    }
    let unless_needed = |severity| if is_needed { severity } else { Severity::Warning };
    let remove = removal::from_root(scene, root);
    let replace = match is_needed {
        true => format!(
            "where the folder of the mesh is: replica-pki renew, then what it prints; without that folder: replica-pki \
             issue HOST PARTNER --dir NEW, and replica-pki install KIT on each host; then {remove}"
        ),
        false => format!("if no partner uses it: {remove}"),
    };
    let (name, severity, detail, fix) = match Standing::of(root, scene, ROOT_DAYS) {
        Standing::Early(detail) => ("root-not-yet-valid", unless_needed(Severity::Error), detail, CLOCK.to_owned()),
        Standing::Ended(detail) => ("root-expired", unless_needed(Severity::Error), detail, replace),
        Standing::EndsSoon(detail) => ("root-ends-soon", Severity::Warning, detail, replace),
        Standing::Good => return None,
    };
    Some(Finding { severity, ..Finding::of_certificate(name, root, detail, fix) })
}

/// As this program makes them, limited to host names, or as MakeCert does, without constraints of any kind.
fn looks_like_a_replicas(root: &Certificate) -> bool {
    let extensions = root.extensions();
    let permitted = extensions.name_constraints.iter().flat_map(|constraints| &constraints.permitted);
    let is_limited_to_hosts = permitted.filter_map(GeneralName::as_dns).next().is_some();
    root.subject().is_common_name_alone()
        && is_root_by_itself(root)
        && (is_limited_to_hosts || extensions.basic_constraints.is_none())
}

enum Standing {
    Early(String),
    Ended(String),
    EndsSoon(String),
    Good,
}

impl Standing {
    fn of(certificate: &Certificate, scene: &Scene<'_>, days_of_warning: i64) -> Self {
        let (start, end) = (certificate.validity().not_before, certificate.validity().not_after);
        if scene.now < start {
            return Self::Early(format!("it starts {start}, and here it is {}", scene.now));
        }
        if scene.now > end {
            return Self::Ended(format!("it ended {end}, and here it is {}", scene.now));
        }
        match end.days_after(scene.now) {
            0 => Self::EndsSoon(format!("it ends {end}, in less than a day")),
            1 => Self::EndsSoon(format!("it ends {end}, in 1 day")),
            days if days < days_of_warning => Self::EndsSoon(format!("it ends {end}, in {days} days")),
            _ => Self::Good,
        }
    }
}

const CLOCK: &str = "compare the clocks of this computer and of the one that made it: w32tm /query /status; if they are \
                     right, wait, or make a new one";
const LEAF_DAYS: i64 = 30;
const ROOT_DAYS: i64 = 90;
