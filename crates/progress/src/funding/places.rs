//! Which areas' money counts in an area. Money belongs to one area of any map, a province, a district or a unit of commune
//! level, and counts there and in every area of every map that surely holds it: a district's money is in the district and
//! in the province, in no commune.

use kernel::{AreaKey, Date};
use poverty_view::{domain::AreaNumber, model::containers};
use reference::{Area, AreaKind, Areas};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// The areas of all maps, by what they hold.
#[derive(Debug)]
pub(crate) struct Places {
    within: FxHashMap<AreaNumber, FxHashSet<AreaNumber>>,
    land: FxHashMap<AreaNumber, BTreeSet<AreaNumber>>,
}

impl Places {
    pub(crate) fn new(areas: &Areas) -> Self {
        let mut places = Self { within: FxHashMap::default(), land: FxHashMap::default() };
        for area in all(areas) {
            let number = AreaNumber::of(&area.key);
            for container in containers(areas, &area.key) {
                places.within.entry(AreaNumber::of(&container)).or_default().insert(number);
            }
            places.land.insert(number, land(areas, area));
        }
        places
    }

    /// Whether money can belong to it.
    pub(crate) fn knows(&self, area: AreaNumber) -> bool {
        self.land.contains_key(&area)
    }

    /// The areas whose money counts in this one, itself among them.
    pub(crate) fn within(&self, area: AreaNumber) -> impl Iterator<Item = AreaNumber> {
        self.within.get(&area).into_iter().flatten().copied()
    }

    /// Areas that are not on the map, share land with this one, and whose money the map places in none of the parts; where
    /// there are no parts, not in the area itself.
    pub(crate) fn not_placed(
        &self,
        areas: &Areas,
        area: &Area,
        parts: &[&Area],
        map: Date,
    ) -> FxHashSet<AreaNumber> {
        let itself = [area];
        let placers = if parts.is_empty() { &itself } else { parts };
        let placed: FxHashSet<AreaNumber> =
            placers.iter().flat_map(|placer| self.within(AreaNumber::of(&placer.key))).collect();
        let Some(land) = self.land.get(&AreaNumber::of(&area.key)) else { return FxHashSet::default() };
        let elsewhere = self.land.iter().filter(|(other, others_land)| {
            let off_the_map = areas.get(&other.key()).is_some_and(|other| !other.in_force(map));
            off_the_map && !placed.contains(other) && !land.is_disjoint(others_land)
        });
        elsewhere.map(|(other, _)| *other).collect()
    }
}

/// Every area that money may belong to.
fn all(areas: &Areas) -> Vec<&Area> {
    let province = areas.province();
    let mut found = vec![province];
    for map in areas.geographies() {
        found.extend(areas.children(&province.key, map.period.from));
        found.extend(areas.communes(map.period.from));
    }
    found.retain(|area| area.kind != AreaKind::Village);
    found.sort_by(|a, b| a.key.cmp(&b.key));
    found.dedup_by(|a, b| a.key == b.key);
    found
}

/// The units of the earliest map that make it up.
fn land(areas: &Areas, area: &Area) -> BTreeSet<AreaNumber> {
    let of = |keys: &[AreaKey]| -> BTreeSet<AreaNumber> {
        keys.iter().filter_map(|key| areas.get(key)).flat_map(|part| land(areas, part)).collect()
    };
    if area.kind.is_commune_level() {
        let parts = areas.predecessors(&area.key);
        return if parts.is_empty() { BTreeSet::from([AreaNumber::of(&area.key)]) } else { of(parts) };
    }
    let own_map = area.valid_to.unwrap_or(Date::MAX);
    let units = match area.kind {
        AreaKind::Province => areas.communes(own_map).collect(),
        _ => areas.children(&area.key, own_map),
    };
    let units: Vec<AreaKey> = units.into_iter().map(|unit| unit.key.clone()).collect();
    of(&units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::date;
    use reference::Reference;

    fn area(reference: &Reference, key: &str) -> Area {
        reference.areas.get(&key.parse().unwrap()).unwrap().clone()
    }

    fn holds(places: &Places, outer: &str, inner: &str) -> bool {
        let number = |key: &str| AreaNumber::of(&key.parse().unwrap());
        places.within(number(outer)).any(|area| area == number(inner))
    }

    #[test]
    fn money_counts_in_its_area_and_in_what_surely_holds_it_on_any_map() {
        let reference = Reference::load(None).unwrap();
        let places = Places::new(&reference.areas);
        assert!(holds(&places, "12@0001-01-01", "12@0001-01-01"));
        assert!(holds(&places, "12@0001-01-01", "110@0001-01-01"));
        assert!(holds(&places, "110@0001-01-01", "03618@0001-01-01"));
        assert!(holds(&places, "03618@2025-07-01", "03618@0001-01-01"));
        assert!(holds(&places, "110@0001-01-01", "03618@2025-07-01"), "both its parts lay in the district");
        assert!(!holds(&places, "03618@0001-01-01", "03618@2025-07-01"));
        assert!(!holds(&places, "03618@2025-07-01", "110@0001-01-01"));
    }

    #[test]
    fn what_a_map_cannot_place_is_named() {
        let reference = Reference::load(None).unwrap();
        let places = Places::new(&reference.areas);
        let areas = &reference.areas;
        let (old, new) = (date(2025, 6, 30), date(2025, 7, 1));
        let not_placed = |key: &str, map: Date| {
            let area = area(&reference, key);
            let found = places.not_placed(areas, &area, &areas.children(&area.key, map), map);
            let mut found: Vec<_> = found.into_iter().map(|area| area.key().to_string()).collect();
            found.sort();
            found
        };
        assert_eq!(not_placed("12@0001-01-01", new).len(), 8, "the districts");
        assert_eq!(not_placed("03618@2025-07-01", new), ["110@0001-01-01"]);
        assert_eq!(not_placed("03618@0001-01-01", old), ["03618@2025-07-01"]);
        assert!(not_placed("110@0001-01-01", old).contains(&"03618@2025-07-01".to_owned()));
        assert!(
            not_placed("03451@0001-01-01", old).is_empty(),
            "a unit that went on unchanged has its later money placed"
        );
    }
}
