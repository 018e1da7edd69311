//! Every commune-level unit that ended has exactly one successor, and the parts of the later units partition the earlier.

use super::{Finding, next_day};
use crate::{
    areas::LineageKind,
    packs::{AreaRecord, LineageRecord, Located, Packs},
};
use kernel::{AreaKey, text};
use std::collections::HashMap;

pub(super) fn check(packs: &Packs, findings: &mut Vec<Finding>) {
    let mut successors: HashMap<&AreaKey, &AreaKey> = HashMap::new();
    for located in packs.lineage.located() {
        let record = &located.record;
        for part in &record.from {
            if let Some(other) = successors.insert(part, &record.into) {
                let problem =
                    format!("{part} already went into {other}: the parts do not partition the earlier units");
                findings.push(Finding::of(located, problem, "name each earlier unit once"));
            }
        }
        event(packs, located, findings);
    }
    for located in packs.areas.located() {
        let (record, key) = (&located.record, located.record.area_key());
        if !record.kind.is_commune_level() {
            continue;
        }
        if record.valid_to.is_some() && !successors.contains_key(&key) {
            let remedy = "name it in the parts of a lineage record";
            findings.push(Finding::of(located, "it ended and no successor is recorded", remedy));
        }
        if record.valid_from.is_some() && packs.lineage.get(&key.to_string()).is_none() {
            let remedy = "add a lineage record that names what it was made from";
            findings.push(Finding::of(located, "it began and no predecessors are recorded", remedy));
        }
    }
}

fn event(packs: &Packs, located: &Located<LineageRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    let Some(into) = commune(packs, &record.into) else {
        let problem = format!("the unit {} is not known as a commune, ward or township", record.into);
        findings.push(Finding::of(located, problem, "correct the key or add the area's record"));
        return;
    };
    let mut parts = Vec::with_capacity(record.from.len());
    for key in &record.from {
        let Some(part) = commune(packs, key) else {
            let problem = format!("the part {key} is not known as a commune, ward or township");
            findings.push(Finding::of(located, problem, "correct the key or add the area's record"));
            continue;
        };
        if part.valid_to.and_then(next_day) != into.valid_from || into.valid_from.is_none() {
            let problem = format!("the part {key} does not end on the day before {} begins", record.into);
            findings.push(Finding::of(
                located,
                problem,
                "correct valid_to of the part or the key of the unit",
            ));
        }
        parts.push(part);
    }
    if parts.len() == record.from.len()
        && let Some(problem) = contradicts_kind(record.kind, into, &parts)
    {
        findings.push(Finding::of(located, problem, "correct the kind or the parts"));
    }
}

fn commune<'a>(packs: &'a Packs, key: &AreaKey) -> Option<&'a AreaRecord> {
    packs.areas.get(&key.to_string()).filter(|unit| unit.kind.is_commune_level())
}

fn contradicts_kind(kind: LineageKind, into: &AreaRecord, parts: &[&AreaRecord]) -> Option<String> {
    let [part] = parts else {
        let count = parts.len();
        let merger = kind == LineageKind::Merger && count > 1;
        return (!merger).then(|| format!("{count} parts do not make this kind of lineage"));
    };
    let (same_code, same_name) = (part.code == into.code, share_a_name(part, into));
    match kind {
        LineageKind::Merger => Some("one part alone is no merger".to_owned()),
        LineageKind::Unchanged if !(same_code && same_name) => {
            Some(format!("an unchanged unit keeps code and name, but {} became {}", part.name, into.name))
        }
        LineageKind::Rename if !same_code => Some("a renamed unit keeps its code".to_owned()),
        LineageKind::CodeChange if same_code => Some("the code did not change".to_owned()),
        _ => None,
    }
}

fn share_a_name(a: &AreaRecord, b: &AreaRecord) -> bool {
    let names = |record: &AreaRecord| -> Vec<String> {
        std::iter::once(&record.name).chain(&record.aliases).map(|name| text::fold(name)).collect()
    };
    let of_b = names(b);
    names(a).iter().any(|name| of_b.contains(name))
}
