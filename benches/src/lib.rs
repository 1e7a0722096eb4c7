//! Measures pki-core and replica-pki against other libraries and programs. `README.md` says how to read the results.

pub mod contest;
pub mod machine;
pub mod sample;
pub mod table;
#[cfg(feature = "peers")]
pub mod work;

/// What went wrong while measuring: any error of any of the libraries.
pub type Failure = Box<dyn std::error::Error>;

/// The result of a piece of work that is measured or prepared.
pub type Result<T> = std::result::Result<T, Failure>;
