//! The records of the criteria sets: a set, its criteria, their indicators, and the levels that indicators must reach.

use super::records::{PackRecord, Sourced, day_or_null, pack, sourced};
use crate::{
    Caveat,
    criteria::{Bound, ColumnKind, Derivation, Layer, SetBy, Tier},
    provenance::Mark,
};
use kernel::{Date, OPEN_START, Period, Ratio};
use serde::Deserialize;

sourced!(CriteriaSetRecord, CriterionRecord, CriterionIndicatorRecord, CriterionLevelRecord);

/// A published version of a criteria set, without its criteria.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CriteriaSetRecord {
    pub(crate) id: String,
    pub(crate) tier: Tier,
    pub(crate) layer: Layer,
    pub(crate) vi: String,
    pub(crate) en: String,
    pub(crate) instrument: String,
    #[serde(deserialize_with = "day_or_null")]
    valid_from: Option<Date>,
    #[serde(deserialize_with = "day_or_null")]
    valid_to: Option<Date>,
    pub(crate) years: (i16, i16),
    #[serde(default)]
    pub(crate) parent: Option<String>,
    #[serde(default)]
    pub(crate) supersedes: Option<String>,
    pub(crate) column_kind: ColumnKind,
    pub(crate) columns: Vec<String>,
    #[serde(default)]
    pub(crate) criteria_count: Option<u16>,
    #[serde(default)]
    pub(crate) indicators_from: Option<IndicatorsFrom>,
    pub(crate) blockers: Vec<Caveat>,
    #[serde(default)]
    pub(crate) note: Option<String>,
    source: String,
    mark: Mark,
}

impl CriteriaSetRecord {
    pub(crate) fn validity(&self) -> Period {
        Period { from: self.valid_from.unwrap_or(OPEN_START), to: self.valid_to }
    }
}

pack!(CriteriaSetRecord, "criteria-sets", |it| it.id.clone());

/// Where the indicators of a set are kept, if not among the records of indicators.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IndicatorsFrom {
    /// One indicator for each target of the resolution that units report.
    Targets,
}

/// A criterion of a set.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CriterionRecord {
    pub(crate) set: String,
    pub(crate) number: u16,
    pub(crate) vi: String,
    pub(crate) en: String,
    pub(crate) group: Option<String>,
    pub(crate) key: bool,
    source: String,
    mark: Mark,
}

pack!(CriterionRecord, "criteria", |it| format!("{}/{}", it.set, it.number));

/// An indicator of a criterion. Source and mark speak of its name and test.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CriterionIndicatorRecord {
    pub(crate) set: String,
    pub(crate) criterion: u16,
    pub(crate) code: String,
    pub(crate) vi: String,
    pub(crate) en: String,
    pub(crate) test: TestKind,
    #[serde(default)]
    pub(crate) bound: Option<Bound>,
    #[serde(default)]
    pub(crate) unit: String,
    #[serde(default)]
    pub(crate) both_sexes: bool,
    #[serde(default)]
    pub(crate) applicable_if: Option<String>,
    #[serde(default)]
    pub(crate) parts: Vec<PairPartRecord>,
    pub(crate) set_by: SetBy,
    #[serde(default)]
    pub(crate) national_parent: Option<String>,
    #[serde(default)]
    pub(crate) derived_from: Option<Derivation>,
    #[serde(default)]
    pub(crate) note: Option<String>,
    source: String,
    mark: Mark,
}

pack!(CriterionIndicatorRecord, "criterion-indicators", |it| format!("{}/{}", it.set, it.code));

/// The kinds of test that an indicator may be put to.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TestKind {
    YesNo,
    Share,
    Value,
    ZeroCount,
    Pair,
}

/// One of the shares that must hold together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PairPartRecord {
    pub(crate) part: String,
    pub(crate) vi: String,
    pub(crate) en: String,
    pub(crate) bound: Bound,
}

/// A level in the unit of the indicator: `80` with the unit `%` means 80 percent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CriterionLevelRecord {
    pub(crate) set: String,
    pub(crate) indicator: String,
    #[serde(default)]
    pub(crate) part: Option<String>,
    pub(crate) column: Option<String>,
    pub(crate) year: Option<i16>,
    pub(crate) value: Ratio,
    source: String,
    mark: Mark,
}

impl CriterionLevelRecord {
    pub(crate) fn indicator_key(&self) -> String {
        format!("{}/{}", self.set, self.indicator)
    }
}

/// For example `vn-commune-2021-2025/10 northern_midlands_mountains 2022`.
fn level_key(record: &CriterionLevelRecord) -> String {
    let mut key = record.indicator_key();
    let year = record.year.map(|year| year.to_string());
    for place in [&record.part, &record.column, &year].into_iter().flatten() {
        key.push(' ');
        key.push_str(place);
    }
    key
}

pack!(CriterionLevelRecord, "criterion-levels", |it| level_key(it));
