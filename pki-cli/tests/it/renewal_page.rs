//! `docs/renewal.md`: its commands run in their order, and its PowerShell lines are what the program prints. So do the
//! commands of README's section about the same.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Room, json};

/// The lines of the blocks of a language, in order.
fn lines(page: &str, language: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut block = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), block) {
            (Some(_), Some(_)) => block = None,
            (Some(language), None) => block = Some(language),
            (None, Some(of)) if of == language => lines.push(line.to_owned()),
            (None, _) => {}
        }
    }
    lines
}

fn read(path: &[&str]) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path.iter().collect::<PathBuf>())).unwrap()
}

fn page() -> String {
    read(&["docs", "renewal.md"])
}

#[test]
fn every_command_runs_in_the_order_of_the_page_and_powershell_is_as_printed() {
    let page = page();
    let room = Room::new();
    let commands = lines(&page, "sh");
    assert!(commands.len() > 10, "{commands:?}");
    let mut printed = Vec::new();
    for command in &commands {
        let arguments: Vec<_> = command.split_whitespace().collect();
        assert_eq!(arguments[0], "replica-pki", "{command}");
        if arguments[1..] == ["renew", "HOST4.atwork.at"] {
            let said = json(&room.done(&["renew", "HOST4.atwork.at", "--json"]));
            let host = &said["renewed"][0];
            let (new, old) = (&host["thumbprint_sha1"], &host["previous_thumbprint_sha1"]);
            let steps = [&host["steps"], &said["next"]].into_iter().flat_map(|steps| steps.as_array().unwrap());
            for step in steps.filter(|step| step["on"] != json("[]")) {
                let command = step["command"].as_str().unwrap();
                printed.push(command.replace(new.as_str().unwrap(), "NEW").replace(old.as_str().unwrap(), "OLD"));
            }
        } else {
            room.done(&arguments[1..]);
        }
    }
    assert_eq!(lines(&page, "powershell"), printed);
}

/// What the page calls refused is refused there, and what only tells where a renewal stands tells it.
#[test]
fn what_is_refused_meanwhile_is_refused() {
    let room = Room::new();
    for command in lines(&page(), "sh") {
        let arguments: Vec<_> = command.split_whitespace().skip(1).collect();
        room.done(&arguments);
        match arguments.as_slice() {
            ["renew", "--within", _] => {
                assert_eq!(room.run(&["renew", "--finish"]).code, 1);
                assert!(room.done(&["renew", "--within", "3650d"]).contains("phase 1"));
            }
            ["renew", "HOST4.atwork.at"] => {
                assert!(room.done(&["renew", "HOST4.atwork.at"]).contains("replica-pki renew --finish"));
            }
            ["issue", "--discard-root-keys"] => {
                assert_eq!(room.run(&["renew", "HOST4.atwork.at"]).code, 1);
            }
            _ => {}
        }
    }
}

#[test]
fn the_section_of_the_readme_runs_too() {
    let readme = read(&["README.md"]);
    let section = readme.split("\n## A mesh that lives\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let room = Room::with_kits();
    let commands = lines(section, "console");
    assert!(commands.len() >= 5, "{commands:?}");
    let run = |room: &Room, command: &String| {
        let command = command.strip_prefix("$ replica-pki ").unwrap().split('#').next().unwrap();
        room.done(&command.split_whitespace().collect::<Vec<_>>());
    };
    commands.iter().for_each(|command| run(&room, command));
    let room = Room::new();
    fs::create_dir(room.path("replica-pki")).unwrap();
    room.write("replica-pki/inventory.toml", lines(section, "toml").join("\n"));
    room.done(&["issue"]);
    // With crl_url a root is not good without its list.
    assert_eq!(room.run(&["status"]).code, 3);
    commands.iter().filter(|command| command.contains(" crl ")).for_each(|command| run(&room, command));
    room.done(&["status"]);
}
