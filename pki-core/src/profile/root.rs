//! The root.

use x509_cert::ext::pkix::constraints::name::GeneralSubtree;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::{Extension, pkix};
use x509_cert::name::Name;

use super::{common_name, extension, ia5, key_identifier, server_and_client};
use crate::error::{Error, Result};
use crate::key::PublicKey;
use crate::name::{DnsName, RootName};
use crate::validity::Days;

/// A self-signed root that can sign certificates of exactly its hosts, for TLS only.
///
/// ```
/// use pki_core::name::Fqdn;
/// use pki_core::profile::RootProfile;
///
/// let host: Fqdn = "HOST4.atwork.at".parse()?;
/// let mut profile = RootProfile::new("mycompanyFirstReplica".parse()?, vec![host.into()]);
/// profile.extended_key_usage = false;
/// # Ok::<(), pki_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RootProfile {
    /// The CommonName.
    pub name: RootName,
    /// The hosts that it may sign for.
    pub hosts: Vec<DnsName>,
    /// How long it lives.
    pub days: Days,
    /// Whether the root is limited to [`RootProfile::hosts`].
    pub name_constraints: bool,
    /// Whether the root is limited to TLS servers and clients.
    pub extended_key_usage: bool,
}

impl RootProfile {
    /// A root with both limits on, for ten years.
    pub fn new(name: RootName, hosts: Vec<DnsName>) -> Self {
        Self { name, hosts, days: Days::ROOT, name_constraints: true, extended_key_usage: true }
    }

    pub(crate) fn subject(&self, warning: Option<&str>) -> Result<Name> {
        common_name(self.name.as_str(), warning)
    }

    pub(crate) fn extensions(&self, key: &PublicKey) -> Result<Vec<Extension>> {
        let mut extensions = vec![
            // §4.2.1.9: critical, and pathLen 0: it signs leaves only.
            extension(true, &pkix::BasicConstraints { ca: true, path_len_constraint: Some(0) })?,
            // §4.2.1.3: critical; certificates and revocation lists, nothing else.
            extension(true, &pkix::KeyUsage(pkix::KeyUsages::KeyCertSign | pkix::KeyUsages::CRLSign))?,
            // §4.2.1.2: needed in every CA certificate. An AuthorityKeyIdentifier may be left out when self-signed
            // (§4.2.1.1).
            extension(false, &pkix::SubjectKeyIdentifier(key_identifier(&key.key_identifier())?))?,
        ];
        if self.extended_key_usage {
            // §4.2.1.12 speaks of end entities; Windows and OpenSSL take it as a limit of a CA: no code signing.
            extensions.push(extension(false, &server_and_client())?);
        }
        if self.name_constraints {
            extensions.push(extension(true, &self.constraints()?)?);
        }
        Ok(extensions)
    }

    /// §4.2.1.10: critical; the permitted DNS names are exactly those of the hosts.
    fn constraints(&self) -> Result<pkix::NameConstraints> {
        if self.hosts.is_empty() {
            return Err(Error::NoHosts);
        }
        let subtree = |host: &DnsName| {
            Ok(GeneralSubtree { base: GeneralName::DnsName(ia5(host.as_str())?), minimum: 0, maximum: None })
        };
        // Each name once, though every node of a cluster brings its broker's.
        let once = self.hosts.iter().enumerate().filter(|(i, host)| !self.hosts.iter().take(*i).any(|h| h == *host));
        let permitted = once.map(|(_, host)| subtree(host)).collect::<Result<_>>()?;
        Ok(pkix::NameConstraints { permitted_subtrees: Some(permitted), excluded_subtrees: None })
    }
}
