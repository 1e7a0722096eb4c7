//! Kits: the one that was named, and those that are installed.

use pki_core::name::printable;
use pki_core::verify::Question;

use super::leaf::Leaf;
use super::scene::{Scene, is_for};
use super::{Finding, Severity};
use crate::kit::Kit;

pub(super) fn findings(scene: &Scene<'_>, kit: Option<&Kit>, leaves: &[Leaf<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(kit) = kit {
        findings.extend(refused(kit, scene));
        findings.extend(for_another(kit, scene));
    }
    findings.extend(scene.kit.and_then(|kit| leaf_of_kit(kit, scene)));
    findings.extend(leaves_of_records(scene, leaves));
    findings
}

fn about(kit: &Kit) -> String {
    format!("the kit of {}", printable(&kit.manifest.host))
}

/// As `install` judges it.
fn refused(kit: &Kit, scene: &Scene<'_>) -> Option<Finding> {
    let said = match kit.host() {
        Err(failure) => vec![printable(failure.message())],
        Ok(host) => {
            let mut question = Question::new(scene.now);
            question.host = Some(host);
            let lines = kit.judge(&question);
            let obstacles = kit.obstacles(&lines, scene.now).into_iter();
            obstacles.map(|line| format!("{} ({}): {}", line.check, line.of, line.detail)).collect()
        }
    };
    let fix = "get it again from where it was made; if it was made like this, make a new one: replica-pki issue";
    (!said.is_empty()).then(|| Finding::new("kit-refused", about(kit), said.join("; "), fix))
}

fn for_another(kit: &Kit, scene: &Scene<'_>) -> Option<Finding> {
    if is_for(kit, &scene.survey.computer) {
        return None;
    }
    let host = scene.printable_host();
    let detail = format!("this computer is {host}");
    let fix = format!("name the kit of {host}; if there is none, make it: replica-pki issue {host} PARTNER");
    Some(Finding::new("kit-of-another-computer", about(kit), detail, fix))
}

fn leaf_of_kit(kit: &Kit, scene: &Scene<'_>) -> Option<Finding> {
    if scene.has_in_my(&kit.leaf.sha256_thumbprint().to_string()) {
        return None;
    }
    let detail = r"it is the kit's certificate, and it is not in LocalMachine\My";
    Some(Finding::of_certificate(LEAF_NOT_INSTALLED, &kit.leaf, detail, "replica-pki install KIT"))
}

/// Hyper-V may have been told to use any of them.
fn leaves_of_records(scene: &Scene<'_>, leaves: &[Leaf<'_>]) -> Vec<Finding> {
    let is_named = |sha256: &str| scene.kit.is_some_and(|kit| kit.leaf.sha256_thumbprint().to_string() == sha256);
    let severity = if leaves.iter().any(Leaf::is_usable) { Severity::Warning } else { Severity::Error };
    let records = scene.survey.installed.iter();
    let missing = records.filter(|record| !scene.has_in_my(&record.leaf.sha256) && !is_named(&record.leaf.sha256));
    let finding = |record: &crate::plan::Record| {
        let detail = r"install put it into LocalMachine\My, and it is not there any more";
        let fix = format!(
            "replica-pki install KIT, with the kit of {}; if the kit is not needed any more: replica-pki uninstall KIT",
            printable(&record.host)
        );
        Finding { severity, ..Finding::new(LEAF_NOT_INSTALLED, printable(&record.leaf.to_string()), detail, fix) }
    };
    missing.map(finding).collect()
}

const LEAF_NOT_INSTALLED: &str = "leaf-not-installed";
