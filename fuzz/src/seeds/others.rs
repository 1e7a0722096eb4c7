//! What is text: names and inventories; and what `sealing` takes apart.

use pki_core::name::RootName;

use super::{Seed, host, seed};

pub(super) fn seeds() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (name, text) in [
        ("host", host(0).to_string()),
        ("dot", format!("{}.", host(0))),
        ("root", RootName::default_for(&host(0)).to_string()),
        ("unicode", "Broker.b\u{fc}cher.example".to_owned()),
        ("a-label", "xn--bcher-kva.example".to_owned()),
        ("url", "http://pki.atwork.at:8080/first.crl?a=%20".to_owned()),
        ("address", "http://[2001:db8::1]/first.crl".to_owned()),
        ("time", super::now().to_string()),
        ("unprintable", "HOST4\u{1b}[2J\u{202e}".to_owned()),
    ] {
        seeds.push(seed("names", name, text));
    }
    for (name, text) in [("all-keys.toml", ALL_KEYS), ("shared.toml", SHARED), ("inline.toml", INLINE)] {
        seeds.push(seed("inventory", name, text));
    }
    for (name, choice, texts) in [
        ("default", 0x00, "a password\0HOST4 Hyper-V Replica"),
        (
            "names",
            0x40,
            "pass\u{1f600}\0\u{1f600}\0HOST4.atwork.at\0broker.atwork.at\0mycompanyFirstReplica\0http://a.test/x",
        ),
    ] {
        seeds.push(seed("sealing", name, [&[choice, 1][..], texts.as_bytes()].concat()));
    }
    seeds
}

const ALL_KEYS: &str = r#"# mine
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
fqdn = "HOST4.atwork.at" # the first
root = 'my "company" First\Replica'
also = ["broker.atwork.at", "b.example"]
windows = "2012r2"

[[host]]
fqdn = "HOST5"
"#;

const SHARED: &str = "defaults.trust = \"shared\"\ndefaults.discard_root_keys = true\n[[host]]\nfqdn = \"a.test\"\n";

const INLINE: &str = "host = [{ fqdn = \"a.test\" }, { fqdn = \"\"\"b.test\"\"\" }]\n";
