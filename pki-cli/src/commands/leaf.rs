//! `leaf`: one host's certificate and PFX, signed by a root that exists; or the answer to its request.

mod answer;

use pki_core::key::KeyPair;
use pki_core::name::Fqdn;
use pki_core::pfx::{self, Encoding, SealOptions};
use pki_core::profile::LeafProfile;
use pki_core::validity::Validity;

use super::{file_stem, keys, pfx_made, warn_of_early_end, warn_of_single_label};
use crate::args::{Leaf, Sealing};
use crate::exit::{Failure, Result};
use crate::files::{self, Batch};
use crate::{password, system, workers};

pub(crate) fn run(mut arguments: Leaf) -> Result {
    match (arguments.host.take(), arguments.request.take()) {
        (Some(host), _) => make(host, arguments),
        (None, Some(request)) => answer::run(&request, arguments),
        (None, None) => Err(Failure::new("no host was named").hint("name the host, or its request with --request")),
    }
}

fn make(host: Fqdn, arguments: Leaf) -> Result {
    let authority = keys::authority(&arguments.signer)?;
    let Leaf { also, out, key, days, crl_url, sealing: Sealing { windows, password, json }, .. } = arguments;
    file_stem(host.as_str())?;
    warn_of_single_label(&host);
    let (certificate_file, pfx_file) = (format!("{host}.cer"), format!("{host}.pfx"));
    files::refuse_existing(&out, [&certificate_file, &pfx_file])?;

    let (now, mut rng) = (system::now()?, system::rng()?);
    let mut profile = LeafProfile::new(host);
    profile.also = also;
    profile.days = days;
    profile.revocation_list = crl_url;
    let key = KeyPair::generate_with(key.algorithm, &mut rng, &workers::for_one_key())?;
    let identity = authority.issue(&profile, key, now, &mut rng)?;
    let end = identity.root().validity().not_after;
    if Validity::starting(now, days)?.not_after > end {
        warn_of_early_end(end);
    }
    // Asked for last: a name that the root may not sign for is refused before anybody types.
    let password = password::for_sealing(password.file.as_deref(), &pfx_file)?;
    let options = SealOptions::for_host(&profile.fqdn, Encoding::for_windows(windows));
    let file = pfx::seal(&identity, &password, &options, &mut rng)?;

    let mut batch = Batch::new(&out, "")?;
    batch.file(&certificate_file, identity.leaf().as_der())?;
    batch.file(&pfx_file, &file)?;
    batch.commit()?;

    let (certificate, pfx) = (out.join(certificate_file), out.join(pfx_file));
    pfx_made::show(&pfx, options.encoding, &certificate, true, &identity, json)
}
