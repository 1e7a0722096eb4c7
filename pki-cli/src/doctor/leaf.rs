//! The computer's own certificates: whether replication can use one, and if not, why.

use pki_core::certificate::Certificate;
use pki_core::verify::{Check, Finding as Failure, Report, Role};

use super::scene::Scene;
use super::{Finding, Severity, expiry, key, removal, weak, windows_verdict};
use crate::plan::{CertificateName, Provider};
use crate::survey::Personal;

/// A certificate in LocalMachine\My that names this computer, or that a kit brought, and what is wrong with it.
pub(super) struct Leaf<'s> {
    pub(super) certificate: &'s Certificate,
    /// The root at the end of its chain.
    pub(super) root: Option<&'s Certificate>,
    /// Whether its faults are told. What a kit brought has to work. Of the others one is enough, because services of
    /// all kinds keep certificates with the computer's name.
    pub(super) is_told: bool,
    is_expected: bool,
    is_usable: bool,
    faults: Vec<Finding>,
}

/// All certificates that are meant for this computer.
pub(super) fn judge<'s>(scene: &Scene<'s>) -> Vec<Leaf<'s>> {
    let mut leaves: Vec<_> = scene.survey.my.iter().filter_map(|personal| Leaf::of(personal, scene)).collect();
    let is_any_usable = leaves.iter().any(|leaf| leaf.is_usable);
    let is_any_expected = leaves.iter().any(|leaf| leaf.is_expected);
    for leaf in &mut leaves {
        let is_asked_for = scene.kit.is_some_and(|kit| kit.leaf == *leaf.certificate);
        let is_replaced = is_any_usable && leaf.has_merely_ended() && !is_asked_for;
        leaf.is_told = match leaf.is_expected {
            _ if leaf.is_usable => true,
            true => !is_replaced,
            false => !is_any_usable && !is_any_expected,
        };
    }
    leaves
}

pub(super) fn findings(scene: &Scene<'_>, leaves: &[Leaf<'_>]) -> Vec<Finding> {
    let told = leaves.iter().filter(|leaf| leaf.is_told);
    let mut findings: Vec<_> = told.flat_map(|leaf| leaf.faults.iter().cloned()).collect();
    // Where a kit's leaf is missing, that is said instead.
    if leaves.is_empty() && scene.kit.is_none() && scene.survey.installed.is_empty() {
        findings.push(no_leaf(scene));
    }
    findings.extend(several(scene, leaves));
    findings
}

/// How to get another certificate for this computer. Windows before Server 2019 takes no PFX of the kind that is made
/// unless told otherwise; `install` opens a kit's itself.
pub(super) fn how_to_renew(scene: &Scene<'_>) -> String {
    let (host, provider) = (scene.printable_host(), Provider::Schannel.name());
    let old = if scene.survey.is_before_2019() { "--windows 2012r2 " } else { "" };
    format!(
        "where the folder of the mesh is: replica-pki renew {host}, then what it prints; without that folder, where \
         the roots' keys are: replica-pki issue {host} PARTNER {old}--dir NEW, and on each host: replica-pki install KIT; \
         or keep the root: replica-pki leaf {host} --root ROOT.cer --root-key ROOT.key.pem \
         {old}--out NEW, and here: certutil -csp \"{provider}\" -importPFX My {host}.pfx AT_KEYEXCHANGE,NoRoot"
    )
}

impl<'s> Leaf<'s> {
    pub(super) fn is_usable(&self) -> bool {
        self.is_usable
    }

    fn of(personal: &'s Personal, scene: &Scene<'s>) -> Option<Self> {
        let certificate = personal.stored.certificate.as_ref().ok()?;
        let is_expected = scene.is_of_a_kit(certificate);
        if !is_expected && !scene.names_computer(certificate) {
            return None;
        }
        let root = scene.root_of(certificate);
        let faults = faults(personal, certificate, root, scene);
        // Windows uses weak ones; that they are weak is told all the same.
        let is_blocking = |fault: &Finding| fault.severity < Severity::Warning && fault.name != weak::NAME;
        let has_valid_root = root.is_none_or(|root| root.validity().contains(scene.now));
        let is_usable = has_valid_root && !faults.iter().any(is_blocking);
        Some(Self { certificate, root, is_told: false, is_expected, is_usable, faults })
    }

    fn has_merely_ended(&self) -> bool {
        let mut errors = self.faults.iter().filter(|fault| fault.severity < Severity::Warning).peekable();
        errors.peek().is_some() && errors.all(|fault| fault.name == expiry::LEAF_EXPIRED)
    }
}

fn faults(
    personal: &Personal,
    certificate: &Certificate,
    root: Option<&Certificate>,
    scene: &Scene<'_>,
) -> Vec<Finding> {
    let report = scene.verify(certificate);
    if let Some(failure) = report.failures().find(|failure| failure.check == Check::LeafNotSelfSigned) {
        return vec![Finding::of_certificate("leaf-self-signed", certificate, &failure.detail, how_to_renew(scene))];
    }
    let mut faults = Vec::new();
    faults.extend(expiry::leaf(certificate, scene));
    faults.extend(weak::leaf(certificate, scene));
    let is_told_elsewhere = |failure: &&Failure| match (failure.check, failure.role) {
        (Check::Validity, Role::Leaf | Role::Root) => true,
        (Check::KeyStrength | Check::HashStrength, Role::Leaf) => weak::weakness(certificate).is_some(),
        (Check::KeyStrength | Check::HashStrength, Role::Root) => root.and_then(weak::weakness).is_some(),
        _ => false,
    };
    let (chain, others): (Vec<_>, Vec<_>) = report
        .failures()
        .filter(|failure| !is_told_elsewhere(failure))
        .partition(|failure| failure.check == Check::RootFound);
    faults.extend(chain.first().map(|failure| chain_not_built(failure, personal, certificate)));
    faults.extend(refused(&others, personal, certificate, scene));
    faults.extend(windows_refuses(&report, personal, certificate, scene));
    faults.extend(key::findings(personal, certificate, scene));
    faults
}

/// Windows may know certificates that it fetched; the machine's stores have to bring what the chain needs all the same.
fn chain_not_built(failure: &Failure, personal: &Personal, certificate: &Certificate) -> Finding {
    let issuer = certificate.issuer();
    let detail = format!("{}; {}", failure.detail, windows_verdict::in_words(personal.windows_verdict));
    let fix = format!(
        "if {issuer} is a root: certutil -addstore -f Root FILE.cer, or replica-pki install KIT; if it is an \
         intermediate CA: certutil -addstore -f CA FILE.cer, and its root into Root"
    );
    Finding::of_certificate("chain-not-built", certificate, detail, fix)
}

fn refused(
    failures: &[&Failure],
    personal: &Personal,
    certificate: &Certificate,
    scene: &Scene<'_>,
) -> Option<Finding> {
    if failures.is_empty() {
        return None;
    }
    let said: Vec<_> = failures.iter().map(|f| format!("{} ({}): {}", f.check, f.role, f.detail)).collect();
    let detail = format!("{}; {}", said.join("; "), windows_verdict::in_words(personal.windows_verdict));
    let finding = Finding::of_certificate("leaf-refused", certificate, detail, how_to_renew(scene));
    Some(Finding { severity: severity(personal, failures), ..finding })
}

/// Where Windows accepts what is refused here, replication may well work: MakeCert's roots are no CAs by their
/// extensions, and elliptic curves cannot be checked. What Windows was not asked about remains.
fn severity(personal: &Personal, failures: &[&Failure]) -> Severity {
    let is_beyond_windows = |failure: &&Failure| {
        failure.role == Role::Leaf && matches!(failure.check, Check::KeyUsage | Check::ExtendedKeyUsage)
    };
    match personal.windows_verdict {
        0 if !failures.iter().any(is_beyond_windows) => Severity::Warning,
        _ => Severity::Error,
    }
}

/// Where nothing that is known here explains it. Windows was asked about the computer's name, so that must be one.
fn windows_refuses(
    report: &Report,
    personal: &Personal,
    certificate: &Certificate,
    scene: &Scene<'_>,
) -> Option<Finding> {
    let is_explained =
        report.failures().any(|failure| !matches!(failure.check, Check::KeyStrength | Check::HashStrength));
    if personal.windows_verdict == 0 || is_explained || scene.host.is_err() {
        return None;
    }
    let fix = format!(
        "certutil -verifystore My {} shows the chain as Windows builds it; {}",
        certificate.thumbprint(),
        windows_verdict::way_out(personal.windows_verdict)
    );
    let detail =
        format!("every check of this program passes, but {}", windows_verdict::in_words(personal.windows_verdict));
    Some(Finding::of_certificate("windows-refuses-leaf", certificate, detail, fix))
}

/// A computer that was renamed still has the certificate of its old name.
fn no_leaf(scene: &Scene<'_>) -> Finding {
    let my = scene.survey.my.iter().filter_map(|personal| personal.stored.certificate.as_ref().ok());
    let others: Vec<_> = my
        .filter(|certificate| weak::is_for_replication(certificate))
        .map(|other| CertificateName::of(other).to_string())
        .collect();
    let host = scene.printable_host();
    let mut detail = format!("none of its {} certificates is for {host}", scene.survey.my.len());
    if !others.is_empty() {
        detail.push_str(&format!("; for other names there are {}", others.join(", ")));
    }
    let fix = format!(
        "replica-pki install KIT, with the kit of this computer; if there is none, make it: replica-pki issue {host} \
         PARTNER"
    );
    Finding::new("no-leaf", r"LocalMachine\My", detail, fix)
}

/// One that ended counts as long as another is there: after a renewal Hyper-V goes on using the old one until it is told.
fn several(scene: &Scene<'_>, leaves: &[Leaf<'_>]) -> Option<Finding> {
    let matching: Vec<_> = leaves.iter().filter(|leaf| leaf.is_usable || leaf.has_merely_ended()).collect();
    if matching.len() < 2 {
        return None;
    }
    let newest =
        matching.iter().filter(|leaf| leaf.is_usable).max_by_key(|leaf| leaf.certificate.validity().not_after)?;
    let name = |leaf: &&Leaf<'_>| {
        format!("{}, ends {}", CertificateName::of(leaf.certificate), leaf.certificate.validity().not_after)
    };
    let detail = format!(
        "{} certificates match: {}; which one is used depends on the thumbprint that Hyper-V was given",
        matching.len(),
        matching.iter().map(name).collect::<Vec<_>>().join("; ")
    );
    let others = matching.iter().map(|leaf| leaf.certificate).filter(|leaf| *leaf != newest.certificate);
    let foreign = others.filter(|leaf| !scene.is_of_a_kit(leaf)).map(|leaf| removal::from_my(scene, leaf));
    let fix = format!(
        "Set-VMReplicationServer -CertificateThumbprint {} and the same with Set-VMReplication for every VM; then take \
         the others back, those of a kit: replica-pki uninstall KIT; leave the rest unless nothing else uses them{}",
        newest.certificate.thumbprint(),
        foreign.map(|removal| format!("; if nothing does: {removal}")).collect::<String>()
    );
    let finding = Finding::new("several-leaves", scene.printable_host(), detail, fix);
    Some(Finding { severity: Severity::Warning, ..finding })
}
