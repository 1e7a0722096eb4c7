//! What pki-core promises, a file per promise and a file per program of others that has to agree.

mod keys;
mod names;
mod profiles;
mod support;
