//! What `replica-pki` promises, seen from outside: arguments, files, output and exit code.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod converting;
mod crl_urls;
mod damaged_kits;
mod discarded_keys;
mod at_once;
mod ended;
mod explaining;
mod failures;
#[cfg(target_os = "linux")]
mod full_disk;
mod growing;
mod help;
mod hostile_names;
mod hostile_text;
#[cfg(unix)]
mod hostile_umasks;
mod inspect;
mod inventories;
#[cfg(target_os = "linux")]
mod killed;
#[cfg(unix)]
mod inventory_files;
mod kits;
mod ledgers;
#[cfg(target_os = "linux")]
mod linux_memory;
mod list_ends;
mod lost_kits;
mod lost_roots;
mod overwriting;
mod passwords;
#[cfg(target_os = "linux")]
mod planted_links;
mod plans;
mod previous_kits;
mod recovery;
mod protection;
mod renewal;
mod renewal_page;
mod replacing;
#[cfg(unix)]
mod private_folders;
mod requests;
mod revocation_lists;
mod revoked_hosts;
mod rollover;
mod scripts;
mod shells;
mod single_steps;
mod standing;
mod status;
mod strangers;
mod support;
mod verify;
#[cfg(windows)]
mod windows;
