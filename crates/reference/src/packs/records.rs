//! The records of the pack files, field by field as the crate's README describes them.

use crate::{
    areas::{AreaKind, LineageKind, RegionClass},
    provenance::{Mark, Provenance},
    targets::{Computation, Feed, Op},
};
use kernel::{AreaCode, AreaKey, Date, Ratio, VillageCode};
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

/// Source and mark stand beside the other fields of a record.
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
    EthnicGroupRecord,
    ResolutionRecord,
    TargetRecord,
    BaselineRecord,
);

/// A kind of pack whose records carry one source each.
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

pub(super) use {pack, sourced};

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
    #[serde(rename = "instrument")]
    _instrument: String,
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
    #[serde(rename = "title")]
    _title: String,
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
    pub(crate) reported_unit: Option<String>,
    #[serde(default)]
    pub(crate) scope: Option<String>,
    #[serde(default)]
    pub(crate) areas: Vec<AreaKey>,
    #[serde(default)]
    pub(crate) relative_to: Option<String>,
    pub(crate) feeds: Feed,
    #[serde(default)]
    pub(crate) computed_as: Option<Computation>,
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

pub(super) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    kernel::parse_date(&text)
        .ok_or_else(|| D::Error::custom(format!("'{text}' is not a day such as 2025-07-01")))
}

/// The field itself must be there: an unknown day is written as `null`, never left out.
pub(super) fn day_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    kernel::parse_date(&text)
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("'{text}' is neither null nor a day such as 2025-07-01")))
}
