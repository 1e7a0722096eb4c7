//! The syntax of `dNSName` values. The ASN.1 type takes any ASCII text, so what others wrote may be anything.

/// Whether the text is a host name as certificates carry it: letters, digits, hyphens and underscores, no trailing dot
/// (RFC 5280 §4.2.1.6). `*` may be the whole left-most label where two more follow (RFC 9525 §6.3).
pub(crate) fn is_host_pattern(text: &str) -> bool {
    match text.strip_prefix("*.") {
        Some(parent) => parent.contains('.') && text.len() <= MAX_NAME && is_host(parent),
        None => is_host(text),
    }
}

/// Whether the text is a host name without a wildcard. A numeric last label would be taken for an IPv4 address.
pub(super) fn is_host(text: &str) -> bool {
    let last = text.rsplit('.').next().unwrap_or_default();
    is_labels(text) && !last.bytes().all(|b| b.is_ascii_digit())
}

/// Whether the text can be the base of a subtree (RFC 5280 §4.2.1.10): labels, with a dot in front or not; or nothing,
/// which is the base of every name.
pub(super) fn is_subtree_base(text: &str) -> bool {
    text.is_empty() || is_labels(text.strip_prefix('.').unwrap_or(text))
}

/// Whether a name lies in the subtree of a base: the base names itself and everything below it, or with a dot in front
/// (not in RFC 5280, but met) only what is below.
pub(super) fn is_at_or_below(name: &str, base: &str) -> bool {
    match base.strip_prefix('.') {
        Some(parent) => is_below(name, parent),
        None => base.is_empty() || name.eq_ignore_ascii_case(base) || is_below(name, base),
    }
}

fn is_below(name: &str, parent: &str) -> bool {
    let rest = name.len().checked_sub(parent.len()).and_then(|at| name.split_at_checked(at));
    rest.is_some_and(|(labels, end)| labels.ends_with('.') && end.eq_ignore_ascii_case(parent))
}

fn is_labels(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= MAX_NAME && text.split('.').all(is_label)
}

/// The longest name of the DNS, in characters (RFC 1035 §2.3.4).
const MAX_NAME: usize = 253;
