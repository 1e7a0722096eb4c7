//! The memory of another process, as Linux shows it in `/proc`.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

/// Where memory belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// What glibc's allocator has grown from the end of the program.
    Heap,
    /// The stack of the main thread, and everything that has no name: stacks of further threads, also of those that have
    /// ended, and large blocks.
    Stack,
    /// The program and its libraries, with what they keep in static memory.
    File,
}

/// All memory that the process can read itself. The process has to be stopped or to wait.
pub(crate) fn memory_of(process: u32) -> Vec<(Place, Vec<u8>)> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let regions: Vec<_> = maps.lines().filter_map(|line| region(line, &memory)).collect();
    for place in [Place::Heap, Place::Stack, Place::File] {
        assert!(regions.iter().any(|(found, _)| *found == place), "no {place:?} in {maps}");
    }
    regions
}

/// `start-end rights offset device inode name`
fn region(line: &str, memory: &File) -> Option<(Place, Vec<u8>)> {
    let mut fields = line.split_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let (rights, name) = (fields.next()?, fields.nth(3).unwrap_or_default());
    // What the kernel lends to every process cannot be read like this, and nobody writes to it.
    if !rights.starts_with('r') || ["[vvar]", "[vvar_vclock]", "[vsyscall]"].contains(&name) {
        return None;
    }
    let place = match name {
        "[heap]" => Place::Heap,
        "" | "[stack]" => Place::Stack,
        name if name.starts_with("[anon") => Place::Stack,
        _ => Place::File,
    };
    let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
    let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
    memory.read_exact_at(&mut bytes, start).unwrap_or_else(|error| panic!("{line}: {error}"));
    Some((place, bytes))
}
