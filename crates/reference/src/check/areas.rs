//! Maps, units and villages.

use super::{Finding, covers, days, next_day, overlaps, unfit_name};
use crate::{
    areas::AreaKind,
    packs::{AreaRecord, Located, Packs, VillageRecord},
};
use kernel::{AreaKey, OPEN_START, Period};
use std::collections::HashSet;

pub(super) fn check(packs: &Packs, findings: &mut Vec<Finding>) {
    geographies(packs, findings);
    province(packs, findings);
    for located in packs.areas.located() {
        unit(packs, located, findings);
    }
    let dated: Vec<_> = packs
        .areas
        .located()
        .iter()
        .map(|located| (&located.record.code, life(&located.record), located))
        .collect();
    overlaps(dated, findings);
    let codes: HashSet<_> = packs.areas.values().map(|record| record.code.as_str()).collect();
    for located in packs.villages.located() {
        village(packs, &codes, located, findings);
    }
}

pub(super) fn life(record: &AreaRecord) -> Period {
    Period { from: record.valid_from.unwrap_or(OPEN_START), to: record.valid_to }
}

/// The maps must cover every day: the first since an unknown start, each next from the day after, the last still open.
fn geographies(packs: &Packs, findings: &mut Vec<Finding>) {
    let mut maps: Vec<_> = packs.geographies.located().iter().collect();
    maps.sort_by_key(|located| located.record.first_day.unwrap_or(OPEN_START));
    let (Some(first), Some(last)) = (maps.first(), maps.last()) else {
        findings.push(Finding::of_all("there is no geography", "add a pack of geographies"));
        return;
    };
    if let Some(day) = first.record.first_day {
        let problem = format!("no map is in force before {day}");
        findings.push(Finding::of(first, problem, "let the earliest map have first_day null"));
    }
    if let Some(day) = last.record.last_day {
        let problem = format!("no map is in force after {day}");
        findings.push(Finding::of(last, problem, "let the latest map have last_day null"));
    }
    for pair in maps.windows(2) {
        let (last_day, first_day) = (pair[0].record.last_day, pair[1].record.first_day);
        if last_day.and_then(next_day) != first_day {
            let ended = last_day.map_or_else(|| "has no last day".to_owned(), |day| format!("ends on {day}"));
            let problem = format!("does not begin on the day after the map before it, which {ended}");
            findings.push(Finding::of(
                pair[1],
                problem,
                "let each map begin on the day after the one before",
            ));
        }
    }
}

fn province(packs: &Packs, findings: &mut Vec<Finding>) {
    let provinces: Vec<_> =
        packs.areas.located().iter().filter(|located| located.record.kind == AreaKind::Province).collect();
    if provinces.is_empty() {
        findings.push(Finding::of_all("there is no province", "add an area of kind province"));
    }
    for other in provinces.iter().skip(1) {
        let problem = format!("a second province beside {}", provinces[0].record.area_key());
        findings.push(Finding::of(other, problem, "keep one province"));
    }
}

fn unit(packs: &Packs, located: &Located<AreaRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    let life = life(record);
    if let Some(problem) = unfit_name(&record.name) {
        findings.push(Finding::of(located, problem, "give the bare name, without the kind"));
    }
    let digits = match record.kind {
        AreaKind::Province => 2,
        AreaKind::District | AreaKind::ProvincialCity => 3,
        AreaKind::Commune | AreaKind::Township | AreaKind::Ward => 5,
        AreaKind::Village => {
            let remedy = "move it to a pack of villages";
            findings.push(Finding::of(located, "a village stands among the areas", remedy));
            return;
        }
    };
    if record.code.as_str().len() != digits {
        let problem = format!("a {} has a code of {digits} digits, not {}", record.kind, record.code);
        findings.push(Finding::of(located, problem, "correct the code or the kind"));
    }
    if life.to.is_some_and(|last| last < life.from) {
        let problem = format!("it ends before it begins ({})", days(life));
        findings.push(Finding::of(located, problem, "correct valid_from or valid_to"));
        return;
    }
    whole_maps(packs, located, findings);
    parent(packs, located, findings);
}

/// A unit begins and ends with a map, so that a map is one set of units on all its days.
fn whole_maps(packs: &Packs, located: &Located<AreaRecord>, findings: &mut Vec<Finding>) {
    let (record, maps) = (&located.record, &packs.geographies);
    let remedy = "correct the day, or add geographies so that a map begins and ends there";
    if !maps.values().any(|map| map.first_day == record.valid_from) {
        let problem = format!("it begins inside a map ({})", days(life(record)));
        findings.push(Finding::of(located, problem, remedy));
    }
    if !maps.values().any(|map| map.last_day == record.valid_to) {
        let problem = format!("it ends inside a map ({})", days(life(record)));
        findings.push(Finding::of(located, problem, remedy));
    }
}

fn parent(packs: &Packs, located: &Located<AreaRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    let Some(parent_key) = &record.parent else {
        if record.kind != AreaKind::Province {
            let remedy = "name the district of that time, or the province";
            findings.push(Finding::of(located, "it has no parent", remedy));
        }
        return;
    };
    let Some(parent) = packs.areas.get(&parent_key.to_string()) else {
        let problem = format!("its parent {parent_key} is not known");
        findings.push(Finding::of(located, problem, "correct the parent or add its record"));
        return;
    };
    let fits = match record.kind {
        AreaKind::Province | AreaKind::Village => false,
        AreaKind::District | AreaKind::ProvincialCity => parent.kind == AreaKind::Province,
        _ => parent.kind == AreaKind::Province || parent.kind.is_district_level(),
    };
    if !fits {
        let problem = format!("a {} cannot lie in a {}, {parent_key}", record.kind, parent.kind);
        findings.push(Finding::of(located, problem, "name the unit above it on the same map"));
    }
    if !covers(life(parent), life(record)) {
        let problem = format!(
            "its days ({}) are not all days of its parent {parent_key} ({})",
            days(life(record)),
            days(life(parent))
        );
        findings.push(Finding::of(located, problem, "name the unit above it on the same map"));
    }
}

fn village(
    packs: &Packs,
    codes: &HashSet<&str>,
    located: &Located<VillageRecord>,
    findings: &mut Vec<Finding>,
) {
    let record = &located.record;
    if let Some(problem) = unfit_name(&record.name) {
        let remedy = "give the name with its own word, such as Bản Nà Khiết";
        findings.push(Finding::of(located, problem, remedy));
    }
    let commune = packs.areas.get(&record.commune.to_string());
    if !commune.is_some_and(|commune| commune.kind.is_commune_level()) {
        let problem = format!("its commune {} is not known as a commune, ward or township", record.commune);
        let remedy =
            "give the code and first day of its commune when it was recorded, such as 03625@0001-01-01";
        findings.push(Finding::of(located, problem, remedy));
    }
    let prefix = &record.code.as_str()[..5];
    if !codes.contains(prefix) {
        let problem = format!("no commune ever bore the code {prefix}");
        let remedy = "a village code begins with the code of the commune that first listed it";
        findings.push(Finding::of(located, problem, remedy));
    }
}

/// Whether the record's unit exists, is of the kind asked for, and lives on all days of the period.
pub(super) fn known_unit(
    packs: &Packs,
    key: &AreaKey,
    period: Period,
    kind: impl Fn(AreaKind) -> bool,
    kind_name: &str,
) -> Result<(), (String, &'static str)> {
    let Some(unit) = packs.areas.get(&key.to_string()).filter(|unit| kind(unit.kind)) else {
        return Err((
            format!("{key} is not known as a {kind_name}"),
            "correct the key, or add the area's record",
        ));
    };
    if covers(life(unit), period) {
        return Ok(());
    }
    let problem =
        format!("its days ({}) are not all days of the unit {key} ({})", days(period), days(life(unit)));
    Err((problem, "let the fact begin and end within the unit's life"))
}
