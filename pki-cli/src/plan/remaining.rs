//! What is left to type after a kit was installed.

use pki_core::certificate::{Certificate, GeneralName};
use pki_core::name::printable;

/// The two commands that are Hyper-V's own, for PowerShell. Each root comes with its path.
pub(crate) fn remaining(leaf: &Certificate, trust: &[(String, Certificate)]) -> [String; 2] {
    let thumbprint = leaf.thumbprint();
    let partner = partner(leaf, trust).unwrap_or_else(|| "PARTNER".to_owned());
    [
        format!(
            "Set-VMReplicationServer -ReplicationEnabled $true -AllowedAuthenticationType Certificate \
             -CertificateAuthenticationPort 443 -CertificateThumbprint {thumbprint} \
             -ReplicationAllowedFromAnyServer $true -DefaultStorageLocation D:\\Replica"
        ),
        format!(
            "Test-VMReplicationConnection -ReplicaServerName {partner} -ReplicaServerPort 443 \
             -AuthenticationType Certificate -CertificateThumbprint {thumbprint}"
        ),
    ]
}

/// A host that one of the trusted roots may sign for, other than the kit's own.
fn partner(leaf: &Certificate, trust: &[(String, Certificate)]) -> Option<String> {
    let constraints = trust.iter().filter_map(|(_, root)| root.extensions().name_constraints.as_ref());
    let mut names = constraints.flat_map(|constraints| &constraints.permitted).filter_map(GeneralName::as_dns);
    let is_own = |name: &str| leaf.dns_names().iter().any(|own| own.eq_ignore_ascii_case(name));
    // A name that starts with a dot stands for a domain.
    names.find(|name| !is_own(name) && !name.is_empty() && !name.starts_with('.')).map(printable)
}
