//! Programmes are trees whose years lie within each other; what refers to a node refers to one that exists.

use super::{Finding, covers, days, texts};
use crate::{
    packs::{CrosswalkRecord, EnvelopeRecord, Located, PackRecord, Packs, ProgrammeRecord},
    programmes::NodeKind,
};
use kernel::{Money, Ratio};
use std::collections::{BTreeMap, HashSet};

pub(super) fn check(packs: &Packs, findings: &mut Vec<Finding>) {
    for located in packs.programmes.located() {
        node(packs, located, findings);
    }
    groups(packs, findings);
    crosswalk(packs, findings);
    for located in packs.programme_overlaps.located() {
        let record = &located.record;
        texts(located, &[("subject_vi", &record.subject_vi), ("subject_en", &record.subject_en)], findings);
        known_nodes(packs, located, &record.nodes, findings);
    }
    for located in packs.envelopes.located() {
        envelope(packs, located, findings);
    }
}

/// Whether the code is that of a node or of a group of programmes.
pub(super) fn known(packs: &Packs, code: &str) -> bool {
    packs.programmes.get(code).is_some() || packs.programme_groups.get(code).is_some()
}

fn node(packs: &Packs, located: &Located<ProgrammeRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    texts(located, &[("code", &record.code), ("vi", &record.vi), ("en", &record.en)], findings);
    let validity = record.validity();
    if record.valid_to < record.valid_from {
        let problem = format!("it ends before it begins ({})", days(validity));
        findings.push(Finding::of(located, problem, "correct valid_from or valid_to"));
    }
    let is_programme = record.kind == NodeKind::Programme;
    if is_programme != record.parent.is_none() {
        let problem = format!("kind {} does not fit its parent", record.kind.as_str());
        findings.push(Finding::of(located, problem, "a programme has no parent, every other node has one"));
    }
    let Some(code) = &record.parent else { return };
    let Some(parent) = packs.programmes.get(code) else {
        let problem = format!("its parent {code} is not known");
        findings.push(Finding::of(located, problem, "correct the parent or add its record"));
        return;
    };
    if lies_below_itself(packs, record) {
        let problem = format!("through its parent {code} it lies below itself");
        findings.push(Finding::of(located, problem, "let the parents lead up to a programme"));
    } else if !covers(parent.validity(), validity) {
        let problem =
            format!("its days ({}) are not all days of {code} ({})", days(validity), days(parent.validity()));
        findings.push(Finding::of(located, problem, "let it begin and end within the node above"));
    }
}

fn lies_below_itself(packs: &Packs, record: &ProgrammeRecord) -> bool {
    let mut seen = HashSet::from([record.code.as_str()]);
    let mut at = record;
    while let Some(parent) = at.parent.as_deref().and_then(|code| packs.programmes.get(code)) {
        if parent.code == record.code {
            return true;
        }
        if !seen.insert(&parent.code) {
            // A cycle further up, which its own members are told of.
            return false;
        }
        at = parent;
    }
    false
}

fn known_nodes<T: PackRecord>(
    packs: &Packs,
    located: &Located<T>,
    codes: &[String],
    findings: &mut Vec<Finding>,
) {
    if codes.is_empty() {
        findings.push(Finding::of(located, "it names no node", "name at least one"));
    }
    for code in codes.iter().filter(|code| packs.programmes.get(code).is_none()) {
        let problem = format!("its node {code} is not known");
        findings.push(Finding::of(located, problem, "correct the code or add the node"));
    }
}

fn groups(packs: &Packs, findings: &mut Vec<Finding>) {
    for located in packs.programme_groups.located() {
        let record = &located.record;
        texts(located, &[("code", &record.code), ("vi", &record.vi), ("en", &record.en)], findings);
        known_nodes(packs, located, &record.members, findings);
        if packs.programmes.get(&record.code).is_some() {
            let problem = format!("{} is the code of a node as well", record.code);
            findings.push(Finding::of(located, problem, "give the group another code"));
        }
        let parts = record.members.iter().filter_map(|code| packs.programmes.get(code));
        for part in parts.filter(|node| node.kind != NodeKind::Programme) {
            let problem = format!("its member {} is not a programme", part.code);
            findings.push(Finding::of(located, problem, "a group is made of whole programmes"));
        }
    }
}

fn crosswalk(packs: &Packs, findings: &mut Vec<Finding>) {
    let (zero, one) = (Ratio::whole(0), Ratio::whole(1));
    let mut rows: BTreeMap<(&str, &str), Vec<&Located<CrosswalkRecord>>> = BTreeMap::new();
    for located in packs.programme_crosswalk.located() {
        let record = &located.record;
        known_nodes(packs, located, &[record.from.clone(), record.to.clone()], findings);
        if record.share <= zero || record.share > one {
            let problem = format!("the share {} is not above 0 and at most 1", record.share);
            findings.push(Finding::of(located, problem, "give the share as a decimal or fraction of one"));
        }
        if leads_back(packs, record) {
            let problem = format!("{} leads back to {}", record.to, record.from);
            findings.push(Finding::of(located, problem, "a later node continues an earlier one"));
        }
        rows.entry((&record.from, record.relation.as_str())).or_default().push(located);
    }
    for ((from, relation), rows) in rows {
        // What is left of the whole after every share; `None` where it cannot be written exactly.
        let left = rows.iter().try_fold(one, |left, row| left.checked_sub(row.record.share));
        if left != Some(zero)
            && let Some(last) = rows.last()
        {
            let problem = format!("the shares of {from} {relation} do not add up to 1");
            findings.push(Finding::of(last, problem, "let the shares of a node and relation add up to 1"));
        }
    }
}

/// Whether rows lead from where this one goes back to where it comes from.
fn leads_back(packs: &Packs, record: &CrosswalkRecord) -> bool {
    let (mut seen, mut open) = (HashSet::new(), vec![record.to.as_str()]);
    while let Some(code) = open.pop() {
        if code == record.from {
            return true;
        }
        if seen.insert(code) {
            let rows = packs.programme_crosswalk.values().filter(|row| row.from == code);
            open.extend(rows.map(|row| row.to.as_str()));
        }
    }
    false
}

fn envelope(packs: &Packs, located: &Located<EnvelopeRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    texts(located, &[("id", &record.id), ("item", &record.item)], findings);
    if !known(packs, &record.programme) {
        let problem = format!("its programme {} is not known", record.programme);
        findings.push(Finding::of(located, problem, "name a node or a group of programmes"));
    }
    if let Some(key) = &record.area
        && packs.areas.get(&key.to_string()).is_none()
    {
        let problem = format!("its area {key} is not known");
        findings.push(Finding::of(located, problem, "correct the key; null stands for the whole country"));
    }
    let period = record.period();
    if period.to.is_some_and(|last| last < period.from) {
        let problem = format!("it ends before it begins ({})", days(period));
        findings.push(Finding::of(located, problem, "correct from or to"));
    }
    let (amount, precision) = (record.amount, record.precision);
    if amount <= Money::ZERO || precision <= Money::ZERO || amount.dong() % precision.dong() != 0 {
        let problem = format!("the amount {amount} is not printed in steps of {precision}");
        findings.push(Finding::of(located, problem, "give both in đồng, as published"));
    }
}
