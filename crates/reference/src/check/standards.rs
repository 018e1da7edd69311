//! Standards follow one another without gap or overlap, rules use lines that exist, indicators are numbered from 1.

use super::{Finding, days, next_day};
use crate::{
    packs::{IncomeLineRecord, Located, PackRecord, Packs, StandardRecord},
    standards::class_name,
};
use kernel::{Money, Period, PovertyClass};
use std::collections::HashSet;

pub(super) fn check(packs: &Packs, findings: &mut Vec<Finding>) {
    if packs.standards.located().is_empty() {
        findings.push(Finding::of_all("there is no poverty standard", "add a pack of standards"));
    }
    succession(packs, findings);
    for located in packs.standards.located() {
        in_force_by(located, findings);
        lines_and_rules(located, findings);
        cutoffs(located, findings);
        numbering(packs, located, findings);
    }
    for located in packs.indicators.located() {
        let record = &located.record;
        if packs.standards.get(&record.standard).is_none() {
            let problem = format!("its standard {} is not known", record.standard);
            findings.push(Finding::of(located, problem, "correct the id or add the standard"));
        }
        if record.name_source.trim().is_empty() {
            findings.push(Finding::of(located, "the source of the name is missing", "fill name_source"));
        }
    }
}

fn validity(record: &StandardRecord) -> Period {
    Period { from: record.valid_from, to: Some(record.valid_to) }
}

fn succession(packs: &Packs, findings: &mut Vec<Finding>) {
    let mut standards: Vec<_> = packs.standards.located().iter().collect();
    standards.sort_by_key(|located| located.record.valid_from);
    for pair in standards.windows(2) {
        let (earlier, later) = (&pair[0].record, &pair[1].record);
        if validity(earlier).overlaps(validity(later)) {
            let problem = format!("its days overlap those of {} ({})", earlier.id, days(validity(earlier)));
            findings.push(Finding::of(
                pair[1],
                problem,
                "let one standard end the day before the next begins",
            ));
        } else if next_day(earlier.valid_to) != Some(later.valid_from) {
            let problem =
                format!("no standard is in force after {} and before {}", earlier.valid_to, later.valid_from);
            findings.push(Finding::of(
                pair[1],
                problem,
                "let one standard end the day before the next begins",
            ));
        }
    }
}

/// The instruments must account for every day of the validity.
fn in_force_by(located: &Located<StandardRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    if record.valid_to < record.valid_from {
        let problem = format!("it ends before it begins ({})", days(validity(record)));
        findings.push(Finding::of(located, problem, "correct valid_from or valid_to"));
        return;
    }
    let mut parts: Vec<_> = record.in_force_by.iter().map(|part| (part.from, part.to)).collect();
    parts.sort_unstable();
    let mut expected = Some(record.valid_from);
    for (from, to) in parts {
        if Some(from) != expected || to < from {
            let problem = format!("in_force_by has a gap or an overlap at {from}");
            findings.push(Finding::of(located, problem, "account for every day of the validity once"));
            return;
        }
        expected = next_day(to);
    }
    if expected != next_day(record.valid_to) {
        let problem = format!("in_force_by does not reach {}", record.valid_to);
        findings.push(Finding::of(located, problem, "account for every day of the validity once"));
    }
}

fn lines_and_rules(located: &Located<StandardRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    let mut seen = HashSet::new();
    for line in &record.income_lines {
        if !seen.insert(line.id.as_str()) {
            let problem = format!("two income lines have the id '{}'", line.id);
            findings.push(Finding::of(located, problem, "give each line its own id"));
        }
        if line.rural <= Money::ZERO || line.urban <= Money::ZERO {
            let problem = format!("income line '{}' is not above zero", line.id);
            findings.push(Finding::of(located, problem, "give the line in đồng per person and month"));
        }
    }
    let mut classes = HashSet::new();
    for rule in &record.classes {
        if !classes.insert(rule.class) {
            let problem = format!("two rules for class '{}'", class_name(rule.class));
            findings.push(Finding::of(located, problem, "put the conditions into any_of of one rule"));
        }
        for condition in &rule.any_of {
            band(located, condition.income_over.as_deref(), &condition.income_up_to, findings);
        }
    }
    if classes != HashSet::from([PovertyClass::Poor, PovertyClass::NearPoor]) {
        let problem = "it must have rules for poor and near_poor and for no other class";
        findings.push(Finding::of(located, problem, "not_poor is whatever meets no rule"));
    }
    if let Some(status) = &record.average_living {
        band(located, Some(&status.income_over), &status.income_up_to, findings);
    }
}

/// A band of income must use known lines, the lower one below the upper one in both types of area.
fn band(located: &Located<StandardRecord>, over: Option<&str>, up_to: &str, findings: &mut Vec<Finding>) {
    let lines = &located.record.income_lines;
    let mut line = |id: &str| -> Option<&IncomeLineRecord> {
        let found = lines.iter().find(|line| line.id == id);
        if found.is_none() {
            let problem = format!("a rule uses the income line '{id}', which is not among income_lines");
            findings.push(Finding::of(located, problem, "correct the id or add the line"));
        }
        found
    };
    let (upper, lower) = (line(up_to), over.and_then(&mut line));
    if let (Some(upper), Some(lower)) = (upper, lower)
        && (lower.rural >= upper.rural || lower.urban >= upper.urban)
    {
        let problem = format!("line '{}' is not below line '{}'", lower.id, upper.id);
        findings.push(Finding::of(located, problem, "exchange the lines or correct the amounts"));
    }
}

fn cutoffs(located: &Located<StandardRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    let cutoff = &record.deprivation_cutoff;
    if cutoff.at_least == 0 || cutoff.at_least > cutoff.of {
        let problem = format!("deprivation cut-off {} of {} is impossible", cutoff.at_least, cutoff.of);
        findings.push(Finding::of(located, problem, "give at_least between 1 and the number of indicators"));
    }
    let Some(score) = &record.score_cutoffs else { return };
    let expected =
        u32::try_from(cutoff.at_least).ok().and_then(|n| n.checked_mul(score.b2_points_per_indicator));
    if expected != Some(score.b2_min_poor) {
        let problem = format!(
            "b2_min_poor is {}, but {} deprivations of {} points each are another number",
            score.b2_min_poor, cutoff.at_least, score.b2_points_per_indicator
        );
        findings.push(Finding::of(located, problem, "points and deprivations must draw the same line"));
    }
}

fn numbering(packs: &Packs, located: &Located<StandardRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    let own = packs.indicators.located().iter().filter(|indicator| indicator.record.standard == record.id);
    let mut own: Vec<_> = own.collect();
    own.sort_by_key(|indicator| indicator.record.no);
    for (at, indicator) in own.iter().enumerate() {
        if indicator.record.no != at + 1 {
            let problem = format!("indicator number {} stands where {} is due", indicator.record.no, at + 1);
            findings.push(Finding::of(indicator, problem, "number the indicators of a standard 1, 2, 3 …"));
            break;
        }
    }
    if own.len() != record.deprivation_cutoff.of {
        let problem =
            format!("{} indicators, but its cut-off counts {}", own.len(), record.deprivation_cutoff.of);
        findings.push(Finding::of(located, problem, format!("complete the indicators of {}", record.key())));
    }
}
