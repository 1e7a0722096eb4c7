//! usage: print-public-api JSON     what rustdoc says of a crate, with `--output-format json`

use std::env::args_os;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let json = args_os().nth(1).map(PathBuf::from).ok_or("usage: print-public-api JSON")?;
    // What the standard library implements for every type says nothing about this crate.
    let api = public_api::Builder::from_rustdoc_json(json).omit_blanket_impls(true).build()?;
    for item in api.items() {
        println!("{item}");
    }
    Ok(())
}
