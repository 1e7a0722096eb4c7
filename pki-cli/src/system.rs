//! The clock and the randomness of the computer, which the library takes from its caller.

use std::time::{SystemTime, UNIX_EPOCH};

use chacha20::ChaCha20Rng;
use pki_core::validity::Time;
use rand::SeedableRng as _;
use rand::rngs::{SysError, SysRng};
use zeroize::zeroize_stack;

use crate::exit::{Failure, Result};

/// The time now.
pub(crate) fn now() -> Result<Time> {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(|_| Failure::new("the clock of this computer stands before 1970").hint("set the clock"))?
        .as_secs();
    Ok(Time::from_unix(seconds.saturating_add(days_later().saturating_mul(SECONDS_IN_DAY)))?)
}

/// How many days later than it is the tests run the program, so that they know certificates that have ended.
///
/// A release knows nothing of it: no variable makes a production run take an ended certificate for a good one.
fn days_later() -> u64 {
    if !cfg!(debug_assertions) {
        return 0;
    }
    std::env::var("REPLICA_PKI_TEST_DAYS_LATER").ok().and_then(|days| days.parse().ok()).unwrap_or(0)
}

const SECONDS_IN_DAY: u64 = 24 * 60 * 60;

/// A generator seeded with 256 bits from the operating system, overwritten when dropped. In a box, and with the stack
/// overwritten on which it was made: who knows the seed knows every key that comes of it.
pub(crate) fn rng() -> Result<Box<ChaCha20Rng>> {
    let seeded = seeded();
    zeroize_stack::<4096>();
    seeded.map_err(|error| {
        Failure::new(format!("the operating system gives no random numbers: {error}"))
            .hint("without them no key is safe; restart the computer, or use another")
    })
}

#[inline(never)]
fn seeded() -> std::result::Result<Box<ChaCha20Rng>, SysError> {
    ChaCha20Rng::try_from_rng(&mut SysRng).map(Box::new)
}
