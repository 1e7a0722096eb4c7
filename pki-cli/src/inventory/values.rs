//! Values as they stand in the file. What is refused is refused in the words of the library's types.

use std::fmt::Display;
use std::result::Result;
use std::str::FromStr;

use pki_core::name::{DnsName, Fqdn};
use pki_core::validity::Days;
use serde::{Deserialize as _, Deserializer};

pub(super) fn from_text<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(value: D) -> Result<T, D::Error> {
    String::deserialize(value)?.parse().map_err(serde::de::Error::custom)
}

pub(super) fn some_text<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(value: D) -> Result<Option<T>, D::Error> {
    from_text(value).map(Some)
}

pub(super) fn computer<'de, D: Deserializer<'de>>(value: D) -> Result<Fqdn, D::Error> {
    Fqdn::of_computer(&String::deserialize(value)?).map_err(serde::de::Error::custom)
}

pub(super) fn dns_names<'de, D: Deserializer<'de>>(value: D) -> Result<Vec<DnsName>, D::Error> {
    let names = Vec::<String>::deserialize(value)?;
    names.iter().map(|name| DnsName::of_computer(name).map_err(serde::de::Error::custom)).collect()
}

pub(super) fn days<'de, D: Deserializer<'de>>(value: D) -> Result<Days, D::Error> {
    Days::new(u32::deserialize(value)?).map_err(serde::de::Error::custom)
}
