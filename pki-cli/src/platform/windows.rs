//! Windows: carries out the steps of a plan, and reads what `doctor` judges.

mod firewall;
mod handle;
mod hints;
mod keys;
mod ledger;
mod native;
mod registry;
mod stores;

use std::io;

use pki_core::certificate::Certificate;
use pki_core::key::KeyPair;
use pki_core::name::printable;
use schannel::cert_context::CertContext;

pub(crate) use handle::is_own_folder;
use ledger::Lock;
pub(crate) use native::owner_only;
use stores::Store;

use super::{Carried, Found, TakenBack};
use crate::exit::{Failure, Result};
use crate::output;
use crate::plan::{
    CertificateName, FIREWALL_RULE, Inverse, KitId, MachineKey, Mark, Marks, Record, Records, RegistryBefore,
    RegistryValue, Step,
};
use crate::survey::{FirewallRule, Personal, PrivateKey, RootKey, Stored, Survey};

/// The computer that the program runs on.
pub(crate) struct Computer(());

impl Computer {
    pub(crate) fn open() -> Result<Self> {
        Ok(Self(()))
    }

    /// Its full DNS name; without a domain, its bare name.
    pub(crate) fn full_name(&self) -> Result<String> {
        native::full_computer_name().map_err(|error| hints::other("the computer's name cannot be read", &error))
    }

    /// Whether this process has an administrator's rights.
    pub(crate) fn is_elevated(&self) -> Result<bool> {
        native::is_elevated().map_err(|error| hints::other("the rights of this process cannot be read", &error))
    }

    /// What a step would find.
    pub(crate) fn look(&self, step: &Step) -> Result<Found> {
        let is_done = match step {
            Step::ImportKey { key, certificate } => match Store::My.find(certificate).map_err(reading(Store::My))? {
                Some(context) => is_fit(&context, key, certificate)?,
                None => keys::look(key, certificate)?,
            },
            Step::AddLeaf { certificate, .. } => Store::My.find(certificate).map_err(reading(Store::My))?.is_some(),
            // Also if Group Policy distributes it: then it is there without this program, and nothing is recorded.
            Step::AddRoot(certificate) => Store::Root.find(certificate).map_err(reading(Store::Root))?.is_some(),
            Step::DisableRevocationCheck(value) => {
                let before =
                    registry::look(*value).map_err(|error| hints::registry(format!("cannot read {value}"), &error))?;
                return Ok(match before.data.as_ref().and_then(crate::plan::RegistryData::as_dword) {
                    Some(RegistryValue::SWITCHED_OFF) => Found::Done,
                    _ => Found::ToDo(before),
                });
            }
            Step::EnableFirewallRule => match firewall_rule()? {
                FirewallRule::Enabled => true,
                FirewallRule::Disabled => false,
                FirewallRule::Missing => {
                    return Ok(Found::Impossible("there is no such rule: the Hyper-V role is not installed"));
                }
            },
        };
        Ok(if is_done { Found::Done } else { Found::ToDo(RegistryBefore::default()) })
    }

    /// Carries out a step that is to do. The key is the leaf's.
    pub(crate) fn carry_out(&self, step: &Step, pair: &KeyPair) -> Result<Carried> {
        match step {
            Step::ImportKey { key, .. } => keys::import(key, pair),
            Step::AddLeaf { certificate, friendly_name, key } => {
                stores::add_leaf(certificate, friendly_name, key).map_err(writing(Store::My))
            }
            Step::AddRoot(certificate) => Store::Root.add(certificate).map_err(writing(Store::Root)),
            Step::DisableRevocationCheck(value) => {
                registry::switch_off(*value).map_err(|error| hints::registry(format!("cannot set {value}"), &error))?;
                Ok(Carried::Out)
            }
            Step::EnableFirewallRule => firewall::enable().map(|()| Carried::Out),
        }
    }

    /// Takes a step back.
    pub(crate) fn take_back(&self, inverse: &Inverse) -> Result<TakenBack> {
        match inverse {
            // Records name containers of this program only; one that says otherwise was not written by it.
            Inverse::DeleteKey(key) if !key.is_of_this_program() => {
                Err(Failure::new(format!("{} is no key container of this program", printable(&key.container)))
                    .hint("the record was changed; look who can write it"))
            }
            Inverse::DeleteKey(key) => keys::delete(key)
                .map_err(|error| hints::key(format!("cannot delete the key container {}", key.container), &error)),
            Inverse::RemoveLeaf(leaf) => Store::My.remove(leaf).map_err(writing(Store::My)),
            Inverse::RemoveRoot(root) => Store::Root.remove(root).map_err(writing(Store::Root)),
            Inverse::RestoreRegistryValue { value, before } => registry::restore(*value, before)
                .map_err(|error| hints::registry(format!("cannot restore {value}"), &error)),
            Inverse::DisableFirewallRule => match firewall_rule()? {
                FirewallRule::Enabled => firewall::disable().map(|()| TakenBack::Done),
                FirewallRule::Disabled | FirewallRule::Missing => Ok(TakenBack::Nothing),
            },
        }
    }

    /// Shuts out other processes that would change this computer.
    pub(crate) fn lock(&self) -> Result<Lock> {
        Lock::take()
    }

    /// What was installed, as recorded.
    pub(crate) fn records(&self) -> Result<Records> {
        ledger::records()
    }

    pub(crate) fn save(&self, record: &Record) -> Result<()> {
        ledger::save(record)
    }

    pub(crate) fn forget(&self, kit: &KitId) -> Result<()> {
        ledger::forget(kit)
    }

    /// What the kits need that `install.cmd` put onto this computer.
    pub(crate) fn marks(&self) -> Result<Marks> {
        registry::marks().map_err(|error| hints::registry("the marks of install.cmd cannot be read", &error))
    }

    /// Leaves a thing to a kit of `install.cmd`, with what was there before.
    pub(crate) fn set_mark(&self, mark: &Mark, before: &str) -> Result<()> {
        registry::set_mark(mark, before)
            .map_err(|error| hints::registry("the marks of install.cmd cannot be changed", &error))
    }

    /// Reads everything that replication depends on.
    pub(crate) fn survey(&self) -> Result<Survey> {
        let computer = self.full_name()?;
        let personal = |context: &CertContext| -> Result<Personal> {
            let stored = stores::stored(context).map_err(reading(Store::My))?;
            let key = keys::survey(context, stored.certificate.as_ref().ok());
            let windows_verdict = native::verdict(context, &computer)
                .map_err(|error| hints::other("Windows' chain engine cannot be asked", &error))?;
            Ok(Personal { stored, key, windows_verdict })
        };
        let my = Store::My.contexts().map_err(reading(Store::My))?.iter().map(personal).collect::<Result<_>>()?;
        let stored = |store: Store, contexts: &[CertContext]| {
            contexts.iter().map(stores::stored).collect::<io::Result<Vec<Stored>>>().map_err(reading(store))
        };
        let root = Store::Root.contexts().map_err(reading(Store::Root))?;
        let intermediates = Store::CA.contexts().map_err(reading(Store::CA))?;
        let is_elevated = self.is_elevated()?;
        let (installed, records_unreadable) = match self.records() {
            Ok(records) => (records.0, None),
            Err(failure) if is_elevated => (Vec::new(), Some(failure.message().to_owned())),
            Err(failure) => {
                output::note("note", &format!("what was installed is not known: {}", failure.message()));
                (Vec::new(), None)
            }
        };
        let switch = RegistryValue::Replication;
        let before =
            registry::look(switch).map_err(|error| hints::registry(format!("cannot read {switch}"), &error))?;
        Ok(Survey {
            my,
            root: stored(Store::Root, &root)?,
            root_keys: root.iter().filter_map(root_key).collect(),
            intermediates: stored(Store::CA, &intermediates)?,
            revocation_switch: before.data,
            firewall_rule: firewall_rule()?,
            installed,
            records_unreadable,
            computer,
            build: registry::build()
                .map_err(|error| hints::registry("the version of Windows cannot be read", &error))?,
            is_elevated,
        })
    }
}

/// The key of a root, if the store names one.
fn root_key(context: &CertContext) -> Option<RootKey> {
    let certificate = Certificate::from_der(context.to_der()).ok()?;
    match keys::survey(context, Some(&certificate)) {
        PrivateKey::None => None,
        key => Some(RootKey { certificate, key }),
    }
}

/// Whether a leaf that is in My already has the key that was asked for. What is there is never changed.
fn is_fit(context: &CertContext, wanted: &MachineKey, certificate: &Certificate) -> Result<bool> {
    let key = keys::survey(context, Some(certificate));
    let why = match &key {
        PrivateKey::None => "without a private key".to_owned(),
        PrivateKey::Unreachable { error, .. } => format!("and its private key cannot be opened: {error}"),
        PrivateKey::Reachable { matches: false, .. } => "with a private key that is not its own".to_owned(),
        PrivateKey::Reachable { place, .. } if !place.machine => {
            "with its private key in the key set of a user".to_owned()
        }
        PrivateKey::Reachable { place, .. } if place.provider != wanted.provider.name() => {
            format!("with its private key in \"{}\"", printable(&place.provider))
        }
        PrivateKey::Reachable { place, .. } if place.key_spec != native::Address::KEY_EXCHANGE => {
            "with a private key that is not for key exchange".to_owned()
        }
        // What cannot be told may be exportable.
        PrivateKey::Reachable { exportable: Some(true) | None, .. } if !wanted.exportable => {
            "with a private key that can be exported".to_owned()
        }
        PrivateKey::Reachable { .. } => return Ok(true),
    };
    let name = CertificateName::of(certificate);
    Err(Failure::new(format!("{name} is in LocalMachine\\My already, {why}")).hint(format!(
        "take it back where it came from (replica-pki uninstall), or delete it: {}; then install again",
        key.removal("My", &name.sha1)
    )))
}

fn firewall_rule() -> Result<FirewallRule> {
    registry::firewall_rule()
        .map_err(|error| hints::registry(format!("the firewall rule {FIREWALL_RULE} cannot be read"), &error))
}

fn reading(store: Store) -> impl Fn(io::Error) -> Failure {
    move |error| hints::store(store, format!("LocalMachine\\{store:?} cannot be read"), &error)
}

fn writing(store: Store) -> impl Fn(io::Error) -> Failure {
    move |error| hints::store(store, format!("LocalMachine\\{store:?} cannot be changed"), &error)
}
