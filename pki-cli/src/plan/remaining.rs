//! What is left to type after a kit was installed.

use pki_core::certificate::{Certificate, GeneralName};
use pki_core::name::DnsName;

/// The two commands that are Hyper-V's own, for PowerShell. Each root comes with its path.
pub(crate) fn remaining(leaf: &Certificate, trust: &[(String, Certificate)]) -> [String; 2] {
    let thumbprint = leaf.thumbprint();
    let partner = partner(leaf, trust).map_or("PARTNER".to_owned(), |partner| partner.to_string());
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

/// A host that one of the trusted roots may sign for, other than the kit's own. The root may be anybody's, and its
/// constraint any text, while the line stands in a script and is typed: so nothing but the name of a host is taken.
fn partner(leaf: &Certificate, trust: &[(String, Certificate)]) -> Option<DnsName> {
    let constraints = trust.iter().filter_map(|(_, root)| root.extensions().name_constraints.as_ref());
    let names = constraints.flat_map(|constraints| &constraints.permitted).filter_map(GeneralName::as_dns);
    let is_own = |name: &str| leaf.dns_names().iter().any(|own| own.eq_ignore_ascii_case(name));
    names.filter(|name| !is_own(name)).find_map(|name| DnsName::of_computer(name).ok())
}
