//! What Windows' own chain engine says, in words.

use crate::codes::Code;

/// The verdict as a clause of a sentence.
pub(super) fn in_words(code: u32) -> String {
    match (code, Code::find(code)) {
        (0, _) => "Windows accepts it".to_owned(),
        (_, Some(Code { name, meaning, .. })) => format!("Windows refuses it with 0x{code:08X} ({name}): {meaning}"),
        (_, None) => format!("Windows refuses it with 0x{code:08X}"),
    }
}

/// What usually helps.
pub(super) fn way_out(code: u32) -> &'static str {
    Code::find(code).map_or("look the code up with: certutil -error CODE", |code| code.fix)
}
