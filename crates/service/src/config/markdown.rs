//! The table of settings for operators.

use super::{SETTINGS, Setting, Visibility};

/// The table as Markdown, as `crates/service/README.md` shows it.
pub fn settings_as_markdown() -> String {
    let head = "| key | environment variable | default | what it does |\n|---|---|---|---|\n";
    SETTINGS.iter().fold(head.to_owned(), |table, setting| table + &row_as_markdown(setting))
}

fn row_as_markdown(setting: &Setting) -> String {
    let default =
        if setting.default.is_empty() { "not set".to_owned() } else { format!("`{}`", setting.default) };
    let secret = match setting.visibility {
        Visibility::Public => String::new(),
        Visibility::Secret => format!(" Secret; may stand in a file named by `{}_file`.", setting.key),
    };
    format!("| `{}` | `{}` | {default} | {}{secret} |\n", setting.key, setting.variable(), setting.doc)
}
