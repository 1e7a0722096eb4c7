//! The table of steps that `install` and `uninstall` print.

use serde::Serialize;

use crate::output;

/// One step and what became of it.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) state: &'static str,
    pub(super) step: String,
    /// What takes it back on a computer that had nothing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inverse: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

pub(super) fn table(rows: &[Row]) -> String {
    let cells = |row: &Row| {
        let reason = row.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        [row.state.to_owned(), format!("{}{reason}", row.step)]
    };
    output::columns(2, &rows.iter().map(cells).collect::<Vec<_>>())
}
