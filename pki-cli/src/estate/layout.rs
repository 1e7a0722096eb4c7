//! Where things lie below the folder of `issue`.

use std::path::PathBuf;

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
/// How the file of a password ends.
pub(super) const PASSWORD: &str = ".txt";

pub(crate) fn root_certificate(label: &str) -> PathBuf {
    [PRIVATE, ROOTS, &format!("{label}{CERTIFICATE}")].iter().collect()
}

pub(crate) fn root_key(label: &str) -> PathBuf {
    [PRIVATE, ROOTS, &format!("{label}{KEY}")].iter().collect()
}

/// What shows that a root's key was destroyed on purpose.
pub(super) fn root_without_key(label: &str) -> PathBuf {
    [PRIVATE, ROOTS, &format!("{label}.no-key")].iter().collect()
}

/// What a root has taken back so far.
pub(crate) fn root_list(label: &str) -> PathBuf {
    [PRIVATE, ROOTS, &format!("{label}.crl")].iter().collect()
}

pub(crate) fn password_file(host: &str) -> PathBuf {
    [PRIVATE, PASSWORDS, &format!("{host}{PASSWORD}")].iter().collect()
}

/// What opens the kit that a renewed one keeps, where that has another password. No host is called so.
pub(super) fn previous_password_file(host: &str) -> PathBuf {
    [PRIVATE, PASSWORDS, &format!("{host}~previous{PASSWORD}")].iter().collect()
}

pub(crate) fn kit_folder(host: &str) -> PathBuf {
    [HOSTS, host].iter().collect()
}
