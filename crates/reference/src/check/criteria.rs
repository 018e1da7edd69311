//! Criteria sets and their criteria: versions follow one another without a cycle, criteria are numbered from 1.

use super::{Finding, days, texts};
use crate::{
    criteria::{ColumnKind, Layer, backs},
    packs::{CriteriaSetRecord, IndicatorsFrom, Located, Packs},
    targets::Feed,
};
use std::collections::{HashMap, HashSet};

pub(super) fn check(packs: &Packs, findings: &mut Vec<Finding>) {
    let mut superseded: HashMap<&str, &str> = HashMap::new();
    for located in packs.criteria_sets.located() {
        let record = &located.record;
        set(located, findings);
        columns(located, findings);
        parent(packs, located, findings);
        supersedes(packs, located, findings);
        if let Some(earlier) = &record.supersedes
            && let Some(other) = superseded.insert(earlier, &record.id)
        {
            let problem = format!("{earlier} is already superseded by {other}");
            findings.push(Finding::of(located, problem, "let one version supersede another"));
        }
        numbering(packs, located, findings);
        if record.indicators_from == Some(IndicatorsFrom::Targets) {
            groups_of_targets(packs, located, findings);
        }
    }
    for located in packs.criteria.located() {
        let record = &located.record;
        texts(located, &[("vi", &record.vi), ("en", &record.en)], findings);
        if packs.criteria_sets.get(&record.set).is_none() {
            let problem = format!("its set {} is not known", record.set);
            findings.push(Finding::of(located, problem, "correct the id or add the set"));
        }
    }
}

fn set(located: &Located<CriteriaSetRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    let fields =
        [("id", &record.id), ("vi", &record.vi), ("en", &record.en), ("instrument", &record.instrument)];
    texts(located, &fields.map(|(field, text)| (field, text.as_str())), findings);
    let validity = record.validity();
    if validity.to.is_some_and(|last| last < validity.from) {
        let problem = format!("it ends before it begins ({})", days(validity));
        findings.push(Finding::of(located, problem, "correct valid_from or valid_to"));
    }
    let (first, last) = record.years;
    if last < first {
        let problem = format!("its years end before they begin ({first} to {last})");
        findings.push(Finding::of(located, problem, "give the first and the last assessed year"));
    }
}

fn columns(located: &Located<CriteriaSetRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    let distinct: HashSet<_> = record.columns.iter().map(|column| column.trim()).collect();
    if distinct.len() != record.columns.len() || distinct.contains("") {
        let problem = "a column is empty or stands twice";
        findings.push(Finding::of(located, problem, "give each column its own code"));
    }
    let whole = record.column_kind == ColumnKind::Whole;
    if whole != record.columns.is_empty() {
        let problem = format!(
            "{} columns stand beside column_kind {}",
            record.columns.len(),
            record.column_kind.as_str()
        );
        let remedy = "with whole there are none, with another kind those of which levels are known";
        findings.push(Finding::of(located, problem, remedy));
    }
}

/// A provincial set details a national one of its tier.
fn parent(packs: &Packs, located: &Located<CriteriaSetRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    let Some(id) = &record.parent else { return };
    let fits = packs.criteria_sets.get(id).is_some_and(|parent| {
        record.layer == Layer::Provincial && parent.layer == Layer::National && parent.tier == record.tier
    });
    if !fits {
        let problem = format!("its parent {id} is not a national set of tier {}", record.tier);
        let remedy = "a provincial set may name the national set of its tier; a national set names none";
        findings.push(Finding::of(located, problem, remedy));
    }
}

fn supersedes(packs: &Packs, located: &Located<CriteriaSetRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    let Some(id) = &record.supersedes else { return };
    let Some(earlier) = packs.criteria_sets.get(id) else {
        let problem = format!("the version {id} that it supersedes is not known");
        findings.push(Finding::of(located, problem, "correct the id or add the earlier version"));
        return;
    };
    if leads_back(packs, record) {
        let problem = format!("superseding {id} leads back to itself");
        findings.push(Finding::of(located, problem, "let each version supersede an earlier one"));
        return;
    }
    if (earlier.tier, earlier.layer) != (record.tier, record.layer) {
        let problem = format!("it supersedes {id}, which is of another tier or layer");
        findings.push(Finding::of(located, problem, "name an earlier version of the same set"));
    }
    if record.validity().from <= earlier.validity().from {
        let problem = format!("it does not begin after {id}, which it supersedes");
        findings.push(Finding::of(located, problem, "correct valid_from of one of the two"));
    }
}

fn leads_back(packs: &Packs, record: &CriteriaSetRecord) -> bool {
    let mut seen = HashSet::from([record.id.as_str()]);
    let mut at = record;
    while let Some(earlier) = at.supersedes.as_deref().and_then(|id| packs.criteria_sets.get(id)) {
        if earlier.id == record.id {
            return true;
        }
        if !seen.insert(&earlier.id) {
            // A cycle further back, which its own members are told of.
            return false;
        }
        at = earlier;
    }
    false
}

fn numbering(packs: &Packs, located: &Located<CriteriaSetRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    let own = packs.criteria.located().iter().filter(|criterion| criterion.record.set == record.id);
    let mut own: Vec<_> = own.collect();
    own.sort_by_key(|criterion| criterion.record.number);
    for (due, criterion) in (1_u16..).zip(&own) {
        let number = criterion.record.number;
        if number != due {
            let problem = format!("criterion number {number} stands where {due} is due");
            findings.push(Finding::of(criterion, problem, "number the criteria of a set 1, 2, 3 …"));
            break;
        }
    }
    if let Some(count) = record.criteria_count
        && !own.is_empty()
        && usize::from(count) != own.len()
    {
        let problem = format!("{} criteria are loaded, but criteria_count is {count}", own.len());
        findings.push(Finding::of(located, problem, "complete the criteria or correct the count"));
    }
}

/// Where the indicators are the reported targets, each of them must fall under one criterion.
fn groups_of_targets(packs: &Packs, located: &Located<CriteriaSetRecord>, findings: &mut Vec<Finding>) {
    let own = packs.criteria.located().iter().filter(|criterion| criterion.record.set == located.record.id);
    let own: Vec<_> = own.collect();
    for target in packs.targets.located().iter().filter(|target| target.record.feeds == Feed::Reported) {
        let under = own.iter().filter(|criterion| backs(&target.record, &criterion.record)).count();
        if under != 1 {
            let (group, set) = (&target.record.group, &located.record.id);
            let problem = format!("{under} criteria of {set} stand for its group {group}, not one");
            findings.push(Finding::of(target, problem, "let one criterion of that set name the group"));
        }
    }
}
