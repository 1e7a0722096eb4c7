//! What pki-core promises, a file per promise and a file per program of others that has to agree.

mod name_constraints;
mod odd_certificates;
mod profiles;
mod support;
mod verify;
mod webpki;
mod x509_parser;
