//! What an inventory may say, and how it is refused.

use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<Inventory> {
    Inventory::parse(text, Path::new("replica-pki/inventory.toml"))
}

/// The line that is named and the rest of the message.
#[track_caller]
fn refused(text: &str) -> (usize, String) {
    let failure = parse(text).unwrap_err();
    let message = failure.message().strip_prefix("replica-pki/inventory.toml, line ").unwrap();
    let (line, problem) = message.split_once(": ").unwrap();
    (line.parse().unwrap(), problem.to_owned())
}

#[test]
fn root_keys_can_be_discarded_where_there_are_no_lists() {
    let of = |defaults| parse(&format!("[defaults]\n{defaults}\n[[host]]\nfqdn = \"HOST4.atwork.at\"\n"));
    assert!(of("discard_root_keys = true").unwrap().defaults.discard_root_keys);
    assert!(of("discard_root_keys = true\ncrl_url = \"http://pki.atwork.at/{root}.crl\"").is_err());
}

#[test]
fn every_key_is_understood() {
    let inventory = parse(
        r#"
        [defaults]
        key = "rsa-2048"
        leaf_days = 365
        root_days = 1000
        windows = "2022"
        trust = "per-host"
        name_constraints = false
        crl_url = "http://pki.atwork.at/{root}.crl"
        discard_root_keys = false

        [[host]]
        fqdn = "HOST4.atwork.at"
        root = "mycompanyFirstReplica"
        also = ["broker.atwork.at"]
        windows = "2012r2"
        "#,
    )
    .unwrap();
    let Defaults { key, leaf_days, root_days, windows, trust, name_constraints, crl_url, discard_root_keys } =
        inventory.defaults;
    assert_eq!((crl_url.unwrap().to_string().as_str(), discard_root_keys), ("http://pki.atwork.at/{root}.crl", false));
    assert_eq!((key, leaf_days.get(), root_days.get()), (KeyAlgorithm::Rsa2048, 365, 1000));
    assert_eq!((windows, trust, name_constraints), (WindowsServer::V2022, Trust::PerHost, false));
    let [host] = inventory.hosts.as_slice() else { panic!("one host") };
    assert_eq!(host.fqdn.as_str(), "HOST4.atwork.at");
    assert_eq!(host.root_name().as_str(), "mycompanyFirstReplica");
    assert_eq!((host.also[0].as_str(), host.windows), ("broker.atwork.at", Some(WindowsServer::V2012R2)));
}

#[test]
fn everything_but_the_name_of_a_host_has_a_default() {
    assert_eq!(parse("").unwrap(), Inventory { defaults: Defaults::default(), hosts: Vec::new() });
    let inventory = parse("[[host]]\nfqdn = \"HOST4.atwork.at\"\n[[host]]\nfqdn = \"HOST5\"\n").unwrap();
    assert_eq!(inventory.defaults, Defaults::default());
    assert_eq!(inventory.hosts[0], Entry::new("HOST4.atwork.at".parse().unwrap()));
    assert!(inventory.hosts[1].fqdn.is_single_label());
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_what_is_allowed() {
    let host = "[[host]]\nfqdn = \"HOST4.atwork.at\"\n";
    for (text, line, parts) in [
        ("[defaults]\nkeys = \"rsa-2048\"\n".to_owned(), 2, &["unknown field `keys`", "`leaf_days`"][..]),
        ("[defaults]\nkey = \"rsa-1024\"\n".to_owned(), 2, &["rsa-1024", "rsa-2048, rsa-3072, rsa-4096"]),
        ("[defaults]\nkey = 3072\n".to_owned(), 2, &["\"3072\"", "rsa-2048, rsa-3072, rsa-4096"]),
        ("[defaults]\nkey = [\"rsa-2048\"]\n".to_owned(), 2, &["one text in quotes", "not a list"]),
        ("[defaults]\nwindows = 2022\n".to_owned(), 2, &["in quotes: \"2022\""]),
        ("[defaults]\nleaf_days = \"730\"\n".to_owned(), 2, &["a whole number of days from 1 to 36500", "not \"730\""]),
        ("[defaults]\nleaf_days = 1.5\n".to_owned(), 2, &["1 to 36500", "not 1.5"]),
        ("[defaults]\nroot_days = 99999999999999999999\n".to_owned(), 2, &["too large"]),
        (format!("[defaults]\nroot_days = {}\n", "9".repeat(50)), 2, &["too large"]),
        ("[defaults]\nleaf_days = 5000000000\n".to_owned(), 2, &["1 to 36500", "not 5000000000"]),
        ("[defaults]\nname_constraints = 1\n".to_owned(), 2, &["true or false", "not 1"]),
        ("defaults = 3\n".to_owned(), 1, &["a line [defaults]"]),
        ("[[defaults]]\nkey = \"rsa-2048\"\n".to_owned(), 1, &["a line [defaults]"]),
        ("[host]\nfqdn = \"a.test\"\n".to_owned(), 1, &["a line [[host]], with two brackets"]),
        ("host = 3\n".to_owned(), 1, &["a line [[host]]"]),
        ("host = [\n3]\n".to_owned(), 2, &["a line [[host]]"]),
        (format!("{host}also = \"broker.atwork.at\"\n"), 3, &["a list of names", "not \"broker.atwork.at\""]),
        (format!("{host}also = [4]\n"), 3, &["4"]),
        ("[[host]]\nfqdn = true\n".to_owned(), 2, &["in quotes: \"true\""]),
        ("[defaults]\n\nleaf_days = 0\n".to_owned(), 3, &["36500"]),
        ("[defaults]\nleaf_days = -1\n".to_owned(), 2, &["1 to 36500", "not -1"]),
        ("[defaults]\nwindows = \"2008\"\n".to_owned(), 2, &["2012r2, 2016, 2019, 2022, 2025"]),
        ("[defaults]\ntrust = \"all\"\n".to_owned(), 2, &["per-host, shared"]),
        ("[default]\n".to_owned(), 1, &["unknown field `default`", "`host`"]),
        (format!("{host}alsoo = []\n"), 3, &["unknown field `alsoo`", "`also`"]),
        (format!("{host}also = [\"a_b.example\"]\n"), 3, &["a_b.example"]),
        ("[[host]]\nroot = \"R\"\n".to_owned(), 1, &["missing field `fqdn`"]),
        ("[[host]]\nfqdn = \"HOST_4.atwork.at\"\n".to_owned(), 2, &["HOST_4.atwork.at"]),
        ("[[host]\n".to_owned(), 1, &[""]),
        (format!("{host}\n[[host]]\nfqdn = \"host4.ATWORK.at\"\n"), 4, &["line 1 already"]),
        (format!("{host}root = \"r\"\n[[host]]\nfqdn = \"b.test\"\nroot = \"R\"\n"), 4, &["the host of line 1"]),
        (format!("{host}root = \"host4.atwork.at\"\n"), 1, &["must differ"]),
        (
            "[defaults]\ncrl_url = \"https://a.test/{root}.crl\"\n".to_owned(),
            2,
            &["\"https://a.test/{root}.crl\"", "so use http"],
        ),
        (
            format!("\n[defaults]\ncrl_url = \"http://a.test/x\"\n{host}[[host]]\nfqdn = \"b.test\"\n"),
            2,
            &["2 roots", "{root}"],
        ),
        ("[defaults]\ndiscard_root_keys = \"yes\"\n".to_owned(), 2, &["true or false", "not \"yes\""]),
        (format!("[defaults]\ntrust = \"shared\"\n{host}root = \"R\"\n"), 3, &["leave root out"]),
    ] {
        let (found, problem) = refused(&text);
        assert_eq!(found, line, "{text}: {problem}");
        for part in parts {
            assert!(problem.contains(part), "{text}: {problem}");
        }
        for of_the_language in ["u32", "struct", "invalid type", "invalid value", "string", "boolean", "sequence"] {
            assert!(!problem.contains(of_the_language), "{text}: {problem}");
        }
    }
}

#[test]
fn tens_of_thousands_of_hosts_are_read_at_once() {
    let text: String = (0..30_000).map(|number| format!("[[host]]\nfqdn = \"host{number}.test\"\n")).collect();
    let begun = std::time::Instant::now();
    let mesh = parse(&text).unwrap().mesh().unwrap();
    assert_eq!(mesh.hosts().len(), 30_000);
    // To count lines, or to compare each with each, would take minutes.
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(refused(&format!("{text}[[host]]\nfqdn = \"HOST29999.test\"\n")).0, 60_001);
}

#[test]
fn one_address_serves_one_root() {
    let hosts = "[[host]]\nfqdn = \"a.test\"\n[[host]]\nfqdn = \"b.test\"\n";
    let url = "[defaults]\ncrl_url = \"http://pki.atwork.at/one.crl\"\n";
    assert!(parse(&format!("{url}trust = \"shared\"\n{hosts}")).is_ok());
    assert!(parse(&format!("{url}[[host]]\nfqdn = \"a.test\"\n")).is_ok());
    assert!(parse(&format!("{url}{hosts}")).is_err());
}

#[test]
fn hosts_are_added_at_the_end_and_nothing_else_changes() {
    let text = "# mine\n[[host]]\nfqdn = \"a.test\" # the first";
    let longer = added(text, &[Entry::new("b.test".parse().unwrap())]);
    assert_eq!(longer, format!("{text}\n\n[[host]]\nfqdn = \"b.test\"\n"));
    assert_eq!(parse(&longer).unwrap().hosts.len(), 2);
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        root in r#"[!-~]([ -~]{0,20}[!-~])?"#,
        days in (1u32..=36_500, 1u32..=36_500),
        windows in prop::sample::select(vec!["2012r2", "2016", "2019", "2022", "2025"]),
        shared: bool,
    ) {
        let defaults = Defaults {
            key: KeyAlgorithm::Rsa4096,
            leaf_days: Days::new(days.0).unwrap(),
            root_days: Days::new(days.1).unwrap(),
            windows: windows.parse().unwrap(),
            trust: if shared { Trust::Shared } else { Trust::PerHost },
            name_constraints: shared,
            crl_url: (!shared).then(|| "http://pki.atwork.at/{root}.crl".parse().unwrap()),
            discard_root_keys: shared,
        };
        let mut host = Entry::new("HOST4.atwork.at".parse().unwrap());
        host.root = if shared { None } else { Some(root.parse().unwrap()) };
        host.also = vec!["broker.atwork.at".parse().unwrap(), "xn--bcher-kva.example".parse().unwrap()];
        host.windows = Some(windows.parse().unwrap());
        let inventory = Inventory { defaults, hosts: vec![host, Entry::new(Fqdn::of_computer("HOST5").unwrap())] };
        prop_assert_eq!(parse(&new(&inventory.defaults, &inventory.hosts)).unwrap(), inventory);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[\\[\\]a-z=\"\n. 0-9]{0,200}") {
        let _ = parse(&text);
    }
}
