//! `completions` and `man-pages`: what shells and packages need.

use crate::support::Room;

/// As the help page of the program lists them.
fn commands(room: &Room) -> Vec<String> {
    let help = room.done(&["--help"]);
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let names = list.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_shell_learns_every_command() {
    let room = Room::new();
    let commands = commands(&room);
    assert!(commands.len() > 10, "{commands:?}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = room.done(&["completions", shell]);
        for word in commands.iter().map(String::as_str).chain(["replica-pki", "root-key-password-file", "within"]) {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    assert_eq!(room.run(&["completions", "cmd"]).code, 2);
}

#[test]
#[cfg(target_os = "linux")]
fn bash_completes_commands_and_options() {
    let room = Room::new();
    room.write("script", room.done(&["completions", "bash"]));
    let complete = |words: &str| {
        let asked = format!(
            "source ./script && complete -p replica-pki >&2 && COMP_WORDS=({words}) \
             && COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)) && _replica__pki replica-pki \"${{COMP_WORDS[-1]}}\" \
             \"${{COMP_WORDS[-2]}}\" && echo \"${{COMPREPLY[@]}}\""
        );
        let output = std::process::Command::new("bash")
            .args(["--noprofile", "--norc", "-c", &asked])
            .current_dir(room.path("."))
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("-F _replica__pki"));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(complete("replica-pki st"), "status");
    assert_eq!(complete("replica-pki issue --tr"), "--trust");
    assert_eq!(complete("replica-pki completions po"), "powershell");
}

#[test]
fn there_is_a_manual_page_for_the_program_and_each_command() {
    let room = Room::new();
    room.done(&["man-pages", "man"]);
    let mut pages: Vec<_> =
        room.files().into_keys().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    pages.sort();
    let mut expected: Vec<_> = commands(&room).iter().map(|name| format!("replica-pki-{name}.1")).collect();
    expected.push("replica-pki.1".to_owned());
    expected.sort();
    assert_eq!(pages, expected);
    for page in pages {
        let text = String::from_utf8(room.read(&format!("man/{page}"))).unwrap();
        for part in [".TH replica-pki", ".SH NAME", ".SH SYNOPSIS", ".SH EXAMPLES", ".SH \"EXIT STATUS\"", "could not"]
        {
            assert!(text.contains(part) || page == "replica-pki-explain.1" && part == "could not", "{page}: {part}");
        }
        assert!(text.is_ascii(), "{page}");
    }
    let ended = room.run(&["man-pages", "man"]);
    assert!(ended.code == 1 && ended.stderr.contains("never overwritten"), "{ended:?}");
}
