//! Indicators and their levels: every test has what it needs and nothing else, every level belongs to a test, a column and a
//! year that exist.

use super::{Finding, texts};
use crate::{
    criteria::hundredth,
    packs::{CriteriaSetRecord, CriterionIndicatorRecord, CriterionLevelRecord, Located, Packs, TestKind},
};
use kernel::Ratio;
use std::collections::HashSet;

const PERCENT: &str = "%";

pub(super) fn check(packs: &Packs, findings: &mut Vec<Finding>) {
    for located in packs.criterion_indicators.located() {
        let record = &located.record;
        texts(located, &[("code", &record.code), ("vi", &record.vi), ("en", &record.en)], findings);
        if let Some(condition) = &record.applicable_if {
            texts(located, &[("applicable_if", condition)], findings);
        }
        place(packs, located, findings);
        for problem in misfits(record) {
            let remedy = "the README of crates/reference says what each test takes";
            findings.push(Finding::of(located, problem, remedy));
        }
        parts(located, findings);
    }
    for located in packs.criterion_levels.located() {
        if let Err((problem, remedy)) = level(packs, &located.record) {
            findings.push(Finding::of(located, problem, remedy));
        }
    }
}

fn place(packs: &Packs, located: &Located<CriterionIndicatorRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    let Some(set) = packs.criteria_sets.get(&record.set) else {
        let problem = format!("its set {} is not known", record.set);
        findings.push(Finding::of(located, problem, "correct the id or add the set"));
        return;
    };
    if set.indicators_from.is_some() {
        let problem = format!("the indicators of {} are the reported targets", set.id);
        findings.push(Finding::of(located, problem, "add a target, or take indicators_from out of the set"));
    }
    if packs.criteria.get(&format!("{}/{}", record.set, record.criterion)).is_none() {
        let problem = format!("its criterion {} is not known in {}", record.criterion, record.set);
        findings.push(Finding::of(located, problem, "correct the number or add the criterion"));
    }
    if let Some(code) = &record.national_parent
        && !details(packs, set, code)
    {
        let problem = format!("its national_parent {code} is not an indicator of the set's parent");
        let remedy = "correct the code, or name the national set as parent of the set";
        findings.push(Finding::of(located, problem, remedy));
    }
}

/// Whether the national set that this one details has the indicator, or has none loaded that could be compared.
fn details(packs: &Packs, set: &CriteriaSetRecord, code: &str) -> bool {
    let Some(parent) = &set.parent else { return false };
    let loaded = packs.criterion_indicators.values().any(|indicator| &indicator.set == parent);
    !loaded || packs.criterion_indicators.get(&format!("{parent}/{code}")).is_some()
}

/// What the test lacks or must not have.
fn misfits(record: &CriterionIndicatorRecord) -> Vec<String> {
    let (name, needs_bound) = match record.test {
        TestKind::YesNo => ("yes_no", false),
        TestKind::Share => ("share", true),
        TestKind::Value => ("value", true),
        TestKind::ZeroCount => ("zero_count", false),
        TestKind::Pair => ("pair", false),
    };
    let mut misfits = Vec::new();
    if record.bound.is_some() != needs_bound {
        let verb = if needs_bound { "needs a" } else { "takes no" };
        misfits.push(format!("the test {name} {verb} bound"));
    }
    let unit = record.unit.trim();
    let fits = match record.test {
        TestKind::YesNo => unit.is_empty(),
        TestKind::Share | TestKind::Pair => unit == PERCENT,
        TestKind::Value | TestKind::ZeroCount => !unit.is_empty() && unit != PERCENT,
    };
    if !fits {
        misfits.push(format!("the unit '{unit}' does not fit the test {name}"));
    }
    let share = record.test == TestKind::Share;
    if record.both_sexes && !share {
        misfits.push(format!("both_sexes stands beside the test {name}, not beside a share"));
    }
    if record.derived_from.is_some() && (!share || record.both_sexes) {
        misfits.push("derived_from stands beside something else than a share of all".to_owned());
    }
    misfits
}

fn parts(located: &Located<CriterionIndicatorRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    let distinct: HashSet<_> = record.parts.iter().map(|part| part.part.trim()).collect();
    let fits = match record.test {
        TestKind::Pair => record.parts.len() > 1,
        _ => record.parts.is_empty(),
    };
    if !fits || distinct.len() != record.parts.len() {
        let problem =
            format!("{} parts with {} codes do not fit its test", record.parts.len(), distinct.len());
        let remedy = "a pair has two or more parts, each with its own code; no other test has parts";
        findings.push(Finding::of(located, problem, remedy));
    }
    for part in &record.parts {
        texts(located, &[("part", &part.part), ("vi", &part.vi), ("en", &part.en)], findings);
    }
}

fn level(packs: &Packs, record: &CriterionLevelRecord) -> Result<(), (String, &'static str)> {
    let refused = |problem: String, remedy| Err((problem, remedy));
    let known =
        packs.criterion_indicators.get(&record.indicator_key()).zip(packs.criteria_sets.get(&record.set));
    let Some((indicator, set)) = known else {
        let problem = format!("its indicator {} is not known", record.indicator_key());
        return refused(problem, "correct set and indicator, or add the indicator");
    };
    if matches!(indicator.test, TestKind::YesNo | TestKind::ZeroCount) {
        let problem = format!("{} takes no level", record.indicator_key());
        return refused(problem, "levels are for shares, values and the parts of a pair");
    }
    let part_known = match &record.part {
        Some(part) => indicator.parts.iter().any(|own| &own.part == part),
        None => indicator.test != TestKind::Pair,
    };
    if !part_known {
        let part = record.part.as_deref().unwrap_or("none");
        let problem = format!("its part, {part}, is not a part of {}", record.indicator_key());
        return refused(problem, "name a part of the pair; for any other test leave the field out");
    }
    if let Some(column) = &record.column
        && !set.columns.contains(column)
    {
        let problem = format!("column '{column}' is not a column of {}", set.id);
        return refused(problem, "use one of the set's columns, or null for every column");
    }
    if let Some(year) = record.year
        && !(set.years.0..=set.years.1).contains(&year)
    {
        let problem = format!("{year} is not an assessed year of {}", set.id);
        return refused(problem, "use a year of the set, or null for all its years");
    }
    if record.value < Ratio::whole(0) {
        return refused(format!("the level {} is below zero", record.value), "correct the value");
    }
    if indicator.test == TestKind::Value {
        return Ok(());
    }
    if record.value > Ratio::whole(100) {
        let problem = format!("the level of a share is {}, above 100 percent", record.value);
        return refused(problem, "give percent: 80 for 80 %");
    }
    if hundredth(record.value).is_none() {
        let problem = format!("the level {} has more decimals than can be kept", record.value);
        return refused(problem, "give fewer decimals");
    }
    Ok(())
}
