//! The resolution, its targets and its baselines.

use super::{Finding, areas::life, texts};
use crate::{
    packs::{Located, Packs, TargetRecord},
    targets::{Computation, Feed},
};
use kernel::{Period, Ratio};

pub(super) fn check(packs: &Packs, findings: &mut Vec<Finding>) {
    let resolutions = packs.resolutions.located();
    if resolutions.is_empty() {
        findings.push(Finding::of_all("there is no resolution", "add a pack with one resolution"));
    }
    for other in resolutions.iter().skip(1) {
        let problem = format!("a second resolution beside {}", resolutions[0].record.id);
        findings.push(Finding::of(other, problem, "follow one resolution at a time"));
    }
    for located in resolutions {
        if located.record.to < located.record.from {
            findings.push(Finding::of(located, "it ends before it begins", "correct from or to"));
        }
    }
    for located in packs.targets.located() {
        let record = &located.record;
        let fields =
            [("group", &record.group), ("vi", &record.vi), ("en", &record.en), ("unit", &record.unit)];
        texts(located, &fields.map(|(field, text)| (field, text.as_str())), findings);
        areas(packs, located, findings);
        reported(located, findings);
        if let Some(feed) = record.computed_as.map(Computation::feed)
            && feed != record.feeds
        {
            let problem = format!(
                "its computed_as stands beside feeds {}, but takes {}",
                record.feeds.as_str(),
                feed.as_str()
            );
            findings.push(Finding::of(located, problem, "correct one of the two"));
        }
    }
    for located in packs.baselines.located() {
        let record = &located.record;
        if record.of.is_some_and(|of| of <= Ratio::whole(0)) {
            let remedy = "give the count that value was taken out of, or leave the field out";
            findings.push(Finding::of(located, "of is not above zero", remedy));
        }
        if record.unit.trim().is_empty() {
            findings.push(Finding::of(located, "the field unit is empty", "fill it"));
        }
    }
}

/// The areas of a target must be there at some time of the resolution's period.
fn areas(packs: &Packs, located: &Located<TargetRecord>, findings: &mut Vec<Finding>) {
    let resolution = packs.resolutions.values().next();
    let period = resolution.map(|resolution| Period { from: resolution.from, to: Some(resolution.to) });
    for key in &located.record.areas {
        let area = packs.areas.get(&key.to_string());
        if !area.is_some_and(|area| period.is_none_or(|period| life(area).overlaps(period))) {
            let problem = format!("its area {key} is not known in the period of the resolution");
            findings.push(Finding::of(located, problem, "correct the key, such as 106@0001-01-01"));
        }
    }
}

/// What units report is a share of at most 100 percent, or an amount that the target is a multiple of.
fn reported(located: &Located<TargetRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    let reported = record.feeds == Feed::Reported;
    if let Some(unit) = &record.reported_unit {
        texts(located, &[("reported_unit", unit)], findings);
        if !reported {
            let problem = format!("reported_unit stands beside feeds {}", record.feeds.as_str());
            findings.push(Finding::of(located, problem, "it is for feeds reported alone: correct one"));
        }
    } else if reported && record.unit != "%" {
        let problem = format!("the unit {} does not say what units report", record.unit);
        findings.push(Finding::of(located, problem, "name the unit of what they report in reported_unit"));
    } else if reported && !(Ratio::whole(0)..=Ratio::whole(100)).contains(&record.target) {
        let problem = format!("a share of {} is not between 0 and 100 percent", record.target);
        findings.push(Finding::of(located, problem, "give percent: 25 for 25 %"));
    }
}
