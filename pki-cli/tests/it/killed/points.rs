//! Every moment at which a run changes the disk, found and reached with strace.
//!
//! A first run is only watched. Then there is a run for each call that changed something, and that run is killed as it
//! makes the call, before the system carries it out: so each state that the disk passes through is left behind once.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::sync::Mutex;
use std::thread;

use crate::support::Room;
use crate::support::strace::under_strace;

/// A call by its name, and which of the calls of this name it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Point {
    call: String,
    number: usize,
}

/// The calls by which a program changes files and folders, or forces them to disk. Not every kernel has each of them.
const CHANGING: [&str; 30] = [
    "openat",
    "open",
    "creat",
    "write",
    "writev",
    "pwrite64",
    "sendfile",
    "copy_file_range",
    "ftruncate",
    "truncate",
    "fsync",
    "fdatasync",
    "syncfs",
    "sync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "chmod",
    "fchmod",
    "fchmodat",
    "flock",
];

/// Runs to the end, and returns the points that were passed.
pub(super) fn points(room: &Room, arguments: &[&str]) -> Vec<Point> {
    let log = tempfile::NamedTempFile::new().unwrap();
    let trace = format!("trace={}", CHANGING.map(|call| format!("?{call}")).join(","));
    let watch = ["-o", log.path().to_str().unwrap(), "-e", &trace];
    let output = under_strace(room, &watch, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    assert!(
        output.status.success(),
        "{arguments:?} under strace, which needs the system's leave to trace (ptrace): {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let log = std::fs::read_to_string(log.path()).unwrap();
    let points = of_log(&log);
    assert!(points.len() > 20, "strace saw next to nothing: {log}");
    points
}

/// Kills a run at a point.
#[track_caller]
pub(super) fn kill(room: &Room, arguments: &[&str], point: &Point) {
    let Point { call, number } = point;
    let inject = format!("inject={call}:signal=KILL:when={number}");
    let mut command =
        under_strace(room, &["-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject], arguments);
    let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    // strace ends as the program did.
    assert_eq!(output.status.signal(), Some(9), "{point:?}: {output:?}");
}

/// Does something for each of the points, on every core.
pub(super) fn for_each<T: Send>(points: Vec<T>, work: impl Fn(T) + Sync) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let queue = Mutex::new(points.into_iter());
    let take = || queue.lock().unwrap().next();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(point) = take() {
                    work(point);
                }
            });
        }
    });
}

/// What a log says of the main thread, of which alone strace counts the calls that matter here.
fn of_log(log: &str) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    let mut seen = std::collections::BTreeMap::<&str, usize>::new();
    let main = log.split_whitespace().next();
    for line in log.lines() {
        let (thread, entry) = line.split_once(' ').unwrap();
        let Some((call, rest)) = entry.trim_start().split_once('(') else { continue };
        if call.starts_with(['<', '+', '-']) {
            continue;
        }
        let changed = !rest.contains(" = -1 E") && (!call.starts_with("open") || rest.contains("O_CREAT"));
        assert!(Some(thread) == main || !changed, "another thread than the main one changes the disk: {line}");
        if Some(thread) == main {
            let number = seen.entry(call).or_default();
            *number += 1;
            if changed {
                points.push(Point { call: call.to_owned(), number: *number });
            }
        }
    }
    points
}

#[test]
fn a_log_tells_the_points_of_the_main_thread() {
    let log = "7 openat(AT_FDCWD, \"a\", O_RDONLY) = 3\n7 mkdir(\"b\", 0700) = -1 EEXIST (File exists)\n\
               7 mkdir(\"c\", 0700)   = 0\n8 +++ exited with 0 +++\n\
               7 openat(AT_FDCWD, \"d\", O_WRONLY|O_CREAT|O_EXCL, 0600) = 4\n7 write(4, \"x\", 1) = 1\n";
    let point = |call: &str, number| Point { call: call.to_owned(), number };
    assert_eq!(of_log(log), [point("mkdir", 2), point("openat", 2), point("write", 1)]);
}
