//! What installing a kit does to a computer: ordered steps, each with its inverse. Decided from the kit alone, on every
//! system; only `platform` carries steps out.

mod inverse;
mod record;
mod remaining;
mod step;

pub(crate) use inverse::{Inverse, RegistryBefore, RegistryData};
pub(crate) use record::{Heir, KitId, Mark, Marks, Record, Records, Taken};
pub(crate) use remaining::remaining;
pub(crate) use step::{
    CertificateName, FIREWALL_RULE, FIREWALL_RULES, MachineKey, Provider, RegistryValue, Step, Thing,
};

use pki_core::certificate::Certificate;
use pki_core::name::printable;

use crate::exit::{Failure, Result};
use crate::kit::Kit;

/// How the names of the machine's key containers start; the SHA-1 thumbprint of the leaf follows.
const CONTAINER_PREFIX: &str = "replica-pki-";

/// What a host asks for besides the kit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choices {
    pub(crate) provider: Provider,
    /// Whether the key can be exported again, as MakeCert's `-pe` did.
    pub(crate) exportable: bool,
    /// Leaves Windows' check of revocation lists on.
    pub(crate) keep_revocation_check: bool,
    /// Also sets the value that only community guides know, below `FailoverReplication`.
    pub(crate) failover_key: bool,
    pub(crate) firewall: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            provider: Provider::default(),
            exportable: true,
            keep_revocation_check: false,
            failover_key: false,
            firewall: true,
        }
    }
}

/// The steps in their order: nothing is trusted before the key is safe, and the firewall opens last.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
}

impl Plan {
    /// Plans for a kit. A root that is not self-signed is refused here, whatever was checked before: it would break
    /// Schannel's client authentication.
    pub(crate) fn of(kit: &Kit, choices: &Choices) -> Result<Self> {
        Self::of_parts(&kit.manifest.host, &kit.leaf, &kit.trust, choices)
    }

    /// Plans for a kit that is still being made: its host, its leaf, and each root with its path.
    pub(crate) fn of_parts(
        host: &str,
        leaf: &Certificate,
        trust: &[(String, Certificate)],
        choices: &Choices,
    ) -> Result<Self> {
        let key = MachineKey {
            container: format!("{CONTAINER_PREFIX}{}", leaf.thumbprint()),
            provider: choices.provider,
            exportable: choices.exportable,
        };
        let mut steps = vec![
            Step::ImportKey { certificate: leaf.clone(), key: key.clone() },
            Step::AddLeaf {
                certificate: leaf.clone(),
                friendly_name: format!("{} Hyper-V Replica", printable(host)),
                key,
            },
        ];
        for (file, root) in trust {
            if !root.is_self_signed() {
                return Err(Failure::new(format!("{} is not self-signed", printable(file)))
                    .hint("nothing but roots may be trusted as roots; get the kit again from where it was made"));
            }
            steps.push(Step::AddRoot(root.clone()));
        }
        let values = [
            (!choices.keep_revocation_check, RegistryValue::Replication),
            (choices.failover_key, RegistryValue::FailoverReplication),
        ];
        steps.extend(
            values.into_iter().filter(|(wanted, _)| *wanted).map(|(_, value)| Step::DisableRevocationCheck(value)),
        );
        if choices.firewall {
            steps.push(Step::EnableFirewallRule);
        }
        Ok(Self { steps })
    }
}
