//! The caller owns the clock: windows of time, how they are written, and where they end.

use pki_core::Error;
use pki_core::certificate::Certificate;
use pki_core::profile::LeafProfile;
use pki_core::validity::{Days, Time, Validity};
use proptest::prelude::*;

use crate::support::{authority, authority_of, fqdn, identity, key, now, rng, root_profile, time};

const HOST: &str = "HOST4.atwork.at";
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
const END_OF_9999: u64 = 253_402_300_799;

#[test]
fn a_root_lives_3650_days_and_a_leaf_730_from_one_hour_before_now() {
    let identity = identity(HOST);
    let (root, leaf) = (identity.root().validity(), identity.leaf().validity());
    assert_eq!(root.to_string(), "2026-11-22T16:00:00Z to 2036-11-19T16:00:00Z");
    assert_eq!(leaf.to_string(), "2026-11-22T16:00:00Z to 2028-11-21T16:00:00Z");
    for (validity, days) in [(root, 3650), (leaf, 730)] {
        assert_eq!(validity.not_before.to_unix(), now().to_unix() - HOUR);
        assert_eq!(validity.not_after.to_unix() - validity.not_before.to_unix(), days * DAY);
    }
    assert_eq!((Days::ROOT.get(), Days::LEAF.get()), (3650, 730));
}

#[test]
fn dates_are_utc_time_until_2049_and_generalized_time_from_2050() {
    let mut profile = root_profile(HOST);
    profile.days = Days::new(1).unwrap();
    let root = |now| authority_of(&profile, time(now)).certificate().clone();

    let last_of_2049 = root("2049-12-31T00:59:59Z");
    assert!(holds(&last_of_2049, b"\x17\x0d491230235959Z\x17\x0d491231235959Z"));
    let one_second_later = root("2049-12-31T01:00:00Z");
    assert!(holds(&one_second_later, b"\x17\x0d491231000000Z\x18\x0f20500101000000Z"));
    let all_in_2050 = root("2050-01-01T01:00:00Z");
    assert!(holds(&all_in_2050, b"\x18\x0f20500101000000Z\x18\x0f20500102000000Z"));
}

#[test]
fn dates_beyond_9999_are_refused() {
    let last = Time::from_unix(END_OF_9999).unwrap();
    assert_eq!(last.to_string(), "9999-12-31T23:59:59Z");
    assert_eq!(Time::from_unix(END_OF_9999 + 1), Err(Error::DateOutOfRange));
    assert_eq!(last.plus_seconds(1), Err(Error::DateOutOfRange));
    assert_eq!(last.plus_seconds(u64::MAX), Err(Error::DateOutOfRange));

    // A root that ends with the year 9999 to the second, and one that would end a second later.
    let latest = END_OF_9999 + HOUR - 3650 * DAY;
    let root = |now| {
        let now = Time::from_unix(now).unwrap();
        pki_core::authority::Authority::create(&root_profile(HOST), key(0), now, &mut rng(40))
    };
    assert_eq!(root(latest).unwrap().certificate().validity().not_after, last);
    assert_eq!(root(latest + 1).unwrap_err(), Error::DateOutOfRange);
}

#[test]
fn the_hour_before_now_stops_at_1970() {
    let validity = Validity::starting(Time::from_unix(60).unwrap(), Days::LEAF).unwrap();
    assert_eq!(validity.not_before.to_string(), "1970-01-01T00:00:00Z");
}

#[test]
fn a_lifetime_has_1_to_36500_days() {
    for days in [1, 730, 36_500] {
        assert_eq!(Days::new(days).unwrap().get(), days);
        assert_eq!(days.to_string().parse(), Days::new(days));
    }
    for days in [0, 36_501, u32::MAX] {
        assert_eq!(Days::new(days), Err(Error::Lifetime { days }));
    }
    for text in ["", "-1", "two", "1.5", "99999999999"] {
        assert!(matches!(text.parse::<Days>(), Err(Error::UnknownChoice { .. })), "{text:?}");
    }
}

#[test]
fn only_utc_in_the_form_of_rfc_3339_is_a_time() {
    assert_eq!(time("1970-01-01T00:00:00Z").to_unix(), 0);
    assert_eq!(time("2024-02-29T12:34:56Z").to_unix(), 1_709_210_096);
    let refused = [
        "",
        "now",
        "2026-11-22",
        "2026-11-22T17:00:00",
        "2026-11-22T17:00:00+01:00",
        "2026-11-22 17:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "1969-12-31T23:59:59Z",
        "10000-01-01T00:00:00Z",
        "2026-11-22T17:00:00Z ",
        "+026-11-22T17:00:00Z",
        "2026-1\u{661}-22T17:00:00Z",
    ];
    for text in refused {
        assert_eq!(text.parse::<Time>(), Err(Error::InvalidTime { given: text.to_owned() }));
    }
}

#[test]
fn a_window_includes_both_its_ends() {
    let at = |unix| Time::from_unix(unix).unwrap();
    let window = Validity::new(at(10), at(20)).unwrap();
    let inside = [9, 10, 20, 21].map(|unix| window.contains(at(unix)));
    assert_eq!(inside, [false, true, true, false]);
    assert!(Validity::new(at(10), at(10)).is_ok());
    assert_eq!(
        Validity::new(at(11), at(10)),
        Err(Error::EmptyValidity { not_before: at(11).to_string(), not_after: at(10).to_string() })
    );
    assert_eq!(at(20).days_after(at(10)), 0);
    assert_eq!(at(10).days_after(at(20)), -1);
    assert_eq!(at(3 * DAY + 5).days_after(at(5)), 3);
}

proptest! {
    #[test]
    fn times_come_back_from_their_text(unix in 0..=END_OF_9999) {
        let time = Time::from_unix(unix).unwrap();
        assert_eq!(time.to_unix(), unix);
        assert_eq!(time.to_string().parse(), Ok(time));
        assert_eq!(time.to_string().len(), 20);
    }

    #[test]
    fn times_sort_as_their_text(a in 0..=END_OF_9999, b in 0..=END_OF_9999) {
        let [a, b] = [a, b].map(|unix| Time::from_unix(unix).unwrap());
        assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
    }

    #[test]
    fn no_text_makes_the_time_parser_panic(text: String, close in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z") {
        let _ = text.parse::<Time>();
        if let Ok(time) = close.parse::<Time>() {
            assert_eq!(time.to_string(), close);
        }
    }

    #[test]
    fn a_clipped_window_lies_inside_both(ends: [u32; 4]) {
        let window = |a: u32, b: u32| {
            let [start, end] = [a.min(b), a.max(b)].map(|unix| Time::from_unix(unix.into()).unwrap());
            Validity::new(start, end).unwrap()
        };
        let (one, other) = (window(ends[0], ends[1]), window(ends[2], ends[3]));
        match one.clipped_to(&other) {
            Ok(both) => assert!(one.covers(&both) && other.covers(&both)),
            Err(error) => {
                assert!(matches!(error, Error::EmptyValidity { .. }));
                assert!(one.not_after < other.not_before || other.not_after < one.not_before);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_leaf_never_outlives_its_root(leaf_days in 1..=36_500_u32, seconds in 0..=3650 * DAY) {
        let authority = authority(HOST);
        let root = authority.certificate().validity();
        let now = root.not_before.plus_seconds(seconds).unwrap();
        let mut profile = LeafProfile::new(fqdn(HOST));
        profile.days = Days::new(leaf_days).unwrap();
        let leaf = authority.sign(&profile, key(1).public_key(), now, &mut rng(41)).unwrap();

        assert!(root.covers(leaf.validity()));
        assert!(leaf.validity().contains(now));
        let asked = Validity::starting(now, profile.days).unwrap();
        assert_eq!(leaf.validity().not_after, asked.not_after.min(root.not_after));
        assert_eq!(leaf.validity().not_before, asked.not_before.max(root.not_before));
    }

    #[test]
    fn every_date_is_written_as_its_year_demands(now in 0..END_OF_9999 - 3650 * DAY) {
        let root = authority_of(&root_profile(HOST), Time::from_unix(now).unwrap()).certificate().clone();
        let written = [root.validity().not_before, root.validity().not_after].map(|time| {
            let digits: String = time.to_string().chars().filter(char::is_ascii_digit).collect();
            if &digits[..4] < "2050" { format!("\x17\x0d{}Z", &digits[2..]) } else { format!("\x18\x0f{digits}Z") }
        });
        assert!(holds(&root, written.concat().as_bytes()));
    }
}

fn holds(certificate: &Certificate, bytes: &[u8]) -> bool {
    certificate.as_der().windows(bytes.len()).any(|window| window == bytes)
}
