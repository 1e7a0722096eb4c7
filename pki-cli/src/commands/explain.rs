//! `explain`: an error code of Windows in words.

use serde::Serialize;

use crate::args::Explain;
use crate::codes::{Code, values_of};
use crate::exit::{Exit, Failure, Result};
use crate::output;

pub(crate) fn run(arguments: &Explain) -> Result {
    let given = arguments.code.trim();
    let values = values_of(given);
    if values.is_empty() {
        return Err(Failure::new(format!("{given:?} is no error code"))
            .hint("give it as Windows shows it, such as 0x800B0109, -2146762487 or 12030"));
    }
    let code = values.iter().find_map(|value| Code::find(*value)).ok_or_else(|| {
        Failure::new(format!("{given} is not a code that this program knows"))
            .hint(format!("ask Windows for its words: certutil -error {given}"))
    })?;
    let summary = Summary {
        code: code.in_hexadecimal(),
        name: code.name,
        hresult: format!("0x{:08X}", code.hresult()),
        hresult_decimal: code.hresult().cast_signed(),
        win32: (!code.is_hresult()).then_some(code.value),
        meaning: code.meaning,
        likely_cause: code.likely_cause,
        fix: code.fix,
    };
    let also = match summary.win32 {
        Some(number) => format!("{number}, {}, {}", summary.hresult, summary.hresult_decimal),
        None => summary.hresult_decimal.to_string(),
    };
    let rows = [
        ["meaning", code.meaning],
        ["likely cause", code.likely_cause],
        ["check or mend", code.fix],
        ["also shown as", &also],
    ];
    output::summary(arguments.json, &summary, &format!("{} {}", summary.code, summary.name), &rows)?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Summary {
    code: String,
    name: &'static str,
    hresult: String,
    hresult_decimal: i32,
    /// Of Win32 and WinHTTP.
    win32: Option<u32>,
    meaning: &'static str,
    likely_cause: &'static str,
    fix: &'static str,
}
