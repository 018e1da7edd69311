//! Dated facts of areas, and the ethnic groups.

use super::{Finding, areas::known_unit, overlaps, unfit_name};
use crate::{areas::AreaKind, packs::Packs};
use kernel::Period;

pub(super) fn check(packs: &Packs, findings: &mut Vec<Finding>) {
    regions(packs, findings);
    poor_districts(packs, findings);
    ethnic_groups(packs, findings);
}

fn regions(packs: &Packs, findings: &mut Vec<Finding>) {
    let mut dated = Vec::new();
    for located in packs.regions.located() {
        let record = &located.record;
        let period = Period { from: record.from, to: record.to };
        let known =
            known_unit(packs, &record.area, period, AreaKind::is_commune_level, "commune, ward or township");
        if let Err((problem, remedy)) = known {
            findings.push(Finding::of(located, problem, remedy));
        }
        dated.push((&record.area, period, located));
    }
    overlaps(dated, findings);
}

fn poor_districts(packs: &Packs, findings: &mut Vec<Finding>) {
    let mut dated = Vec::new();
    for located in packs.poor_districts.located() {
        let record = &located.record;
        let period = Period { from: record.from, to: Some(record.to) };
        if let Err((problem, remedy)) =
            known_unit(packs, &record.area, period, AreaKind::is_district_level, "district")
        {
            findings.push(Finding::of(located, problem, remedy));
        }
        dated.push((&record.area, period, located));
    }
    overlaps(dated, findings);
}

fn ethnic_groups(packs: &Packs, findings: &mut Vec<Finding>) {
    for located in packs.ethnic_groups.located() {
        let record = &located.record;
        if record.code.len() != 2 || !record.code.bytes().all(|byte| byte.is_ascii_digit()) {
            let problem = format!("'{}' is not a code of two digits", record.code);
            findings.push(Finding::of(located, problem, "write the code with its leading zero"));
        }
        if let Some(problem) = unfit_name(&record.name) {
            findings.push(Finding::of(located, problem, "give the group's name"));
        }
    }
    let majorities: Vec<_> =
        packs.ethnic_groups.located().iter().filter(|located| !located.record.minority).collect();
    if majorities.is_empty() {
        let problem = "no ethnic group is marked as the majority";
        findings.push(Finding::of_all(problem, "set minority to false for Kinh alone"));
    }
    for other in majorities.iter().skip(1) {
        let problem = format!("a second majority beside {}", majorities[0].record.name);
        findings.push(Finding::of(other, problem, "set minority to false for Kinh alone"));
    }
}
