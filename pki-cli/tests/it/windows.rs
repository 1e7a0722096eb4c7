//! What is done to a computer, on a computer: under Wine.

mod scripts;

use std::fs::File;
use std::process::Command;

/// Held by a test that changes the registry or the stores of the machine: one at a time, also among processes.
pub(crate) fn machine_lock() -> File {
    // On somebody's Windows these tests would trust test roots, and leave them if they fail.
    let is_wine = Command::new("reg").args(["query", r"HKLM\SOFTWARE\Wine"]).output().unwrap().status.success();
    assert!(is_wine, "these tests change the machine they run on: run them under Wine, in a prefix of their own");
    let lock = File::create(std::env::temp_dir().join("replica-pki-tests.lock")).unwrap();
    lock.lock().unwrap();
    lock
}
