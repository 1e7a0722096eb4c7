//! The machine's certificate stores.

use std::io;

use pki_core::certificate::Certificate;
use schannel::cert_context::{CertContext, HashAlgorithm, KeySpec};
use schannel::cert_store::{CertAdd, CertStore, CertStoreBuilder};
use schannel::crypt_prov::ProviderType;

use super::native::commit;
use crate::plan::{CertificateName, MachineKey, Provider};
use crate::survey::Stored;

/// A system store of the local machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Store {
    My,
    Root,
    /// Intermediates.
    CA,
}

impl Store {
    fn name(self) -> &'static str {
        match self {
            Self::My => "My",
            Self::Root => "Root",
            Self::CA => "CA",
        }
    }

    /// Every certificate in it, read only.
    pub(super) fn contexts(self) -> io::Result<Vec<CertContext>> {
        Ok(CertStoreBuilder::new().read_only().open_local_machine(self.name())?.certs().collect())
    }

    /// The context of a certificate that is in it.
    pub(super) fn find(self, certificate: &Certificate) -> io::Result<Option<CertContext>> {
        Ok(self.contexts()?.into_iter().find(|context| context.to_der() == certificate.as_der()))
    }

    /// Adds a certificate that is not in it.
    pub(super) fn add(self, certificate: &Certificate) -> io::Result<()> {
        let mut store = self.open()?;
        store.add_cert(&CertContext::new(certificate.as_der())?, CertAdd::New)?;
        commit(&store)
    }

    /// Removes the certificate of this name, if it is there.
    pub(super) fn remove(self, name: &CertificateName) -> io::Result<bool> {
        let store = self.open()?;
        let is_it = |context: &CertContext| {
            Certificate::from_der(context.to_der()).is_ok_and(|found| CertificateName::of(&found).sha256 == name.sha256)
        };
        match store.certs().find(is_it) {
            Some(context) => {
                context.delete()?;
                commit(&store)?;
                let is_gone = !self.contexts()?.iter().any(is_it);
                if is_gone {
                    Ok(true)
                } else {
                    Err(io::Error::other("Windows reported success, but it is still there"))
                }
            }
            None => Ok(false),
        }
    }

    /// Opens it for writing.
    fn open(self) -> io::Result<CertStore> {
        CertStoreBuilder::new().open_local_machine(self.name())
    }
}

/// Adds a host's certificate to My, with the place of its key.
pub(super) fn add_leaf(certificate: &Certificate, friendly_name: &str, key: &MachineKey) -> io::Result<()> {
    let context = CertContext::new(certificate.as_der())?;
    context.set_friendly_name(friendly_name)?;
    context
        .set_key_prov_info()
        .container(&key.container)
        .provider(key.provider.name())
        .type_(match key.provider {
            Provider::Schannel => ProviderType::rsa_schannel(),
            Provider::RsaAes => ProviderType::rsa_aes(),
        })
        .machine_keyset(true)
        .key_spec(KeySpec::key_exchange())
        .set()?;
    let mut store = Store::My.open()?;
    store.add_cert(&context, CertAdd::New)?;
    commit(&store)
}

/// A certificate as a survey keeps it.
pub(super) fn stored(context: &CertContext) -> io::Result<Stored> {
    Ok(Stored {
        thumbprint: crate::output::hex(&context.fingerprint(HashAlgorithm::sha1())?),
        certificate: Certificate::from_der(context.to_der()).map_err(|error| error.to_string()),
    })
}
