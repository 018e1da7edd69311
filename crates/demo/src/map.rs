//! The real units that the synthetic province borrows from the reference packs: the province, the districts, 106 units of
//! the old map and their 38 successors.

use crate::Error;
use kernel::{AreaKey, AreaType, Date, date};
use reference::{Area, AreaKind, Areas, Reference};

/// The day from which the map of 38 communes without districts is in force.
pub(crate) const MERGER: Date = date(2025, 7, 1);

/// How a unit is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Xã.
    Rural,
    /// Thị trấn.
    Township,
    /// Phường.
    Ward,
}

/// The units of both maps.
#[derive(Clone, Debug)]
pub(crate) struct Units {
    pub(crate) province: AreaKey,
    /// By code.
    pub(crate) districts: Vec<District>,
    /// Of the old map, district by district, so that neighbours are reviewed together.
    pub(crate) units: Vec<Unit>,
    /// Of the new map, by code.
    pub(crate) successors: Vec<Successor>,
}

/// A district or the provincial city, until 2025-06-30.
#[derive(Clone, Debug)]
pub(crate) struct District {
    pub(crate) key: AreaKey,
    /// With its kind.
    pub(crate) name: String,
    /// On the list of poor districts.
    pub(crate) poor: bool,
}

/// A unit of the map since 2025-07-01.
#[derive(Clone, Debug)]
pub(crate) struct Successor {
    pub(crate) key: AreaKey,
    /// With its kind.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Indexes of the units that it was formed from.
    pub(crate) parts: Vec<u8>,
}

/// A unit of the old map.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) key: AreaKey,
    /// With its kind.
    pub(crate) name: String,
    /// Index of its district.
    pub(crate) district: u8,
    /// Its code until 2025-06-30.
    pub(crate) code: String,
    pub(crate) kind: Kind,
    pub(crate) area_type: AreaType,
    /// The code of the unit that took its place on 2025-07-01, and its index.
    pub(crate) successor: String,
    pub(crate) successor_at: u8,
    pub(crate) successor_area_type: AreaType,
    /// Added to its rank among the communes, in thousandths: those of poor districts rank higher.
    pub(crate) hardship: u32,
}

/// The units of both maps.
pub(crate) fn units(reference: &Reference) -> Result<Units, Error> {
    let areas = &reference.areas;
    let last_day = MERGER.yesterday().unwrap_or(MERGER);
    let poor_districts = areas.poor_districts(last_day);
    let province = areas.province().key.clone();
    let districts: Vec<District> = areas
        .children(&province, last_day)
        .into_iter()
        .map(|area| District {
            key: area.key.clone(),
            name: area.display_name(),
            poor: poor_districts.iter().any(|(key, _)| **key == area.key),
        })
        .collect();
    let mut successors: Vec<Successor> = areas
        .communes(MERGER)
        .map(|area| Successor {
            key: area.key.clone(),
            name: area.display_name(),
            kind: kind(area),
            parts: Vec::new(),
        })
        .collect();
    let mut units = Vec::new();
    for area in areas.communes(last_day) {
        units.push(unit(areas, area, &districts, &successors)?);
    }
    units.sort_by(|a, b| (a.district, &a.code).cmp(&(b.district, &b.code)));
    if !(1..=250).contains(&units.len()) || districts.len() > 250 {
        let (communes, districts) = (units.len(), districts.len());
        let problem = format!(
            "the map of {last_day} has {communes} communes in {districts} districts; 1 to 250 can be filled"
        );
        return Err(Error::Map(problem));
    }
    for (at, unit) in (0..).zip(&units) {
        successors[usize::from(unit.successor_at)].parts.push(at);
    }
    Ok(Units { province, districts, units, successors })
}

fn unit(areas: &Areas, area: &Area, districts: &[District], successors: &[Successor]) -> Result<Unit, Error> {
    let last_day = MERGER.yesterday().unwrap_or(MERGER);
    let district = areas
        .parent(&area.key, last_day)
        .and_then(|parent| Some((districts.iter().position(|district| district.key == parent.key)?, parent)));
    let (district, district_area) = district.ok_or_else(|| no_unit(&area.key, "no district"))?;
    let hardship = match district_area.kind {
        AreaKind::ProvincialCity => 0,
        _ if districts[district].poor => 800,
        _ => 350,
    };
    let successor = areas
        .successor(&area.key)
        .and_then(|key| areas.get(key))
        .ok_or_else(|| no_unit(&area.key, "no successor"))?;
    let successor_at = successors
        .iter()
        .position(|other| other.key == successor.key)
        .ok_or_else(|| no_unit(&area.key, "a successor that is on no map"))?;
    Ok(Unit {
        key: area.key.clone(),
        name: area.display_name(),
        // Invariant: the caller refuses more districts or communes than eight bits can number.
        district: district as u8,
        code: area.key.code.to_string(),
        kind: kind(area),
        area_type: area.area_type().ok_or_else(|| no_unit(&area.key, "no area type"))?,
        successor: successor.key.code.to_string(),
        successor_at: successor_at as u8,
        successor_area_type: successor.area_type().ok_or_else(|| no_unit(&successor.key, "no area type"))?,
        hardship,
    })
}

const fn kind(area: &Area) -> Kind {
    match area.kind {
        AreaKind::Ward => Kind::Ward,
        AreaKind::Township => Kind::Township,
        _ => Kind::Rural,
    }
}

fn no_unit(key: &AreaKey, what: &str) -> Error {
    Error::Map(format!("area {key} has {what}"))
}
