//! What every fuzz target promises, a file per theme. A target calls one `check` of these with each input; it fails by a
//! panic, or by taking more than [`limits`] allow.

pub mod tlv;
pub mod der_tree;
pub mod limits;
pub mod signer;
pub mod second_opinion;
pub mod shown;
pub mod seeds;
pub mod names;
pub mod certificate;
pub mod keys;
pub mod vault;
pub mod request;
pub mod revocation;
pub mod pfx;
pub mod sealing;
pub mod verify;
pub mod inventory;
pub mod manifest;
pub mod kit;
