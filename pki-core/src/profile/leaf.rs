//! The certificate of one host.

use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::{Extension, pkix};
use x509_cert::name::Name;

use super::{common_name, extension, ia5, key_identifier, server_and_client};
use crate::error::Result;
use crate::key::PublicKey;
use crate::name::{DnsName, Fqdn, HttpUrl};
use crate::validity::Days;

/// A host's certificate for TLS as server and client.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LeafProfile {
    /// The host: CommonName and first SubjectAltName.
    pub fqdn: Fqdn,
    /// Further names, such as the Replica Broker of the host's cluster. Names that were already there are skipped.
    pub also: Vec<DnsName>,
    /// How long it lives; cut where its root ends.
    pub days: Days,
    /// Where the root's revocation list can be read, if there is one.
    pub revocation_list: Option<HttpUrl>,
}

impl LeafProfile {
    /// A certificate for a host, for two years.
    pub fn new(fqdn: Fqdn) -> Self {
        Self { fqdn, also: Vec::new(), days: Days::LEAF, revocation_list: None }
    }

    /// All names, the host's own first, each once.
    pub fn names(&self) -> Vec<&DnsName> {
        let mut names = vec![self.fqdn.as_dns_name()];
        for name in &self.also {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// §4.1.2.6: the CommonName that Hyper-V compares with the computer's name.
    pub(crate) fn subject(&self, warning: Option<&str>) -> Result<Name> {
        common_name(self.fqdn.as_str(), warning)
    }

    pub(crate) fn extensions(&self, key: &PublicKey, authority_key_identifier: &[u8]) -> Result<Vec<Extension>> {
        let authority = pkix::AuthorityKeyIdentifier {
            key_identifier: Some(key_identifier(authority_key_identifier)?),
            authority_cert_issuer: None,
            authority_cert_serial_number: None,
        };
        let mut extensions = vec![
            // §4.2.1.6: not critical, because the subject is not empty.
            extension(false, &self.subject_alt_name()?)?,
            // §4.2.1.9: critical, so that no reader takes it for a CA.
            extension(true, &pkix::BasicConstraints { ca: false, path_len_constraint: None })?,
            // §4.2.1.3: critical; handshakes with ephemeral keys, and with RSA key transport as old servers use it.
            extension(true, &pkix::KeyUsage(pkix::KeyUsages::DigitalSignature | pkix::KeyUsages::KeyEncipherment))?,
            extension(false, &server_and_client())?,
            // §4.2.1.2
            extension(false, &pkix::SubjectKeyIdentifier(key_identifier(&key.key_identifier())?))?,
            // §4.2.1.1
            extension(false, &authority)?,
        ];
        if let Some(url) = &self.revocation_list {
            extensions.push(extension(false, &distribution_points(url)?)?);
        }
        Ok(extensions)
    }

    pub(crate) fn subject_alt_name(&self) -> Result<pkix::SubjectAltName> {
        let dns_name = |name: &&DnsName| Ok(GeneralName::DnsName(ia5(name.as_str())?));
        Ok(pkix::SubjectAltName(self.names().iter().map(dns_name).collect::<Result<_>>()?))
    }
}

/// §4.2.1.13: not critical; one place, for all reasons, of a list that the root itself signs.
fn distribution_points(url: &HttpUrl) -> Result<pkix::CrlDistributionPoints> {
    let names = vec![GeneralName::UniformResourceIdentifier(ia5(url.as_str())?)];
    Ok(pkix::CrlDistributionPoints(vec![DistributionPoint {
        distribution_point: Some(DistributionPointName::FullName(names)),
        reasons: None,
        crl_issuer: None,
    }]))
}
