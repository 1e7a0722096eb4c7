//! A room uses only rooms that `lib.rs` declares above it, and no room touches disk, network, clock or system.

use std::fs;
use std::path::Path;

#[test]
fn a_room_uses_only_rooms_declared_above_it() {
    let violations = uses_of_later_rooms(&Sources::of_this_crate());
    assert!(violations.is_empty(), "{violations:#?}");
}

#[test]
fn each_library_stays_in_its_room() {
    let sources = Sources::of_this_crate();
    for (library, rooms) in [
        ("rsa", &["key"][..]),
        ("crypto_primes", &["prime"]),
        ("crypto_bigint", &["prime"]),
        ("p12", &["pfx"]),
        ("yasna", &["pfx"]),
        ("cbc", &["pfx", "vault"]),
        ("aes", &["vault"]),
        ("des", &["pfx"]),
        ("rc2", &["pfx"]),
        ("idna", &["name"]),
    ] {
        let users: Vec<_> = sources
            .files
            .iter()
            .filter(|file| tokens(&file.code).windows(2).any(|pair| pair == [library, "::"]))
            .collect();
        assert!(!users.is_empty(), "{library}");
        for file in users {
            assert!(rooms.contains(&file.room()), "{} uses {library}", file.path);
        }
    }
    let builds = |file: &&File| tokens(&file.code).windows(3).any(|words| words == ["x509_cert", "::", "builder"]);
    let builders: Vec<_> = sources.files.iter().filter(builds).map(File::room).collect();
    assert!(!builders.is_empty() && builders.iter().all(|room| *room == "authority"), "{builders:?}");
}

/// But for the threads that a caller may ask for, behind the feature of that name, and for one that is short of stack.
#[test]
fn no_room_touches_disk_network_clock_or_system() {
    let mut violations = uses_of_the_system(&Sources::of_this_crate());
    violations.sort();
    assert_eq!(violations, ["executor.rs uses thread", "key/tests.rs uses thread"]);
}

#[test]
fn unsafe_code_stands_in_the_search_for_primes_alone_with_a_reason_each_time() {
    for file in Sources::of_this_crate().files {
        let blocks = tokens(&file.code).iter().filter(|token| **token == "unsafe").count();
        if blocks > 0 {
            assert_eq!(file.room(), "prime", "{}", file.path);
            let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(&file.path)).unwrap();
            let reasons = text.lines().filter(|line| line.trim_start().starts_with("// SAFETY: ")).count();
            assert!(reasons >= blocks, "{}: {blocks} blocks, {reasons} reasons", file.path);
        }
    }
}

#[test]
fn every_source_file_belongs_to_a_room() {
    let sources = Sources::of_this_crate();
    let rooms = sources.rooms();
    assert_eq!(rooms.first().map(String::as_str), Some("error"));
    assert!(rooms.len() >= 8, "{rooms:?}");
    for file in &sources.files {
        assert!(rooms.contains(&file.room().to_owned()), "{}", file.path);
    }
    for room in rooms {
        assert!(sources.files.iter().any(|file| file.path == format!("{room}.rs")), "{room}");
    }
}

#[test]
fn the_checker_sees_every_way_to_name_a_later_room() {
    let ways = [
        ("low.rs", "use crate::high::Thing;"),
        ("low.rs", "use crate::{error::Error, high::{Thing, Other}};"),
        ("low.rs", "use crate::{\n    error::Error,\n    high,\n};"),
        ("low.rs", "fn f() { crate :: high::thing() }"),
        ("low.rs", "use super::high::Thing;"),
        ("low.rs", "use crate::Thing;"),
        ("low.rs", "use crate::*;"),
        ("low.rs", "use crate as other;"),
        ("low/inner.rs", "use super::super::high::Thing;"),
        ("low/inner.rs", "pub(in crate::high) fn f() {}"),
        ("low/inner/most.rs", "use super::super::super::{high, low};"),
        ("middle.rs", "use crate::high;"),
    ];
    for (path, text) in ways {
        assert_eq!(uses_of_later_rooms(&Sources::made_up(path, text)).len(), 1, "{path}: {text}");
    }
}

#[test]
fn the_checker_lets_pass_what_is_allowed() {
    let ways = [
        ("high.rs", "use crate::{error, low::{self, Thing}, middle::high as other};"),
        ("middle.rs", "use crate::low::high;\nuse crate::middle::Inner;\npub(crate) fn f() {}"),
        ("low.rs", "/// Not for [`crate::high::Thing`].\nmod inner;\nuse inner::high;"),
        ("low/inner.rs", "use super::high;\nuse super::super::low::Thing;"),
    ];
    for (path, text) in ways {
        assert_eq!(uses_of_later_rooms(&Sources::made_up(path, text)), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn the_checker_sees_every_way_out_of_the_process() {
    let ways = [
        "use std::fs;",
        "use std::{fmt, fs::File};",
        "use std::net::TcpStream;",
        "let now = std::time::SystemTime::now();",
        "let now = Instant::now();",
        "std::env::var(\"HOME\");",
        "std::process::exit(1);",
        "std::thread::spawn(f);",
        "getrandom::fill(&mut seed);",
        "let mut rng = rand::rng();",
        "use rand::rngs::SysRng;",
        "use rand::{CryptoRng, rng};",
        "let n: u64 = rand::random();",
        "println!(\"secret\");",
    ];
    for text in ways {
        assert_eq!(uses_of_the_system(&Sources::made_up("low.rs", text)).len(), 1, "{text}");
    }
    let harmless = "// std::fs is for others\nuse core::net::IpAddr;\nuse core::time::Duration;\nuse rand::{CryptoRng, SeedableRng};";
    assert_eq!(uses_of_the_system(&Sources::made_up("low.rs", harmless)), Vec::<String>::new());
}

/// Parts of `std` and `rand` that reach out of the process, and words that give them away under another name.
const OUT_OF_STD: [&str; 9] = ["*", "env", "fs", "io", "net", "os", "process", "thread", "time"];
const OUT_OF_RAND: [&str; 5] = ["*", "random", "rng", "rngs", "thread_rng"];
const WORDS: [&str; 13] = [
    "getrandom",
    "Instant",
    "OsRng",
    "SysRng",
    "SystemTime",
    "TcpListener",
    "TcpStream",
    "ThreadRng",
    "UdpSocket",
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
];

struct Sources {
    lib: String,
    files: Vec<File>,
}

struct File {
    /// Below `src`, with `/` between folders.
    path: String,
    /// Without comment lines.
    code: String,
}

impl Sources {
    fn of_this_crate() -> Self {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        collect(&src, "", &mut files);
        let lib = files.iter().position(|file| file.path == "lib.rs").unwrap();
        Self { lib: files.swap_remove(lib).code, files }
    }

    /// Four rooms, error below low below middle below high, of which one has a file.
    fn made_up(path: &str, text: &str) -> Self {
        let lib = "pub mod error;\n\npub mod low;\npub(crate) mod middle;\nmod high;\npub use high::Thing;".to_owned();
        Self { lib, files: vec![File::new(path.to_owned(), text)] }
    }

    fn rooms(&self) -> Vec<String> {
        let declared = |line: &str| {
            let (before, room) = line.trim().strip_suffix(';')?.rsplit_once("mod ")?;
            ["", "pub ", "pub(crate) "].contains(&before).then(|| room.to_owned())
        };
        self.lib.lines().filter_map(declared).collect()
    }
}

impl File {
    fn new(path: String, text: &str) -> Self {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        Self { path, code }
    }

    fn room(&self) -> &str {
        let path = self.path.strip_suffix(".rs").unwrap();
        path.split_once('/').map_or(path, |(room, _)| room)
    }

    /// How many `super` lead from this file's module to the root of the crate.
    fn depth(&self) -> usize {
        self.path.split('/').count()
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else {
            files.push(File::new(path, &fs::read_to_string(entry.path()).unwrap()));
        }
    }
}

fn uses_of_later_rooms(sources: &Sources) -> Vec<String> {
    let rooms = sources.rooms();
    let mut violations = Vec::new();
    for file in &sources.files {
        let own = rooms.iter().position(|room| room == file.room());
        let allowed = &rooms[..=own.unwrap_or_else(|| panic!("{} belongs to no room", file.path))];
        let tokens = tokens(&file.code);
        let from_root = paths_from(&tokens, &["crate"]);
        let upwards = paths_from(&tokens, &vec!["super"; file.depth()]);
        let through_root = from_root.into_iter().filter(|name| !allowed.iter().any(|room| room == name));
        // Inside an inline module fewer steps lead up, so only names of rooms are taken for rooms.
        let through_super = upwards.into_iter().filter(|name| rooms.contains(name) && !allowed.contains(name));
        violations.extend(through_root.chain(through_super).map(|name| format!("{} names {name}", file.path)));
        if tokens.windows(2).any(|pair| pair == ["crate", "as"]) {
            violations.push(format!("{} renames the crate", file.path));
        }
    }
    violations
}

fn uses_of_the_system(sources: &Sources) -> Vec<String> {
    let mut violations = Vec::new();
    for file in &sources.files {
        let tokens = tokens(&file.code);
        let of = |root, forbidden: &[&str]| {
            let named = paths_from(&tokens, &[root]).into_iter().filter(|name| forbidden.contains(&name.as_str()));
            named.collect::<Vec<_>>()
        };
        let mut found = [of("std", &OUT_OF_STD), of("rand", &OUT_OF_RAND)].concat();
        if found.is_empty() {
            let with_bang = |pair: &[&str]| if pair[1] == "!" { format!("{}!", pair[0]) } else { pair[0].to_owned() };
            found.extend(tokens.windows(2).map(with_bang).find(|word| WORDS.contains(&word.as_str())));
        }
        violations.extend(found.iter().map(|name| format!("{} uses {name}", file.path)));
    }
    violations
}

/// Words, `::` and single other characters; no white space.
fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = match first {
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            other => other.len_utf8(),
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

/// The names that follow a path: `b` for `a::b::c`, `b` and `d` for `a::{b::c, d}`.
fn paths_from(tokens: &[&str], path: &[&str]) -> Vec<String> {
    let pattern: Vec<&str> = path.iter().flat_map(|segment| [*segment, "::"]).collect();
    let mut names = Vec::new();
    for start in 0..tokens.len().saturating_sub(pattern.len()) {
        let is_path_start = start == 0 || tokens[start - 1] != "::";
        if is_path_start && tokens[start..].starts_with(&pattern) {
            names.extend(first_segments(&tokens[start + pattern.len()..]));
        }
    }
    names
}

fn first_segments(tokens: &[&str]) -> Vec<String> {
    if tokens[0] != "{" {
        return vec![tokens[0].to_owned()];
    }
    let (mut names, mut depth) = (Vec::new(), 0);
    for pair in tokens.windows(2) {
        match pair[0] {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && ["{", ","].contains(&pair[0]) && pair[1] != "}" {
            names.push(pair[1].to_owned());
        }
    }
    names
}
