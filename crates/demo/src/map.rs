//! The real units that the synthetic province borrows from the reference packs: 106 of the old map and their successors.

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

/// A unit of the old map.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) key: AreaKey,
    /// Its code until 2025-06-30.
    pub(crate) code: String,
    pub(crate) kind: Kind,
    pub(crate) area_type: AreaType,
    /// The code of the unit that took its place on 2025-07-01.
    pub(crate) successor: String,
    pub(crate) successor_area_type: AreaType,
    /// Added to its rank among the communes, in thousandths: those of poor districts rank higher.
    pub(crate) hardship: u32,
}

/// All units of the old map, district by district, so that neighbours are reviewed together.
pub(crate) fn units(reference: &Reference) -> Result<Vec<Unit>, Error> {
    let areas = &reference.areas;
    let last_day = MERGER.yesterday().unwrap_or(MERGER);
    let poor_districts = areas.poor_districts(last_day);
    let mut placed = Vec::new();
    for area in areas.communes(last_day) {
        let district = areas.parent(&area.key, last_day).ok_or_else(|| no_unit(&area.key, "no district"))?;
        let poor = poor_districts.iter().any(|(key, _)| **key == district.key);
        let hardship = match district.kind {
            AreaKind::ProvincialCity => 0,
            _ if poor => 800,
            _ => 350,
        };
        placed.push((district.key.clone(), unit(areas, area, hardship)?));
    }
    placed.sort_by(|a, b| (&a.0, &a.1.code).cmp(&(&b.0, &b.1.code)));
    match placed.len() {
        1..=250 => Ok(placed.into_iter().map(|(_, unit)| unit).collect()),
        count => {
            Err(Error::Map(format!("the map of {last_day} has {count} communes; 1 to 250 can be filled")))
        }
    }
}

fn unit(areas: &Areas, area: &Area, hardship: u32) -> Result<Unit, Error> {
    let successor = areas
        .successor(&area.key)
        .and_then(|key| areas.get(key))
        .ok_or_else(|| no_unit(&area.key, "no successor"))?;
    let kind = match area.kind {
        AreaKind::Ward => Kind::Ward,
        AreaKind::Township => Kind::Township,
        _ => Kind::Rural,
    };
    Ok(Unit {
        key: area.key.clone(),
        code: area.key.code.to_string(),
        kind,
        area_type: area.area_type().ok_or_else(|| no_unit(&area.key, "no area type"))?,
        successor: successor.key.code.to_string(),
        successor_area_type: successor.area_type().ok_or_else(|| no_unit(&successor.key, "no area type"))?,
        hardship,
    })
}

fn no_unit(key: &AreaKey, what: &str) -> Error {
    Error::Map(format!("area {key} has {what}"))
}
