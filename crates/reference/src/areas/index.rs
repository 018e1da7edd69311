//! Areas as nodes of a graph, with every answer that a reader asks for computed once.

use super::unit::{Area, AreaKind, Geography};
use crate::packs::{Packs, Sourced};
use kernel::{AreaCode, AreaKey, text};
use std::collections::{BTreeSet, HashMap};

/// Position of an area in the index.
pub(super) type Node = usize;

/// Position of a map among the geographies.
type Map = usize;

/// Invariant: every vector below is as long as `areas`, and every node in it is one of `areas`.
#[derive(Clone, Debug)]
pub(super) struct AreaIndex {
    areas: Vec<Area>,
    by_key: HashMap<AreaKey, Node>,
    by_code: HashMap<AreaCode, Vec<Node>>,
    province: Node,
    successor: Vec<Option<Node>>,
    predecessors: Vec<Vec<Node>>,
    ancestors: Vec<Vec<AreaKey>>,
    maps: Vec<MapIndex>,
}

/// The areas on one map.
#[derive(Clone, Debug)]
struct MapIndex {
    on_map: Vec<bool>,
    rebased: Vec<Option<Node>>,
    parent: Vec<Option<Node>>,
    children: Vec<Vec<Node>>,
    communes: Vec<Node>,
}

impl AreaIndex {
    /// `None` without a province.
    pub(super) fn build(
        packs: &Packs,
        geographies: &[Geography],
        made_from: &HashMap<AreaKey, Vec<AreaKey>>,
    ) -> Option<Self> {
        let (areas, parent_keys) = areas_by_key(packs);
        let by_key: HashMap<_, _> =
            areas.iter().enumerate().map(|(node, area)| (area.key.clone(), node)).collect();
        let mut by_code: HashMap<_, Vec<_>> = HashMap::new();
        for (node, area) in areas.iter().enumerate() {
            by_code.entry(area.key.code.clone()).or_default().push(node);
        }
        let province = areas.iter().position(|area| area.kind == AreaKind::Province)?;
        let mut successor = vec![None; areas.len()];
        let mut predecessors = vec![Vec::new(); areas.len()];
        for (into, parts) in made_from {
            let Some(&into) = by_key.get(into) else { continue };
            predecessors[into] = parts.iter().filter_map(|key| by_key.get(key).copied()).collect();
            for &part in &predecessors[into] {
                successor[part] = Some(into);
            }
        }
        let recorded_parent: Vec<Option<Node>> =
            parent_keys.iter().map(|key| key.as_ref().and_then(|key| by_key.get(key).copied())).collect();
        let mut index = Self {
            ancestors: vec![Vec::new(); areas.len()],
            areas,
            by_key,
            by_code,
            province,
            successor,
            predecessors,
            maps: Vec::new(),
        };
        for geography in geographies {
            let map = index.build_map(geography, &recorded_parent);
            index.maps.push(map);
        }
        index.ancestors = (0..index.areas.len()).map(|node| index.find_ancestors(node)).collect();
        Some(index)
    }

    pub(super) fn areas(&self) -> &[Area] {
        &self.areas
    }

    pub(super) fn area(&self, node: Node) -> &Area {
        &self.areas[node]
    }

    pub(super) fn find(&self, key: &AreaKey) -> Option<Node> {
        self.by_key.get(key).copied()
    }

    /// The earliest first.
    pub(super) fn versions(&self, code: &AreaCode) -> &[Node] {
        self.by_code.get(code).map_or(&[], Vec::as_slice)
    }

    pub(super) fn province(&self) -> Node {
        self.province
    }

    pub(super) fn parent(&self, node: Node, map: Map) -> Option<Node> {
        self.maps[map].parent[node]
    }

    pub(super) fn children(&self, node: Node, map: Map) -> &[Node] {
        &self.maps[map].children[node]
    }

    pub(super) fn communes(&self, map: Map) -> &[Node] {
        &self.maps[map].communes
    }

    pub(super) fn rebase(&self, node: Node, map: Map) -> Option<Node> {
        self.maps[map].rebased[node]
    }

    pub(super) fn ancestors(&self, node: Node) -> &[AreaKey] {
        &self.ancestors[node]
    }

    pub(super) fn successor(&self, node: Node) -> Option<Node> {
        self.successor[node]
    }

    /// Walks map by map. Backwards a merger falls into its parts, exactly; forwards a set of units is a set of later
    /// units only if it holds all parts of each.
    pub(super) fn exact_parts(&self, node: Node, map: Map) -> Option<Vec<Node>> {
        let (mut at, mut units) = self.units_on_own_map(node, map)?;
        while at != map {
            let mut next = BTreeSet::new();
            for &unit in &units {
                if at > map {
                    next.extend(self.predecessors[unit].iter().copied());
                } else {
                    let later = self.successor[unit]?;
                    if !self.predecessors[later].iter().all(|part| units.contains(part)) {
                        return None;
                    }
                    next.insert(later);
                }
            }
            units = next;
            at = if at > map { at - 1 } else { at + 1 };
        }
        (!units.is_empty()).then(|| units.into_iter().collect())
    }

    /// The commune-level units of the area, on the map where it stands that is nearest to `map`.
    fn units_on_own_map(&self, node: Node, map: Map) -> Option<(Map, BTreeSet<Node>)> {
        let own = (0..self.maps.len())
            .filter(|&own| self.maps[own].on_map[node])
            .min_by_key(|own| own.abs_diff(map))?;
        let kind = self.areas[node].kind;
        let index = &self.maps[own];
        let units = match kind {
            AreaKind::Village => return None,
            AreaKind::Province => index.communes.iter().copied().collect(),
            _ if kind.is_commune_level() => BTreeSet::from([node]),
            _ => index.children[node].iter().copied().collect(),
        };
        Some((own, units))
    }

    fn build_map(&self, geography: &Geography, recorded_parent: &[Option<Node>]) -> MapIndex {
        let nodes = 0..self.areas.len();
        // The check holds every unit above the village to whole maps, so one day of the map speaks for all.
        let on_map: Vec<bool> = self.areas.iter().map(|area| area.in_force(geography.period.from)).collect();
        let rebased: Vec<_> = nodes.clone().map(|node| self.find_on_map(node, &on_map, geography)).collect();
        let parent: Vec<_> = nodes
            .clone()
            .map(|node| match self.areas[node].kind {
                AreaKind::Village => rebased[recorded_parent[node]?],
                _ if on_map[node] => recorded_parent[node],
                _ => None,
            })
            .collect();
        let mut children = vec![Vec::new(); self.areas.len()];
        for node in nodes.clone() {
            if let Some(parent) = parent[node] {
                children[parent].push(node);
            }
        }
        let communes =
            nodes.filter(|&node| on_map[node] && self.areas[node].kind.is_commune_level()).collect();
        MapIndex { on_map, rebased, parent, children, communes }
    }

    fn find_on_map(&self, node: Node, on_map: &[bool], geography: &Geography) -> Option<Node> {
        let area = &self.areas[node];
        if on_map[node] || area.kind == AreaKind::Village {
            return Some(node);
        }
        let earlier = area.valid_to.is_some_and(|last| last < geography.period.from);
        let next = if earlier {
            self.successor[node]?
        } else {
            match self.predecessors[node].as_slice() {
                [only] => *only,
                _ => return None,
            }
        };
        self.find_on_map(next, on_map, geography)
    }

    fn find_ancestors(&self, node: Node) -> Vec<AreaKey> {
        let mut found = vec![node];
        for map in &self.maps {
            let mut next = map.rebased[node];
            while let Some(area) = next {
                if !found.contains(&area) {
                    found.push(area);
                }
                next = map.parent[area];
            }
        }
        if !found.contains(&self.province) {
            found.push(self.province);
        }
        found.into_iter().map(|node| self.areas[node].key.clone()).collect()
    }
}

/// All areas in the order of their keys, each with the key of the area it was recorded under.
fn areas_by_key(packs: &Packs) -> (Vec<Area>, Vec<Option<AreaKey>>) {
    let aliases = |aliases: &[String]| aliases.iter().map(|alias| text::normalize(alias)).collect();
    let units = packs.areas.values().map(|record| {
        let area = Area {
            key: record.area_key(),
            valid_to: record.valid_to,
            kind: record.kind,
            name: text::normalize(&record.name),
            aliases: aliases(&record.aliases),
            provenance: record.provenance(),
        };
        (area, record.parent.clone())
    });
    let villages = packs.villages.values().map(|record| {
        let area = Area {
            key: record.area_key(),
            valid_to: None,
            kind: AreaKind::Village,
            name: text::normalize(&record.name),
            aliases: aliases(&record.aliases),
            provenance: record.provenance(),
        };
        (area, Some(record.commune.clone()))
    });
    let mut areas: Vec<_> = units.chain(villages).collect();
    areas.sort_by(|(a, _), (b, _)| a.key.cmp(&b.key));
    areas.into_iter().unzip()
}
