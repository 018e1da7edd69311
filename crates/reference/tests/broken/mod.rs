//! What is found in packs that are not right.

use crate::folder::Folder;
use reference::{Finding, Reference, check};

/// The findings that a folder with this one file adds.
pub(crate) fn findings(content: &str) -> Vec<Finding> {
    let folder = Folder::new();
    folder.add("broken.json", content);
    let report = check(Some(folder.path()));
    let refused = Reference::load(Some(folder.path())).expect_err("a pack with findings is refused");
    assert_eq!(refused.findings, report.findings, "the check and the loader find the same");
    report.findings
}

/// One finding must name the file, the line, the record and the problem, and say what to do.
pub(crate) fn assert_finding(content: &str, line: usize, key: Option<&str>, problem: &str) {
    let found = findings(content);
    let named = found.iter().any(|finding| {
        finding.file.ends_with("broken.json")
            && finding.line == Some(line)
            && finding.key.as_deref() == key
            && finding.problem.contains(problem)
            && !finding.remedy.is_empty()
    });
    assert!(named, "expected '{problem}' of {key:?} on line {line}, found {found:#?}");
}

/// Source and mark of a record.
pub(crate) const MARKED: &str = r#""source": "a test", "mark": "press""#;
