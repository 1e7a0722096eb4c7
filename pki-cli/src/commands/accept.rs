//! `accept`: the answer to a request and its key become a PFX.

use pki_core::authority::Identity;
use pki_core::name::Fqdn;
use pki_core::pfx::{self, Encoding, SealOptions};

use super::{file_stem, keys, pfx_made};
use crate::args::{Accept, Sealing};
use crate::exit::{Failure, Result};
use crate::files::{self, Batch};
use crate::{password, system};

pub(crate) fn run(arguments: Accept) -> Result {
    let Accept { key, key_password_file, certificate, root, out, sealing } = arguments;
    let Sealing { windows, password, json } = sealing;
    let leaf = files::certificate(&certificate)?;
    let host = host(&leaf).map_err(|failure| failure.context(certificate.display()))?;
    let pfx_file = format!("{}.pfx", file_stem(host.as_str())?);
    files::refuse_existing(&out, [&pfx_file])?;
    let key = keys::key(&key, key_password_file.as_deref(), "--key-password-file")?;
    let identity = Identity::from_parts(leaf, key, files::certificate(&root)?)?;

    // Asked for last: what does not belong together is refused before anybody types.
    let password = password::for_sealing(password.file.as_deref(), &pfx_file)?;
    let options = SealOptions::for_host(&host, Encoding::for_windows(windows));
    let file = pfx::seal(&identity, &password, &options, &mut system::rng()?)?;
    let mut batch = Batch::new(&out, "")?;
    batch.file(&pfx_file, &file)?;
    batch.commit()?;

    pfx_made::show(&out.join(pfx_file), options.encoding, &certificate, false, &identity, json)
}

/// The host that a certificate is for.
fn host(leaf: &pki_core::certificate::Certificate) -> Result<Fqdn> {
    let mut names = leaf.subject().common_names();
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(Fqdn::of_computer(name)?),
        _ => Err(Failure::new("it does not name one host in its CommonName")
            .hint("give the certificate that was made by: replica-pki leaf --request FILE")),
    }
}
