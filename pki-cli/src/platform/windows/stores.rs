//! The machine's certificate stores. What is read is all that counts there, whoever brought it: the registry, Group
//! Policy, the enterprise. What is written and removed is in the registry's part alone, where `install` puts things: the
//! other parts are not this computer's to change.

use std::io;

use pki_core::certificate::Certificate;
use schannel::cert_context::{CertContext, HashAlgorithm, KeySpec};
use schannel::cert_store::{CertAdd, CertStoreBuilder};
use schannel::crypt_prov::ProviderType;

use super::native::{commit, registry_part};
use super::{Carried, TakenBack};
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
    pub(super) fn add(self, certificate: &Certificate) -> io::Result<Carried> {
        self.add_context(&CertContext::new(certificate.as_der())?)
    }

    /// Removes the certificate of this name from the registry, if it is there.
    pub(super) fn remove(self, name: &CertificateName) -> io::Result<TakenBack> {
        let store = registry_part(self.name())?;
        let is_it = |context: &CertContext| {
            Certificate::from_der(context.to_der()).is_ok_and(|found| CertificateName::of(&found).sha256 == name.sha256)
        };
        match store.certs().find(is_it) {
            Some(context) => {
                context.delete()?;
                commit(&store)?;
                let is_in_registry = registry_part(self.name())?.certs().any(|context| is_it(&context));
                removed(is_in_registry, self.contexts()?.iter().any(is_it))
            }
            None => Ok(TakenBack::Nothing),
        }
    }

    /// By the hash, which Windows compares: what is there already is somebody else's.
    fn add_context(self, context: &CertContext) -> io::Result<Carried> {
        let mut store = registry_part(self.name())?;
        match store.add_cert(context, CertAdd::New) {
            Err(error) if error.raw_os_error().map(i32::cast_unsigned) == Some(CRYPT_E_EXISTS) => {
                Ok(Carried::Forestalled)
            }
            Err(error) => Err(error),
            Ok(_) => commit(&store).map(|()| Carried::Out),
        }
    }
}

const CRYPT_E_EXISTS: u32 = 0x8009_2005;

/// What came of a removal, by where the certificate is found afterwards.
fn removed(is_in_registry: bool, is_anywhere: bool) -> io::Result<TakenBack> {
    match (is_in_registry, is_anywhere) {
        (true, _) => Err(io::Error::other("Windows reported success, but it is still there")),
        (false, true) => Ok(TakenBack::DoneBut("Group Policy or the enterprise store still distributes it")),
        (false, false) => Ok(TakenBack::Done),
    }
}

/// Adds a host's certificate to My, with the place of its key.
pub(super) fn add_leaf(certificate: &Certificate, friendly_name: &str, key: &MachineKey) -> io::Result<Carried> {
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
    Store::My.add_context(&context)
}

/// A certificate as a survey keeps it.
pub(super) fn stored(context: &CertContext) -> io::Result<Stored> {
    Ok(Stored {
        thumbprint: crate::output::hex(&context.fingerprint(HashAlgorithm::sha1())?),
        certificate: Certificate::from_der(context.to_der()).map_err(|error| error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_group_policy_distributes_is_no_failure() {
        assert_eq!(removed(false, false).unwrap(), TakenBack::Done);
        assert!(matches!(removed(false, true).unwrap(), TakenBack::DoneBut(_)));
        assert!(removed(true, true).is_err());
    }
}
