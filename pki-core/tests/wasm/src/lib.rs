//! What the library makes from fixed seeds, on WebAssembly. `run.mjs` calls each exported function; one that returns has
//! made the bytes that every system makes, one that fails says why and traps.

#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "names and an import without anything around them")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../it/determinism/golden.rs"]
mod golden;

use std::panic::set_hook;

#[link(wasm_import_module = "test")]
unsafe extern "C" {
    /// Shows a text in UTF-8.
    fn show(text: *const u8, length: usize);
}

#[unsafe(no_mangle)]
extern "C" fn these_keys_come_out() {
    run(golden::these_keys_come_out);
}

#[unsafe(no_mangle)]
extern "C" fn this_identity_comes_out() {
    run(golden::this_identity_comes_out);
}

#[unsafe(no_mangle)]
extern "C" fn this_password_comes_out() {
    run(golden::this_password_comes_out);
}

#[unsafe(no_mangle)]
extern "C" fn these_pfx_files_come_out() {
    run(golden::these_pfx_files_come_out);
}

#[unsafe(no_mangle)]
extern "C" fn these_kits_come_out() {
    run(golden::these_kits_come_out);
}

fn run(test: fn()) {
    set_hook(Box::new(|panic| {
        let text = panic.to_string();
        // SAFETY: the text lives until the call returns.
        unsafe { show(text.as_ptr(), text.len()) };
    }));
    test();
}
