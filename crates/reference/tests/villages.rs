//! Villages, which an operator's folder adds: they keep their identity when their commune merges.

mod folder;

use folder::{Folder, pack};
use kernel::{AreaKey, Date, date};
use proptest::prelude::*;
use reference::Reference;
use std::{collections::BTreeMap, sync::LazyLock};

const OLD: Date = date(2025, 6, 30);
const NEW: Date = date(2025, 7, 1);

fn key(text: &str) -> AreaKey {
    text.parse().expect("a key")
}

fn with_three_villages() -> Reference {
    let folder = Folder::new();
    folder.add(
        "villages.json",
        &pack(
            "villages",
            r#"{"code": "03625-001", "name": "Bản Một", "commune": "03625@0001-01-01", "source": "synthetic", "mark": "unverified"},
               {"code": "03618-002", "name": "Bản Hai", "commune": "03618@2025-07-01", "source": "synthetic", "mark": "unverified"},
               {"code": "03451-003", "name": "Bản Ba", "commune": "03451@2025-07-01", "source": "synthetic", "mark": "unverified"}"#,
        ),
    );
    Reference::load(Some(folder.path())).expect("three villages")
}

#[test]
fn a_village_lies_in_the_successor_of_its_commune_on_a_later_map() {
    let areas = with_three_villages().areas;
    let village = key("03625-001@0001-01-01");
    let parent = |village: &AreaKey, map| areas.parent(village, map).map(|area| area.display_name());
    assert_eq!(parent(&village, OLD).as_deref(), Some("Xã Mường Mít"));
    assert_eq!(parent(&village, NEW).as_deref(), Some("Xã Mường Than"));
    assert_eq!(areas.rebase(&village, NEW).map(|area| &area.key), Some(&village));
    assert_eq!(
        areas.ancestors_on_every_map(&village),
        [
            &village,
            &key("03625@0001-01-01"),
            &key("110@0001-01-01"),
            &key("12@0001-01-01"),
            &key("03618@2025-07-01")
        ]
        .map(Clone::clone)
    );
    let children: Vec<_> = areas.children(&key("03618@2025-07-01"), NEW);
    assert_eq!(children.iter().map(|area| area.name.as_str()).collect::<Vec<_>>(), ["Bản Hai", "Bản Một"]);
}

#[test]
fn a_village_first_recorded_in_a_merged_commune_has_no_place_on_the_earlier_map() {
    let areas = with_three_villages().areas;
    assert_eq!(areas.parent(&key("03618-002@0001-01-01"), OLD), None);
    let unchanged = areas.parent(&key("03451-003@0001-01-01"), OLD).unwrap();
    assert_eq!(unchanged.key, key("03451@0001-01-01"), "an unchanged commune is known on both maps");
}

#[test]
fn a_village_is_found_by_its_bare_name_with_its_commune() {
    let areas = with_three_villages().areas;
    for name in ["Bản Một", "một", "thôn Một"] {
        let found = areas.search(name);
        assert_eq!(found.len(), 1, "'{name}'");
        assert_eq!(found[0].context[0].display_name(), "Xã Mường Than");
    }
}

static EMBEDDED: LazyLock<Reference> =
    LazyLock::new(|| Reference::embedded().expect("the embedded packs are whole"));

proptest! {
    /// Whatever is recorded in the old communes, each map's communes hold all of it and the province the same.
    #[test]
    fn totals_are_conserved_across_the_merger(households in prop::collection::vec(0_i64..10_000, 106)) {
        let areas = &EMBEDDED.areas;
        let mut by_area: BTreeMap<AreaKey, i64> = BTreeMap::new();
        for (unit, count) in areas.communes(OLD).zip(&households) {
            for area in areas.ancestors_on_every_map(&unit.key) {
                *by_area.entry(area.clone()).or_default() += count;
            }
        }
        let total: i64 = households.iter().sum();
        let on_map = |map| areas.communes(map).map(|unit| by_area.get(&unit.key).copied().unwrap_or(0)).sum::<i64>();
        prop_assert_eq!(on_map(OLD), total);
        prop_assert_eq!(on_map(NEW), total);
        prop_assert_eq!(by_area[&areas.province().key], total);
    }
}
