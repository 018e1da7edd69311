//! The tables in the READMEs are those of the code. `MUCTIEU_TEST_WRITE_TABLES=1 cargo test -p service --test documents`
//! writes them anew.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use service::{config::settings_as_markdown, refusal::reasons_as_markdown, telemetry::metrics_as_markdown};
use std::{fs, path::Path};

#[test]
fn the_guide_of_the_api_lists_all_reasons() {
    table_is_equal("../../proto/README.md", "reasons", &reasons_as_markdown());
}

#[test]
fn the_readme_lists_all_settings_and_metrics() {
    table_is_equal("README.md", "settings", &settings_as_markdown());
    table_is_equal("README.md", "metrics", &metrics_as_markdown());
}

/// The table stands between the lines `<!-- begin name … -->` and `<!-- end name -->`.
fn table_is_equal(path: &str, name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let page = fs::read_to_string(&path).unwrap();
    let begin = page.find(&format!("<!-- begin {name}")).expect("the table's begin is marked");
    let begin = begin + page[begin..].find('\n').expect("the mark is a line of its own") + 1;
    let end = page.find(&format!("<!-- end {name} -->")).expect("the table's end is marked");
    if std::env::var_os("MUCTIEU_TEST_WRITE_TABLES").is_some() {
        fs::write(&path, format!("{}{expected}{}", &page[..begin], &page[end..])).unwrap();
        return;
    }
    assert!(
        page[begin..end] == *expected,
        "the table '{name}' in {} is not that of the code; write it anew with MUCTIEU_TEST_WRITE_TABLES=1",
        path.display()
    );
}
