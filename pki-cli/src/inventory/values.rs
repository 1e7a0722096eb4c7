//! Values as they stand in the file. What is refused is refused with what is allowed: of text the library's types say it, of
//! everything else this file.

use std::fmt::Display;
use std::result::Result;
use std::str::FromStr;

use pki_core::name::{DnsName, Fqdn};
use pki_core::validity::Days;
use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer};
use toml::Value;

pub(super) fn from_text<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(value: D) -> Result<T, D::Error> {
    text(Value::deserialize(value)?, T::from_str).map_err(D::Error::custom)
}

pub(super) fn some_text<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(value: D) -> Result<Option<T>, D::Error> {
    from_text(value).map(Some)
}

pub(super) fn computer<'de, D: Deserializer<'de>>(value: D) -> Result<Fqdn, D::Error> {
    text(Value::deserialize(value)?, Fqdn::of_computer).map_err(D::Error::custom)
}

pub(super) fn dns_names<'de, D: Deserializer<'de>>(value: D) -> Result<Vec<DnsName>, D::Error> {
    match Value::deserialize(value)? {
        Value::Array(names) => names.into_iter().map(|name| text(name, DnsName::of_computer)).collect(),
        other => Err(format!("a list of names is allowed here, as in [\"broker.example\"], not {}", shown(&other))),
    }
    .map_err(D::Error::custom)
}

pub(super) fn days<'de, D: Deserializer<'de>>(value: D) -> Result<Days, D::Error> {
    let value = Value::deserialize(value)?;
    let days = value.as_integer().and_then(|days| u32::try_from(days).ok());
    days.and_then(|days| Days::new(days).ok()).ok_or_else(|| {
        D::Error::custom(format!("a whole number of days from 1 to 36500 is allowed here, not {}", shown(&value)))
    })
}

pub(super) fn yes_or_no<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    let value = Value::deserialize(value)?;
    value.as_bool().ok_or_else(|| {
        D::Error::custom(format!("true or false is allowed here, without quotes, not {}", shown(&value)))
    })
}

/// Text, read by what knows what may stand in it.
fn text<T, E: Display>(value: Value, read: impl Fn(&str) -> Result<T, E>) -> Result<T, String> {
    match &value {
        Value::String(text) => read(text).map_err(|error| error.to_string()),
        Value::Array(_) | Value::Table(_) => Err(format!("one text in quotes is allowed here, not {}", shown(&value))),
        bare => match read(&shown(bare)) {
            Ok(_) => Err(format!("{0} has to stand in quotes: \"{0}\"", shown(bare))),
            Err(error) => Err(error.to_string()),
        },
    }
}

/// As it was written, or what it is.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(is_so) => is_so.to_string(),
        Value::Datetime(time) => time.to_string(),
        Value::Array(_) => "a list".to_owned(),
        Value::Table(_) => "a table".to_owned(),
    }
}
