//! Two runs on one folder at once: one waits or refuses, and in the end all fits together.

use std::fs::File;
use std::path::Path;

use crate::support::{Ended, Room, copy, mesh};

const ROUNDS: usize = 20;

#[test]
fn two_runs_that_add_a_host_each_never_mix() {
    let base = mesh(&["a.test"]);
    let mut refused = 0;
    for round in 0..ROUNDS {
        let room = copy(&base);
        let codes = both(&room, &["issue", "b.test"], &["issue", "c.test"]);
        refused += codes.iter().filter(|code| **code == 1).count();
        for host in ["b.test", "c.test"] {
            room.done(&["issue", host]);
        }
        all_is_well(&room, &["a.test", "b.test", "c.test"]);
        assert!(room.done(&["issue"]).starts_with("nothing to do: 3 hosts"), "{round}");
    }
    assert!(refused > 0, "no two runs met in {ROUNDS} rounds");
}

#[test]
fn two_runs_of_different_commands_never_mix() {
    let base = mesh(&["a.test", "b.test"]);
    for _ in 0..ROUNDS {
        let room = copy(&base);
        room.write("passphrase.txt", "correct horse battery staple\n");
        both(&room, &["renew", "a.test"], &["protect", "--passphrase-file", "passphrase.txt"]);
        room.done(&["protect", "--passphrase-file", "passphrase.txt"]);
        room.done(&["unprotect", "--passphrase-file", "passphrase.txt"]);
        all_is_well(&room, &["a.test", "b.test"]);
    }
}

/// What is being changed looks damaged, and nobody is to be told so.
#[test]
fn status_waits_for_a_run_at_work_or_says_that_there_is_one() {
    let room = mesh(&["a.test", "b.test"]);
    let held = hold(&room.path("replica-pki/private"));
    let ended = room.run(&["status", "--json"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{ended:?}");
    assert!(ended.stderr.contains("another replica-pki is at work in replica-pki"), "{ended:?}");
    assert!(ended.stderr.contains("\nhint: "), "{ended:?}");
    std::thread::scope(|scope| {
        let status = scope.spawn(|| room.run(&["status"]));
        std::thread::sleep(std::time::Duration::from_millis(500));
        drop(held);
        let ended = status.join().unwrap();
        assert_eq!(ended.code, 0, "{ended:?}");
    });
}

#[test]
fn status_never_sees_a_mesh_that_is_half_changed() {
    let room = mesh(&["a.test", "b.test"]);
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let looks: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = 0;
                    while !done.load(std::sync::atomic::Ordering::Relaxed) {
                        let ended = room.run(&["status"]);
                        let gave_up = ended.stderr.contains("another replica-pki is at work in");
                        assert!(ended.code == 0 || ended.code == 1 && gave_up, "{ended:?}");
                        seen += 1;
                    }
                    seen
                })
            })
            .collect();
        for _ in 0..ROUNDS {
            for command in [&["renew", "a.test"][..], &["renew", "--finish"]] {
                let ended = room.run(command);
                // One who looks does not keep a run from its work, but on Windows.
                let is_kept_out = cfg!(windows) && ended.stderr.contains("another replica-pki is at work in");
                assert!(ended.code == 0 || is_kept_out, "{ended:?}");
            }
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(looks.into_iter().all(|seen| seen.join().unwrap() > 0));
    });
}

/// As a run does that is at work.
#[cfg(unix)]
fn hold(folder: &Path) -> File {
    let handle = File::open(folder).unwrap();
    handle.try_lock().unwrap();
    handle
}

#[cfg(windows)]
fn hold(folder: &Path) -> File {
    let mut options = File::options();
    std::os::windows::fs::OpenOptionsExt::share_mode(options.write(true).create(true), 0);
    options.open(folder.join(".replica-pki-lock")).unwrap()
}

/// Starts both, and returns how they ended: one did all, and the other did too or refused.
fn both(room: &Room, first: &[&str], second: &[&str]) -> [i32; 2] {
    let run = |arguments: &[&str]| Ended::of(room.command(arguments));
    let ended = std::thread::scope(|scope| {
        let (first, second) = (scope.spawn(|| run(first)), scope.spawn(|| run(second)));
        [first.join().unwrap(), second.join().unwrap()]
    });
    let codes = [ended[0].code, ended[1].code];
    assert!(codes.contains(&0), "{ended:?}");
    for refused in ended.iter().filter(|ended| ended.code != 0) {
        assert_eq!(refused.code, 1, "{refused:?}");
        let says_why = ["another replica-pki is at work in", "a passphrase is needed"];
        assert!(says_why.iter().any(|part| refused.stderr.contains(part)), "{refused:?}");
        assert!(refused.stderr.contains("\nhint: "), "{refused:?}");
    }
    codes
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
