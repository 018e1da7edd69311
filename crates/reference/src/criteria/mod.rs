//! Criteria sets (*bộ tiêu chí*) of new rural development (*nông thôn mới*): published versions with their criteria,
//! indicators and levels. A version is chosen by its days and assessed years and never changes; a correction is a new
//! version that supersedes it. Nothing here judges a commune: the sets say what would have to hold.

mod indicator;
mod load;

pub(crate) use load::{backs, hundredth};

pub use indicator::{Bound, CriterionIndicator, Derivation, IndicatorTest, Level, Levels, PairPart, SetBy};

use crate::{Caveat, provenance::Provenance};
use kernel::Period;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, fmt};

/// What is assessed and recognised under a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// *Thôn, bản nông thôn mới*.
    Village,
    /// *Xã nông thôn mới*.
    Commune,
    /// *Xã nông thôn mới nâng cao*.
    AdvancedCommune,
    /// *Xã nông thôn mới kiểu mẫu*.
    ModelCommune,
    /// *Xã nông thôn mới hiện đại*, from 2026.
    ModernCommune,
    /// *Huyện nông thôn mới*, to 2025-06-30.
    District,
    /// The province as a whole.
    Province,
}

impl Tier {
    /// Every tier.
    pub const ALL: [Self; 7] = [
        Self::Village,
        Self::Commune,
        Self::AdvancedCommune,
        Self::ModelCommune,
        Self::ModernCommune,
        Self::District,
        Self::Province,
    ];

    /// As it is written in packs and on the wire: `advanced_commune`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Village => "village",
            Self::Commune => "commune",
            Self::AdvancedCommune => "advanced_commune",
            Self::ModelCommune => "model_commune",
            Self::ModernCommune => "modern_commune",
            Self::District => "district",
            Self::Province => "province",
        }
    }

    /// The tier written so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.as_str() == text)
    }

    /// Name for readers.
    pub const fn vi(self) -> &'static str {
        match self {
            Self::Village => "thôn, bản nông thôn mới",
            Self::Commune => "xã nông thôn mới",
            Self::AdvancedCommune => "xã nông thôn mới nâng cao",
            Self::ModelCommune => "xã nông thôn mới kiểu mẫu",
            Self::ModernCommune => "xã nông thôn mới hiện đại",
            Self::District => "huyện nông thôn mới",
            Self::Province => "tỉnh nông thôn mới",
        }
    }

    /// Order of the titles of a commune: commune 1, advanced 2, model 3. `None` for the other kinds of units, and for the
    /// modern commune: no instrument read so far says where it stands among the titles of 2021-2025.
    pub const fn rank(self) -> Option<u8> {
        match self {
            Self::Commune => Some(1),
            Self::AdvancedCommune => Some(2),
            Self::ModelCommune => Some(3),
            Self::Village | Self::ModernCommune | Self::District | Self::Province => None,
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who published a set: the provincial layer sets the levels that the national one delegates and may split indicators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// A set for the whole country.
    National,
    /// A set of the province.
    Provincial,
}

impl Layer {
    /// `national` or `provincial`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::National => "national",
            Self::Provincial => "provincial",
        }
    }
}

/// What the columns of a set's table of levels stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// One column for all units: no level names one.
    Whole,
    /// Regions of the country.
    Region,
    /// Groups of communes.
    CommuneGroup,
}

impl ColumnKind {
    /// `whole`, `region` or `commune_group`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Region => "region",
            Self::CommuneGroup => "commune_group",
        }
    }
}

/// A published version of a criteria set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriteriaSet {
    /// For example `vn-commune-2021-2025`.
    pub id: String,
    /// What is recognised under it.
    pub tier: Tier,
    /// Who published it.
    pub layer: Layer,
    /// Its title.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// The deciding instruments.
    pub instrument: String,
    /// The days on which a new assessment may choose this version; from [`kernel::OPEN_START`] where the start is not
    /// known, without an end where that is not known or not reached.
    pub validity: Period,
    /// The assessed years that it covers, both included.
    pub years: (i16, i16),
    /// Id of the national set that it details; for the provincial layer.
    pub parent: Option<String>,
    /// Id of the earlier version that it replaces.
    pub supersedes: Option<String>,
    /// What its columns stand for.
    pub column_kind: ColumnKind,
    /// Codes of the columns of which levels are known, for example `northern_midlands_mountains`, or `1`, `2`, `3` for
    /// groups of communes; none where there is one column for all.
    pub columns: Vec<String>,
    /// Number of criteria as published; known of some frames, too.
    pub criteria_count: Option<u16>,
    /// The criteria in order of number. A set without criteria is a frame: recognitions may refer to it, nothing is computed.
    pub criteria: Vec<Criterion>,
    /// What a reader must know.
    pub note: Option<String>,
    /// Where the record as a whole comes from.
    pub provenance: Provenance,
    caveats: Vec<Caveat>,
}

impl CriteriaSet {
    /// Why anything under this set is provisional: what must be obtained, and which names and levels nobody verified.
    pub fn caveats(&self) -> &[Caveat] {
        &self.caveats
    }

    /// The criterion with this number.
    pub fn criterion(&self, number: u16) -> Option<&Criterion> {
        self.criteria.iter().find(|criterion| criterion.number == number)
    }

    /// The indicator with this code, and its criterion.
    pub fn indicator(&self, code: &str) -> Option<(&Criterion, &CriterionIndicator)> {
        self.criteria.iter().find_map(|criterion| {
            Some((criterion, criterion.indicators.iter().find(|indicator| indicator.code == code)?))
        })
    }

    /// Whether only the set itself is known, not its criteria.
    pub fn is_frame(&self) -> bool {
        self.criteria.is_empty()
    }

    /// Whether results under this set may back an official recognition: every criterion is loaded with its indicators, and
    /// every name and level was verified.
    pub fn may_back_official(&self) -> bool {
        self.caveats.is_empty()
    }
}

/// A criterion (*tiêu chí*) of a set. It is named by set and number: the same number in two sets is not the same criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// Number in the set, from 1.
    pub number: u16,
    /// Its name.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// Group of criteria, for example `III`; `None` where the groups are not known.
    pub group: Option<String>,
    /// Whether it is a key criterion in the rule of revocation (Decision 18/2022/QĐ-TTg).
    pub key: bool,
    /// Its indicators in order of code.
    pub indicators: Vec<CriterionIndicator>,
    /// Where name, group and key come from.
    pub provenance: Provenance,
}

/// All published versions.
#[derive(Clone, Debug)]
pub struct CriteriaSets {
    sets: Vec<CriteriaSet>,
    by_id: HashMap<String, usize>,
    successors: HashMap<String, usize>,
}

impl CriteriaSets {
    /// All versions, national ones and the province's.
    pub fn all(&self) -> &[CriteriaSet] {
        &self.sets
    }

    /// The version with this id.
    pub fn get(&self, id: &str) -> Option<&CriteriaSet> {
        self.by_id.get(id).map(|&at| &self.sets[at])
    }

    /// The version that supersedes the one with that id, where one does.
    pub fn successor(&self, id: &str) -> Option<&CriteriaSet> {
        self.successors.get(id).map(|&at| &self.sets[at])
    }
}
