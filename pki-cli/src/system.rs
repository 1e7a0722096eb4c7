//! The clock and the randomness of the computer, which the library takes from its caller.

use std::time::{SystemTime, UNIX_EPOCH};

use chacha20::ChaCha20Rng;
use pki_core::validity::Time;
use rand::SeedableRng as _;
use rand::rngs::SysRng;

use crate::exit::{Failure, Result};

/// The time now.
pub(crate) fn now() -> Result<Time> {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(|_| Failure::new("the clock of this computer stands before 1970").hint("set the clock"))?
        .as_secs();
    Ok(Time::from_unix(seconds)?)
}

/// A generator seeded with 256 bits from the operating system, overwritten when dropped.
pub(crate) fn rng() -> Result<ChaCha20Rng> {
    ChaCha20Rng::try_from_rng(&mut SysRng).map_err(|error| {
        Failure::new(format!("the operating system gives no random numbers: {error}"))
            .hint("without them no key is safe; restart the computer, or use another")
    })
}
