//! Names are parsed once and then valid; what is refused is refused with the reason.

mod any_text;

use pki_core::Error;
use pki_core::name::{DnsName, Fqdn, HostNameProblem as Problem, RootName, RootNameProblem};
use sha2::{Digest as _, Sha256};

use crate::support::fqdn;

#[test]
fn every_refusal_says_which_rule_was_broken() {
    let label_of_64 = format!("{}.example", "a".repeat(64));
    let table: &[(&str, Problem)] = &[
        ("", Problem::Empty),
        (".", Problem::Empty),
        ("10.0.0.4", Problem::IpAddress),
        ("10.0.0.4.", Problem::IpAddress),
        ("10.0.4", Problem::IpAddress),
        ("host.4", Problem::IpAddress),
        ("::1", Problem::IpAddress),
        ("2001:db8::4", Problem::IpAddress),
        ("[2001:db8::4]", Problem::IpAddress),
        ("[10.0.0.4]", Problem::IpAddress),
        ("*.atwork.at", Problem::Wildcard),
        ("host*.atwork.at", Problem::Wildcard),
        ("host 4.atwork.at", Problem::Space),
        (" HOST4.atwork.at", Problem::Space),
        ("HOST4.atwork.at\u{a0}", Problem::Space),
        ("HOST4.atwork.at\n", Problem::Control),
        ("HOST4\0.atwork.at", Problem::Control),
        ("HOST4\u{7f}.atwork.at", Problem::Control),
        ("HOST4\u{85}.atwork.at", Problem::Control),
        ("HOST4..at", Problem::EmptyLabel),
        (".HOST4.at", Problem::EmptyLabel),
        ("HOST4.at..", Problem::EmptyLabel),
        ("..", Problem::EmptyLabel),
        ("HOST_4.atwork.at", Problem::Underscore),
        ("_ldap.atwork.at", Problem::Underscore),
        (&label_of_64, Problem::LabelTooLong),
        ("-host.atwork.at", Problem::Hyphen),
        ("host-.atwork.at", Problem::Hyphen),
        ("host.-atwork.at", Problem::Hyphen),
        ("host.atwork.at-", Problem::Hyphen),
        ("HOST4", Problem::SingleLabel),
        ("HOST4.", Problem::SingleLabel),
        ("host/4.atwork.at", Problem::Character('/')),
        ("host:4.atwork.at", Problem::Character(':')),
        ("host@atwork.at", Problem::Character('@')),
    ];
    for (name, expected) in table {
        assert_eq!(fqdn_problem(name), *expected, "Fqdn {name:?}");
        assert_eq!(dns_problem(name), *expected, "DnsName {name:?}");
        let message = name.parse::<Fqdn>().unwrap_err().to_string();
        assert!(message.contains(&expected.to_string()), "{message}");
    }
}

#[test]
fn the_limit_that_was_hit_is_named() {
    let (fits, one_more) = (name_of(64), name_of(65));
    assert_eq!(fqdn(&fits).as_str(), fits);
    assert_eq!(fqdn(&format!("{fits}.")).as_str(), fits, "the trailing dot does not count");
    assert_eq!(fqdn_problem(&one_more), Problem::TooLongForCommonName(65));
    assert!(one_more.parse::<DnsName>().is_ok());

    assert_eq!(name_of(253).parse::<DnsName>().unwrap().as_str().len(), 253);
    assert_eq!(dns_problem(&name_of(254)), Problem::TooLongForDns(254));
    assert_eq!(fqdn_problem(&name_of(253)), Problem::TooLongForCommonName(253));
    assert_eq!(fqdn_problem(&name_of(254)), Problem::TooLongForDns(254));

    assert!(Problem::TooLongForCommonName(65).to_string().contains("65 characters"));
    assert!(Problem::TooLongForCommonName(65).to_string().contains("holds 64"));
    assert!(Problem::TooLongForDns(254).to_string().contains("254 characters"));
    assert!(Problem::TooLongForDns(254).to_string().contains("at most 253"));
}

#[test]
fn a_label_has_up_to_63_characters() {
    let fits = format!("{}.a", "x".repeat(62));
    assert_eq!(fqdn(&fits).as_str(), fits);
    let label_of_63 = format!("{}.example", "x".repeat(63));
    assert_eq!(label_of_63.parse::<DnsName>().unwrap().as_str(), label_of_63);
    assert_eq!(dns_problem(&format!("{}.example", "x".repeat(64))), Problem::LabelTooLong);
}

#[test]
fn a_computers_name_may_be_a_single_label() {
    let host = Fqdn::of_computer("HOST4").unwrap();
    assert_eq!(host.as_str(), "HOST4");
    assert!(host.is_single_label());
    assert!(!fqdn("HOST4.atwork.at").is_single_label());

    assert_eq!(Fqdn::of_computer("HOST4.atwork.at").unwrap(), fqdn("HOST4.atwork.at"));
    assert_eq!(DnsName::of_computer("host4").unwrap(), *host.as_dns_name());

    let problem = |name: &str| host_problem(Fqdn::of_computer(name).unwrap_err(), name);
    assert_eq!(host_problem("HOST4".parse::<Fqdn>().unwrap_err(), "HOST4"), Problem::SingleLabel);
    assert_eq!(problem("10.0.0.4"), Problem::IpAddress);
    assert_eq!(problem("HOST_4"), Problem::Underscore);
    assert_eq!(problem("4"), Problem::IpAddress);
    assert_eq!(problem(&"x".repeat(64)), Problem::LabelTooLong);
    assert_eq!(problem(""), Problem::Empty);
}

#[test]
fn internationalised_labels_become_a_labels_and_the_others_keep_their_case() {
    let table = [
        ("b\u{fc}cher.example", "xn--bcher-kva.example"),
        ("HOST4.B\u{dc}CHER.Example", "HOST4.xn--bcher-kva.Example"),
        ("HOST4.bu\u{308}cher.example", "HOST4.xn--bcher-kva.example"),
        ("HOST4.\u{65e5}\u{672c}\u{8a9e}.jp", "HOST4.xn--wgv71a119e.jp"),
        ("XN--BCHER-KVA.Example", "XN--BCHER-KVA.Example"),
        ("HOST4\u{3002}b\u{fc}cher\u{ff0e}example", "HOST4.xn--bcher-kva.example"),
        ("HOST4.b\u{fc}cher.example\u{3002}", "HOST4.xn--bcher-kva.example"),
        ("ab--cd.example", "ab--cd.example"),
    ];
    for (given, expected) in table {
        assert_eq!(given.parse::<Fqdn>().map(|name| name.to_string()), Ok(expected.to_owned()));
    }
}

#[test]
fn labels_that_idna_refuses_are_refused() {
    let refused = [
        "xn--.example",
        "xn--a.example",
        "xn--abc-.example",
        "xn--bcher-kv\u{e4}.example",
        "xn--99999999.example",
        "XN--.example",
        "\u{308}host.example",
        "b\u{fc}cher-.example",
        "ho\u{2488}st.example",
    ];
    for name in refused {
        assert_eq!(fqdn_problem(name), Problem::Internationalised, "{name:?}");
    }
}

#[test]
fn what_unicode_would_map_away_does_not_slip_through() {
    // Full-width digits, dots of other scripts, and letters that are drawn as nothing.
    assert_eq!(fqdn_problem("\u{ff11}\u{ff10}.0.0.4"), Problem::IpAddress);
    assert_eq!(fqdn_problem("10\u{3002}0\u{3002}0\u{3002}4"), Problem::IpAddress);
    assert_eq!(fqdn_problem("a\u{3002}\u{3002}b.example"), Problem::EmptyLabel);
    for invisible in ["\u{feff}HOST4.atwork.at", "HOST\u{ad}4.atwork.at", "HOST4\u{202e}.atwork.at", "\u{200b}.at"] {
        assert_eq!(fqdn_problem(invisible), Problem::Control, "{invisible:?}");
    }
    for (name, sign) in [("\u{ff0a}.example", '*'), ("a\u{ff3f}b.example", '_'), ("a\u{ff0f}b.example", '/')] {
        assert!(name.parse::<Fqdn>().is_err(), "a full-width {sign}");
    }
}

#[test]
fn a_root_name_has_1_to_64_printable_characters() {
    for good in ["mycompanyFirstReplica", "a", "Z\u{fc}rich Replica Root", &"\u{fc}".repeat(64)] {
        assert_eq!(good.parse::<RootName>().unwrap().as_str(), good);
    }
    let table = [
        (String::new(), RootNameProblem::Empty),
        ("a".repeat(65), RootNameProblem::TooLong(65)),
        ("a\nb".to_owned(), RootNameProblem::Unprintable(0x0a)),
        ("a\u{1b}[2J".to_owned(), RootNameProblem::Unprintable(0x1b)),
        ("a\u{202e}b".to_owned(), RootNameProblem::Unprintable(0x202e)),
        (" a".to_owned(), RootNameProblem::OuterSpace),
        ("a ".to_owned(), RootNameProblem::OuterSpace),
    ];
    for (given, problem) in table {
        assert_eq!(given.parse::<RootName>(), Err(Error::RootName { name: given, problem }));
    }
    assert!(RootNameProblem::TooLong(65).to_string().contains("holds 64"));
}

#[test]
fn the_default_root_name_says_whose_root_it_is() {
    let name = |host: &str| RootName::default_for(&fqdn(host)).to_string();
    assert_eq!(name("HOST4.atwork.at"), "HOST4.atwork.at Replica Root");
    let (fits, too_long) = (name_of(51), name_of(52));
    assert_eq!(name(&fits), format!("{fits} Replica Root"));
    let digest: String = Sha256::digest(too_long.as_bytes()).iter().take(4).map(|b| format!("{b:02x}")).collect();
    assert_eq!(name(&too_long), format!("{}~{digest} Replica Root", &too_long[..42]));
    let upper = too_long.to_ascii_uppercase();
    assert_eq!(name(&upper), format!("{}~{digest} Replica Root", &upper[..42]), "the same host, the same digits");
}

fn fqdn_problem(name: &str) -> Problem {
    host_problem(name.parse::<Fqdn>().unwrap_err(), name)
}

fn dns_problem(name: &str) -> Problem {
    host_problem(name.parse::<DnsName>().unwrap_err(), name)
}

fn host_problem(error: Error, given: &str) -> Problem {
    match error {
        Error::HostName { name, problem } if name == given => problem,
        other => panic!("{given:?} gave {other:?}"),
    }
}

/// A valid name of this length: labels of 20 characters, the last of 1 to 21.
fn name_of(length: usize) -> String {
    let mut name = String::new();
    while length - name.len() > 21 {
        name += "abcdefghijklmnopqrst.";
    }
    let rest = length - name.len();
    name + &"z".repeat(rest)
}
