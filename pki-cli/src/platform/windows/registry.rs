//! The registry: the revocation switch, and what the firewall keeps about a rule.

use std::io;

use windows_registry::{Key, LOCAL_MACHINE};

use super::{TakenBack, native};
use crate::plan::{FIREWALL_RULE, FIREWALL_RULES, Mark, Marks, RegistryBefore, RegistryData, RegistryValue};
use crate::survey::FirewallRule;

/// Where `install.cmd` keeps its marks, a key for each kit.
const MARKS: &str = r"SOFTWARE\replica-pki";

/// What stands at a value, and how much of the path to it is missing.
pub(super) fn look(value: RegistryValue) -> io::Result<RegistryBefore> {
    let mut missing_keys = 0;
    let mut path = value.key();
    loop {
        match found(LOCAL_MACHINE.open(path))? {
            Some(key) if missing_keys == 0 => return Ok(RegistryBefore { missing_keys, data: read(&key)? }),
            Some(_) => return Ok(RegistryBefore { missing_keys, data: None }),
            None => missing_keys += 1,
        }
        path = parent(path).0;
    }
}

/// Sets a value to what switches the revocation check off; makes the key if need be.
pub(super) fn switch_off(value: RegistryValue) -> io::Result<()> {
    Ok(LOCAL_MACHINE.create(value.key())?.set_u32(RegistryValue::NAME, RegistryValue::SWITCHED_OFF)?)
}

/// Puts back what was there, and removes the keys that were made if nothing else came into them. Nothing if the value is
/// not as it was set: somebody else changed it since, and decides.
pub(super) fn restore(value: RegistryValue, before: &RegistryBefore) -> io::Result<TakenBack> {
    let mut changed = false;
    let key = found(LOCAL_MACHINE.options().read().write().open(value.key()))?;
    let data = key.as_ref().map(read).transpose()?.flatten();
    if let (Some(key), Some(data)) = (&key, data) {
        if data.as_dword() != Some(RegistryValue::SWITCHED_OFF) {
            return Ok(TakenBack::Nothing);
        }
        match &before.data {
            Some(data) => key.set_bytes(RegistryValue::NAME, data.kind.into(), &data.bytes)?,
            None => key.remove_value(RegistryValue::NAME)?,
        }
        changed = true;
    }
    drop(key);
    let removed = remove_empty(value.key(), before.missing_keys)?;
    Ok(if changed || removed { TakenBack::Done } else { TakenBack::Nothing })
}

/// What the firewall's own policy says about the rule of Hyper-V Replica.
pub(super) fn firewall_rule() -> io::Result<FirewallRule> {
    let rule = match found(LOCAL_MACHINE.open(FIREWALL_RULES))? {
        Some(key) => found(key.get_string(FIREWALL_RULE))?,
        None => None,
    };
    Ok(match rule {
        None => FirewallRule::Missing,
        Some(rule) if rule.split('|').any(|field| field.eq_ignore_ascii_case("Active=TRUE")) => FirewallRule::Enabled,
        Some(_) => FirewallRule::Disabled,
    })
}

/// The build number of Windows, if that is a number.
pub(super) fn build() -> io::Result<Option<u32>> {
    let text = match found(LOCAL_MACHINE.open(r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"))? {
        Some(key) => found(key.get_string("CurrentBuildNumber"))?,
        None => None,
    };
    Ok(text.and_then(|text| text.parse().ok()))
}

/// Every mark of `install.cmd`.
pub(super) fn marks() -> io::Result<Marks> {
    let Some(kits) = found(LOCAL_MACHINE.open(MARKS))? else { return Ok(Marks::default()) };
    let mut marks = Vec::new();
    for kit in kits.keys()? {
        for (thing, _) in kits.open(&kit)?.values()? {
            marks.push(Mark { kit: kit.clone(), thing });
        }
    }
    Ok(Marks(marks))
}

/// Changes a mark that exists.
pub(super) fn set_mark(mark: &Mark, before: &str) -> io::Result<()> {
    let kit = LOCAL_MACHINE.options().read().write().open(format!(r"{MARKS}\{}", mark.kit))?;
    Ok(kit.set_string(&mark.thing, before)?)
}

/// Removes up to this many keys, from the innermost outwards, as long as they are empty. A key that somebody makes below
/// one of them meanwhile keeps it alive. A value that somebody writes into one goes with it if that happens between the
/// look at it and its removal, a few microseconds: Windows has no call that looks at values before it deletes.
fn remove_empty(path: &str, count: usize) -> io::Result<bool> {
    let mut path = path;
    for done in 0..count {
        let (outer, name) = parent(path);
        if let Some(key) = found(LOCAL_MACHINE.open(path))? {
            if key.keys()?.next().is_some() || key.values()?.next().is_some() {
                return Ok(done > 0);
            }
            let outer_key = LOCAL_MACHINE.options().read().write().open(outer)?;
            match native::delete_key(&outer_key, name) {
                Err(_) if key.keys()?.next().is_some() => return Ok(done > 0),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                result => result?,
            }
        }
        path = outer;
    }
    Ok(count > 0)
}

fn read(key: &Key) -> io::Result<Option<RegistryData>> {
    let value = found(key.get_value(RegistryValue::NAME))?;
    Ok(value.map(|value| RegistryData { kind: value.ty().into(), bytes: value.to_vec() }))
}

/// A path without its last key, and that key's name. The outermost keys always exist.
fn parent(path: &str) -> (&str, &str) {
    path.rsplit_once('\\').unwrap_or((path, ""))
}

/// `None` for what does not exist.
fn found<T>(result: windows_registry::Result<T>) -> io::Result<Option<T>> {
    const FILE_NOT_FOUND: u32 = 0x8007_0002;
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.code().0.cast_unsigned() == FILE_NOT_FOUND => Ok(None),
        Err(error) => Err(error.into()),
    }
}
