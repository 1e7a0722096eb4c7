//! Runs the program under strace.

use std::process::{Command, Stdio};

use super::Room;

pub(crate) fn under_strace(room: &Room, options: &[&str], arguments: &[&str]) -> Command {
    let found = Command::new("strace").arg("-V").stdout(Stdio::null()).status();
    assert!(found.is_ok(), "these tests need strace, and it cannot be started: {found:?}");
    let program = room.command(arguments);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq"]).args(options).arg("--").arg(program.get_program()).args(program.get_args());
    command.current_dir(program.get_current_dir().unwrap()).stdin(Stdio::null());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}
