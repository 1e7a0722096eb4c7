//! Windows of time. The caller owns the clock.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use der::DateTime;

use crate::error::{Error, Result};

/// A moment with a precision of one second, in the years 1970 to 9999 (RFC 5280 §4.1.2.5).
///
/// ```
/// use pki_core::validity::Time;
///
/// let time: Time = "2026-11-22T17:00:00Z".parse()?;
/// assert_eq!(time, Time::from_unix(1_795_366_800)?);
/// assert_eq!(time.to_string(), "2026-11-22T17:00:00Z");
/// # Ok::<(), pki_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

/// From the first to the last valid second, both included (RFC 5280 §4.1.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Validity {
    /// First valid second.
    pub not_before: Time,
    /// Last valid second.
    pub not_after: Time,
}

/// How long a certificate lives: 1 to 36,500 days.
///
/// ```
/// use pki_core::validity::Days;
///
/// assert_eq!(Days::new(730)?, Days::LEAF);
/// assert!(Days::new(0).is_err());
/// # Ok::<(), pki_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days(u32);

impl Time {
    /// 1970-01-01T00:00:00Z, the earliest there is.
    pub const EPOCH: Self = Self(0);

    /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    ///
    /// # Errors
    /// [`Error::DateOutOfRange`] beyond the year 9999.
    pub fn from_unix(seconds: u64) -> Result<Self> {
        if seconds > LAST_SECOND_OF_9999 {
            return Err(Error::DateOutOfRange);
        }
        Ok(Self(seconds))
    }

    /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    pub fn to_unix(self) -> u64 {
        self.0
    }

    /// This moment plus a number of seconds.
    ///
    /// # Errors
    /// [`Error::DateOutOfRange`] beyond the year 9999.
    pub fn plus_seconds(self, seconds: u64) -> Result<Self> {
        self.0.checked_add(seconds).ok_or(Error::DateOutOfRange).and_then(Self::from_unix)
    }

    /// Whole days from `now` until this moment; negative when it has passed.
    pub fn days_after(self, now: Self) -> i64 {
        // Both are below 2^38, so neither cast nor difference can overflow.
        (self.0.cast_signed() - now.0.cast_signed()).div_euclid(SECONDS_PER_DAY.cast_signed())
    }

    pub(crate) fn to_date_time(self) -> Result<DateTime> {
        DateTime::from_unix_duration(Duration::from_secs(self.0)).map_err(|_| Error::DateOutOfRange)
    }

    pub(crate) fn from_date_time(date: DateTime) -> Self {
        Self(date.unix_duration().as_secs())
    }
}

impl Validity {
    /// A window between two moments, which may be the same.
    ///
    /// # Errors
    /// [`Error::EmptyValidity`] if the end lies before the start.
    pub fn new(not_before: Time, not_after: Time) -> Result<Self> {
        if not_after < not_before {
            let (not_before, not_after) = (not_before.to_string(), not_after.to_string());
            return Err(Error::EmptyValidity { not_before, not_after });
        }
        Ok(Self { not_before, not_after })
    }

    /// The window of a certificate made at `now`: it starts one hour earlier, because the clocks of hosts without a
    /// domain differ, and lasts `days` from then.
    ///
    /// # Errors
    /// [`Error::DateOutOfRange`] if it would end beyond the year 9999.
    pub fn starting(now: Time, days: Days) -> Result<Self> {
        let not_before = Time(now.0.saturating_sub(CLOCK_SKEW));
        let not_after = not_before.plus_seconds(u64::from(days.0) * SECONDS_PER_DAY)?;
        Ok(Self { not_before, not_after })
    }

    /// Whether a moment lies inside, both ends included.
    pub fn contains(&self, time: Time) -> bool {
        self.not_before <= time && time <= self.not_after
    }

    /// Whether another window lies wholly inside.
    pub fn covers(&self, other: &Self) -> bool {
        self.not_before <= other.not_before && other.not_after <= self.not_after
    }

    /// The part of this window that lies inside another; a leaf is cut so that it never outlives its root.
    ///
    /// # Errors
    /// [`Error::EmptyValidity`] if nothing is left.
    pub fn clipped_to(&self, outer: &Self) -> Result<Self> {
        Self::new(self.not_before.max(outer.not_before), self.not_after.min(outer.not_after))
    }
}

impl Days {
    /// Two years, the default for a host's certificate.
    pub const LEAF: Self = Self(730);
    /// Ten years, the default for a root.
    pub const ROOT: Self = Self(3650);

    /// A number of days.
    ///
    /// # Errors
    /// [`Error::Lifetime`] unless it is 1 to 36,500.
    pub fn new(days: u32) -> Result<Self> {
        match days {
            1..=36_500 => Ok(Self(days)),
            _ => Err(Error::Lifetime { days }),
        }
    }

    /// The number of days.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl FromStr for Days {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self> {
        let unknown =
            |_| Error::UnknownChoice { what: "a number of days", given: given.to_owned(), known: "1 to 36500" };
        Self::new(given.parse().map_err(unknown)?)
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Time {
    type Err = Error;

    /// Reads `2026-11-22T17:00:00Z` (RFC 3339, UTC only).
    fn from_str(given: &str) -> Result<Self> {
        DateTime::from_str(given).map(Self::from_date_time).map_err(|_| Error::InvalidTime { given: given.to_owned() })
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_date_time() {
            Ok(date) => f.pad(&date.to_string()),
            Err(_) => Err(fmt::Error),
        }
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.not_before, self.not_after)
    }
}

const CLOCK_SKEW: u64 = 60 * 60;
const SECONDS_PER_DAY: u64 = 24 * 60 * 60;
const LAST_SECOND_OF_9999: u64 = 253_402_300_799;
