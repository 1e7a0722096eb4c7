//! Every example of every help page runs as it stands, and every page tells the exit codes.

use crate::support::{Ended, Room};

const COMMANDS: [&str; 19] = [
    "issue",
    "renew",
    "status",
    "protect",
    "unprotect",
    "root",
    "request",
    "leaf",
    "accept",
    "crl",
    "inspect",
    "convert",
    "verify",
    "install",
    "uninstall",
    "doctor",
    "explain",
    "completions",
    "man-pages",
];
/// Their examples are for the host, where the program is called `replica-pki.exe`.
const ON_WINDOWS: [&str; 2] = ["uninstall", "doctor"];

/// The examples of a help page that call a program, each split into arguments.
fn examples(help: &str, program: &str) -> Vec<Vec<String>> {
    let joined = help.replace("\\\n", " ");
    let start = format!("  {program} ");
    let lines = joined.lines().filter_map(|line| line.strip_prefix(&start));
    lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

#[test]
fn every_example_runs_in_the_order_of_the_pages() {
    for pages in [&["--help"][..], &COMMANDS] {
        let room = Room::new();
        room.write("passphrase.txt", "correct horse battery staple\n");
        room.write("other.txt", "staple battery horse correct\n");
        for page in pages.iter().filter(|page| !ON_WINDOWS.contains(page)) {
            let help = if page.starts_with('-') { room.done(&[page]) } else { room.done(&[page, "--help"]) };
            let examples = examples(&help, "replica-pki");
            assert!(!examples.is_empty(), "{page} has no example");
            for example in examples {
                let arguments: Vec<&str> = example.iter().map(String::as_str).collect();
                // Given by a variable, because nobody is there to be asked; kits keep their generated passwords.
                let mut command = room.command(&arguments);
                if ["leaf", "accept"].contains(&arguments[0]) {
                    command.env("REPLICA_PKI_PASSWORD", "a password");
                }
                let ended = Ended::of(command);
                assert_eq!(ended.code, 0, "{arguments:?}: {ended:?}");
            }
        }
    }
}

/// On Windows what they find depends on the computer; that they are understood does not.
#[test]
fn the_examples_for_the_host_are_understood_everywhere() {
    let room = Room::new();
    for page in ON_WINDOWS {
        let examples = examples(&room.done(&[page, "--help"]), "replica-pki.exe");
        assert!(!examples.is_empty(), "{page} has no example");
        for example in examples {
            let arguments: Vec<&str> = example.iter().map(String::as_str).collect();
            let ended = room.run(&arguments);
            if cfg!(windows) {
                assert_ne!(ended.code, 2, "{arguments:?}: {ended:?}");
            } else {
                assert_eq!(ended.code, 1, "{arguments:?}: {ended:?}");
                assert!(ended.stderr.starts_with("error: this works on Windows only"), "{ended:?}");
            }
        }
    }
}

#[test]
fn every_page_tells_the_exit_codes() {
    let room = Room::new();
    for command in COMMANDS {
        let help = room.done(&[command, "--help"]);
        assert!(help.contains("Exit codes: 0 "), "{help}");
    }
    let help = room.done(&["--help"]);
    for code in ["0  done", "1  could not be done", "2  wrong usage", "3  done, and something was found wrong"] {
        assert!(help.contains(code), "{help}");
    }
}

#[test]
fn help_is_plain_ascii_and_fits_a_console() {
    let room = Room::new();
    let pages = COMMANDS.map(|command| room.done(&[command, "--help"]));
    for page in pages.iter().chain([&room.done(&["--help"])]) {
        for line in page.lines() {
            assert!(line.is_ascii() && line.len() <= 100, "{line}");
        }
    }
}

#[test]
fn version_and_usage_work_without_anything_else() {
    let room = Room::new();
    assert_eq!(room.done(&["--version"]), format!("replica-pki {}\n", env!("CARGO_PKG_VERSION")));
    for command in COMMANDS {
        let version = room.done(&[command, "--version"]);
        assert!(version.ends_with(&format!(" {}\n", env!("CARGO_PKG_VERSION"))), "{version}");
    }
    assert_eq!(room.run(&[]).code, 2);
    assert_eq!(room.run(&["nonsense"]).code, 2);
    assert_eq!(room.run(&["leaf"]).code, 2);
    assert!(room.files().is_empty());
}
