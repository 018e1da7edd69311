//! The records of the pack files, field by field as the crate's README describes them.

use crate::{
    areas::{AreaKind, LineageKind, RegionClass},
    provenance::{Mark, Provenance},
    targets::{Feed, Op},
};
use kernel::{AreaCode, AreaKey, Date, Money, PovertyClass, Ratio, VillageCode};
use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error as _};

/// One kind of pack.
pub(crate) trait PackRecord: DeserializeOwned {
    /// Value of the file's `pack` field.
    const PACK: &'static str;

    /// What an operator's record replaces: the record with the same key.
    fn key(&self) -> String;

    /// Every figure of the record that carries a source: where it stands in the record (empty: the record itself).
    fn figures(&self) -> Vec<(String, &dyn Sourced)>;
}

/// Something with a source and a mark.
pub(crate) trait Sourced {
    /// The source as written.
    fn source(&self) -> &str;
    /// The mark as written.
    fn mark(&self) -> Mark;

    /// Both together.
    fn provenance(&self) -> Provenance {
        Provenance { source: self.source().to_owned(), mark: self.mark() }
    }
}

macro_rules! sourced {
    ($($record:ty),+ $(,)?) => {$(
        impl Sourced for $record {
            fn source(&self) -> &str {
                &self.source
            }

            fn mark(&self) -> Mark {
                self.mark
            }
        }
    )+};
}

sourced!(
    GeographyRecord,
    AreaRecord,
    VillageRecord,
    LineageRecord,
    RegionRecord,
    PoorDistrictRecord,
    StandardRecord,
    InForceByRecord,
    IncomeLineRecord,
    DeprivationCutoffRecord,
    ClassRuleRecord,
    AverageLivingRecord,
    ScoreCutoffsRecord,
    IndicatorRecord,
    EthnicGroupRecord,
    ResolutionRecord,
    TargetRecord,
    BaselineRecord,
);

macro_rules! pack {
    ($record:ty, $name:literal, |$it:ident| $key:expr) => {
        impl PackRecord for $record {
            const PACK: &'static str = $name;

            fn key(&self) -> String {
                let $it = self;
                $key
            }

            fn figures(&self) -> Vec<(String, &dyn Sourced)> {
                vec![(String::new(), self)]
            }
        }
    };
}

/// A map: a run of days on which the units did not change.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GeographyRecord {
    #[serde(deserialize_with = "day_or_null")]
    pub(crate) first_day: Option<Date>,
    #[serde(deserialize_with = "day_or_null")]
    pub(crate) last_day: Option<Date>,
    pub(crate) name_vi: String,
    pub(crate) name_en: String,
    source: String,
    mark: Mark,
}

pack!(GeographyRecord, "geographies", |it| it.first_day.unwrap_or(kernel::OPEN_START).to_string());

/// A unit above the village, in one version.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AreaRecord {
    pub(crate) code: AreaCode,
    #[serde(deserialize_with = "day_or_null")]
    pub(crate) valid_from: Option<Date>,
    #[serde(deserialize_with = "day_or_null")]
    pub(crate) valid_to: Option<Date>,
    pub(crate) kind: AreaKind,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    #[serde(default)]
    pub(crate) parent: Option<AreaKey>,
    source: String,
    mark: Mark,
}

impl AreaRecord {
    pub(crate) fn area_key(&self) -> AreaKey {
        AreaKey::new(self.code.clone(), self.valid_from)
    }
}

pack!(AreaRecord, "areas", |it| it.area_key().to_string());

/// A village.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VillageRecord {
    pub(crate) code: VillageCode,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    pub(crate) commune: AreaKey,
    source: String,
    mark: Mark,
}

impl VillageRecord {
    pub(crate) fn area_key(&self) -> AreaKey {
        AreaKey::new(self.code.clone().into(), None)
    }
}

pack!(VillageRecord, "villages", |it| it.code.to_string());

/// How one unit came out of others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineageRecord {
    pub(crate) into: AreaKey,
    pub(crate) from: Vec<AreaKey>,
    pub(crate) kind: LineageKind,
    pub(crate) instrument: String,
    source: String,
    mark: Mark,
}

pack!(LineageRecord, "lineage", |it| it.into.to_string());

/// Region class of a unit over some days.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegionRecord {
    pub(crate) area: AreaKey,
    #[serde(deserialize_with = "day")]
    pub(crate) from: Date,
    #[serde(deserialize_with = "day_or_null")]
    pub(crate) to: Option<Date>,
    pub(crate) class: Option<RegionClass>,
    pub(crate) instrument: Option<String>,
    source: String,
    mark: Mark,
}

pack!(RegionRecord, "regions", |it| format!("{} from {}", it.area, it.from));

/// Membership of a district in the list of poor districts over some days.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PoorDistrictRecord {
    pub(crate) area: AreaKey,
    #[serde(deserialize_with = "day")]
    pub(crate) from: Date,
    #[serde(deserialize_with = "day")]
    pub(crate) to: Date,
    pub(crate) instrument: Option<String>,
    source: String,
    mark: Mark,
}

pack!(PoorDistrictRecord, "poor-districts", |it| format!("{} from {}", it.area, it.from));

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
    pub(crate) blockers: Vec<String>,
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

/// One of the ethnic groups of the statistics office's list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EthnicGroupRecord {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) minority: bool,
    source: String,
    mark: Mark,
}

pack!(EthnicGroupRecord, "ethnic-groups", |it| it.code.clone());

/// The resolution that set the targets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResolutionRecord {
    pub(crate) id: String,
    pub(crate) title: String,
    #[serde(deserialize_with = "day")]
    pub(crate) from: Date,
    #[serde(deserialize_with = "day")]
    pub(crate) to: Date,
    source: String,
    mark: Mark,
}

pack!(ResolutionRecord, "resolution", |it| it.id.clone());

/// A target of the resolution.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TargetRecord {
    pub(crate) id: String,
    pub(crate) group: String,
    pub(crate) vi: String,
    pub(crate) en: String,
    pub(crate) op: Op,
    pub(crate) target: Ratio,
    pub(crate) unit: String,
    #[serde(default)]
    pub(crate) scope: Option<String>,
    #[serde(default)]
    pub(crate) relative_to: Option<String>,
    pub(crate) feeds: Feed,
    #[serde(default)]
    pub(crate) note: Option<String>,
    source: String,
    mark: Mark,
}

pack!(TargetRecord, "targets", |it| it.id.clone());

/// A figure that the resolution gives for the start.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BaselineRecord {
    pub(crate) id: String,
    pub(crate) vi: String,
    pub(crate) en: String,
    pub(crate) value: Ratio,
    #[serde(default)]
    pub(crate) of: Option<Ratio>,
    pub(crate) unit: String,
    source: String,
    mark: Mark,
}

pack!(BaselineRecord, "baselines", |it| it.id.clone());

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    kernel::parse_date(&text)
        .ok_or_else(|| D::Error::custom(format!("'{text}' is not a day such as 2025-07-01")))
}

/// The field itself must be there: an unknown day is written as `null`, never left out.
fn day_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    kernel::parse_date(&text)
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("'{text}' is neither null nor a day such as 2025-07-01")))
}
