//! Cases: what was found odd, and how it was settled.

use super::About;
use events::funding::{CaseOpened, CaseOutcome, CaseSettled};
use kernel::{CaseId, Date};
use std::collections::HashMap;

/// All cases, in the order in which they were opened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cases {
    numbers: HashMap<CaseId, usize>,
    cases: Vec<Case>,
    by_line: HashMap<String, Vec<usize>>,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What was found.
    pub opened: CaseOpened,
    /// The day of the movement that raised it.
    pub opened_on: Date,
    /// Where it stands in the log.
    pub position: u64,
    /// How it ended, where it has.
    pub settled: Option<Settled>,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// How.
    pub outcome: CaseOutcome,
    /// In words.
    pub explanation: String,
    /// The paper.
    pub document: Option<String>,
    /// When.
    pub on: Date,
    /// By whom.
    pub by: String,
}

impl Case {
    /// Version of its stream.
    pub const fn version(&self) -> u64 {
        if self.settled.is_some() { 2 } else { 1 }
    }
}

impl Cases {
    /// The case with this id.
    pub fn find(&self, case: CaseId) -> Option<&Case> {
        self.numbers.get(&case).map(|&number| &self.cases[number])
    }

    /// All of them, in the order in which they were opened.
    pub fn all(&self) -> &[Case] {
        &self.cases
    }

    /// Cases of the rule that rest on the line, the latest first.
    pub fn about<'a>(&'a self, line: &str, rule: &'a str) -> impl Iterator<Item = &'a Case> {
        let numbers = self.by_line.get(line).map(Vec::as_slice).unwrap_or_default();
        numbers.iter().rev().map(|&number| &self.cases[number]).filter(move |case| case.opened.rule == rule)
    }

    pub(super) fn open(&mut self, event: &CaseOpened, about: About<'_>) {
        let number = self.cases.len();
        self.numbers.insert(event.case, number);
        for line in &event.lines {
            self.by_line.entry(line.clone()).or_default().push(number);
        }
        self.cases.push(Case {
            opened: event.clone(),
            opened_on: about.effective,
            position: about.position,
            settled: None,
        });
    }

    /// Takes the last case back.
    pub(super) fn forget_last(&mut self) {
        let Some(case) = self.cases.pop() else { return };
        self.numbers.remove(&case.opened.case);
        for line in &case.opened.lines {
            if let Some(numbers) = self.by_line.get_mut(line) {
                numbers.pop();
                if numbers.is_empty() {
                    self.by_line.remove(line);
                }
            }
        }
    }

    pub(super) fn settle(&mut self, event: &CaseSettled, about: About<'_>) {
        let CaseSettled { outcome, explanation, .. } = event.clone();
        let settled = Settled {
            outcome,
            explanation,
            document: about.document.map(str::to_owned),
            on: about.effective,
            by: about.actor.to_owned(),
        };
        self.set(event.case, Some(settled));
    }

    pub(super) fn reopen(&mut self, case: CaseId) {
        self.set(case, None);
    }

    fn set(&mut self, case: CaseId, settled: Option<Settled>) {
        if let Some(&number) = self.numbers.get(&case) {
            self.cases[number].settled = settled;
        }
    }
}
