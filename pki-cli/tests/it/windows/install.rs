//! `install` leaves a computer as the manual workflow did, says `unchanged` the second time, and `uninstall` takes it back.

use pki_core::certificate::Certificate;
use pki_core::key::SignatureAlgorithm;
use windows_registry::{LOCAL_MACHINE, Type};
use windows_sys::Win32::Security::Cryptography::{AT_KEYEXCHANGE, CRYPT_MACHINE_KEYSET};

use super::chain;
use super::native::{self, Container, KeyPlace};
use super::{FAILOVER_SWITCH, HOST, KIT, Machine, PASSWORD, SWITCH, SWITCH_NAME, dword, records};
use crate::support::{Ended, Room, json};

const SCHANNEL: &str = "Microsoft RSA SChannel Cryptographic Provider";
const NAME_MISMATCH: u32 = 0x800B_010F;
const PARTIAL_CHAIN: u32 = 0x1_0000;

fn leaf(room: &Room) -> Certificate {
    Certificate::from_der(&room.read(&format!("{KIT}/{HOST}.cer"))).unwrap()
}

/// The place of the installed leaf's key.
fn place(room: &Room) -> KeyPlace {
    native::key_place(&native::find("My", &leaf(room)).expect("the leaf is in My")).expect("it has a key")
}

/// The state of each step, in order.
fn states(stdout: &str) -> Vec<String> {
    let steps = &json(stdout)["steps"];
    steps.as_array().unwrap().iter().map(|step| step["state"].as_str().unwrap().to_owned()).collect()
}

/// Whether a signature of the container is the leaf's.
fn signs(room: &Room) -> bool {
    let (message, container) = (b"a message", Container::open(&place(room)).expect("the container opens"));
    leaf(room).public_key().verify(&SignatureAlgorithm::RsaSha1, message, &container.sign(message)).is_ok()
}

#[test]
fn the_leaf_is_where_hyper_v_looks_with_a_key_that_signs_and_can_be_exported() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let ended = machine.install(&room, &[]);
    assert_eq!(ended.code, 0, "{ended:?}");

    let place = place(&room);
    assert_eq!((place.provider.as_str(), place.provider_type), (SCHANNEL, 12));
    assert_eq!((place.flags & CRYPT_MACHINE_KEYSET, place.key_spec), (CRYPT_MACHINE_KEYSET, AT_KEYEXCHANGE));
    assert!(signs(&room));
    assert!(Container::open(&place).unwrap().exported_size().is_some());
    let context = native::find("My", &leaf(&room)).unwrap();
    assert_eq!(context.friendly_name().unwrap(), format!("{HOST} Hyper-V Replica"));
}

#[test]
fn windows_builds_the_chain_from_the_machines_roots_for_the_right_name_only() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let own = schannel::cert_context::CertContext::new(leaf(&room).as_der()).unwrap();
    assert_eq!(chain::verdict(&own, HOST).0, PARTIAL_CHAIN, "before anything was installed");
    assert_eq!(machine.install(&room, &[]).code, 0);
    for host in [HOST, "HOST5.atwork.at"] {
        let der = room.read(&format!("replica-pki/hosts/{host}/{host}.cer"));
        let context = schannel::cert_context::CertContext::new(&der).unwrap();
        assert_eq!(chain::verdict(&context, host), (0, 0), "{host}");
        assert_eq!(chain::verdict(&context, "HOST9.atwork.at"), (0, NAME_MISMATCH));
    }
}

#[test]
fn the_revocation_check_is_switched_off_where_asked_and_nowhere_else() {
    for (more, expected) in [
        (&[][..], (Some(1), None)),
        (&["--failover-key"], (Some(1), Some(1))),
        (&["--keep-revocation-check"], (None, None)),
    ] {
        let (machine, room) = (Machine::take(), Room::with_kits());
        assert_eq!(machine.install(&room, more).code, 0);
        assert_eq!((dword(SWITCH), dword(FAILOVER_SWITCH)), expected, "{more:?}");
    }
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let first = states(&machine.install(&room, &["--json"]).stdout);
    assert_eq!(first, ["done", "done", "done", "done", "done", "warning"]);
    let installed = machine.state();
    let second = states(&machine.install(&room, &["--json"]).stdout);
    assert_eq!(second, ["unchanged", "unchanged", "unchanged", "unchanged", "unchanged", "warning"]);
    machine.state().assert_same_as(&installed, "afterwards");
}

#[test]
fn uninstall_leaves_the_registry_and_the_records_as_they_were() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let before = machine.whole_state();
    assert_eq!(machine.install(&room, &["--failover-key"]).code, 0);
    assert!(machine.whole_state() != before);
    let installed = machine.state();
    let dry = room.run(&["uninstall", KIT, "--dry-run"]);
    assert_eq!((dry.code, dry.stdout.matches("planned").count()), (0, 6), "{dry:?}");
    machine.state().assert_same_as(&installed, "after a dry run");
    let ended = room.run(&["uninstall", KIT]);
    assert_eq!(ended.code, 0, "{ended:?}");
    machine.whole_state().assert_same_as(&before, "afterwards");
    assert!(!records().exists());
    let again = room.run(&["uninstall", KIT]);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("was not installed on this computer by replica-pki"), "{again:?}");
}

#[test]
fn uninstall_needs_nothing_of_the_kit_but_its_manifest() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let before = machine.state();
    assert_eq!(machine.install(&room, &[]).code, 0);
    std::fs::remove_file(room.path(&format!("{KIT}/{HOST}.pfx"))).unwrap();
    assert_eq!(room.run(&["uninstall", KIT]).code, 0);
    machine.state().assert_same_as(&before, "afterwards");
}

#[test]
fn what_was_there_before_is_there_afterwards() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let root = room.read(&format!("{KIT}/trust/HOST5.atwork.at.root.cer"));
    native::add("Root", &schannel::cert_context::CertContext::new(&root).unwrap());
    for (kind, bytes) in [(Type::U32, &[0u8, 0, 0, 0][..]), (Type::String, b"o\0n\0\0\0")] {
        LOCAL_MACHINE.create(SWITCH).unwrap().set_bytes(SWITCH_NAME, kind, bytes).unwrap();
        let before = machine.state();
        let ended = machine.install(&room, &["--json"]);
        assert_eq!(states(&ended.stdout), ["done", "done", "done", "unchanged", "done", "warning"]);
        assert_eq!(dword(SWITCH), Some(1));
        assert_eq!(room.run(&["uninstall", KIT]).code, 0);
        machine.state().assert_same_as(&before, "afterwards");
    }
}

#[test]
fn uninstall_leaves_alone_what_somebody_changed_since() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    assert_eq!(machine.install(&room, &[]).code, 0);
    LOCAL_MACHINE.create(SWITCH).unwrap().set_u32(SWITCH_NAME, 0).unwrap();
    native::empty_root_store_of("HOST5");
    let ended = room.run(&["uninstall", KIT, "--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(states(&ended.stdout), ["unchanged", "unchanged", "done", "done", "done"]);
    assert_eq!(dword(SWITCH), Some(0));
}

#[test]
fn every_size_and_both_encodings_install() {
    for windows in ["2012r2", "2019"] {
        for key in ["rsa-2048", "rsa-3072", "rsa-4096"] {
            let (machine, room) = (Machine::take(), Room::new());
            room.done(&["issue", HOST, "--key", key, "--windows", windows]);
            let ended = machine.install(&room, &[]);
            assert_eq!(ended.code, 0, "{key} {windows}: {ended:?}");
            assert!(signs(&room), "{key} {windows}");
            assert_eq!(chain::verdict(&native::find("My", &leaf(&room)).unwrap(), HOST), (0, 0), "{key} {windows}");
        }
    }
}

#[test]
fn provider_and_exportability_are_as_asked_and_never_weaker() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    assert_eq!(machine.install(&room, &["--provider", "rsa-aes", "--not-exportable"]).code, 0);
    let place = place(&room);
    assert_eq!(
        (place.provider.as_str(), place.provider_type),
        ("Microsoft Enhanced RSA and AES Cryptographic Provider", 24)
    );
    assert!(signs(&room));
    assert_eq!(Container::open(&place).unwrap().exported_size(), None);
    // The other provider was not asked for before, so what is there is not what is asked for now.
    let ended = machine.install(&room, &[]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("with its private key in"), "{ended:?}");
    assert_eq!(room.run(&["uninstall", KIT]).code, 0);

    assert_eq!(machine.install(&room, &[]).code, 0);
    let installed = machine.state();
    let ended = machine.install(&room, &["--not-exportable"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("can be exported") && ended.stderr.contains("hint: "), "{ended:?}");
    machine.state().assert_same_as(&installed, "afterwards");
}

#[test]
fn a_key_that_was_left_behind_is_not_taken_for_one_that_cannot_be_exported() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    assert_eq!(machine.install(&room, &[]).code, 0);
    native::remove("My", &room.read(&format!("{KIT}/{HOST}.cer")));
    let ended = machine.install(&room, &["--not-exportable"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("it can be exported") && ended.stderr.contains("-delkey"), "{ended:?}");
    assert_eq!(machine.install(&room, &[]).code, 0);
    assert!(signs(&room));
}

#[test]
fn a_dry_run_tells_each_step_and_touches_nothing() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let before = machine.state();
    let planned = states(&room.done(&["install", KIT, "--dry-run", "--json"]));
    assert_eq!(planned, ["planned", "planned", "planned", "planned", "planned", "warning"]);
    machine.state().assert_same_as(&before, "afterwards");
    assert_eq!(machine.install(&room, &[]).code, 0);
    let unchanged = states(&room.done(&["install", KIT, "--dry-run", "--json"]));
    assert_eq!(unchanged, ["unchanged", "unchanged", "unchanged", "unchanged", "unchanged", "warning"]);
}

#[test]
fn the_remaining_commands_carry_the_leafs_thumbprint_and_a_partner() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let ended = machine.install(&room, &[]);
    let thumbprint = leaf(&room).thumbprint().to_string();
    let line = |start: &str| ended.stdout.lines().find(|line| line.trim_start().starts_with(start)).unwrap().to_owned();
    assert!(line("Set-VMReplicationServer").contains(&format!("-CertificateThumbprint {thumbprint} ")));
    let test = line("Test-VMReplicationConnection");
    assert!(test.ends_with(&format!("-CertificateThumbprint {thumbprint}")), "{test}");
    assert!(test.contains("-ReplicaServerName HOST5.atwork.at "), "{test}");
}

#[test]
fn the_firewall_rule_is_enabled_and_disabled_again() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    machine.add_firewall_rule();
    let _powershell = machine.stand_in_for_powershell();
    let run = |arguments: &[&str]| {
        let mut command = room.command(arguments);
        command.env("STAND_IN", room.path(""));
        let ended = Ended::of(command);
        assert_eq!(ended.code, 0, "{ended:?}");
        states(&ended.stdout)
    };
    let before = machine.state();
    let install = ["install", KIT, "--password-file", PASSWORD, "--json"];
    assert_eq!(run(&install), ["done"; 6]);
    assert!(machine.firewall_rule_is_active());
    assert_eq!(run(&install), ["unchanged"; 6]);
    assert_eq!(run(&["uninstall", KIT, "--json"]), ["done"; 6]);
    machine.state().assert_same_as(&before, "afterwards");

    machine.set_firewall_rule(true);
    assert_eq!(run(&install).last().unwrap(), "unchanged");
    assert_eq!(run(&["uninstall", KIT, "--json"]), ["done"; 5]);
    assert!(machine.firewall_rule_is_active(), "it was so before");
}
