//! The one error type of this crate.
//!
//! A variant says what was wrong and carries the facts; it holds no type of another crate and never a secret.
//! Text that came from outside is escaped when it is shown.

mod name;

pub use name::{HostNameProblem, RootNameProblem, UrlProblem};

/// Why something could not be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A host name that cannot stand in a certificate.
    #[error("{name:?} is not a host name: {problem}")]
    HostName {
        /// The name as it was given.
        name: String,
        /// The rule that it breaks.
        problem: HostNameProblem,
    },
    /// A root's common name that cannot stand in a certificate.
    #[error("{name:?} cannot name a root: {problem}")]
    RootName {
        /// The name as it was given.
        name: String,
        /// The rule that it breaks.
        problem: RootNameProblem,
    },
    /// A URL that cannot stand in a certificate as the place of a revocation list.
    #[error("{url:?} cannot be the place of a revocation list: {problem}")]
    Url {
        /// The URL as it was given.
        url: String,
        /// The rule that it breaks.
        problem: UrlProblem,
    },
    /// The same host was given twice; case does not make names different.
    #[error("{name} is named twice; case makes no difference")]
    DuplicateHost {
        /// The name that came again.
        name: String,
    },
    /// Two hosts were to have roots of the same name, which people could not tell apart.
    #[error("two roots would be called {name}")]
    DuplicateRoot {
        /// The name that came again.
        name: String,
    },
    /// A mesh without hosts.
    #[error("no host was named")]
    NoHosts,
    /// A password of no characters, or of more than 1,024 bytes.
    #[error("a password has 1 to 1024 bytes, this one has {bytes}")]
    PasswordLength {
        /// Its length in bytes of UTF-8.
        bytes: usize,
    },
    /// A key size that this crate does not make or use.
    #[error("RSA keys have 2048, 3072 or 4096 bits, this one has {bits}")]
    KeySize {
        /// The size of the modulus in bits.
        bits: usize,
    },
    /// The name of an algorithm that is not known.
    #[error("{given:?} is not {what}; known: {known}")]
    UnknownChoice {
        /// What was being chosen.
        what: &'static str,
        /// The word that was given.
        given: String,
        /// The words that are known.
        known: &'static str,
    },
    /// A host that is to be signed by a root that is not there.
    #[error("there is no root {label:?} to sign with")]
    UnknownSigner {
        /// The label that was given.
        label: String,
    },
    /// An algorithm that this crate does not support, by name or object identifier.
    #[error("{what} uses {algorithm}, which is not supported")]
    UnsupportedAlgorithm {
        /// What was being read.
        what: &'static str,
        /// Its name, or its object identifier in dotted form.
        algorithm: String,
    },
    /// A key of the feature `test-keys`, where that is not turned on.
    #[error("{what} is a test key, whose private half everyone has")]
    WellKnownKey {
        /// What was being read.
        what: &'static str,
    },
    /// A signature by an algorithm that no longer proves anything.
    #[error("{what} is signed with {algorithm}, which can be forged")]
    WeakSignature {
        /// What was being read.
        what: &'static str,
        /// The algorithm's name.
        algorithm: String,
    },
    /// A request whose names cannot stand in a host's certificate.
    #[error("the names of the request cannot be used: {problem}")]
    RequestedNames {
        /// What is wrong with them.
        problem: String,
    },
    /// A certificate that no list of this root can revoke.
    #[error("{subject} cannot be revoked: {problem}")]
    NotRevocable {
        /// The certificate's subject.
        subject: String,
        /// Why not.
        problem: &'static str,
    },
    /// Bytes that are not what they should be.
    #[error("{what} is damaged: {detail}")]
    Damaged {
        /// What was being read.
        what: &'static str,
        /// What was found.
        detail: String,
    },
    /// The password does not open the file, as its MAC or its encryption shows.
    #[error("wrong password for {what}")]
    WrongPassword {
        /// What was being opened.
        what: &'static str,
    },
    /// The file is encrypted, and no password was given.
    #[error("{what} is encrypted and needs its password")]
    PasswordNeeded {
        /// What was being opened.
        what: &'static str,
    },
    /// A file that asks for more memory or work than the limit allows.
    #[error("{what}: {quantity} is {found}, the limit is {limit}")]
    OverLimit {
        /// What was being read.
        what: &'static str,
        /// What was counted, with its unit.
        quantity: &'static str,
        /// How much was found.
        found: u64,
        /// How much is allowed.
        limit: u64,
    },
    /// A PFX without a MAC, where one was required.
    #[error("the PFX carries no MAC, so nothing shows that it is unchanged")]
    MacMissing,
    /// A date that a certificate cannot carry.
    #[error("the date is outside the years 1970 to 9999")]
    DateOutOfRange,
    /// A window of time that ends before it starts.
    #[error("it would end at {not_after}, before it starts at {not_before}")]
    EmptyValidity {
        /// When it would start.
        not_before: String,
        /// When it would end.
        not_after: String,
    },
    /// Text that is not a date and time.
    #[error("{given:?} is not a time such as 2026-11-22T17:00:00Z")]
    InvalidTime {
        /// The text as it was given.
        given: String,
    },
    /// A lifetime that is not 1 to 36,500 days.
    #[error("a number of days is 1 to 36500, not {days}")]
    Lifetime {
        /// The number of days that was asked for.
        days: u32,
    },
    /// The root is not valid at the time of signing.
    #[error("the root {root} is valid from {not_before} to {not_after}, so it cannot sign at {now}")]
    RootNotValid {
        /// The root's subject.
        root: String,
        /// First moment of the root's validity.
        not_before: String,
        /// Last moment of the root's validity.
        not_after: String,
        /// The time of signing.
        now: String,
    },
    /// A certificate that cannot act as the root it was offered as.
    #[error("{subject} cannot be used as a root: {problem}")]
    NotARoot {
        /// The certificate's subject.
        subject: String,
        /// The rule that it breaks.
        problem: &'static str,
    },
    /// A private key that does not belong to the certificate beside it.
    #[error("the private key does not belong to the certificate of {subject}")]
    KeyMismatch {
        /// The certificate's subject.
        subject: String,
    },
    /// A host that has the name of its root: its certificate would look self-signed, and Windows refuses those.
    #[error("the host {name} cannot have a root of the same name: its certificate would look self-signed")]
    NamedLikeItsRoot {
        /// The name of both.
        name: String,
    },
    /// A name that the root's name constraints do not allow (RFC 5280 §4.2.1.10).
    #[error("the root {root} may not sign this: {violation}; its name constraints permit {permitted}")]
    NameNotPermitted {
        /// The root's subject.
        root: String,
        /// The name that was refused, and why.
        violation: String,
        /// The names that are permitted.
        permitted: String,
    },
    /// A certificate whose signature the given root did not make.
    #[error("{subject} was not signed by {root}")]
    NotSignedBy {
        /// The certificate's subject.
        subject: String,
        /// The root's subject.
        root: String,
    },
    /// A library refused to do what was asked; a fault of this crate.
    #[error("{what} failed: {detail}")]
    Internal {
        /// What was being done.
        what: &'static str,
        /// What the library said.
        detail: String,
    },
}

/// What every fallible function of this crate returns.
pub type Result<T> = core::result::Result<T, Error>;
