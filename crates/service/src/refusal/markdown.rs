//! The table of reasons for the guide of the API's users.

use super::{REASONS, ReasonRow, placeholders};

/// The table as Markdown, as `proto/README.md` shows it.
pub fn reasons_as_markdown() -> String {
    let head = "| reason | code | metadata | meaning and remedy | Vietnamese |\n|---|---|---|---|---|\n";
    REASONS.iter().fold(head.to_owned(), |table, row| table + &row_as_markdown(row))
}

fn row_as_markdown(row: &ReasonRow) -> String {
    let ReasonRow { reason, vi, en, remedy, .. } = row;
    let code = grpc_name(row.code);
    let metadata = metadata_keys(row).iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    format!("| `{reason}` | `{code}` | {metadata} | {en}; {remedy} | {vi} |\n")
}

/// The metadata that a refusal for this reason carries.
fn metadata_keys(row: &ReasonRow) -> Vec<&'static str> {
    let mut keys = Vec::new();
    for key in [row.en, row.remedy, row.vi].into_iter().flat_map(placeholders) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// The code as the gRPC specification writes it: `INVALID_ARGUMENT`.
fn grpc_name(code: tonic::Code) -> String {
    crate::server::code_name(code).to_owned()
}
