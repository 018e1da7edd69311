//! What an area, a map and a merger are.

use crate::{
    packs::{Packs, Sourced},
    provenance::Provenance,
};
use kernel::{AreaKey, AreaType, Date, OPEN_START, Period};
use serde::Deserialize;
use std::{collections::HashMap, fmt};

/// Kind of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaKind {
    /// Tỉnh.
    Province,
    /// Thành phố thuộc tỉnh, at the level of a district; until 2025-06-30.
    ProvincialCity,
    /// Huyện; until 2025-06-30.
    District,
    /// Xã.
    Commune,
    /// Thị trấn; until 2025-06-30.
    Township,
    /// Phường.
    Ward,
    /// Thôn, bản. Its name carries its own word.
    Village,
}

impl AreaKind {
    /// The word before the name: `Xã`. Empty for villages, whose names carry their own (*Bản, Thôn, Khu*).
    pub const fn label(self) -> &'static str {
        match self {
            Self::Province => "Tỉnh",
            Self::ProvincialCity => "Thành phố",
            Self::District => "Huyện",
            Self::Commune => "Xã",
            Self::Township => "Thị trấn",
            Self::Ward => "Phường",
            Self::Village => "",
        }
    }

    /// Whether it is a commune, ward or township.
    pub const fn is_commune_level(self) -> bool {
        matches!(self, Self::Commune | Self::Township | Self::Ward)
    }

    /// Whether it is a district or a city of the province.
    pub const fn is_district_level(self) -> bool {
        matches!(self, Self::District | Self::ProvincialCity)
    }
}

impl fmt::Display for AreaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Province => "province",
            Self::ProvincialCity => "provincial city",
            Self::District => "district",
            Self::Commune => "commune",
            Self::Township => "township",
            Self::Ward => "ward",
            Self::Village => "village",
        })
    }
}

/// One version of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Its identity.
    pub key: AreaKey,
    /// Its last day; `None` while it is in force.
    pub valid_to: Option<Date>,
    /// What it is.
    pub kind: AreaKind,
    /// The bare name: `Mường Than`.
    pub name: String,
    /// Other spellings of the same name.
    pub aliases: Vec<String>,
    /// Where code, name, kind and dates come from.
    pub provenance: Provenance,
}

impl Area {
    /// The name with its kind: `Xã Mường Than`.
    pub fn display_name(&self) -> String {
        match self.kind.label() {
            "" => self.name.clone(),
            label => format!("{label} {}", self.name),
        }
    }

    /// Its first day; `None` where it is not known.
    pub fn valid_from(&self) -> Option<Date> {
        (self.key.valid_from != OPEN_START).then_some(self.key.valid_from)
    }

    /// Whether it existed on that day.
    pub fn in_force(&self, day: Date) -> bool {
        self.period().contains(day)
    }

    /// Rural or urban: communes are rural, wards and townships urban. `None` for other areas.
    pub const fn area_type(&self) -> Option<AreaType> {
        match self.kind {
            AreaKind::Commune => Some(AreaType::Rural),
            AreaKind::Township | AreaKind::Ward => Some(AreaType::Urban),
            _ => None,
        }
    }

    fn period(&self) -> Period {
        Period { from: self.key.valid_from, to: self.valid_to }
    }
}

/// A map: a run of days on which no unit above the village changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Geography {
    /// First and last day; from [`OPEN_START`] where the first is not known, open while it is in force.
    pub period: Period,
    /// For the committee: what is on it.
    pub name_vi: String,
    /// The same in English.
    pub name_en: String,
    /// Where it was read.
    pub provenance: Provenance,
}

impl Geography {
    /// Its first day; `None` where it is not known.
    pub fn first_day(&self) -> Option<Date> {
        (self.period.from != OPEN_START).then_some(self.period.from)
    }

    /// Its last day; `None` while it is in force.
    pub const fn last_day(&self) -> Option<Date> {
        self.period.to
    }
}

/// How a unit came out of earlier ones. All move whole units; a split would need records of its villages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineageKind {
    /// Several whole units became one (*sáp nhập*).
    Merger,
    /// The same land in a new version (*giữ nguyên*).
    Unchanged,
    /// The same land under another name.
    Rename,
    /// The same land under another code.
    CodeChange,
}

/// Region of the ethnic-minority and mountainous areas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum RegionClass {
    /// Region I: least difficult.
    I,
    /// Region II.
    II,
    /// Region III: especially difficult.
    III,
}

/// Region class of a unit over some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionFact {
    /// The days.
    pub period: Period,
    /// The class; `None`: not known, which is never "region I".
    pub class: Option<RegionClass>,
    /// The deciding instrument, where there is one.
    pub instrument: Option<String>,
    /// Where that was read.
    pub provenance: Provenance,
}

/// Membership of a district in the list of poor districts over some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoorDistrict {
    /// The district.
    pub area: AreaKey,
    /// The days.
    pub period: Period,
    /// The deciding instrument, where it is known.
    pub instrument: Option<String>,
    /// Where that was read.
    pub provenance: Provenance,
}

pub(super) fn geographies(packs: &Packs) -> Vec<Geography> {
    let mut geographies: Vec<_> = packs
        .geographies
        .values()
        .map(|record| Geography {
            period: Period { from: record.first_day.unwrap_or(OPEN_START), to: record.last_day },
            name_vi: record.name_vi.clone(),
            name_en: record.name_en.clone(),
            provenance: record.provenance(),
        })
        .collect();
    geographies.sort_by_key(|geography| geography.period.from);
    geographies
}

/// The units that each unit was made from, by code.
pub(super) fn predecessors(packs: &Packs) -> HashMap<AreaKey, Vec<AreaKey>> {
    let parts = packs.lineage.values().map(|record| {
        let mut from = record.from.clone();
        from.sort();
        (record.into.clone(), from)
    });
    parts.collect()
}

pub(super) fn regions(packs: &Packs) -> HashMap<AreaKey, Vec<RegionFact>> {
    let mut regions: HashMap<_, Vec<_>> = HashMap::new();
    for record in packs.regions.values() {
        regions.entry(record.area.clone()).or_default().push(RegionFact {
            period: Period { from: record.from, to: record.to },
            class: record.class,
            instrument: record.instrument.clone(),
            provenance: record.provenance(),
        });
    }
    regions
}

pub(super) fn poor_districts(packs: &Packs) -> Vec<PoorDistrict> {
    let mut facts: Vec<_> = packs
        .poor_districts
        .values()
        .map(|record| PoorDistrict {
            area: record.area.clone(),
            period: Period { from: record.from, to: Some(record.to) },
            instrument: record.instrument.clone(),
            provenance: record.provenance(),
        })
        .collect();
    facts.sort_by(|a, b| (a.period.from, &a.area).cmp(&(b.period.from, &b.area)));
    facts
}
