//! The records of the poverty standards: a standard in one record, its indicators in others.

use super::records::{PackRecord, Sourced, day, pack, sourced};
use crate::{Caveat, provenance::Mark};
use kernel::{Date, Money, PovertyClass};
use serde::Deserialize;

sourced!(
    StandardRecord,
    InForceByRecord,
    IncomeLineRecord,
    DeprivationCutoffRecord,
    ClassRuleRecord,
    AverageLivingRecord,
    ScoreCutoffsRecord,
    IndicatorRecord,
);

/// A poverty standard without its indicators.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StandardRecord {
    pub(crate) id: String,
    pub(crate) instrument: String,
    #[serde(deserialize_with = "day")]
    pub(crate) valid_from: Date,
    #[serde(deserialize_with = "day")]
    pub(crate) valid_to: Date,
    pub(crate) in_force_by: Vec<InForceByRecord>,
    pub(crate) income_lines: Vec<IncomeLineRecord>,
    pub(crate) deprivation_cutoff: DeprivationCutoffRecord,
    pub(crate) classes: Vec<ClassRuleRecord>,
    pub(crate) average_living: Option<AverageLivingRecord>,
    pub(crate) score_cutoffs: Option<ScoreCutoffsRecord>,
    pub(crate) blockers: Vec<Caveat>,
    #[serde(default)]
    pub(crate) note: Option<String>,
    source: String,
    mark: Mark,
}

impl PackRecord for StandardRecord {
    const PACK: &'static str = "standards";

    fn key(&self) -> String {
        self.id.clone()
    }

    fn figures(&self) -> Vec<(String, &dyn Sourced)> {
        let mut figures: Vec<(String, &dyn Sourced)> = vec![(String::new(), self)];
        for part in &self.in_force_by {
            figures.push((format!("in_force_by from {}", part.from), part));
        }
        for line in &self.income_lines {
            figures.push((format!("income_lines.{}", line.id), line));
        }
        figures.push(("deprivation_cutoff".to_owned(), &self.deprivation_cutoff));
        for rule in &self.classes {
            figures.push((format!("classes.{}", crate::standards::class_name(rule.class)), rule));
        }
        if let Some(average_living) = &self.average_living {
            figures.push(("average_living".to_owned(), average_living));
        }
        if let Some(cutoffs) = &self.score_cutoffs {
            figures.push(("score_cutoffs".to_owned(), cutoffs));
        }
        figures
    }
}

/// The instrument by which a standard was in force over some days.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InForceByRecord {
    #[serde(deserialize_with = "day")]
    pub(crate) from: Date,
    #[serde(deserialize_with = "day")]
    pub(crate) to: Date,
    pub(crate) by: String,
    source: String,
    mark: Mark,
}

/// A value for rural and one for urban areas.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByAreaTypeRecord<T> {
    pub(crate) rural: T,
    pub(crate) urban: T,
}

/// An income line in đồng per person and month.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncomeLineRecord {
    pub(crate) id: String,
    pub(crate) rural: Money,
    pub(crate) urban: Money,
    source: String,
    mark: Mark,
}

/// From how many deprivations a household counts as deprived.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeprivationCutoffRecord {
    pub(crate) at_least: usize,
    pub(crate) of: usize,
    #[serde(default)]
    pub(crate) note: Option<String>,
    source: String,
    mark: Mark,
}

/// Who belongs to a class by income: any one of the conditions suffices.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClassRuleRecord {
    pub(crate) class: PovertyClass,
    pub(crate) any_of: Vec<ConditionRecord>,
    source: String,
    mark: Mark,
}

/// Every part that is there must hold. Lines are inclusive: `income_up_to` means at most the line.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConditionRecord {
    #[serde(default)]
    pub(crate) income_over: Option<String>,
    pub(crate) income_up_to: String,
    #[serde(default)]
    pub(crate) deprivations_at_least: Option<usize>,
    #[serde(default)]
    pub(crate) deprivations_under: Option<usize>,
}

/// The average-living class: a status of its own, decided by its own method, never assigned by falling through.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AverageLivingRecord {
    pub(crate) income_over: String,
    pub(crate) income_up_to: String,
    pub(crate) condition: Option<String>,
    source: String,
    mark: Mark,
}

/// The limits of the score forms.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScoreCutoffsRecord {
    pub(crate) instrument: String,
    pub(crate) b1_max: ByAreaTypeRecord<u32>,
    pub(crate) b2_min_poor: u32,
    pub(crate) b2_points_per_indicator: u32,
    source: String,
    mark: Mark,
}

/// An indicator of a standard. Source and mark speak of the definition.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IndicatorRecord {
    pub(crate) standard: String,
    pub(crate) no: usize,
    pub(crate) code: String,
    pub(crate) dimension: String,
    pub(crate) name_vi: String,
    pub(crate) name_en: String,
    pub(crate) name_source: String,
    pub(crate) name_mark: Mark,
    pub(crate) definition: Option<String>,
    #[serde(default)]
    pub(crate) note: Option<String>,
    source: String,
    mark: Mark,
}

pack!(IndicatorRecord, "indicators", |it| format!("{}/{}", it.standard, it.code));
