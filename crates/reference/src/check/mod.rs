//! What is wrong with the packs, record by record, and what they hold.

mod areas;
mod criteria;
mod criterion_indicators;
mod facts;
mod funding;
mod lineage;
mod programmes;
mod report;
mod standards;
mod targets;

pub use report::{AreaCounts, CheckReport, PackCounts};

use crate::packs::{Located, PackRecord, Packs};
use kernel::{Date, Period};
use std::{fmt, path::Path};

/// One thing that is wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file; `embedded` and its name for a pack in the binary.
    pub file: String,
    /// The line on which the record begins, or on which the JSON breaks.
    pub line: Option<usize>,
    /// The record's key.
    pub key: Option<String>,
    /// What is wrong, with the value.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

impl Finding {
    /// The packs hold no province, no map or no resolution.
    pub(crate) fn incomplete() -> Self {
        Self::of_all("there is no province, no geography or no resolution", "add the missing record")
    }

    /// Something that no single record is to blame for.
    fn of_all(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            file: "all packs".to_owned(),
            line: None,
            key: None,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// Something wrong with one record.
    fn of<T: PackRecord>(
        located: &Located<T>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            file: located.file.to_string(),
            line: Some(located.line),
            key: Some(located.record.key()),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(key) = &self.key {
            write!(f, " [{key}]")?;
        }
        write!(f, ": {}\n    remedy: {}", self.problem, self.remedy)
    }
}

/// Why packs were refused: every finding, not just the first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the reference packs were refused, findings: {}\n{}", findings.len(), lines(findings))]
pub struct PackErrors {
    /// All findings, by file.
    pub findings: Vec<Finding>,
}

fn lines(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("  {finding}")).collect::<Vec<_>>().join("\n")
}

/// Checks the packs in the binary, with those of the folder laid over them.
pub fn check(dir: Option<&Path>) -> CheckReport {
    let (packs, unread) = Packs::read(dir);
    let findings = findings(&packs, unread);
    CheckReport::new(&packs, findings)
}

/// Everything that is wrong with the packs, `unread` included, by file and line.
pub(crate) fn findings(packs: &Packs, unread: Vec<Finding>) -> Vec<Finding> {
    let mut all = unread;
    sources(packs, &mut all);
    areas::check(packs, &mut all);
    lineage::check(packs, &mut all);
    facts::check(packs, &mut all);
    standards::check(packs, &mut all);
    targets::check(packs, &mut all);
    criteria::check(packs, &mut all);
    criterion_indicators::check(packs, &mut all);
    programmes::check(packs, &mut all);
    funding::check(packs, &mut all);
    all.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    all
}

fn sources(packs: &Packs, findings: &mut Vec<Finding>) {
    for figure in packs.figures() {
        if figure.sourced.source().trim().is_empty() {
            let place = if figure.place.is_empty() { String::new() } else { format!(" of {}", figure.place) };
            findings.push(Finding {
                file: figure.file.to_owned(),
                line: Some(figure.line),
                key: Some(figure.key),
                problem: format!("the source{place} is missing"),
                remedy: "name the instrument or publication; for a recalled figure, what must be obtained"
                    .to_owned(),
            });
        }
    }
}

/// Names the records whose days overlap those of an earlier one of the same group.
fn overlaps<G: Ord, T: PackRecord>(mut dated: Vec<(G, Period, &Located<T>)>, findings: &mut Vec<Finding>) {
    dated.sort_by(|a, b| (&a.0, a.1.from).cmp(&(&b.0, b.1.from)));
    for pair in dated.windows(2) {
        let ((group, period, first), (next_group, next_period, next)) = (&pair[0], &pair[1]);
        if group == next_group && period.overlaps(*next_period) {
            findings.push(Finding::of(
                next,
                format!(
                    "its days ({}) overlap those of {} ({})",
                    days(*next_period),
                    first.record.key(),
                    days(*period)
                ),
                "let the earlier record end on the day before the later one begins",
            ));
        }
    }
}

/// Names the texts of a record that are empty or cannot be read, by field.
fn texts<T: PackRecord>(located: &Located<T>, fields: &[(&str, &str)], findings: &mut Vec<Finding>) {
    for (field, text) in fields {
        if text.trim().is_empty() {
            findings.push(Finding::of(located, format!("the field {field} is empty"), "fill it"));
        } else if !kernel::text::is_readable(text) {
            let problem = format!("the field {field} has control characters or invisible ones");
            findings.push(Finding::of(located, problem, "type the text again"));
        }
    }
}

/// What is wrong with a name; `None` where nothing is.
fn unfit_name(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        Some("the name is empty")
    } else if !kernel::text::is_readable(name) {
        Some("the name has control characters or invisible ones")
    } else {
        None
    }
}

fn days(period: Period) -> String {
    let from = match period.from {
        kernel::OPEN_START => "unknown start".to_owned(),
        from => from.to_string(),
    };
    period.to.map_or_else(|| format!("from {from} on"), |to| format!("{from} to {to}"))
}

/// The day after; `None` after the last day that can be written.
fn next_day(day: Date) -> Option<Date> {
    day.tomorrow().ok()
}

/// Whether `outer` has every day of `inner`.
fn covers(outer: Period, inner: Period) -> bool {
    outer.from <= inner.from
        && match (outer.to, inner.to) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(outer), Some(inner)) => inner <= outer,
        }
}
