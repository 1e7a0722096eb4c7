//! Names: what is accepted is accepted again as it stands, and what is shown is harmless.

use pki_core::Error;
use pki_core::name::{DnsName, Fqdn, HttpUrl, RootName, printable};
use pki_core::validity::Time;

use crate::shown::{is_harmless, is_no_fault};

/// Any text as each kind of name.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for parsed in [text.parse::<Fqdn>(), Fqdn::of_computer(&text)] {
        accepted(parsed, check_host);
    }
    for parsed in [text.parse::<DnsName>(), DnsName::of_computer(&text)] {
        accepted(parsed, |name| assert!(name.as_str().len() <= 253 && DnsName::of_computer(name.as_str()) == Ok(name)));
    }
    accepted(text.parse::<RootName>(), |name| {
        assert_eq!(printable(name.as_str()), name.as_str());
        assert_eq!(name.as_str().parse(), Ok(name));
    });
    accepted(text.parse::<HttpUrl>(), |url| {
        assert!(url.as_str().bytes().all(|b| b.is_ascii_graphic()));
        assert_eq!(url.as_str(), text);
    });
    accepted(text.parse::<Time>(), |time| assert_eq!(time.to_string().parse(), Ok(time)));
    let shown = printable(&text);
    is_harmless(&shown);
    assert_eq!(printable(&shown), shown);
}

fn accepted<T>(parsed: Result<T, Error>, check: impl FnOnce(T)) {
    match parsed {
        Ok(name) => check(name),
        Err(error) => is_no_fault(&error),
    }
}

fn check_host(host: Fqdn) {
    let text = host.as_str();
    assert!(text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b)), "{text:?}");
    for case in [text.to_owned(), text.to_ascii_lowercase(), text.to_ascii_uppercase()] {
        assert_eq!(Fqdn::of_computer(&case).as_ref(), Ok(&host));
    }
    assert_eq!(text.parse::<Fqdn>().is_ok(), !host.is_single_label());
    let root = RootName::default_for(&host);
    assert_eq!(root.as_str().parse(), Ok(root));
}
