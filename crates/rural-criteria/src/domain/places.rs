//! Which units a set, a title or a list can concern, and whether a unit existed on the day.

use super::Rejection;
use events::rural::{ListKind, TitleTier};
use kernel::{AreaKey, Date};
use reference::{
    Area, AreaKind, Areas,
    areas::{AreaVersion, AreaVersions},
    criteria::{CriteriaSet, Tier},
};

/// Kinds of areas that something can concern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kinds {
    /// *Xã*
    Communes,
    /// *Xã, phường, thị trấn*
    CommuneLevel,
    /// *Thôn, bản*
    Villages,
    /// *Huyện, thành phố thuộc tỉnh*
    Districts,
    /// *Tỉnh*
    Province,
    /// Everything above the village.
    AboveVillages,
}

impl Kinds {
    /// The units that may report under a set: under the province's also those whose figures it adds up.
    pub(super) const fn that_observe(set: &CriteriaSet) -> Self {
        match set.tier {
            Tier::Village => Self::Villages,
            Tier::Commune | Tier::AdvancedCommune | Tier::ModelCommune | Tier::ModernCommune => {
                Self::CommuneLevel
            }
            Tier::District => Self::Districts,
            Tier::Province => Self::AboveVillages,
        }
    }

    /// The units that are held against a set.
    pub(super) const fn assessed_under(set: &CriteriaSet) -> Self {
        match set.tier {
            Tier::Village => Self::Villages,
            Tier::Commune | Tier::AdvancedCommune | Tier::ModelCommune | Tier::ModernCommune => {
                Self::Communes
            }
            Tier::District => Self::Districts,
            Tier::Province => Self::Province,
        }
    }

    /// The units that can hold a title.
    pub(super) const fn holding(tier: TitleTier) -> Self {
        match tier {
            TitleTier::Village => Self::Villages,
            TitleTier::Commune | TitleTier::AdvancedCommune | TitleTier::ModelCommune => Self::Communes,
            TitleTier::District => Self::Districts,
        }
    }

    /// The units that a list can contain.
    pub(super) const fn on(list: ListKind) -> Self {
        match list {
            ListKind::Region => Self::CommuneLevel,
            ListKind::PoorDistrict => Self::Districts,
        }
    }

    const fn include(self, kind: AreaKind) -> bool {
        match self {
            Self::Communes => matches!(kind, AreaKind::Commune),
            Self::CommuneLevel => kind.is_commune_level(),
            Self::Villages => matches!(kind, AreaKind::Village),
            Self::Districts => kind.is_district_level(),
            Self::Province => matches!(kind, AreaKind::Province),
            Self::AboveVillages => !matches!(kind, AreaKind::Village),
        }
    }

    /// The kinds in Vietnamese, as refusals name them.
    pub const fn named(self) -> &'static str {
        match self {
            Self::Communes => "xã",
            Self::CommuneLevel => "xã, phường, thị trấn",
            Self::Villages => "thôn, bản",
            Self::Districts => "huyện, thành phố thuộc tỉnh",
            Self::Province => "tỉnh",
            Self::AboveVillages => "tỉnh, huyện, xã, phường, thị trấn",
        }
    }
}

/// The unit, which must be of these kinds and in force on the day.
pub(super) fn unit<'a>(
    areas: &'a Areas,
    key: &AreaKey,
    kinds: Kinds,
    day: Date,
) -> Result<&'a Area, Rejection> {
    let area = areas.get(key).ok_or_else(|| Rejection::UnknownArea(key.clone()))?;
    if !kinds.include(area.kind) {
        return Err(Rejection::AreaKind { area: named(area), expected: kinds });
    }
    if area.in_force(day) {
        return Ok(area);
    }
    let on_the_day = areas.resolve(&key.code, day).ok();
    let versions = [Some(area), on_the_day].into_iter().flatten().map(version).collect();
    Err(Rejection::AreaNotInForce { area: key.code.to_string(), day, versions: AreaVersions(versions) })
}

/// `03618 Xã Mường Than`
pub(super) fn named(area: &Area) -> String {
    format!("{} {}", area.key.code, area.display_name())
}

fn version(area: &Area) -> AreaVersion {
    AreaVersion {
        key: area.key.clone(),
        display_name: area.display_name(),
        valid_from: area.valid_from(),
        valid_to: area.valid_to,
    }
}
