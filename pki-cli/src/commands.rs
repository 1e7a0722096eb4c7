//! One file per subcommand.

pub(crate) mod accept;
mod carry_out;
pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod crl;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod inspect;
pub(crate) mod install;
pub(crate) mod issue;
mod keys;
pub(crate) mod leaf;
pub(crate) mod man_pages;
mod opening;
mod pfx_made;
pub(crate) mod protect;
pub(crate) mod renew;
pub(crate) mod request;
pub(crate) mod root;
pub(crate) mod status;
mod steps;
pub(crate) mod uninstall;
pub(crate) mod unprotect;
pub(crate) mod verify;

use pki_core::name::Fqdn;
use pki_core::request::CertificationRequest;
use pki_core::validity::Time;

use crate::exit::{Failure, Result};
use crate::platform::Computer;
use crate::{files, output};

/// Every name that a request asks for, the host's own first.
fn requested_names(request: &CertificationRequest) -> Vec<String> {
    let also = request.also().iter().map(ToString::to_string);
    std::iter::once(request.host().to_string()).chain(also).collect()
}

/// Tells about a host without DNS suffix, which works only where its partners can resolve the bare name.
fn warn_of_single_label(host: &Fqdn) {
    if host.is_single_label() {
        output::note(
            "warning",
            &format!("{host} has no DNS suffix; its partners must resolve and use exactly this name"),
        );
    }
}

/// Stores and registry of the machine are open to an administrator's rights alone.
fn refuse_unless_elevated(computer: &Computer) -> Result<()> {
    if computer.is_elevated()? {
        return Ok(());
    }
    Err(Failure::new("this needs an administrator's rights, which this process does not have")
        .hint("open the console with \"Run as administrator\" and run the command again"))
}

/// `1 day`, `2 days`.
fn plural(count: i64, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// Tells that a certificate was cut short.
fn warn_of_early_end(end: Time) {
    output::note("warning", &format!("the certificate ends with its root, on {end}"));
}

/// The name of a host or root as the start of a file name, on every system.
fn file_stem(name: &str) -> Result<&str> {
    files::refuse_unportable(name).map(|()| name)
}
