//! The resolution, its targets and its baselines.

use super::Finding;
use crate::{packs::Packs, targets::Computation};
use kernel::Ratio;

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
        let texts =
            [("group", &record.group), ("vi", &record.vi), ("en", &record.en), ("unit", &record.unit)];
        for (field, _) in texts.iter().filter(|(_, text)| text.trim().is_empty()) {
            findings.push(Finding::of(located, format!("the field {field} is empty"), "fill it"));
        }
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
