//! Private keys in the machine's key containers.

use std::io;

use pki_core::certificate::Certificate;
use pki_core::key::{KeyPair, PublicKey};
use schannel::cert_context::CertContext;

use super::native::{Address, Container, key_place};
use crate::exit::{Failure, Result};
use crate::plan::MachineKey;
use crate::survey::{KeyPlace, PrivateKey};

/// Whether a container with this key is there already. Another key in it is a failure, and so is one that can be exported
/// although that was not wanted.
pub(super) fn look(key: &MachineKey, certificate: &Certificate) -> Result<bool> {
    let context = |error: io::Error| Failure::io(format!("the key container {} cannot be read", key.container), &error);
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
            .hint(format!("delete it, then install again: {}", delete_command(key))))
        }
        Ok(_) => Err(Failure::new(format!("the key container {} holds another key", key.container))
            .hint(format!("if nothing uses it, delete it: {}", delete_command(key)))),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(context(error)),
    }
}

/// Makes a container and puts the key into it.
pub(super) fn import(key: &MachineKey, pair: &KeyPair) -> Result<()> {
    let secret = pair.secret_pkcs1_der()?;
    let fill = || Container::create(address(key))?.import(&secret, key.exportable);
    fill().map_err(|error| Failure::io(format!("Windows takes no key for the container {}", key.container), &error))
}

/// Deletes a container, if it is there.
pub(super) fn delete(key: &MachineKey) -> io::Result<bool> {
    match Container::delete(address(key)) {
        Ok(()) => Ok(true),
        // The code of a container that is not there is also that of one which may not be opened. A new one of the same
        // name tells them apart.
        Err(error) if is_missing(&error) => {
            drop(Container::create(address(key))?);
            Container::delete(address(key)).map(|()| false)
        }
        Err(error) => Err(error),
    }
}

/// What an administrator types to delete a container.
pub(super) fn delete_command(key: &MachineKey) -> String {
    format!("certutil -csp \"{}\" -delkey {}", key.provider.name(), key.container)
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

/// NTE_BAD_KEYSET: there is no such container.
fn is_missing(error: &io::Error) -> bool {
    error.raw_os_error().map(i32::cast_unsigned) == Some(0x8009_0016)
}
