//! What cannot be installed whole is not installed at all, and the message says so.

use std::fs::{self, OpenOptions};
use std::os::windows::fs::OpenOptionsExt as _;

use windows_registry::LOCAL_MACHINE;

use super::native::{self, KeyPlace};
use super::{HOST, KIT, Machine, PASSWORD, SWITCH, records};
use crate::support::Room;

/// Runs `install` with what must be refused, and looks whether anything changed.
fn refused(machine: &Machine, room: &Room, more: &[&str], why: &str) {
    let before = machine.state();
    let ended = machine.install(room, more);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains(why), "{why}: {}", ended.stderr);
    assert!(ended.stderr.lines().last().unwrap().starts_with("hint: "), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    machine.state().assert_same_as(&before, why);
}

#[test]
fn a_kit_for_another_computer_needs_any_host() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    for (host, domain) in [("HOST5", "atwork.at"), ("HOST4", ""), ("HOST4", "atwork.com")] {
        Machine::name(host, domain);
        refused(&machine, &room, &[], "the kit is for HOST4.atwork.at, and this computer is ");
    }
    Machine::name("host4", "ATWORK.at");
    assert_eq!(machine.install(&room, &[]).code, 0, "case does not matter");
    assert_eq!(room.run(&["uninstall", KIT]).code, 0);
    Machine::name("HOST5", "atwork.at");
    let dry = room.run(&["install", KIT, "--dry-run"]);
    assert!(dry.code == 0 && dry.stderr.starts_with("warning: the kit is for HOST4.atwork.at"), "{dry:?}");
    assert_eq!(machine.install(&room, &["--any-host"]).code, 0);
}

#[test]
fn a_wrong_password_is_refused() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    room.write(PASSWORD, "not the password\n");
    refused(&machine, &room, &[], "the password");
    let nobody_to_ask = room.run(&["install", KIT]);
    assert_eq!(nobody_to_ask.code, 1, "{nobody_to_ask:?}");
    assert!(nobody_to_ask.stderr.contains("no terminal to ask on"), "{nobody_to_ask:?}");
}

#[test]
fn a_damaged_kit_is_refused() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let (pfx, root) = (format!("{KIT}/{HOST}.pfx"), format!("{KIT}/trust/HOST5.atwork.at.root.cer"));
    let whole = room.read(&pfx);
    room.write(&pfx, &whole[..whole.len() / 2]);
    refused(&machine, &room, &[], "it was changed after the kit was made");
    room.write(&pfx, &whole);

    // Another root under the name of the one that was there, and one more that nobody listed.
    let other = Room::with_kits();
    let (whole, foreign) = (room.read(&root), other.read(&root));
    room.write(&root, &foreign);
    refused(&machine, &room, &[], "it was changed after the kit was made");
    room.write(&root, &whole);
    room.write(&format!("{KIT}/trust/another.cer"), &foreign);
    refused(&machine, &room, &[], "it was added after the kit was made");
    fs::remove_file(room.path(&format!("{KIT}/trust/another.cer"))).unwrap();
    assert_eq!(machine.install(&room, &[]).code, 0);
}

#[test]
fn a_truncated_pfx_is_refused_also_where_the_manifest_fits_it() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let whole = room.read(&format!("{KIT}/{HOST}.pfx"));
    for length in [whole.len() - 1, whole.len() / 2, 1, 0] {
        room.slip_in(&format!("{HOST}.pfx"), &whole[..length]);
        refused(&machine, &room, &[], "HOST4.atwork.at.pfx: ");
    }
    room.slip_in(&format!("{HOST}.pfx"), &whole);
    assert_eq!(machine.install(&room, &[]).code, 0);
}

#[test]
fn a_certificate_that_is_not_self_signed_never_becomes_a_root() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    room.slip_in("trust/HOST5.atwork.at.root.cer", &room.read(&format!("{KIT}/{HOST}.cer")));
    refused(&machine, &room, &[], "the kit is not fit to install");
}

#[test]
fn a_leaf_that_is_there_without_a_usable_key_is_not_touched() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let leaf = room.read(&format!("{KIT}/{HOST}.cer"));
    let context = schannel::cert_context::CertContext::new(&leaf).unwrap();
    native::add("My", &context);
    refused(&machine, &room, &[], "is in LocalMachine\\My already, without a private key");
    let place = KeyPlace {
        container: "of somebody".to_owned(),
        provider: "Microsoft RSA SChannel Cryptographic Provider".to_owned(),
        provider_type: 12,
        flags: 0x20,
        key_spec: 1,
    };
    context
        .set_key_prov_info()
        .container(&place.container)
        .provider(&place.provider)
        .type_(schannel::crypt_prov::ProviderType::rsa_schannel())
        .machine_keyset(true)
        .key_spec(schannel::cert_context::KeySpec::key_exchange())
        .set()
        .unwrap();
    native::add("My", &context);
    refused(&machine, &room, &[], "and its private key cannot be opened");
    native::Container::create(&place).generate(1);
    refused(&machine, &room, &[], "with a private key that is not its own");
}

#[test]
fn a_leaf_with_its_key_in_a_users_key_set_is_named_with_the_way_to_delete_both() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    assert_eq!(machine.install(&room, &[]).code, 0);
    let leaf = schannel::cert_context::CertContext::new(&room.read(&format!("{KIT}/{HOST}.cer"))).unwrap();
    let place = KeyPlace {
        container: "of a user".to_owned(),
        provider: "Microsoft RSA SChannel Cryptographic Provider".to_owned(),
        provider_type: 12,
        flags: 0,
        key_spec: 1,
    };
    let machines = native::key_place(&native::contexts("My")[0]).unwrap();
    native::Container::copy_key(&machines, &place);
    leaf.set_key_prov_info()
        .container(&place.container)
        .provider(&place.provider)
        .type_(schannel::crypt_prov::ProviderType::rsa_schannel())
        .key_spec(schannel::cert_context::KeySpec::key_exchange())
        .set()
        .unwrap();
    native::add("My", &leaf);
    refused(&machine, &room, &[], "with its private key in the key set of a user");
    let ended = machine.install(&room, &[]);
    native::Container::delete(&place);
    let delete = format!("certutil -user -csp \"{}\" -delkey \"of a user\"", place.provider);
    assert!(ended.stderr.contains(&delete), "{ended:?}");
}

#[test]
fn what_windows_says_is_there_already_is_not_taken_back() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    // Another certificate under the hash of the root: it cannot be found, and the root cannot be added.
    let root = room.read(&format!("{KIT}/trust/HOST5.atwork.at.root.cer"));
    let other = Room::with_kits().read(&format!("{KIT}/trust/HOST5.atwork.at.root.cer"));
    native::add_under_the_hash_of("Root", &other, &root);
    refused(&machine, &room, &[], "Windows says that it is there already");
}

#[test]
fn a_step_that_fails_takes_back_the_steps_before_it() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    // Below a volatile key Windows makes none that lasts.
    let volatile = SWITCH.rsplit_once('\\').unwrap().0;
    LOCAL_MACHINE.options().read().write().create().volatile().open(volatile).unwrap();
    refused(&machine, &room, &[], "the computer is as it was before");

    // The last step: PowerShell ends well, but the rule stays as it was.
    let machine = {
        drop(machine);
        Machine::take()
    };
    machine.add_firewall_rule();
    refused(&machine, &room, &[], "the computer is as it was before");
    assert!(!machine.firewall_rule_is_active());
    assert_eq!(machine.install(&room, &["--no-firewall"]).code, 0);
}

#[test]
fn a_failed_second_run_takes_back_only_its_own_steps() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    assert_eq!(machine.install(&room, &[]).code, 0);
    machine.add_firewall_rule();
    refused(&machine, &room, &["--failover-key"], "the computer is as it was before");
}

#[test]
fn two_at_once_do_not_mix() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    assert_eq!(machine.install(&room, &["--keep-revocation-check"]).code, 0);
    let other = OpenOptions::new().write(true).create(true).truncate(false).share_mode(0).open(records().join("lock"));
    assert!(other.is_ok());
    let ended = machine.install(&room, &[]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("another replica-pki is changing this computer"), "{ended:?}");
    drop(other);
    assert_eq!(machine.install(&room, &[]).code, 0);
}

#[test]
fn a_damaged_record_is_named_and_nothing_is_done() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    assert_eq!(machine.install(&room, &[]).code, 0);
    let record = fs::read_dir(records()).unwrap().next().unwrap().unwrap().path();
    fs::write(&record, "{}").unwrap();
    refused(&machine, &room, &[], "is damaged");
    let ended = room.run(&["uninstall", KIT]);
    assert!(ended.code == 1 && ended.stderr.contains("is damaged"), "{ended:?}");
    let ended = room.run(&["doctor"]);
    assert!(ended.code == 3 && ended.stdout.contains("records-unreadable"), "{ended:?}");
}
