//! Records say what `uninstall` removes. They are believed only in a folder that was the administrators' from its beginning.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::security::{assert_shut, sddl};
use super::{KIT, Machine, records};
use crate::support::{Ended, Room};

/// What an honest record looks like: that of the kit in the room.
fn record(machine: &Machine, room: &Room) -> (String, Vec<u8>) {
    assert_eq!(machine.install(room, &[]).code, 0);
    let path = fs::read_dir(records()).unwrap().next().unwrap().unwrap().path();
    let record = (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap());
    assert_eq!(room.run(&["uninstall", KIT]).code, 0);
    record
}

/// Everything that reads or writes records is refused, and nothing changes.
fn refused(machine: &Machine, room: &Room, why: &str) {
    let (before, folder) = (machine.state(), sddl(&records()));
    let check = |ended: Ended| {
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{ended:?}");
        assert!(ended.stderr.contains(why), "{why}: {ended:?}");
        assert!(ended.stderr.lines().last().unwrap().starts_with("hint: "), "{ended:?}");
    };
    check(machine.install(room, &[]));
    check(room.run(&["uninstall", KIT]));
    machine.state().assert_same_as(&before, why);
    assert_eq!(sddl(&records()), folder);
}

/// Runs a program of the system below Wine, which starts those without a way to wait for them.
fn system(program: &str, arguments: &[&str], is_done: impl Fn() -> bool) {
    let mut command = Command::new(format!(r"Z:\bin\{program}"));
    let _ = command.args(arguments).stdin(Stdio::null()).spawn();
    for _ in 0..100 {
        if is_done() {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("{program} {arguments:?} did nothing");
}

/// The path of a file as the system below Wine has it.
fn unix(path: &Path) -> String {
    let output = Command::new("winepath").arg("-u").arg(path).stdin(Stdio::null()).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn the_folder_lets_nobody_in_but_administrators() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    assert_eq!(machine.install(&room, &[]).code, 0);
    // What is inside inherits that on Windows; Wine hands nothing down.
    assert_shut(&records());
}

#[test]
fn an_empty_folder_that_others_could_enter_is_made_anew() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    fs::create_dir(records()).unwrap();
    assert_eq!(machine.install(&room, &[]).code, 0);
    assert_shut(&records());
}

#[test]
fn what_others_could_have_put_there_is_not_believed() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let (name, contents) = record(&machine, &room);
    fs::create_dir(records()).unwrap();
    fs::write(records().join(&name), contents).unwrap();
    refused(&machine, &room, "was open to others than administrators");
    let dry = room.run(&["uninstall", KIT, "--dry-run"]);
    assert!(dry.code == 1 && dry.stderr.contains("was open to others"), "{dry:?}");
    let doctor = room.run(&["doctor"]);
    assert!(doctor.code == 3 && doctor.stdout.contains("records-unreadable"), "{doctor:?}");
}

#[test]
fn a_folder_of_somebody_else_is_refused() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let (name, contents) = record(&machine, &room);
    // Shut as it should be, and with a record inside; only the owner is another.
    assert_eq!(machine.install(&room, &[]).code, 0);
    fs::write(records().join(&name), contents).unwrap();
    let own = sddl(&records());
    system("chown", &["12345", &unix(&records())], || sddl(&records()) != own);
    refused(&machine, &room, "does not belong to the administrators");
}

#[test]
fn a_link_in_its_place_is_refused_and_what_it_leads_to_is_left_alone() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let target = room.path("target");
    fs::create_dir(&target).unwrap();
    room.write("target/file", "of somebody");
    let (access, link) = (sddl(&target), Link(unix(&records())));
    // Wine makes no links, but has those of the system below it. It follows them whatever it is told, so that it is the
    // target's own access list which is found wanting there.
    system("ln", &["-s", &unix(&target), &link.0], || records().is_dir());
    let ended = machine.install(&room, &[]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(["is a link", "was open to others"].iter().any(|why| ended.stderr.contains(why)), "{ended:?}");
    assert_eq!(sddl(&target), access);
    let inside: Vec<_> = fs::read_dir(&target).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(inside, ["file"]);
}

/// Removed when dropped: who clears the folder later would follow it.
struct Link(String);

impl Drop for Link {
    fn drop(&mut self) {
        system("rm", &[&self.0], || fs::symlink_metadata(records()).is_err());
    }
}
