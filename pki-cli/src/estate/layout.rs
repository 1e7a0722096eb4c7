//! Where things lie below the folder of `issue`.

use std::path::PathBuf;

use pki_core::name::Fqdn;

/// What goes to the hosts.
pub(crate) const HOSTS: &str = "hosts";
/// What must stay.
pub(crate) const PRIVATE: &str = "private";
pub(crate) const ROOTS: &str = "roots";
pub(super) const PASSWORDS: &str = "passwords";
/// What shows that everything secret is sealed, and by which passphrase.
pub(super) const PROTECTED: &str = "protected.pem";
/// How the file of a root ends.
pub(super) const CERTIFICATE: &str = ".cer";
/// How the file of a root's key ends.
pub(super) const KEY: &str = ".key.pem";
/// How the file ends that shows that a root's key was destroyed on purpose.
pub(super) const WITHOUT_KEY: &str = ".no-key";
/// How the file of a password ends.
pub(super) const PASSWORD: &str = ".txt";
/// What stands before that where it opens the kit that a renewed one keeps. No host is called so.
const PREVIOUS: &str = "~previous";

pub(crate) fn root_certificate(label: &str) -> PathBuf {
    [PRIVATE, ROOTS, &format!("{label}{CERTIFICATE}")].iter().collect()
}

pub(crate) fn root_key(label: &str) -> PathBuf {
    [PRIVATE, ROOTS, &format!("{label}{KEY}")].iter().collect()
}

pub(super) fn root_without_key(label: &str) -> PathBuf {
    [PRIVATE, ROOTS, &format!("{label}{WITHOUT_KEY}")].iter().collect()
}

/// What a root has taken back so far.
pub(crate) fn root_list(label: &str) -> PathBuf {
    [PRIVATE, ROOTS, &format!("{label}.crl")].iter().collect()
}

/// The keys of what it has taken back.
pub(super) fn root_ledger(label: &str) -> PathBuf {
    [PRIVATE, ROOTS, &format!("{label}.revoked.json")].iter().collect()
}

pub(crate) fn password_file(host: &str) -> PathBuf {
    [PRIVATE, PASSWORDS, &format!("{host}{PASSWORD}")].iter().collect()
}

/// What opens the kit that a renewed one keeps, where that has another password.
pub(crate) fn previous_password_file(host: &str) -> PathBuf {
    [PRIVATE, PASSWORDS, &format!("{host}{PREVIOUS}{PASSWORD}")].iter().collect()
}

/// Whose password a file of the passwords' folder holds.
pub(super) fn host_of_password(file: &str) -> Option<String> {
    let name = file.strip_suffix(PASSWORD)?;
    let name = name.strip_suffix(PREVIOUS).unwrap_or(name);
    name.parse::<Fqdn>().is_ok().then(|| name.to_owned())
}

pub(crate) fn kit_folder(host: &str) -> PathBuf {
    [HOSTS, host].iter().collect()
}
