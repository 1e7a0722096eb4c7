//! `man-pages`: a manual page for the program and each of its commands, for those who pack it.

use std::{fs, io};

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::args::{Arguments, ManPages};
use crate::exit::{Exit, Failure, Result};
use crate::files;
use crate::output;

pub(crate) fn run(arguments: &ManPages) -> Result {
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    let commands = program.get_subcommands().filter(|command| !command.is_hide_set());
    let pages = std::iter::once(&program).chain(commands).map(Page::of).collect::<io::Result<Vec<_>>>();
    let pages = pages.map_err(|error| Failure::io("the manual pages cannot be made", &error))?;

    files::refuse_existing(&arguments.out, pages.iter().map(|page| &page.file))?;
    for (number, page) in pages.iter().enumerate() {
        files::publish(&arguments.out.join(&page.file), &page.roff).inspect_err(|_| {
            for made in pages.iter().take(number) {
                let _ = fs::remove_file(arguments.out.join(&made.file));
            }
        })?;
    }
    let lines = pages.iter().map(|page| format!("{}\n", output::path(&arguments.out.join(&page.file))));
    output::result(&lines.collect::<String>())?;
    Ok(Exit::Done)
}

struct Page {
    file: String,
    roff: Vec<u8>,
}

impl Page {
    fn of(command: &Command) -> io::Result<Self> {
        let source = concat!("replica-pki ", env!("CARGO_PKG_VERSION"));
        let man = Man::new(command.clone()).source(source).manual("User Commands");
        let mut roff = Vec::new();
        man.render_title(&mut roff)?;
        man.render_name_section(&mut roff)?;
        man.render_synopsis_section(&mut roff)?;
        man.render_description_section(&mut roff)?;
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let (introduction, examples, exit_codes) = parts(&after);
        roff.extend(format!(".PP\n{}", text(introduction)).into_bytes());
        man.render_options_section(&mut roff)?;
        if command.has_subcommands() {
            man.render_subcommands_section(&mut roff)?;
        }
        roff.extend(format!(".SH EXAMPLES\n{}.SH \"EXIT STATUS\"\n{}", text(examples), text(exit_codes)).into_bytes());
        Ok(Self { file: man.get_filename(), roff })
    }
}

/// What stands below the options in a help page: an introduction, examples, exit codes.
fn parts(after: &str) -> (&str, &str, &str) {
    let examples = after.find("Example").unwrap_or(after.len());
    let (introduction, rest) = after.split_at_checked(examples).unwrap_or_default();
    let (examples, exit_codes) = rest.split_once("Exit codes:").unwrap_or((rest, ""));
    (introduction, examples, exit_codes)
}

/// Text in roff. Indented lines stay as they are, the others are filled.
fn text(plain: &str) -> String {
    let mut roff = String::new();
    let mut is_kept = false;
    for line in plain.trim_matches('\n').lines() {
        let indented = line.starts_with("  ");
        if indented != is_kept {
            roff.push_str(if indented { ".RS 4\n.nf\n" } else { ".fi\n.RE\n" });
            is_kept = indented;
        }
        if line.is_empty() {
            roff.push_str(".PP\n");
        } else {
            roff.push_str(&escaped(line.strip_prefix("  ").unwrap_or(line)));
            roff.push('\n');
        }
    }
    if is_kept {
        roff.push_str(".fi\n.RE\n");
    }
    roff
}

/// A backslash is itself, a hyphen is the one that can be typed, and no line is a request.
fn escaped(line: &str) -> String {
    let text = line.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indented_lines_stay_and_others_are_filled() {
        assert_eq!(
            text("a\nb\n\n  c --d \\\\\n  .e\n\nf\n"),
            "a\nb\n.PP\n.RS 4\n.nf\nc \\-\\-d \\e\\e\n\\&.e\n.fi\n.RE\n.PP\nf\n"
        );
    }
}
