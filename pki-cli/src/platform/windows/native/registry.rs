//! What windows-registry does not offer.

use std::io;

use windows_registry::Key;
use windows_sys::Win32::System::Registry::RegDeleteKeyExW;

use super::{succeeded, wide};

/// Deletes a key with its values, but not if there are keys below it: an error of kind `PermissionDenied`.
pub(in crate::platform::windows) fn delete_key(outer: &Key, name: &str) -> io::Result<()> {
    let name = wide(name);
    // SAFETY: the key is open, and the name ends with a zero and outlives the call.
    succeeded(unsafe { RegDeleteKeyExW(outer.as_raw(), name.as_ptr(), 0, 0) })
}

#[cfg(test)]
mod tests {
    use windows_registry::CURRENT_USER;

    use super::*;

    #[test]
    fn a_key_with_another_below_it_is_not_deleted() {
        let name = format!("replica-pki-test-{}", std::process::id());
        CURRENT_USER.create(format!(r"Software\{name}\inner")).unwrap();
        let software = CURRENT_USER.options().read().write().open("Software").unwrap();
        assert_eq!(delete_key(&software, &name).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert!(software.open(format!(r"{name}\inner")).is_ok());
        let outer = software.options().read().write().open(&name).unwrap();
        delete_key(&outer, "inner").unwrap();
        delete_key(&software, &name).unwrap();
        assert!(software.open(&name).is_err());
    }
}
