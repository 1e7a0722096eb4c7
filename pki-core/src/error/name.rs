//! The rules that a name can break.

/// The rule that a host name breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostNameProblem {
    /// Nothing was given.
    #[error("it is empty")]
    Empty,
    /// An IPv4 or IPv6 address, or a name whose last label is a number.
    #[error("it is an IP address, and Hyper-V Replica matches names; give the host's full computer name")]
    IpAddress,
    /// A `*` label.
    #[error("wildcards are not accepted by Hyper-V Replica; name each host")]
    Wildcard,
    /// White space.
    #[error("it contains a space")]
    Space,
    /// A control character, or one that cannot be seen.
    #[error("it contains a control or invisible character")]
    Control,
    /// Two dots in a row, or a dot at the start.
    #[error("it has an empty label (two dots in a row, or a dot at the start)")]
    EmptyLabel,
    /// A label above 63 characters (RFC 1035 §2.3.4).
    #[error("a label has more than 63 characters")]
    LabelTooLong,
    /// A label that starts or ends with a hyphen (RFC 952).
    #[error("a label starts or ends with a hyphen")]
    Hyphen,
    /// An underscore, which no host name has.
    #[error("an underscore is not allowed in a host name")]
    Underscore,
    /// Any other character.
    #[error("{0:?} is not allowed; host names have letters, digits and hyphens")]
    Character(char),
    /// An internationalised label that IDNA refuses (RFC 5891, UTS 46).
    #[error("it is not a valid internationalised name")]
    Internationalised,
    /// A name without a dot.
    #[error("it has one label only; give the full name with its DNS suffix, such as HOST4.atwork.at")]
    SingleLabel,
    /// Above 64 characters, the limit of a CommonName.
    #[error("it has {0} characters, and a certificate's CommonName holds 64 (RFC 5280, ub-common-name)")]
    TooLongForCommonName(usize),
    /// Above 253 characters, the limit of the DNS.
    #[error("it has {0} characters, and a DNS name has at most 253")]
    TooLongForDns(usize),
}

/// The rule that a root's name breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RootNameProblem {
    /// Nothing was given.
    #[error("it is empty")]
    Empty,
    /// More than 64 characters.
    #[error("it has {0} characters, and a certificate's CommonName holds 64 (RFC 5280, ub-common-name)")]
    TooLong(usize),
    /// A control or invisible character.
    #[error("it contains a character that cannot be seen, U+{0:04X}")]
    Unprintable(u32),
    /// A space at either end, which comparisons of names ignore.
    #[error("it starts or ends with a space")]
    OuterSpace,
}
