//! The targets of the provincial resolution and the figures it starts from.

use crate::{packs::Packs, packs::Sourced, provenance::Provenance};
use kernel::{AreaKey, Period, Ratio};
use serde::Deserialize;
use std::{collections::HashMap, fmt};

/// How an actual value is held against a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum Op {
    /// `>=`
    #[serde(rename = ">=")]
    AtLeast,
    /// `>`
    #[serde(rename = ">")]
    Above,
    /// `<=`
    #[serde(rename = "<=")]
    AtMost,
    /// `<`
    #[serde(rename = "<")]
    Below,
}

impl Op {
    /// Whether the actual value reaches the target: compared exactly, never rounded.
    pub fn holds(self, actual: Ratio, target: Ratio) -> bool {
        match self {
            Self::AtLeast => actual >= target,
            Self::Above => actual > target,
            Self::AtMost => actual <= target,
            Self::Below => actual < target,
        }
    }

    /// `>=`, `>`, `<=` or `<`.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::Above => ">",
            Self::AtMost => "<=",
            Self::Below => "<",
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

/// Where the actual value of a target comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feed {
    /// Derived from the poverty registry.
    Poverty,
    /// Derived from assessments and recognitions under the rural criteria.
    Criteria,
    /// Derived from the funding ledger.
    Ledger,
    /// A numerator and denominator that a unit reports with a document.
    Reported,
}

impl Feed {
    /// `poverty`, `criteria`, `ledger` or `reported`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Poverty => "poverty",
            Self::Criteria => "criteria",
            Self::Ledger => "ledger",
            Self::Reported => "reported",
        }
    }
}

/// How an actual value is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Computation {
    /// Percentage points by which the poverty rate of the province fell in the mean of a year.
    MeanYearlyFall,
    /// The same of the poor districts at the start.
    MeanYearlyFallOfPoorDistricts,
    /// Poor households of the province out of those at the start.
    RelativeToStart,
    /// Communes that hold a title of new rural, of whatever tier.
    CommunesRecognised,
    /// Communes that hold the title of advanced new rural or a higher one.
    AdvancedCommunesRecognised,
    /// Districts among the target's areas that hold the title.
    DistrictsRecognised,
    /// Criteria met, in the mean of all communes.
    MeanCriteriaMet,
    /// Communes that meet fewer than 15 criteria.
    CommunesBelowFifteenCriteria,
    /// Villages with the title out of all villages of especially difficult communes.
    VillagesRecognisedInDifficultCommunes,
    /// Districts that left the list of poor districts.
    DistrictsLeftPoorList,
    /// Communes that left the especially difficult area out of those in it at the start.
    CommunesLeftDifficultList,
    /// Members of poor and near-poor households that are not deprived in health insurance, out of all their members.
    InsuredMembersOfPoorHouseholds,
    /// Poor and near-poor households that are not deprived in the school attendance of children.
    SchoolingInPoorHouseholds,
    /// Poor and near-poor households that are not deprived in hygienic latrines.
    LatrinesInPoorHouseholds,
    /// Poor and near-poor households that are not deprived in telecommunication.
    TelecomInPoorHouseholds,
    /// What units report with a document, against the indicator with the target's id.
    Reported,
}

impl Computation {
    /// Where its input comes from.
    pub const fn feed(self) -> Feed {
        match self {
            Self::MeanYearlyFall
            | Self::MeanYearlyFallOfPoorDistricts
            | Self::RelativeToStart
            | Self::InsuredMembersOfPoorHouseholds
            | Self::SchoolingInPoorHouseholds
            | Self::LatrinesInPoorHouseholds
            | Self::TelecomInPoorHouseholds => Feed::Poverty,
            Self::CommunesRecognised
            | Self::AdvancedCommunesRecognised
            | Self::DistrictsRecognised
            | Self::MeanCriteriaMet
            | Self::CommunesBelowFifteenCriteria
            | Self::VillagesRecognisedInDifficultCommunes
            | Self::DistrictsLeftPoorList
            | Self::CommunesLeftDifficultList => Feed::Criteria,
            Self::Reported => Feed::Reported,
        }
    }
}

/// A target (*mục tiêu*) of the resolution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// For example `T09`.
    pub id: String,
    /// Group within the resolution: `economy`, `services`, `infrastructure` or `tasks`.
    pub group: String,
    /// The target in the words of the resolution.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// How the actual value is compared with `target`.
    pub op: Op,
    /// The value in `unit`: 25 with the unit `%` means 25 percent.
    pub target: Ratio,
    /// For example `%`, `điểm %/năm`, `xã` or `lần`.
    pub unit: String,
    /// The unit of what units report, where the target is a multiple of it: `đồng/người/năm`.
    pub reported_unit: Option<String>,
    /// The population or units that a share is taken over, where the resolution names it.
    pub scope: Option<String>,
    /// Keys of the areas that `scope` names; empty where it names none.
    pub areas: Vec<AreaKey>,
    /// The base of a multiple or reduction.
    pub relative_to: Option<String>,
    /// Where the actual value comes from.
    pub feeds: Feed,
    /// How it is computed; `None` where nothing feeds it yet.
    pub computed_as: Option<Computation>,
    /// What a reader must know to judge it.
    pub note: Option<String>,
    /// Where it was read.
    pub provenance: Provenance,
}

/// A figure that the resolution gives for the start of its period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// For example `B02`.
    pub id: String,
    /// The figure in the words of the resolution.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// The value in `unit`.
    pub value: Ratio,
    /// What a count was taken out of: 39 of 94 communes.
    pub of: Option<Ratio>,
    /// For example `%` or `đồng/người/năm`.
    pub unit: String,
    /// Where it was read.
    pub provenance: Provenance,
}

/// The resolution's targets and baselines, in its order.
#[derive(Clone, Debug)]
pub struct Targets {
    period: Period,
    targets: Vec<Target>,
    targets_by_id: HashMap<String, usize>,
    baselines: Vec<Baseline>,
    baselines_by_id: HashMap<String, usize>,
}

impl Targets {
    /// The days over which the targets are to be reached.
    pub const fn period(&self) -> Period {
        self.period
    }

    /// The target with this id.
    pub fn get(&self, id: &str) -> Option<&Target> {
        self.targets_by_id.get(id).map(|&at| &self.targets[at])
    }

    /// All targets.
    pub fn all(&self) -> &[Target] {
        &self.targets
    }

    /// The baseline with this id.
    pub fn baseline(&self, id: &str) -> Option<&Baseline> {
        self.baselines_by_id.get(id).map(|&at| &self.baselines[at])
    }

    /// All baselines.
    pub fn baselines(&self) -> &[Baseline] {
        &self.baselines
    }

    /// `None` without a resolution; the check reports that.
    pub(crate) fn from_packs(packs: &Packs) -> Option<Self> {
        let resolution = packs.resolutions.values().next()?;
        let targets: Vec<_> = packs
            .targets
            .values()
            .map(|record| Target {
                id: record.id.clone(),
                group: record.group.clone(),
                vi: record.vi.clone(),
                en: record.en.clone(),
                op: record.op,
                target: record.target,
                unit: record.unit.clone(),
                reported_unit: record.reported_unit.clone(),
                scope: record.scope.clone(),
                areas: record.areas.clone(),
                relative_to: record.relative_to.clone(),
                feeds: record.feeds,
                computed_as: record.computed_as,
                note: record.note.clone(),
                provenance: record.provenance(),
            })
            .collect();
        let baselines: Vec<_> = packs
            .baselines
            .values()
            .map(|record| Baseline {
                id: record.id.clone(),
                vi: record.vi.clone(),
                en: record.en.clone(),
                value: record.value,
                of: record.of,
                unit: record.unit.clone(),
                provenance: record.provenance(),
            })
            .collect();
        Some(Self {
            period: Period { from: resolution.from, to: Some(resolution.to) },
            targets_by_id: targets.iter().enumerate().map(|(at, target)| (target.id.clone(), at)).collect(),
            targets,
            baselines_by_id: baselines.iter().enumerate().map(|(at, it)| (it.id.clone(), at)).collect(),
            baselines,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_judged_without_rounding() {
        let ratio = |text: &str| text.parse::<Ratio>().unwrap();
        assert!(Op::AtLeast.holds(ratio("173/10"), ratio("17.3")));
        assert!(!Op::AtLeast.holds(ratio("17299999/1000000"), ratio("17.3")));
        assert!(
            !Op::Above.holds(ratio("4"), ratio("4.0"))
                && Op::Above.holds(ratio("4000001/1000000"), ratio("4"))
        );
        assert!(Op::AtMost.holds(ratio("1/2"), ratio("0.5")) && !Op::Below.holds(ratio("1/2"), ratio("0.5")));
    }
}
