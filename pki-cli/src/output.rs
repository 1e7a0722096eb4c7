//! What people and scripts see.
//!
//! The rules: results go to standard output, everything said to a person besides goes to standard error. With `--json`
//! standard output holds one JSON value and nothing else. No colour, and ASCII only but for names that are not: consoles
//! of old servers show nothing else reliably. Nothing secret is ever printed. Text from files, file names among it, is made
//! printable where it is put into a line, so that it cannot make a line of its own; and nothing leaves here with a
//! character in it that a terminal would obey, whoever forgot that.

use std::io::{self, Write as _};
use std::path::Path;

use pki_core::name::printable;
use serde::Serialize;

use crate::args::USUAL_DIR;
use crate::exit::{Failure, Result};

/// Prints a result. A reader that went away (`| head`) is no failure.
pub(crate) fn result(text: &str) -> Result<()> {
    let (text, mut stdout) = (printable_lines(text), io::stdout().lock());
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::io("standard output cannot be written", &error))
        }
        _ => Ok(()),
    }
}

/// Prints a result for programs.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(format!("the result cannot be written as JSON: {error}")))?;
    result(&format!("{}\n", escaped(&text)))
}

/// Prints what was made: as JSON, or as a heading and rows of label and value.
pub(crate) fn summary(as_json: bool, value: &impl Serialize, heading: &str, rows: &[[&str; 2]]) -> Result<()> {
    if as_json {
        return json(value);
    }
    let rows: Vec<_> = rows.iter().map(|row| row.map(str::to_owned)).collect();
    result(&format!("{heading}\n{}", columns(2, &rows)))
}

/// Says something to the person at the console, such as `warning: ...`.
pub(crate) fn note(kind: &str, text: &str) {
    // Nobody is left to tell if standard error is closed.
    let _ = writeln!(io::stderr().lock(), "{kind}: {}", printable(text));
}

/// Prints what is wrong with the command line, or the help that was asked for.
pub(crate) fn usage(error: &clap::Error) {
    let _ = match error.use_stderr() {
        true => write!(io::stderr().lock(), "{}", printable_lines(&error.render().to_string())),
        false => error.print(),
    };
}

/// A path as people see it.
pub(crate) fn path(path: &Path) -> String {
    printable(&path.display().to_string())
}

/// A path as the shell of this system takes it for one argument, whatever is in it.
pub(crate) fn argument(path: &Path) -> String {
    let shown = self::path(path);
    let is_plain = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-') || cfg!(windows) && matches!(c, '\\' | ':')
    };
    match shown.chars().all(is_plain) {
        true if !shown.is_empty() => shown,
        _ if cfg!(windows) => format!("\"{shown}\""),
        // Between single quotes nothing is expanded.
        _ => format!("'{}'", shown.replace('\'', r"'\''")),
    }
}

/// A text in which each command for the folder of a mesh names that folder, unless it is the usual one.
pub(crate) fn for_folder(dir: &Path, text: &str) -> String {
    if dir == Path::new(USUAL_DIR) {
        return text.to_owned();
    }
    let dir = argument(dir);
    let with_dir = |text: String, command: &str| {
        let command = format!("replica-pki {command}");
        text.replace(&command, &format!("{command} --dir {dir}"))
    };
    ["issue", "renew", "status", "protect", "unprotect"].into_iter().fold(text.to_owned(), with_dir)
}

/// Bytes in upper-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Lines up cells in columns, two spaces apart, with an indent. The last column is not padded, and no cell is more than a
/// line.
pub(crate) fn columns<const N: usize>(indent: usize, rows: &[[String; N]]) -> String {
    let rows: Vec<_> = rows.iter().map(|row| row.each_ref().map(|cell| printable(cell))).collect();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..N).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = " ".repeat(indent);
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// The same JSON with such characters written as JSON itself allows: outside of strings there are none.
fn escaped(json: &str) -> String {
    let is_harmless = |c: char| matches!(c, '\n' | ' '..='~') || printable(c.encode_utf8(&mut [0; 4])).starts_with(c);
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_harmless(c) {
            escaped.push(c);
        } else {
            escaped.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    escaped
}
