//! To which areas a figure recorded in one area adds, on every map.

use crate::domain::AreaNumber;
use kernel::AreaKey;
use reference::{Area, AreaKind, Areas};
use std::collections::{BTreeMap, HashMap};

/// For every leaf, village or unit of commune level, the areas it adds to.
#[derive(Debug)]
pub struct Placing {
    adds_to: HashMap<AreaNumber, Vec<AreaNumber>>,
    leaves: HashMap<AreaNumber, Vec<AreaNumber>>,
    unplaced: BTreeMap<AreaNumber, AreaKey>,
}

impl Placing {
    /// The placing of all areas.
    pub fn new(areas: &Areas) -> Self {
        let mut placing = Self { adds_to: HashMap::new(), leaves: HashMap::new(), unplaced: BTreeMap::new() };
        for leaf in leaves(areas) {
            let number = AreaNumber::of(&leaf.key);
            let adds_to: Vec<_> = containers(areas, &leaf.key).iter().map(AreaNumber::of).collect();
            for area in &adds_to {
                placing.leaves.entry(*area).or_default().push(number);
            }
            placing.adds_to.insert(number, adds_to);
            if is_unplaced_somewhere(areas, leaf) {
                placing.unplaced.insert(number, leaf.key.clone());
            }
        }
        for leaves in placing.leaves.values_mut() {
            leaves.sort_unstable();
        }
        placing
    }

    /// The areas to which a figure recorded in the leaf adds, itself first; `None` where it is no leaf that is known.
    pub fn adds_to(&self, leaf: AreaNumber) -> Option<&[AreaNumber]> {
        self.adds_to.get(&leaf).map(Vec::as_slice)
    }

    /// The leaves whose figures add to the area, in the order of their numbers.
    pub fn leaves(&self, area: AreaNumber) -> &[AreaNumber] {
        self.leaves.get(&area).map_or(&[], Vec::as_slice)
    }

    /// Units that some map cannot place: what is recorded in them without a village is kept apart too.
    pub fn is_unplaced_somewhere(&self, leaf: AreaNumber) -> bool {
        self.unplaced.contains_key(&leaf)
    }

    /// The units of [`Placing::is_unplaced_somewhere`].
    pub fn unplaced(&self) -> impl Iterator<Item = (AreaNumber, &AreaKey)> {
        self.unplaced.iter().map(|(number, key)| (*number, key))
    }
}

fn leaves(areas: &Areas) -> impl Iterator<Item = &Area> {
    let mut units: Vec<&Area> =
        areas.geographies().iter().flat_map(|map| areas.communes(map.period.from)).collect();
    units.sort_by(|a, b| a.key.cmp(&b.key));
    units.dedup_by(|a, b| a.key == b.key);
    units.into_iter().chain(areas.villages())
}

/// Every area of any map that surely holds what was recorded in the unit: its ancestors, and whatever holds all the units
/// it was made from. A merged unit whose parts all lay in one district is in that district on the old map, though in none
/// of its communes.
pub fn containers(areas: &Areas, key: &AreaKey) -> Vec<AreaKey> {
    let mut containers = areas.ancestors_on_every_map(key).to_vec();
    let mut parts = areas.predecessors(key).iter().map(|part| areas.ancestors_on_every_map(part));
    if let Some(first) = parts.next() {
        let mut shared: Vec<_> = first.to_vec();
        for part in parts {
            shared.retain(|area| part.contains(area));
        }
        shared.retain(|area| !containers.contains(area));
        containers.extend(shared);
    }
    containers
}

/// Whether the area on some map holds a part of the unit.
pub fn overlaps(areas: &Areas, unit: &AreaKey, area: &AreaKey) -> bool {
    let mut parts = areas.predecessors(unit).iter();
    parts.any(|part| areas.ancestors_on_every_map(part).contains(area))
}

fn is_unplaced_somewhere(areas: &Areas, leaf: &Area) -> bool {
    let maps = areas.geographies().iter();
    leaf.kind != AreaKind::Village
        && maps.map(|map| map.period.from).any(|map| areas.rebase(&leaf.key, map).is_none())
}
