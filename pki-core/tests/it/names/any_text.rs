//! Names made of any text: what is accepted keeps every rule, and what is shown hides nothing.

use std::collections::HashSet;
use std::net::IpAddr;

use pki_core::name::{DnsName, Fqdn, RootName, printable};
use proptest::prelude::*;

use crate::support::{fqdn, host_names};

proptest! {
    #[test]
    fn a_host_name_is_kept_as_it_was_given(name in host_names()) {
        assert_eq!(fqdn(&name).as_str(), &name);
        assert_eq!(fqdn(&name).to_string(), &*name);
        assert_eq!(fqdn(&format!("{name}.")).as_str(), &name);
        assert_eq!(format!("{}", DnsName::from(fqdn(&name))), name);
    }

    #[test]
    fn comparison_and_hashing_ignore_the_case(name in host_names(), other in host_names(), flips: u64) {
        let flipped: String = name.chars().enumerate().map(|(i, c)| match flips >> (i % 64) & 1 {
            0 => c.to_ascii_lowercase(),
            _ => c.to_ascii_uppercase(),
        }).collect();
        assert_eq!(fqdn(&name), fqdn(&flipped));
        assert_eq!(fqdn(&name).cmp(&fqdn(&flipped)), std::cmp::Ordering::Equal);
        assert_eq!(HashSet::from([fqdn(&name), fqdn(&flipped)]).len(), 1);

        let same = name.eq_ignore_ascii_case(&other);
        assert_eq!(fqdn(&name) == fqdn(&other), same);
        assert_eq!(fqdn(&name).cmp(&fqdn(&other)).is_eq(), same);
        assert_eq!(HashSet::from([fqdn(&name), fqdn(&other)]).len(), if same { 1 } else { 2 });
    }

    #[test]
    fn ascii_labels_beside_an_internationalised_one_keep_their_case(name in host_names()) {
        let mixed: DnsName = format!("{name}.b\u{fc}cher.{name}").parse().unwrap();
        assert_eq!(mixed.as_str(), format!("{name}.xn--bcher-kva.{name}"));
    }

    #[test]
    fn whatever_is_accepted_keeps_every_rule_and_stands_for_itself(text in odd_text()) {
        if let Ok(name) = text.parse::<DnsName>() {
            check_rules(name.as_str());
            assert_eq!(name.to_string().parse::<DnsName>().unwrap().as_str(), name.as_str());
        }
        if let Ok(name) = text.parse::<Fqdn>() {
            check_rules(name.as_str());
            assert!(name.as_str().len() <= 64);
            assert!(RootName::default_for(&name).as_str().chars().count() <= 64);
        }
        if let Ok(name) = Fqdn::of_computer(&text) {
            assert_eq!(text.parse::<Fqdn>().is_err(), name.is_single_label());
            name.as_str().split('.').for_each(check_label);
        }
    }

    #[test]
    fn no_text_makes_the_parsers_panic(text: String) {
        let _ = text.parse::<Fqdn>();
        let _ = Fqdn::of_computer(&text);
        let _ = text.parse::<RootName>();
        if let Ok(name) = text.parse::<DnsName>() {
            check_rules(name.as_str());
        }
    }

    #[test]
    fn two_hosts_never_share_a_default_root_name(
        stem in "[a-z]{45,50}", a in "[a-z0-9]{1,10}", b in "[a-z0-9]{1,10}"
    ) {
        let hosts = [fqdn(&format!("{stem}.{a}.at")), fqdn(&format!("{stem}.{b}.at"))];
        let [first, second] = hosts.each_ref().map(RootName::default_for);
        assert_eq!(first == second, a == b);
        for name in [first, second] {
            assert!(name.as_str().len() <= 64);
            assert!(name.as_str().starts_with(&stem[..42]));
            assert!(name.as_str().ends_with(" Replica Root"));
            assert_eq!(name.as_str().parse::<RootName>(), Ok(name));
        }
    }

    #[test]
    fn shown_text_holds_no_character_that_a_terminal_obeys(text: String, hidden in hidden_characters()) {
        let shown = printable(&format!("{text}{hidden}{text}"));
        assert!(!shown.chars().any(char::is_control));
        assert!(!shown.contains(hidden));
        assert!(shown.contains(&format!("{:x}", u32::from(hidden))));
        assert_eq!(printable(&shown), shown);
    }

    #[test]
    fn harmless_text_is_shown_as_it_is(text in "[ -~\u{a1}-\u{ac}\u{ae}-\u{2ff}\u{4e00}-\u{9fff}]{0,80}") {
        assert_eq!(printable(&text), text);
    }
}

fn check_rules(name: &str) {
    assert!(name.len() <= 253, "{name}");
    assert!(name.split('.').count() >= 2, "{name}");
    name.split('.').for_each(check_label);
    assert!(name.parse::<IpAddr>().is_err(), "{name}");
    assert!(name.rsplit('.').next().unwrap().contains(|c: char| !c.is_ascii_digit()), "{name}");
}

fn check_label(label: &str) {
    assert!((1..=63).contains(&label.len()), "{label:?}");
    assert!(label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{label:?}");
    assert!(!label.starts_with('-') && !label.ends_with('-'), "{label:?}");
}

/// Text made of what names are made of, and of what is close to it.
fn odd_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "Z",
        "host4",
        "atwork",
        "at",
        "7",
        "10",
        ".",
        ".",
        ".",
        "-",
        "xn--",
        "XN--",
        "xn--bcher-kva",
        "b\u{fc}cher",
        "\u{df}",
        "\u{130}",
        "\u{3002}",
        "\u{ff0e}",
        "\u{ff61}",
        "\u{2024}",
        "\u{2026}",
        "\u{2488}",
        "\u{ff11}",
        "\u{ff21}",
        "\u{ad}",
        "\u{200b}",
        "\u{200c}",
        "\u{200d}",
        "\u{feff}",
        "\u{308}",
        "\u{5d0}",
        "\u{660}",
        "\u{65e5}",
        "_",
        "*",
        " ",
        "[",
        "]",
        ":",
        "abcdefghijabcdefghijabcdefghij",
    ]);
    prop::collection::vec(pieces, 1..12).prop_map(|pieces| pieces.concat())
}

/// Control characters, marks that turn the direction of text, and separators.
fn hidden_characters() -> impl Strategy<Value = char> {
    prop_oneof![
        prop::char::range('\0', '\u{1f}'),
        prop::char::range('\u{7f}', '\u{9f}'),
        prop::char::range('\u{200b}', '\u{200f}'),
        prop::char::range('\u{2028}', '\u{202e}'),
        prop::char::range('\u{2066}', '\u{2069}'),
        Just('\u{feff}'),
    ]
}
