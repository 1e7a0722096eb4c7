//! Where things lie below the folder of `issue`.

use std::path::PathBuf;

/// What goes to the hosts.
pub(crate) const HOSTS: &str = "hosts";
/// What must stay.
pub(crate) const PRIVATE: &str = "private";
pub(crate) const ROOTS: &str = "roots";
/// How the file of a root ends.
pub(super) const CERTIFICATE: &str = ".cer";

pub(crate) fn root_certificate(label: &str) -> PathBuf {
    [PRIVATE, ROOTS, &format!("{label}{CERTIFICATE}")].iter().collect()
}

pub(crate) fn root_key(label: &str) -> PathBuf {
    [PRIVATE, ROOTS, &format!("{label}.key.pem")].iter().collect()
}

/// What a root has taken back so far.
pub(crate) fn root_list(label: &str) -> PathBuf {
    [PRIVATE, ROOTS, &format!("{label}.crl")].iter().collect()
}

pub(crate) fn password_file(host: &str) -> PathBuf {
    [PRIVATE, "passwords", &format!("{host}.txt")].iter().collect()
}

pub(crate) fn kit_folder(host: &str) -> PathBuf {
    [HOSTS, host].iter().collect()
}
