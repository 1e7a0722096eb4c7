//! pki-core
pub mod error;
pub mod key;
pub mod name;
pub mod password;
pub mod validity;

pub use error::{Error, Result};
pub mod authority;
pub mod certificate;
pub mod profile;
pub mod verify;
