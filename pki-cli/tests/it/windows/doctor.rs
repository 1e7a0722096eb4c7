//! `doctor` finds each fault that is planted into a computer where a kit was installed, and nothing else.

mod roots;

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use pki_core::certificate::Certificate;
use schannel::cert_context::{CertContext, KeySpec, SetKeyProvInfo};
use schannel::crypt_prov::{AcquireOptions, ProviderType};
use serde_json::Value;
use windows_registry::LOCAL_MACHINE;

use super::native::{self, Container, KeyPlace};
use super::security::run_unelevated;
use super::{HOST, KIT, Machine, SWITCH, SWITCH_NAME};
use crate::support::foreign::{DAY, Key, Recipe};
use crate::support::{Room, json};

const SCHANNEL: &str = "Microsoft RSA SChannel Cryptographic Provider";
const ROOT: &str = "CN=Replica Test CA,O=Example";

/// Two sets of kits, made once: `replica-pki`, and below `other` a second kit of HOST4.
fn kits() -> &'static Room {
    static KITS: LazyLock<Room> = LazyLock::new(|| {
        let room = Room::with_kits();
        room.done(&["issue", HOST, "--key", "rsa-2048", "--dir", "other"]);
        room
    });
    &KITS
}

/// A computer with the Hyper-V role, replication let in, and HOST4's kit installed.
fn installed() -> Machine {
    let machine = Machine::take();
    machine.set_firewall_rule(true);
    let ended = machine.install(kits(), &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    machine
}

/// The same without the kit: with a leaf and a root that others made.
fn with_foreign(leaf: &Recipe, key: Key, root: &Recipe, root_key: Key) -> Machine {
    let machine = Machine::take();
    machine.set_firewall_rule(true);
    LOCAL_MACHINE.create(SWITCH).unwrap().set_u32(SWITCH_NAME, 1).unwrap();
    native::add("Root", &CertContext::new(&root.self_signed(root_key)).unwrap());
    fill("foreign", key);
    add_to_my(&leaf.signed(key, &root.subject, root_key), |place| place.container("foreign"));
    machine
}

/// Makes a key container of the machine and puts a key into it.
fn fill(container: &str, key: Key) {
    let mut acquire = AcquireOptions::new();
    acquire.container(container).provider(SCHANNEL).new_keyset(true).machine_keyset(true);
    let mut container = acquire.acquire(ProviderType::rsa_schannel()).unwrap();
    container.import().import(&key.pkcs1()).unwrap();
}

/// Puts a certificate into My, with the place of its key as `install` writes it but for what is changed.
fn add_to_my(der: &[u8], change: impl for<'p, 'c> Fn(&'p mut SetKeyProvInfo<'c>) -> &'p mut SetKeyProvInfo<'c>) {
    add_to("My", der, change);
}

fn add_to(
    store: &str,
    der: &[u8],
    change: impl for<'p, 'c> Fn(&'p mut SetKeyProvInfo<'c>) -> &'p mut SetKeyProvInfo<'c>,
) {
    // A place that changed is not taken over by what is there already.
    native::remove(store, der);
    let context = CertContext::new(der).unwrap();
    let mut place = context.set_key_prov_info();
    place
        .container(&container())
        .provider(SCHANNEL)
        .type_(ProviderType::rsa_schannel())
        .machine_keyset(true)
        .key_spec(KeySpec::key_exchange());
    change(&mut place).set().unwrap();
    native::add(store, &context);
}

fn leaf() -> Vec<u8> {
    kits().read(&format!("{KIT}/{HOST}.cer"))
}

/// The key container of the installed leaf.
fn container() -> String {
    format!("replica-pki-{}", Certificate::from_der(&leaf()).unwrap().thumbprint())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Runs `doctor` and compares what it finds, names and severities in their order.
#[track_caller]
fn finds(more: &[&str], expected: &[(&str, &str)]) -> Value {
    let ended = kits().run(&[&["doctor", "--json"], more].concat());
    let verdict = json(&ended.stdout);
    let findings = verdict["findings"].as_array().unwrap();
    let text = |finding: &Value, field: &str| finding[field].as_str().unwrap().to_owned();
    let found: Vec<_> = findings.iter().map(|finding| (text(finding, "name"), text(finding, "severity"))).collect();
    let expected: Vec<_> =
        expected.iter().map(|(name, severity)| ((*name).to_owned(), (*severity).to_owned())).collect();
    assert_eq!(found, expected, "{verdict:#}");
    let passed = expected.is_empty();
    assert_eq!((ended.code, &verdict["passed"]), (if passed { 0 } else { 3 }, &Value::Bool(passed)), "{ended:?}");
    for field in ["about", "detail", "fix"] {
        assert!(findings.iter().all(|finding| text(finding, field).len() > 5), "{verdict:#}");
    }
    verdict
}

#[test]
fn nothing_is_found_on_a_healthy_computer_and_nothing_is_changed() {
    let machine = installed();
    let before = machine.state();
    let verdict = finds(&[], &[]);
    assert_eq!(verdict["computer"], HOST);
    let thumbprint = Certificate::from_der(&leaf()).unwrap().thumbprint().to_string();
    assert_eq!(verdict["usable_leaves"][0]["thumbprint"], thumbprint);
    finds(&["--kit", KIT], &[]);
    let text = kits().done(&["doctor"]);
    assert!(text.contains(&thumbprint) && text.ends_with("\nnothing is wrong\n"), "{text}");
    machine.state().assert_same_as(&before, "after doctor");
    drop(machine);

    let now = now();
    let _machine = with_foreign(&Recipe::leaf(HOST, now), Key::Host, &Recipe::ca(ROOT, now), Key::Root);
    finds(&[], &[]);
}

#[test]
fn a_fault_of_the_private_key_is_found() {
    let _machine = installed();
    native::remove("My", &leaf());
    native::add("My", &CertContext::new(&leaf()).unwrap());
    finds(&[], &[("key-missing", "error")]);
    add_to_my(&leaf(), |place| place.container("no such container"));
    finds(&[], &[("key-unreachable", "error")]);
    add_to_my(&leaf(), |place| place.machine_keyset(false));
    finds(&[], &[("key-in-user-key-set", "error")]);
    add_to_my(&leaf(), |place| place.key_spec(KeySpec::signature()));
    finds(&[], &[("key-spec", "error")]);

    let (container, provider) = ("of another".to_owned(), SCHANNEL.to_owned());
    let place = KeyPlace { container, provider, provider_type: 12, flags: 0x20, key_spec: 1 };
    Container::create(&place).generate(1);
    add_to_my(&leaf(), |place| place.container("of another"));
    finds(&[], &[("key-of-another", "error")]);

    add_to_my(&leaf(), |place| place);
    finds(&[], &[]);
}

#[test]
fn what_should_not_be_in_my_is_found() {
    let now = now();
    let _machine = installed();
    fill("root", Key::Root);
    add_to_my(&Recipe::ca(ROOT, now).self_signed(Key::Root), |place| place.container("root"));
    finds(&[], &[("root-key-on-host", "warning")]);

    let _machine = {
        drop(_machine);
        installed()
    };
    let old = Recipe { sha1: true, ca: None, ..Recipe::leaf("OLD4.atwork.at", now) };
    add_to_my(&old.signed(Key::Weak, "CN=mycompanyFirstReplica", Key::Root), |place| place);
    finds(&[], &[("weak-certificate", "error")]);

    let (kit, password) = (format!("other/hosts/{HOST}"), format!("other/private/passwords/{HOST}.txt"));
    let _machine = {
        drop(_machine);
        installed()
    };
    kits().done(&["install", &kit, "--password-file", &password]);
    finds(&[], &[("several-leaves", "warning")]);
    assert_eq!(kits().run(&["uninstall", &kit]).code, 0);
    finds(&[], &[]);
}

#[test]
fn without_an_administrators_rights_it_says_so_and_judges_what_it_can() {
    let machine = installed();
    let before = machine.state();
    let ended = run_unelevated(kits(), &["doctor"]);
    assert!(ended.stderr.contains("warning: not run as administrator"), "{ended:?}");
    // Wine opens the key all the same; where Windows does not, that is a warning.
    assert_eq!((ended.code, ended.stdout.ends_with("\nnothing is wrong\n")), (0, true), "{ended:?}");
    machine.state().assert_same_as(&before, "after doctor");

    add_to_my(&leaf(), |place| place.container("no such container"));
    let ended = run_unelevated(kits(), &["doctor", "--json"]);
    let verdict = json(&ended.stdout);
    assert_eq!((ended.code, verdict["findings"].as_array().unwrap().len()), (3, 1), "{verdict:#}");
    let finding = &verdict["findings"][0];
    assert_eq!((&finding["name"], &finding["severity"]), (&"key-unreachable".into(), &"warning".into()));
    assert_eq!(finding["fix"], "run this as administrator");
}

#[test]
fn a_setting_that_is_wrong_is_found() {
    let machine = installed();
    let key = LOCAL_MACHINE.options().read().write().open(SWITCH).unwrap();
    key.set_u32(SWITCH_NAME, 0).unwrap();
    finds(&[], &[("revocation-check-on", "error")]);
    key.set_string(SWITCH_NAME, "1").unwrap();
    finds(&[], &[("revocation-switch-type", "error")]);
    key.remove_value(SWITCH_NAME).unwrap();
    finds(&[], &[("revocation-check-on", "error")]);
    key.set_u32(SWITCH_NAME, 1).unwrap();

    machine.set_firewall_rule(false);
    finds(&[], &[("firewall-rule-disabled", "error")]);
    machine.remove_firewall_rule();
    finds(&[], &[("firewall-rule-missing", "warning")]);
    machine.set_firewall_rule(true);

    Machine::name("HOST_4", "atwork.at");
    finds(&[], &[("computer-name", "error")]);
    Machine::name("HOST9", "atwork.at");
    let verdict = finds(&[], &[("leaf-refused", "error")]);
    assert!(verdict["findings"][0]["detail"].as_str().unwrap().starts_with("host-name (leaf): "), "{verdict:#}");
}

#[test]
fn a_leaf_that_cannot_be_used_is_found() {
    let now = now();
    let (good, root) = (Recipe::leaf(HOST, now), Recipe::ca(ROOT, now));
    let valid = |start, end| Recipe { validity: (start, end), ..good.clone() };
    let root_of = |validity| Recipe { validity, ..root.clone() };
    let web = Recipe { purposes: vec![const_oid::db::rfc5280::ID_KP_SERVER_AUTH], ..good.clone() };
    for (leaf, key, root, finding) in [
        (valid(now - 9 * DAY, now - DAY), Key::Host, root.clone(), ("leaf-expired", "error")),
        (valid(now + DAY, now + 99 * DAY), Key::Host, root.clone(), ("leaf-not-yet-valid", "error")),
        (valid(now - DAY, now + 9 * DAY), Key::Host, root.clone(), ("leaf-ends-soon", "warning")),
        (web, Key::Host, root.clone(), ("leaf-refused", "error")),
        (good.clone(), Key::Weak, root.clone(), ("weak-certificate", "error")),
        (good.clone(), Key::Host, root_of((now - 9 * DAY, now - DAY)), ("root-expired", "error")),
        (good.clone(), Key::Host, root_of((now - 9 * DAY, now + 60 * DAY)), ("root-ends-soon", "warning")),
    ] {
        let _machine = with_foreign(&leaf, key, &root, Key::Root);
        finds(&[], &[finding]);
    }
    let machine = Machine::take();
    machine.set_firewall_rule(true);
    finds(&[], &[("no-leaf", "error")]);
    add_to_my(&good.self_signed(Key::Host), |place| place);
    LOCAL_MACHINE.create(SWITCH).unwrap().set_u32(SWITCH_NAME, 1).unwrap();
    finds(&[], &[("leaf-self-signed", "error")]);
}

#[test]
fn a_kit_that_was_named_is_compared_with_the_computer() {
    let machine = installed();
    finds(&["--kit", "replica-pki/hosts/HOST5.atwork.at"], &[("kit-of-another-computer", "error")]);
    // Without a partner it brings one root, which is missing here, and that is told of its leaf.
    finds(
        &["--kit", &format!("other/hosts/{HOST}")],
        &[("leaf-not-installed", "error"), ("partner-root-missing", "error")],
    );
    drop(machine);
    let room = Room::with_kits();
    room.write(&format!("{KIT}/{HOST}.pfx"), "changed");
    let kit = room.path(KIT);
    let _machine = installed();
    let kit = kit.to_str().unwrap();
    let verdict = kits().run(&["doctor", "--json", "--kit", kit]);
    let names: Vec<_> =
        json(&verdict.stdout)["findings"].as_array().unwrap().iter().map(|f| f["name"].clone()).collect();
    assert!(names.contains(&Value::from("kit-refused")), "{names:?}");
}
