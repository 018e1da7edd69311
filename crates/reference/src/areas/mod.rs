//! Areas of the province with their lineage. An area is one version of a unit: a code and its first day. Three rules
//! hold everywhere: a code resolves only together with a day, figures go from an old map to a new one exactly, and from a
//! new one to an old one only where a record carries the village or the unit did not change.

mod index;
mod search;
mod unit;

pub use search::Candidate;
pub use unit::{Area, AreaKind, Geography, LineageKind, PoorDistrict, RegionClass, RegionFact};

use crate::provenance::Provenance;
use index::AreaIndex;
use kernel::{AreaCode, AreaKey, AreaType, Date};
use search::NameIndex;
use std::{collections::HashMap, fmt};

/// All areas of the province, above the village on every map, and the villages that an operator's folder adds.
#[derive(Clone, Debug)]
pub struct Areas {
    index: AreaIndex,
    names: NameIndex,
    geographies: Vec<Geography>,
    predecessors: HashMap<AreaKey, Vec<AreaKey>>,
    regions: HashMap<AreaKey, Vec<RegionFact>>,
    poor_districts: Vec<PoorDistrict>,
}

/// One version of a code, as an error names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaVersion {
    /// Its identity.
    pub key: AreaKey,
    /// Name with its kind, for example `Xã Mường Than`.
    pub display_name: String,
    /// First day; `None` where it is not known.
    pub valid_from: Option<Date>,
    /// Last day; `None` while the unit is in force.
    pub valid_to: Option<Date>,
}

impl AreaVersion {
    fn of(area: &Area) -> Self {
        Self {
            key: area.key.clone(),
            display_name: area.display_name(),
            valid_from: area.valid_from(),
            valid_to: area.valid_to,
        }
    }
}

/// `Xã Phúc Than (… – 2025-06-30)`, `Xã Mường Than (2025-07-01 – …)`: the same in every language.
impl fmt::Display for AreaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |day: Option<Date>| day.map_or_else(|| "…".to_owned(), |day| day.to_string());
        write!(f, "{} ({} – {})", self.display_name, day(self.valid_from), day(self.valid_to))
    }
}

/// Every version of a code, the earliest first; shown with commas between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaVersions(pub Vec<AreaVersion>);

impl fmt::Display for AreaVersions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, version) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{version}")?;
        }
        Ok(())
    }
}

/// Why a code names no area on a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownArea {
    /// No version of the code is known.
    #[error("no area of the province ever bore the code {code}")]
    NoSuchCode {
        /// What was asked for.
        code: AreaCode,
    },
    /// The code was borne on other days only.
    #[error("area code {code} was not in force on {day}: {versions}")]
    NotInForce {
        /// What was asked for.
        code: AreaCode,
        /// The day.
        day: Date,
        /// What the code named, and when.
        versions: AreaVersions,
    },
}

impl Areas {
    /// The area with this key.
    pub fn get(&self, key: &AreaKey) -> Option<&Area> {
        self.index.find(key).map(|node| self.index.area(node))
    }

    /// The area that bore the code on that day.
    pub fn resolve(&self, code: &AreaCode, day: Date) -> Result<&Area, UnknownArea> {
        let versions = self.index.versions(code);
        if versions.is_empty() {
            return Err(UnknownArea::NoSuchCode { code: code.clone() });
        }
        let areas = versions.iter().map(|&node| self.index.area(node));
        areas.clone().find(|area| area.in_force(day)).ok_or_else(|| UnknownArea::NotInForce {
            code: code.clone(),
            day,
            versions: AreaVersions(areas.map(AreaVersion::of).collect()),
        })
    }

    /// The province.
    pub fn province(&self) -> &Area {
        self.index.area(self.index.province())
    }

    /// The area that this one is a part of on the map of that day: for a village its commune on that map, for a commune
    /// its district until 2025-06-30 and the province since. `None` for the province, for a unit that is not on the map,
    /// and for a village whose commune on that map is not known.
    pub fn parent(&self, key: &AreaKey, map: Date) -> Option<&Area> {
        let node = self.index.find(key)?;
        self.index.parent(node, self.map(map)).map(|parent| self.index.area(parent))
    }

    /// The parts of the area on the map of that day, by code; empty for a unit that is not on the map.
    pub fn children(&self, key: &AreaKey, map: Date) -> Vec<&Area> {
        let Some(node) = self.index.find(key) else { return Vec::new() };
        self.index.children(node, self.map(map)).iter().map(|&child| self.index.area(child)).collect()
    }

    /// The communes, wards and townships on the map of that day, by code.
    pub fn communes(&self, map: Date) -> impl Iterator<Item = &Area> {
        self.index.communes(self.map(map)).iter().map(|&node| self.index.area(node))
    }

    /// The villages, by code; none but an operator's.
    pub fn villages(&self) -> impl Iterator<Item = &Area> {
        self.index.areas().iter().filter(|area| area.kind == AreaKind::Village)
    }

    /// Where the area's records stand on the map of that day. A unit on that map is itself; an older unit is its
    /// successor, exactly; a newer one is what it was made from only if that is one unit, and `None` otherwise, for
    /// nothing is shared out. Villages and the province stay themselves; a district is on its own map only.
    pub fn rebase(&self, key: &AreaKey, map: Date) -> Option<&Area> {
        let node = self.index.find(key)?;
        self.index.rebase(node, self.map(map)).map(|found| self.index.area(found))
    }

    /// Communes of the map of that day that make up exactly the land of the area: the parts of a merged unit on the old
    /// map, the four new communes of old Than Uyên district on the new one. `None` where no set of them does.
    pub fn exact_parts(&self, key: &AreaKey, map: Date) -> Option<Vec<&Area>> {
        let node = self.index.find(key)?;
        let parts = self.index.exact_parts(node, self.map(map))?;
        Some(parts.into_iter().map(|part| self.index.area(part)).collect())
    }

    /// Every area of any map to which figures recorded in this one add: the area itself first, then map by map its
    /// commune, district and province. A unit of a later map that was merged from several has no commune or district on
    /// the earlier map; with the village they are known. Empty for an unknown key.
    pub fn ancestors_on_every_map(&self, key: &AreaKey) -> &[AreaKey] {
        self.index.find(key).map_or(&[], |node| self.index.ancestors(node))
    }

    /// The unit that took this one's place.
    pub fn successor(&self, key: &AreaKey) -> Option<&AreaKey> {
        let node = self.index.find(key)?;
        self.index.successor(node).map(|found| &self.index.area(found).key)
    }

    /// The units this one was made from, by code.
    pub fn predecessors(&self, key: &AreaKey) -> &[AreaKey] {
        self.predecessors.get(key).map_or(&[], Vec::as_slice)
    }

    /// Every area that bears the name, with or without its kind, in any letter case, composition and tone placement;
    /// aliases count. Names that agree only without tone marks come last, as suggestions.
    pub fn search(&self, name: &str) -> Vec<Candidate<'_>> {
        let mut found = self.names.search(&self.index, name);
        for candidate in &mut found {
            candidate.context = self.context(candidate.area);
        }
        found
    }

    /// Rural or urban: communes are rural, wards and townships urban. `None` for other areas.
    pub fn area_type(&self, key: &AreaKey) -> Option<AreaType> {
        self.get(key)?.area_type()
    }

    /// The maps, the earliest first. Together they cover every day.
    pub fn geographies(&self) -> &[Geography] {
        &self.geographies
    }

    /// The map in force on that day.
    pub fn geography(&self, day: Date) -> &Geography {
        &self.geographies[self.map(day)]
    }

    /// The districts on the list of poor districts on that day. None after 2025-06-30: the units are gone.
    pub fn poor_districts(&self, day: Date) -> Vec<(&AreaKey, &Provenance)> {
        let listed = self.poor_districts.iter().filter(|fact| fact.period.contains(day));
        listed.map(|fact| (&fact.area, &fact.provenance)).collect()
    }

    /// Region class of the unit on that day. `None` where nothing is recorded; a fact without a class says that the
    /// class is not known, which is never "region I".
    pub fn region(&self, key: &AreaKey, day: Date) -> Option<&RegionFact> {
        self.regions.get(key)?.iter().find(|fact| fact.period.contains(day))
    }

    fn map(&self, day: Date) -> usize {
        let after = self.geographies.partition_point(|geography| geography.period.from <= day);
        after.saturating_sub(1)
    }

    /// What tells candidates of one name apart: the district or commune, or the parts of a merged unit.
    fn context(&self, area: &Area) -> Vec<&Area> {
        let predecessors = self.predecessors(&area.key);
        if predecessors.is_empty() {
            let own_map = area.valid_to.unwrap_or(Date::MAX);
            return self.parent(&area.key, own_map).into_iter().collect();
        }
        predecessors.iter().filter_map(|part| self.get(part)).collect()
    }

    /// Builds from packs that passed the check; `None` without a province or a map, which the check reports.
    pub(crate) fn from_packs(packs: &crate::packs::Packs) -> Option<Self> {
        let geographies = unit::geographies(packs);
        let predecessors = unit::predecessors(packs);
        let index = AreaIndex::build(packs, &geographies, &predecessors)?;
        let names = NameIndex::build(index.areas());
        let (regions, poor_districts) = (unit::regions(packs), unit::poor_districts(packs));
        Some(Self { index, names, geographies, predecessors, regions, poor_districts })
    }
}
