//! Two runs on one folder at once: one waits or refuses, and in the end all fits together.

use crate::support::{Ended, Room, copy, mesh};

const ROUNDS: usize = 20;
const AT_WORK: &str = "another replica-pki is at work in";

#[test]
fn two_runs_that_add_a_host_each_never_mix() {
    let base = mesh(&["a.test"]);
    let mut met = 0;
    for round in 0..ROUNDS {
        let room = copy(&base);
        met += both(&room, &["issue", "b.test"], &["issue", "c.test"]);
        for host in ["b.test", "c.test"] {
            room.done(&["issue", host]);
        }
        all_is_well(&room, &["a.test", "b.test", "c.test"]);
        assert!(room.done(&["issue"]).starts_with("nothing to do: 3 hosts"), "{round}");
    }
    assert!(met > 0, "no two runs met in {ROUNDS} rounds");
}

#[test]
fn two_runs_of_different_commands_never_mix() {
    let base = mesh(&["a.test", "b.test"]);
    let mut met = 0;
    for _ in 0..ROUNDS {
        let room = copy(&base);
        room.write("passphrase.txt", "correct horse battery staple\n");
        met += both(&room, &["renew", "a.test"], &["protect", "--passphrase-file", "passphrase.txt"]);
        room.done(&["protect", "--passphrase-file", "passphrase.txt"]);
        room.done(&["unprotect", "--passphrase-file", "passphrase.txt"]);
        all_is_well(&room, &["a.test", "b.test"]);
    }
    assert!(met > 0, "no two runs met in {ROUNDS} rounds");
}

/// Starts both: one did all, and the other did too or refused. Returns how many found the other one at work.
fn both(room: &Room, first: &[&str], second: &[&str]) -> usize {
    let run = |arguments: &[&str]| Ended::of(room.command(arguments));
    let ended = std::thread::scope(|scope| {
        let (first, second) = (scope.spawn(|| run(first)), scope.spawn(|| run(second)));
        [first.join().unwrap(), second.join().unwrap()]
    });
    assert!(ended.iter().any(|ended| ended.code == 0), "{ended:?}");
    for refused in ended.iter().filter(|ended| ended.code != 0) {
        assert_eq!(refused.code, 1, "{refused:?}");
        let says_why = [AT_WORK, "a passphrase is needed"];
        assert!(says_why.iter().any(|part| refused.stderr.contains(part)), "{refused:?}");
        assert!(refused.stderr.contains("\nhint: "), "{refused:?}");
    }
    ended.iter().filter(|ended| ended.stderr.contains(AT_WORK)).count()
}

fn all_is_well(room: &Room, hosts: &[&str]) {
    room.done(&["status"]);
    for host in hosts {
        let password = format!("replica-pki/private/passwords/{host}.txt");
        room.done(&["verify", &format!("replica-pki/hosts/{host}"), "--password-file", &password]);
    }
    let leftovers: Vec<_> =
        room.files().into_keys().filter(|path| path.to_str().unwrap().contains(".replica-pki-partial-")).collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");
}
