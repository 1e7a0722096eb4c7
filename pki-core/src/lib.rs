//! pki-core

// Bottom-up: a room uses only rooms above it. The empty lines keep rustfmt from sorting them.

pub mod error;

pub mod name;

pub mod password;

pub mod key;

pub mod validity;

pub mod certificate;

pub mod profile;

pub mod authority;

pub use error::{Error, Result};
