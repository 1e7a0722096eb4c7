//! What is to be done by hand after a certificate or root was exchanged, and where: on the hosts, whose configuration keeps
//! thumbprints, and here.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use pki_core::name::{Fqdn, printable};
use pki_core::validity::Time;
use serde::Serialize;

use crate::estate::{Estate, Reason, Work, root_certificate, root_key};
use crate::inventory::Inventory;
use crate::output;

/// One line to type.
#[derive(Debug, Serialize)]
pub(in crate::commands) struct Step {
    /// The hosts, where PowerShell runs as administrator; none stands for where the folder of the mesh is.
    pub(in crate::commands) on: Vec<String>,
    pub(in crate::commands) what: Cow<'static, str>,
    pub(in crate::commands) command: String,
}

/// Which certificates the virtual machines of a host use until now.
pub(in crate::commands) enum Used<'u> {
    /// More than one where a change-over was not finished.
    These(&'u [String]),
    /// Nobody knows.
    Another,
}

/// The order that keeps replication running, when the kit is installed. The old certificate stays in the store meanwhile.
pub(in crate::commands) fn change_over(host: &Fqdn, old: &Used<'_>, new: &str, partners: &[&Fqdn]) -> Vec<Step> {
    let uses_old = match old {
        Used::These([old]) => format!("-eq '{old}'"),
        Used::These(old) => format!("-in {}", quoted(old)),
        Used::Another => format!("-ne '{new}'"),
    };
    let mut steps = Vec::new();
    if !partners.is_empty() {
        steps.push(Step::on(host, "test the connection with the new certificate", test(new, partners)));
    }
    steps.extend([
        Step::on(
            host,
            "let the Replica server use it",
            format!(
                "Set-VMReplicationServer -AllowedAuthenticationType Certificate -CertificateAuthenticationPort 443 \
                 -CertificateThumbprint {new}"
            ),
        ),
        Step::on(
            host,
            "let every virtual machine that used the old one use it",
            format!(
                "Get-VMReplication | Where-Object {{ $_.CertificateThumbprint {uses_old} }} | \
                 Set-VMReplication -CertificateThumbprint {new}"
            ),
        ),
        Step::on(
            host,
            "look until Health says Normal for every virtual machine",
            "Get-VMReplication | Format-Table -Property VMName, State, Health, CertificateThumbprint".to_owned(),
        ),
    ]);
    steps
}

/// Only then does the old certificate go.
pub(in crate::commands) fn take_back(host: &Fqdn) -> Step {
    let what = "when replication is healthy on both sides, take the old certificate back";
    Step::on(host, what, format!(".\\replica-pki.exe uninstall {host}\\previous"))
}

/// The same where no kit keeps the old certificate, and the new one has another key.
pub(in crate::commands) fn remove(host: &Fqdn, old: &str) -> Step {
    let what = "when replication is healthy on both sides, take the old certificate and its key away \
                (or uninstall its kit, where that was kept)";
    Step::on(host, what, format!("Remove-Item -Path Cert:\\LocalMachine\\My\\{old} -DeleteKey"))
}

pub(in crate::commands) fn install(host: &Fqdn) -> Step {
    Step::on(host, "bring the kit's folder to the host and install it", format!(".\\replica-pki.exe install {host}"))
}

/// Every host has to trust the new roots before anybody shows a certificate below them.
pub(in crate::commands) fn install_all(hosts: &[&Fqdn]) -> Step {
    Step {
        on: hosts.iter().map(ToString::to_string).collect(),
        what: "bring the host's kit to it and install it; until every host has its own, none uses its new certificate"
            .into(),
        command: ".\\replica-pki.exe install FOLDER".to_owned(),
    }
}

/// Nothing needs the old roots any more; they would end by themselves.
pub(in crate::commands) fn drop_roots(hosts: &[&Fqdn], thumbprints: &[String]) -> Step {
    let command = match thumbprints {
        [thumbprint] => format!("certutil -delstore Root {thumbprint}"),
        thumbprints => format!("{} | ForEach-Object {{ certutil -delstore Root $_ }}", quoted(thumbprints)),
    };
    let on = hosts.iter().map(ToString::to_string).collect();
    Step { on, what: "take the old roots away, which nothing needs any more".into(), command }
}

/// A command of this program for the same folder.
pub(in crate::commands) fn here(dir: &Path, what: &'static str, arguments: &str) -> Step {
    let command = output::for_folder(dir, &format!("replica-pki renew {arguments}"));
    Step { on: Vec::new(), what: what.into(), command }
}

/// Where certificates name revocation lists, a new root needs one before a certificate of it is used. Without its key none can
/// be made.
pub(in crate::commands) fn first_lists(dir: &Path, inventory: &Inventory, work: &Work) -> Vec<Step> {
    let kept = work.roots.iter().map(|root| &root.label).filter(|label| !work.discarded.contains(label));
    kept.filter_map(|label| list_of(dir, inventory, label)).collect()
}

/// And so does a root that signs now, and was made before lists were asked for, or let its last one end.
pub(in crate::commands) fn missing_lists(
    dir: &Path,
    inventory: &Inventory,
    estate: &Estate,
    work: &Work,
    now: Time,
) -> Vec<Step> {
    let signing = work.kits.iter().filter(|kit| kit.reason != Reason::Encoding).map(|kit| &kit.signer);
    let is_missing = |label: &&String| match estate.roots.get(*label).map(|root| &root.list) {
        Some(Some(Ok(list))) => now > list.validity().not_after,
        Some(Some(Err(_))) | None => false,
        Some(None) => true,
    };
    let is_new = |label: &&String| work.roots.iter().any(|root| root.label == **label);
    let signing = signing.filter(|label| !is_new(label) && !work.discarded.contains(label)).filter(is_missing);
    signing.collect::<BTreeSet<_>>().into_iter().filter_map(|label| list_of(dir, inventory, label)).collect()
}

fn list_of(dir: &Path, inventory: &Inventory, label: &str) -> Option<Step> {
    let address = inventory.defaults.crl_url.as_ref()?.of_root(label).ok()?;
    let what =
        format!("make the revocation list of {label}, and publish it at {address} before its certificates are used");
    Some(Step { on: Vec::new(), what: what.into(), command: crl(dir, label) })
}

/// The line that makes the next revocation list of a root.
pub(in crate::commands) fn crl(dir: &Path, label: &str) -> String {
    let shown = |path: PathBuf| output::argument(&dir.join(path));
    let (root, key) = (shown(root_certificate(label)), shown(root_key(label)));
    let list = output::argument(Path::new(&format!("{label}.crl")));
    format!("replica-pki crl --root {root} --root-key {key} --out {list}")
}

/// Numbered, each with its line to type below.
pub(in crate::commands) fn list(steps: &[Step], with_place: bool) -> String {
    let line = |(number, step): (usize, &Step)| {
        let Step { on, what, command } = step;
        let (what, command) = (printable(what), printable(command));
        let place = match on.as_slice() {
            _ if !with_place => String::new(),
            [] => "here: ".to_owned(),
            [host] => format!("on {host}: "),
            _ => "on every host: ".to_owned(),
        };
        format!("  {}. {place}{what}\n       {command}\n", number + 1)
    };
    steps.iter().enumerate().map(line).collect()
}

impl Step {
    fn on(host: &Fqdn, what: &'static str, command: String) -> Self {
        Self { on: vec![host.to_string()], what: what.into(), command }
    }
}

/// One line, however many partners there are.
fn test(new: &str, partners: &[&Fqdn]) -> String {
    let test = |partner: &str| {
        format!(
            "Test-VMReplicationConnection -ReplicaServerName {partner} -ReplicaServerPort 443 \
             -AuthenticationType Certificate -CertificateThumbprint {new}"
        )
    };
    match partners {
        [partner] => test(partner.as_str()),
        partners => format!("{} | ForEach-Object {{ {} }}", quoted(partners), test("$_")),
    }
}

/// As PowerShell takes several strings.
fn quoted<T: Display>(texts: &[T]) -> String {
    texts.iter().map(|text| format!("'{text}'")).collect::<Vec<_>>().join(", ")
}
