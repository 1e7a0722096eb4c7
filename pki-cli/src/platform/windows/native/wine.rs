//! Whether this is Windows.

use windows_sys::Win32::System::LibraryLoader::{GetModuleHandleW, GetProcAddress};

use super::wide;

/// Whether Wine stands in for Windows. It says so itself, by a function that Windows does not have; the library is
/// Windows' own and in every process, so that nobody else can say so.
pub(in crate::platform::windows) fn is_wine() -> bool {
    let library = wide("ntdll.dll");
    // SAFETY: the name ends with a zero and outlives the call.
    let library = unsafe { GetModuleHandleW(library.as_ptr()) };
    // SAFETY: the library stays loaded as long as the process lives; the name ends with a zero.
    !library.is_null() && unsafe { GetProcAddress(library, c"wine_get_version".as_ptr().cast()) }.is_some()
}
