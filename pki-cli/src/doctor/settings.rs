//! The computer's name, the registry and the firewall.

use pki_core::certificate::Certificate;
use pki_core::name::printable;

use super::leaf::Leaf;
use super::scene::Scene;
use super::{Finding, Severity};
use crate::plan::{FIREWALL_RULE, RegistryValue};
use crate::survey::FirewallRule;

pub(super) fn findings(scene: &Scene<'_>, leaves: &[Leaf<'_>]) -> Vec<Finding> {
    let findings =
        [computer_name(scene), revocation_switch(scene, leaves), firewall_rule(scene), unreadable_records(scene)];
    findings.into_iter().flatten().collect()
}

fn computer_name(scene: &Scene<'_>) -> Option<Finding> {
    let error = scene.host.as_ref().err()?;
    let fix = "give it a name of letters, digits and hyphens: Rename-Computer -NewName NAME, then restart when it \
               suits, and make a kit for its new full name";
    Some(Finding::new("computer-name", "the computer's full name", printable(&error.to_string()), fix))
}

/// The switch is needed by certificates that name no revocation list; by what can be known here, the partners' are like
/// this computer's.
fn revocation_switch(scene: &Scene<'_>, leaves: &[Leaf<'_>]) -> Option<Finding> {
    let value = RegistryValue::Replication;
    let (key, name, off) = (value.key(), RegistryValue::NAME, RegistryValue::SWITCHED_OFF);
    let fix = format!("reg add \"HKLM\\{key}\" /v {name} /t REG_DWORD /d {off} /f");
    let data = scene.survey.revocation_switch.as_ref();
    if let Some(data) = data.filter(|data| data.as_dword().is_none()) {
        let detail = format!("it is no REG_DWORD ({data}), so Hyper-V cannot read it as one");
        return Some(Finding::new("revocation-switch-type", value, detail, fix));
    }
    if data.is_some_and(|data| data.as_dword() == Some(off)) {
        return None;
    }
    let names_no_list =
        |leaf: &&Certificate| leaf.extensions().crl_distribution_points.iter().flatten().next().is_none();
    let told = leaves.iter().filter(|leaf| leaf.is_told).map(|leaf| leaf.certificate);
    let leaf = told.chain(scene.kit.map(|kit| &kit.leaf)).find(names_no_list)?;
    let data = data.map_or("not there".to_owned(), ToString::to_string);
    let detail = format!(
        "it is {data}, and {} names no revocation list, as its partners' surely do not either: Hyper-V refuses such \
         certificates with 0x80092012 or 0x80092013",
        leaf.subject()
    );
    Some(Finding::new("revocation-check-on", value, detail, fix))
}

fn unreadable_records(scene: &Scene<'_>) -> Option<Finding> {
    let reason = scene.survey.records_unreadable.as_ref()?;
    let fix = "take back by hand what the record names, remove the file, and install the kits again";
    Some(Finding::new("records-unreadable", "the records of replica-pki install", printable(reason), fix))
}

fn firewall_rule(scene: &Scene<'_>) -> Option<Finding> {
    match scene.survey.firewall_rule {
        FirewallRule::Enabled => None,
        FirewallRule::Disabled => {
            let detail = "it is disabled: unless another rule lets them in, the partners' connections are blocked";
            let fix = format!("Enable-NetFirewallRule -Name {FIREWALL_RULE}");
            Some(Finding::new("firewall-rule-disabled", FIREWALL_RULE, detail, fix))
        }
        FirewallRule::Missing => {
            let detail = "there is no such rule, so the Hyper-V role is not installed";
            let fix = "Install-WindowsFeature -Name Hyper-V -IncludeManagementTools, then restart when it suits";
            let finding = Finding::new("firewall-rule-missing", FIREWALL_RULE, detail, fix);
            Some(Finding { severity: Severity::Warning, ..finding })
        }
    }
}
