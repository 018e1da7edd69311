//! The rules of the handbook on administrative units, held against the embedded packs.

use kernel::{AreaCode, AreaKey, AreaType, Date, date, text};
use reference::{AreaKind, Areas, Reference, UnknownArea, areas::RegionClass};
use std::collections::{BTreeMap, BTreeSet};

const OLD: Date = date(2025, 6, 30);
const NEW: Date = date(2025, 7, 1);

fn areas() -> Areas {
    Reference::embedded().expect("the embedded packs are whole").areas
}

fn code(text: &str) -> AreaCode {
    text.parse().expect("a code")
}

fn old(text: &str) -> AreaKey {
    AreaKey::new(code(text), None)
}

fn new(text: &str) -> AreaKey {
    AreaKey::new(code(text), Some(NEW))
}

fn codes<'a>(areas: impl IntoIterator<Item = &'a reference::Area>) -> Vec<&'a str> {
    areas.into_iter().map(|area| area.key.code.as_str()).collect()
}

#[test]
fn there_are_106_units_in_8_districts_before_the_merger_and_38_after() {
    let areas = areas();
    let count = |map, kind| areas.communes(map).filter(|area| area.kind == kind).count();
    assert_eq!(areas.communes(OLD).count(), 106);
    assert_eq!(
        [AreaKind::Commune, AreaKind::Township, AreaKind::Ward].map(|kind| count(OLD, kind)),
        [94, 7, 5]
    );
    assert_eq!(areas.communes(NEW).count(), 38);
    assert_eq!(
        [AreaKind::Commune, AreaKind::Township, AreaKind::Ward].map(|kind| count(NEW, kind)),
        [36, 0, 2]
    );
    let province = &areas.province().key;
    let per_district: BTreeMap<_, _> = areas
        .children(province, OLD)
        .into_iter()
        .map(|district| (district.key.code.as_str(), areas.children(&district.key, OLD).len()))
        .collect();
    let expected = [
        ("105", 7),
        ("106", 13),
        ("107", 14),
        ("108", 22),
        ("109", 17),
        ("110", 12),
        ("111", 10),
        ("112", 11),
    ];
    assert_eq!(per_district, BTreeMap::from(expected));
    assert_eq!(areas.children(province, NEW).len(), 38);
    assert_eq!(areas.geographies().len(), 2);
    assert_eq!(areas.geography(OLD).last_day(), Some(OLD));
    assert_eq!(areas.geography(NEW).first_day(), Some(NEW));
}

#[test]
fn the_parts_of_the_38_partition_the_106() {
    let areas = areas();
    let mut parts = Vec::new();
    let mut merged = 0;
    for unit in areas.communes(NEW) {
        let predecessors = areas.predecessors(&unit.key);
        assert!(predecessors.iter().all(|part| areas.successor(part) == Some(&unit.key)));
        merged += usize::from(predecessors.len() >= 2);
        parts.extend(predecessors);
    }
    let distinct: BTreeSet<_> = parts.iter().copied().collect();
    let all: BTreeSet<_> = areas.communes(OLD).map(|unit| &unit.key).collect();
    assert_eq!((parts.len(), distinct), (106, all));
    assert_eq!(merged, 36);
}

#[test]
fn the_two_unchanged_units_have_themselves_as_only_part_and_two_versions() {
    let areas = areas();
    for unit in ["03451", "03463"] {
        assert_eq!(areas.predecessors(&new(unit)), [old(unit)]);
        assert_eq!(areas.resolve(&code(unit), OLD).unwrap().key, old(unit));
        assert_eq!(areas.resolve(&code(unit), NEW).unwrap().key, new(unit));
    }
}

#[test]
fn a_code_resolves_only_with_a_day() {
    let areas = areas();
    assert_eq!(areas.resolve(&code("03618"), OLD).unwrap().display_name(), "Xã Phúc Than");
    assert_eq!(areas.resolve(&code("03618"), NEW).unwrap().display_name(), "Xã Mường Than");
    assert!("03618".parse::<AreaKey>().is_err(), "a bare code is no key");
}

#[test]
fn a_code_that_ended_names_its_successor_and_a_code_that_never_was_is_told_apart() {
    let areas = areas();
    assert_eq!(areas.successor(&old("03619")), Some(&new("03595")));
    let Err(ended) = areas.resolve(&code("03619"), NEW) else { panic!("03619 ended with the merger") };
    assert_eq!(
        ended.to_string(),
        "area code 03619 was not in force on 2025-07-01: Xã Mường Than (… – 2025-06-30)"
    );
    let Err(UnknownArea::NoSuchCode { code: unknown }) = areas.resolve(&code("99999"), NEW) else {
        panic!("99999 never existed");
    };
    assert_eq!(unknown, code("99999"));
    assert!(matches!(areas.resolve(&code("107"), NEW), Err(UnknownArea::NotInForce { .. })));
}

#[test]
fn the_township_muong_te_went_into_bum_to_and_not_into_the_new_commune_muong_te() {
    let areas = areas();
    let bum_to = areas.get(areas.successor(&old("03433")).unwrap()).unwrap();
    assert_eq!((bum_to.display_name().as_str(), &bum_to.key), ("Xã Bum Tở", &new("03433")));
    assert_eq!(areas.predecessors(&new("03445")), [old("03445"), old("03457")]);
}

#[test]
fn every_new_code_is_an_old_code_and_17_carry_another_name() {
    let areas = areas();
    let names = |area: &reference::Area| -> BTreeSet<String> {
        std::iter::once(&area.name).chain(&area.aliases).map(|name| text::fold(name)).collect()
    };
    let renamed: Vec<_> = areas
        .communes(NEW)
        .filter(|unit| {
            let before = areas.resolve(&unit.key.code, OLD).expect("every new code is an old code");
            names(unit).is_disjoint(&names(before))
        })
        .collect();
    assert_eq!(
        codes(renamed),
        [
            "03388", "03390", "03394", "03405", "03408", "03433", "03434", "03439", "03487", "03503",
            "03508", "03529", "03532", "03538", "03562", "03618", "03640"
        ]
    );
}

#[test]
fn a_name_is_found_in_any_spelling_with_all_who_bear_it() {
    let areas = areas();
    let keys = |name: &str| -> Vec<AreaKey> {
        let found = areas.search(name).into_iter().filter(|candidate| !candidate.suggestion);
        found.map(|candidate| candidate.area.key.clone()).collect()
    };
    for name in ["Hua Bun", "Hua Bum", "hua bum", "xã HUA BUM"] {
        assert_eq!(keys(name), [old("03460"), new("03460")], "'{name}'");
    }
    assert_eq!(keys("Mường Than"), [new("03618"), old("03619")]);
    for name in ["Kan Hồ", "Can Hồ"] {
        assert!(keys(name).contains(&old("03469")), "'{name}'");
    }
    assert_eq!(keys("Pa Khoá"), keys("pa khóa"));
    assert_eq!(keys("Bản Bo"), [old("03424"), new("03424")], "a name that begins like a kind");
    assert_eq!(keys("Thị trấn Mường Tè").first(), Some(&old("03433")), "the kind that was named comes first");
    let bearers = ["107", "03433", "03445"].map(old).into_iter().chain([new("03445")]);
    assert_eq!(keys("Mường Tè").into_iter().collect::<BTreeSet<_>>(), bearers.collect());
    assert!(keys("no such place").is_empty());
}

#[test]
fn a_name_without_marks_only_suggests() {
    let areas = areas();
    let found = areas.search("muong than");
    assert!(found.iter().all(|candidate| candidate.suggestion));
    let keys: Vec<_> = found.iter().map(|candidate| candidate.area.key.clone()).collect();
    assert_eq!(keys, [new("03618"), old("03619")]);
    let context: Vec<_> = found[0].context.iter().map(|area| area.display_name()).collect();
    assert_eq!(context, ["Xã Phúc Than", "Xã Mường Mít"], "a merged unit is told by its parts");
    assert_eq!(found[1].context[0].display_name(), "Huyện Than Uyên", "an old unit is told by its district");
}

#[test]
fn six_mergers_cross_old_districts_and_two_districts_rebuild_exactly() {
    let areas = areas();
    let districts = |unit: &&reference::Area| -> usize {
        let parts = areas.predecessors(&unit.key).iter().filter_map(|part| areas.parent(part, OLD));
        parts.map(|district| &district.key).collect::<BTreeSet<_>>().len()
    };
    let crossing: Vec<_> = areas.communes(NEW).filter(|unit| districts(unit) > 1).collect();
    assert_eq!(codes(crossing), ["03388", "03394", "03408", "03460", "03487", "03503"]);
    let rebuilt = |district: &str| areas.exact_parts(&old(district), NEW).map(codes);
    assert_eq!(rebuilt("110"), Some(vec!["03595", "03618", "03637", "03640"]));
    assert_eq!(rebuilt("111"), Some(vec!["03598", "03601", "03613", "03616"]));
    for district in ["105", "106", "107", "108", "109", "112"] {
        assert_eq!(rebuilt(district), None, "{district} is no union of new units");
        assert!(
            areas.children(&old(district), NEW).is_empty() && areas.rebase(&old(district), NEW).is_none()
        );
    }
    assert_eq!(areas.exact_parts(&new("03618"), OLD).map(codes), Some(vec!["03618", "03625"]));
    assert_eq!(areas.exact_parts(&areas.province().key, NEW).map(|parts| parts.len()), Some(38));
}

#[test]
fn the_kind_of_the_unit_decides_rural_and_urban_and_flips_with_the_merger() {
    let areas = areas();
    assert_eq!(areas.area_type(&new("03388")), Some(AreaType::Urban), "new ward Đoàn Kết");
    assert_eq!(areas.area_type(&old("03391")), Some(AreaType::Rural), "old commune Lả Nhì Thàng");
    assert_eq!(areas.area_type(&old("03433")), Some(AreaType::Urban), "old township Mường Tè");
    assert_eq!(areas.area_type(&areas.province().key), None);
    let flips = |from, to| {
        let units = areas.communes(OLD).filter(|unit| unit.area_type() == Some(from));
        units
            .filter(|unit| areas.rebase(&unit.key, NEW).and_then(|next| next.area_type()) == Some(to))
            .count()
    };
    assert_eq!(flips(AreaType::Urban, AreaType::Rural), 7);
    assert_eq!(flips(AreaType::Rural, AreaType::Urban), 5);
}

#[test]
fn region_iii_holds_32_communes_and_the_class_of_six_units_is_not_known() {
    let areas = areas();
    let day = date(2026, 6, 30);
    let (known, unknown): (Vec<_>, Vec<_>) =
        areas.communes(day).partition(|unit| areas.region(&unit.key, day).unwrap().class.is_some());
    assert_eq!((known.len(), unknown.len()), (32, 6));
    for unit in known {
        assert_eq!(areas.region(&unit.key, day).unwrap().class, Some(RegionClass::III));
        assert_eq!(unit.kind, AreaKind::Commune, "no ward is in region III");
    }
    assert!(unknown.iter().all(|unit| !areas.region(&unit.key, day).unwrap().provenance.verified()));
    assert!(areas.region(&new("03618"), date(2025, 12, 31)).is_none());
}

#[test]
fn poor_districts_are_dated_and_end_with_the_districts() {
    let areas = areas();
    let on = |day| areas.poor_districts(day).iter().map(|(key, _)| key.code.as_str()).collect::<Vec<_>>();
    assert_eq!(on(date(2018, 1, 1)), ["107", "108", "109", "110", "111", "112"]);
    assert_eq!(on(date(2021, 1, 1)), ["107", "108", "109", "112"]);
    assert_eq!(on(OLD), ["107", "108", "109", "112"]);
    assert!(on(NEW).is_empty());
    assert!(areas.poor_districts(date(2018, 1, 1)).iter().all(|(_, provenance)| provenance.verified()));
    assert!(areas.poor_districts(OLD).iter().all(|(_, provenance)| !provenance.verified()));
}

#[test]
fn old_to_new_is_exact_and_new_to_old_only_for_unchanged_units() {
    let areas = areas();
    let to = |key: &AreaKey, map| areas.rebase(key, map).map(|area| area.key.clone());
    assert_eq!(to(&old("03619"), NEW), Some(new("03595")));
    assert_eq!(to(&old("03619"), OLD), Some(old("03619")));
    assert_eq!(to(&new("03595"), NEW), Some(new("03595")));
    let placed: Vec<_> = areas.communes(NEW).filter(|unit| to(&unit.key, OLD).is_some()).collect();
    assert_eq!(codes(placed), ["03451", "03463"]);
    let covered: BTreeSet<_> = areas.communes(OLD).filter_map(|unit| to(&unit.key, NEW)).collect();
    assert_eq!(covered.len(), 38);
    assert_eq!(to(&areas.province().key, NEW), Some(areas.province().key.clone()));
}

#[test]
fn a_unit_has_a_parent_only_on_its_own_map() {
    let areas = areas();
    let parent = |key: &AreaKey, map| areas.parent(key, map).map(|area| area.display_name());
    assert_eq!(parent(&old("03618"), OLD).as_deref(), Some("Huyện Than Uyên"));
    assert_eq!(parent(&new("03618"), NEW).as_deref(), Some("Tỉnh Lai Châu"));
    assert_eq!(parent(&old("03618"), NEW), None);
    assert_eq!(parent(&new("03618"), OLD), None);
    assert_eq!(parent(&old("110"), OLD).as_deref(), Some("Tỉnh Lai Châu"));
    assert_eq!(parent(&areas.province().key, NEW), None);
}

#[test]
fn figures_of_a_leaf_add_to_its_areas_on_every_map() {
    let areas = areas();
    let province = areas.province().key.clone();
    assert_eq!(
        areas.ancestors_on_every_map(&old("03618")),
        [old("03618"), old("110"), province.clone(), new("03618")]
    );
    assert_eq!(areas.ancestors_on_every_map(&new("03618")), [new("03618"), province.clone()]);
    assert_eq!(
        areas.ancestors_on_every_map(&new("03451")),
        [new("03451"), old("03451"), old("107"), province.clone()]
    );
    assert!(areas.ancestors_on_every_map(&old("99999")).is_empty());
}
