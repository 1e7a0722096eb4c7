//! What one input may cost: a second of this thread's time, and 64 MiB of memory at once. Both are measured in the
//! instrumented build, which is slower than a release.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use cpu_time::ThreadTime;

const MOST_TIME: Duration = Duration::from_secs(1);
const MOST_BYTES: usize = 64 << 20;

/// Runs the check of one input and ends the process if it costs too much.
pub fn keep(check: impl FnOnce()) {
    let begun = ThreadTime::now();
    LIMIT.store(LIVE.load(Relaxed).saturating_add(MOST_BYTES), Relaxed);
    check();
    LIMIT.store(usize::MAX, Relaxed);
    let taken = begun.elapsed();
    assert!(taken <= MOST_TIME, "the input took {taken:?}, {MOST_TIME:?} are allowed");
}

/// Counts what is on the heap. Only one thread allocates, so that reading and writing apart lose nothing.
struct Counting;

#[global_allocator]
static HEAP: Counting = Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);

fn count(more: usize, less: usize) {
    let with_more = LIVE.load(Relaxed).wrapping_add(more);
    if with_more > LIMIT.load(Relaxed) {
        // What is said allocates too.
        LIMIT.store(usize::MAX, Relaxed);
        eprintln!("the input takes more than {MOST_BYTES} bytes of memory at once");
        std::process::abort();
    }
    LIVE.store(with_more.wrapping_sub(less), Relaxed);
}

// SAFETY: everything is handed to the system's allocator as it came.
#[allow(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may be there for a moment.
        count(size, layout.size());
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        count(0, layout.size());
        unsafe { System.dealloc(old, layout) }
    }
}
