//! Private keys in the machine's key containers.

use std::io;

use pki_core::certificate::Certificate;
use pki_core::key::{KeyPair, PublicKey};
use schannel::cert_context::CertContext;

use super::native::{Address, Container, key_place};
use super::{Carried, TakenBack, hints};
use crate::exit::{Failure, Result};
use crate::plan::MachineKey;
use crate::survey::{KeyPlace, PrivateKey};

/// Whether a container with this key is there already. Another key in it is a failure, and so is one that can be exported
/// although that was not wanted.
pub(super) fn look(key: &MachineKey, certificate: &Certificate) -> Result<bool> {
    let context = |error: io::Error| hints::key(format!("the key container {} cannot be read", key.container), &error);
    match Container::open(address(key)) {
        Ok(container) if holds(&container, Address::KEY_EXCHANGE, certificate) => {
            // What cannot be told may be exportable.
            if key.exportable || container.is_exportable(Address::KEY_EXCHANGE).is_ok_and(|exportable| !exportable) {
                return Ok(true);
            }
            Err(Failure::new(format!(
                "the key container {} holds the key already, and it can be exported",
                key.container
            ))
            .hint(format!("delete it, then install again: {}", place(key).deletion())))
        }
        Ok(_) => Err(Failure::new(format!("the key container {} holds another key", key.container))
            .hint(format!("if nothing uses it, delete it: {}", place(key).deletion()))),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(context(error)),
    }
}

/// Makes a container and puts the key into it.
pub(super) fn import(key: &MachineKey, pair: &KeyPair) -> Result<Carried> {
    let secret = pair.secret_pkcs1_der()?;
    let fill = || match Container::create(address(key)) {
        Err(error) if exists(&error) => Ok(Carried::Forestalled),
        container => container?.import(&secret, key.exportable).map(|()| Carried::Out),
    };
    fill().map_err(|error| hints::key(format!("Windows takes no key for the container {}", key.container), &error))
}

/// Deletes a container, if it is there.
pub(super) fn delete(key: &MachineKey) -> io::Result<TakenBack> {
    match Container::delete(address(key)) {
        Ok(()) => Ok(TakenBack::Done),
        // The code of a container that is not there is also that of one which may not be opened. A new one of the same
        // name tells them apart.
        Err(error) if is_missing(&error) => {
            drop(Container::create(address(key))?);
            Container::delete(address(key)).map(|()| TakenBack::Nothing)
        }
        Err(error) => Err(error),
    }
}

/// What the store says about a certificate's key, and what is there.
pub(super) fn survey(context: &CertContext, certificate: Option<&Certificate>) -> PrivateKey {
    let Some(place) = key_place(context) else {
        return PrivateKey::None;
    };
    if place.provider_type == 0 {
        return survey_cng(context, place);
    }
    let address = Address {
        name: &place.container,
        provider: &place.provider,
        provider_type: place.provider_type,
        machine: place.machine,
    };
    match Container::open(address) {
        Ok(container) => PrivateKey::Reachable {
            matches: certificate.is_some_and(|certificate| holds(&container, place.key_spec, certificate)),
            exportable: container.is_exportable(place.key_spec).ok(),
            place,
        },
        Err(error) => PrivateKey::Unreachable { place, error: error.to_string() },
    }
}

/// A key storage provider is asked through the certificate: it has no containers of this kind.
fn survey_cng(context: &CertContext, place: KeyPlace) -> PrivateKey {
    match context.private_key().silent(true).compare_key(true).acquire() {
        Ok(_) => PrivateKey::Reachable { place, matches: true, exportable: None },
        Err(error) => PrivateKey::Unreachable { place, error: error.to_string() },
    }
}

fn holds(container: &Container, key_spec: u32, certificate: &Certificate) -> bool {
    let public = container.public_key(key_spec).ok().and_then(|der| PublicKey::from_spki_der(&der).ok());
    public.is_some_and(|public| public == *certificate.public_key())
}

fn address(key: &MachineKey) -> Address<'_> {
    Address {
        name: &key.container,
        provider: key.provider.name(),
        provider_type: key.provider.type_number(),
        machine: true,
    }
}

fn place(key: &MachineKey) -> KeyPlace {
    KeyPlace {
        container: key.container.clone(),
        provider: key.provider.name().to_owned(),
        provider_type: key.provider.type_number(),
        machine: true,
        key_spec: Address::KEY_EXCHANGE,
    }
}

/// NTE_BAD_KEYSET: there is no such container.
fn is_missing(error: &io::Error) -> bool {
    error.raw_os_error().map(i32::cast_unsigned) == Some(0x8009_0016)
}

/// NTE_EXISTS: there is one.
fn exists(error: &io::Error) -> bool {
    error.raw_os_error().map(i32::cast_unsigned) == Some(0x8009_000F)
}

#[cfg(test)]
mod tests {
    use pki_core::key::KeyAlgorithm;
    use rand::SeedableRng as _;

    use super::super::native;
    use super::*;
    use crate::plan::Provider;

    #[test]
    fn a_container_that_somebody_else_made_is_not_filled() {
        assert!(native::is_wine(), "this test makes key containers of the machine: only under Wine");
        let key = MachineKey {
            container: format!("replica-pki-test-{}", std::process::id()),
            provider: Provider::Schannel,
            exportable: true,
        };
        let pair = KeyPair::generate(KeyAlgorithm::Rsa2048, &mut chacha20::ChaCha20Rng::seed_from_u64(7)).unwrap();
        let theirs = Container::create(address(&key)).unwrap();
        assert_eq!(import(&key, &pair).unwrap(), Carried::Forestalled);
        assert!(theirs.public_key(Address::KEY_EXCHANGE).is_err(), "it is still empty");
        drop(theirs);
        assert_eq!(delete(&key).unwrap(), TakenBack::Done);
        assert_eq!(import(&key, &pair).unwrap(), Carried::Out);
        assert_eq!(delete(&key).unwrap(), TakenBack::Done);
        assert_eq!(delete(&key).unwrap(), TakenBack::Nothing);
    }
}
