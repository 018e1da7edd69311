//! Criteria sets: levels are exact, what is not configured has no level, frames compute nothing, versions have a lineage.

mod folder;

use folder::{Folder, pack};
use kernel::{Ratio, date};
use reference::{
    Bound, CriteriaSet, Derivation, IndicatorTest, Layer, Level, Levels, Mark, Reference, SetBy, Tier,
};

const COMMUNE: &str = "vn-commune-2021-2025";
const REGION: Option<&str> = Some("northern_midlands_mountains");

fn embedded() -> Reference {
    Reference::embedded().expect("the embedded packs are whole")
}

fn with(folder: &Folder) -> Reference {
    Reference::load(Some(folder.path())).expect("the folder's packs are right")
}

fn ratio(numerator: i64, denominator: i64) -> Ratio {
    Ratio::new(numerator, denominator).expect("a fraction")
}

/// Bound and levels of a share or value.
fn levels<'a>(set: &'a CriteriaSet, code: &str) -> (Bound, &'a Levels) {
    match &set.indicator(code).expect("an indicator of the set").1.test {
        IndicatorTest::Share(bound, levels) | IndicatorTest::Value(bound, levels) => (*bound, levels),
        other => panic!("{code} is neither a share nor a value: {other:?}"),
    }
}

fn level(set: &CriteriaSet, code: &str, year: i16) -> Option<Ratio> {
    levels(set, code).1.level(REGION, year).map(|level| level.value)
}

#[test]
fn the_commune_set_has_19_criteria_and_57_indicators_all_of_them_provisional() {
    let reference = embedded();
    let set = reference.criteria.get(COMMUNE).unwrap();
    assert_eq!((set.tier, set.layer, set.years), (Tier::Commune, Layer::National, (2021, 2025)));
    assert_eq!(
        set.criteria.iter().map(|criterion| criterion.number).collect::<Vec<_>>(),
        (1..=19).collect::<Vec<_>>()
    );
    let counts: Vec<_> = set.criteria.iter().map(|criterion| criterion.indicators.len()).collect();
    assert_eq!(counts, [2, 4, 2, 2, 1, 3, 1, 4, 2, 1, 1, 2, 5, 2, 4, 1, 12, 6, 2]);
    let key: Vec<_> = set.criteria.iter().filter(|criterion| criterion.key).map(|it| it.number).collect();
    assert_eq!(key, [10, 17, 19]);
    let groups: Vec<_> =
        [1, 2, 9, 10, 13, 14, 17, 18, 19].map(|number| set.criterion(number).unwrap().group.clone()).into();
    assert_eq!(
        groups.iter().flatten().collect::<Vec<_>>(),
        ["I", "II", "II", "III", "III", "IV", "IV", "V", "V"]
    );
    let codes: Vec<_> = set.criterion(17).unwrap().indicators.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes[8..], ["17.9", "17.10", "17.11", "17.12"], "in the order of their numbers");
    let indicators: Vec<_> = set.criteria.iter().flat_map(|criterion| &criterion.indicators).collect();
    assert!(indicators.iter().all(|indicator| indicator.provenance.mark == Mark::Unverified));
    let levels: Vec<&Level> = indicators.iter().flat_map(|it| it.levels()).flat_map(Levels::all).collect();
    assert_eq!(levels.len(), 29);
    assert!(levels.iter().all(|level| level.provenance.mark == Mark::Unverified));
    let caveats: Vec<_> = set.caveats().iter().map(|caveat| caveat.en.as_str()).collect();
    assert!(
        caveats[1].ends_with("names and tests of indicators of criteria 1-19 are not verified"),
        "{caveats:?}"
    );
    assert!(
        caveats[2].ends_with("levels of indicators of criteria 3-6, 9-12, 14-15, 17-18 are not verified")
    );
    assert!(!set.may_back_official());
}

#[test]
fn levels_are_exact() {
    let reference = embedded();
    let set = reference.criteria.get(COMMUNE).unwrap();
    let (bound, irrigated) = levels(set, "3.1");
    let value = irrigated.level(REGION, 2023).unwrap().value;
    assert_eq!((bound, value.numerator(), value.denominator()), (Bound::AtLeast, 80, 100));
    assert_eq!(levels(set, "11").0, Bound::AtMost);
    assert_eq!(level(set, "11", 2025), Some(ratio(13, 100)));
    let incomes: Vec<_> = (2020..=2026).map(|year| level(set, "10", year)).collect();
    let million = |number: i64| Some(Ratio::whole(number * 1_000_000));
    assert_eq!(incomes, [None, million(36), million(39), million(42), million(45), million(48), None]);
    assert_eq!(set.indicator("10").unwrap().1.unit, "đồng/người/năm");
    let IndicatorTest::Pair(parts) = &set.indicator("17.1").unwrap().1.test else { panic!("a pair") };
    let parts: Vec<_> = parts
        .iter()
        .map(|part| {
            (part.part.as_str(), part.bound, part.levels.level(REGION, 2022).map(|level| level.value))
        })
        .collect();
    let expected = [("total", 30), ("centralised", 10)];
    assert_eq!(parts, expected.map(|(part, level)| (part, Bound::AtLeast, Some(ratio(level, 100)))));
}

#[test]
fn a_level_is_compared_without_rounding() {
    let reference = embedded();
    let set = reference.criteria.get(COMMUNE).unwrap();
    let met = |code: &str, numerator, denominator, year| {
        levels(set, code).0.holds(ratio(numerator, denominator), level(set, code, year).unwrap())
    };
    assert!(!met("6.3", 199, 200, 2022), "99.5 % prints as 100 % and is not 100 %");
    assert!(met("5", 7, 10, 2022) && !met("5", 6999, 10_000, 2022));
    assert!(met("11", 13, 100, 2022) && !met("11", 1301, 10_000, 2022));
    assert!(!met("10", 38_999_999, 1, 2022) && met("10", 39_000_000, 1, 2022));
}

#[test]
fn a_year_column_or_level_that_nobody_gave_is_not_configured() {
    let reference = embedded();
    let set = reference.criteria.get(COMMUNE).unwrap();
    let (_, incomes) = levels(set, "10");
    assert_eq!(incomes.level(REGION, 2026), None, "2025 stands in for no other year");
    for column in [None, Some("red_river_delta")] {
        assert_eq!(levels(set, "3.1").1.level(column, 2022), None, "column {column:?}");
    }
    for code in ["2.1", "2.2", "2.3", "2.4", "16"] {
        let (_, levels) = levels(set, code);
        assert_eq!(levels.set_by, SetBy::Province);
        assert_eq!(levels.all().count(), 0, "the level of another province is none of {code}");
    }
}

#[test]
fn indicators_say_what_else_must_hold() {
    let reference = embedded();
    let set = reference.criteria.get(COMMUNE).unwrap();
    let codes = |wanted: fn(&reference::CriterionIndicator) -> bool| -> Vec<String> {
        let all = set.criteria.iter().flat_map(|criterion| &criterion.indicators);
        all.filter(|indicator| wanted(indicator)).map(|indicator| indicator.code.clone()).collect()
    };
    assert_eq!(codes(|it| it.both_sexes), ["12.1", "12.2", "14.2", "15.1"]);
    assert_eq!(codes(|it| it.applicable_if.is_some()), ["13.4"]);
    assert_eq!(codes(|it| it.derived_from == Some(Derivation::PoorAndNearPoorRate)), ["11"]);
    assert_eq!(codes(|it| it.test == IndicatorTest::ZeroCount), ["9.1"]);
    assert!(set.indicator("11").unwrap().1.note.as_deref().is_some_and(|note| note.contains("not verified")));
}

#[test]
fn a_frame_has_no_criteria_and_backs_nothing() {
    let criteria = embedded().criteria;
    let frames: Vec<_> = criteria.all().iter().filter(|set| set.is_frame()).collect();
    let counts: Vec<_> = frames.iter().map(|set| (set.id.as_str(), set.tier, set.criteria_count)).collect();
    assert_eq!(
        counts,
        [
            ("vn-commune-2016-2020", Tier::Commune, Some(19)),
            ("lai-chau-commune-2022", Tier::Commune, Some(19)),
            ("lai-chau-commune-2024", Tier::Commune, None),
            ("vn-advanced-commune-2021-2025", Tier::AdvancedCommune, Some(19)),
            ("vn-model-commune-2021-2025", Tier::ModelCommune, None),
            ("vn-district-2021-2025", Tier::District, Some(9)),
            ("lai-chau-village", Tier::Village, None),
        ]
    );
    assert!(frames.iter().all(|set| !set.may_back_official()));
    let village = criteria.get("lai-chau-village").unwrap();
    assert!(village.caveats().iter().any(|caveat| caveat.en.contains("the set itself is not verified")));
    let later = criteria.get("vn-commune-2026-2030").unwrap();
    assert_eq!((later.criteria.len(), later.columns.join(" ").as_str()), (10, "1 2 3"));
    assert!(later.criteria.iter().all(|it| it.indicators.is_empty() && it.provenance.mark == Mark::Law));
    assert!(!later.may_back_official(), "names without indicators decide nothing");
}

#[test]
fn versions_have_a_lineage_and_days() {
    let criteria = embedded().criteria;
    let successor = |id: &str| criteria.successor(id).map(|set| set.id.as_str());
    assert_eq!(successor("lai-chau-commune-2022"), Some("lai-chau-commune-2024"));
    for id in ["lai-chau-commune-2024", COMMUNE, "unknown"] {
        assert_eq!(successor(id), None, "{id}");
    }
    let on = |id: &str, day| criteria.get(id).unwrap().validity.contains(day);
    let (last, first) = (date(2024, 10, 21), date(2024, 10, 22));
    assert!(on("lai-chau-commune-2022", last) && !on("lai-chau-commune-2022", first));
    assert!(!on("lai-chau-commune-2024", last) && on("lai-chau-commune-2024", first));
    assert!(!on("vn-district-2021-2025", date(2025, 7, 1)), "the districts had ended");
    assert!(!on("vn-commune-2026-2030", date(2026, 2, 14)) && on("vn-commune-2026-2030", date(2026, 2, 15)));
    let parent = criteria.get("lai-chau-commune-2024").and_then(|set| set.parent.as_deref());
    assert_eq!(parent, Some(COMMUNE));
}

#[test]
fn titles_of_communes_have_an_order() {
    let ranked: Vec<_> = Tier::ALL.into_iter().filter_map(|tier| Some((tier.rank()?, tier))).collect();
    assert_eq!(ranked, [(1, Tier::Commune), (2, Tier::AdvancedCommune), (3, Tier::ModelCommune)]);
    for tier in Tier::ALL {
        assert_eq!(Tier::parse(tier.as_str()), Some(tier));
        assert_eq!(serde_json::to_string(&tier).unwrap(), format!("\"{tier}\""));
    }
}

#[test]
fn the_reported_targets_are_the_indicators_of_the_resolutions_set() {
    let reference = embedded();
    let set = reference.criteria.get("lai-chau-resolution-2021-2025").unwrap();
    assert_eq!((set.tier, set.criteria.len()), (Tier::Province, 4));
    for target in reference.targets.all() {
        let reported = target.feeds == reference::Feed::Reported;
        assert_eq!(set.indicator(&target.id).is_some(), reported, "{}", target.id);
    }
    assert_eq!(set.indicator("S01").unwrap().0.group.as_deref(), Some("tasks"));
    let literacy = levels(set, "T18");
    assert_eq!(
        (literacy.0, literacy.1.level(None, 2025).map(|it| it.value)),
        (Bound::AtLeast, Some(ratio(945, 1000)))
    );
    let underweight = levels(set, "T21");
    assert_eq!(
        (underweight.0, underweight.1.level(None, 2021).map(|it| it.value)),
        (Bound::AtMost, Some(ratio(15, 100)))
    );
    for id in ["T01", "T02"] {
        let indicator = set.indicator(id).unwrap().1;
        assert!(
            matches!(&indicator.test, IndicatorTest::Value(Bound::AtLeast, none) if none.all().count() == 0)
        );
        assert_eq!(indicator.unit, "đồng/người/năm");
    }
    assert!(set.may_back_official());
}

#[test]
fn a_folder_adds_and_replaces_levels_one_by_one() {
    let folder = Folder::new();
    let level_of = |code: &str, column: &str, year: &str, value: &str| {
        let fields =
            format!(r#""set": "{COMMUNE}", "indicator": "{code}", "column": {column}, "year": {year}"#);
        format!(r#"{{{fields}, "value": "{value}", "source": "the signed text", "mark": "law"}}"#)
    };
    let region = r#""northern_midlands_mountains""#;
    let records = [
        level_of("2.1", "null", "null", "100"),
        level_of("15.3", region, "null", "26.7"),
        level_of("15.3", region, "2024", "24"),
    ];
    folder.add("levels.json", &pack("criterion-levels", &records.join(",\n")));
    let reference = with(&folder);
    let set = reference.criteria.get(COMMUNE).unwrap();
    assert_eq!(
        levels(set, "2.1").1.level(None, 2022).map(|level| level.value),
        Some(ratio(1, 1)),
        "for every column"
    );
    assert_eq!(level(set, "2.1", 2022), Some(ratio(1, 1)));
    let stunted = levels(set, "15.3").1.level(REGION, 2022).unwrap();
    assert_eq!((stunted.value.numerator(), stunted.value.denominator()), (267, 1000));
    assert_eq!(stunted.provenance.mark, Mark::Law);
    assert_eq!(level(set, "15.3", 2024), Some(ratio(24, 100)), "the level of one year goes first");
    assert_eq!(level(set, "3.1", 2022), Some(ratio(80, 100)), "the others stay");
}

/// A set of one criterion with the indicator and, on line 4, the level given.
fn own_set(indicator: &str, level: &str) -> Folder {
    let folder = Folder::new();
    let marked = r#""source": "the decision", "mark": "law""#;
    let fields =
        r#""id": "own", "tier": "village", "layer": "provincial", "vi": "a", "en": "a", "instrument": "a""#;
    let days = r#""valid_from": "2026-01-01", "valid_to": null, "years": [2026, 2030]"#;
    let rest =
        r#""column_kind": "commune_group", "columns": ["1", "2"], "criteria_count": 1, "blockers": []"#;
    folder.add("set.json", &pack("criteria-sets", &format!("{{{fields}, {days}, {rest}, {marked}}}")));
    let criterion = r#""set": "own", "number": 1, "vi": "a", "en": "a", "group": null, "key": false"#;
    folder.add("criteria.json", &pack("criteria", &format!("{{{criterion}, {marked}}}")));
    folder.add("indicators.json", &pack("criterion-indicators", indicator));
    folder.add("levels.json", &pack("criterion-levels", level));
    folder
}

fn share(mark: &str) -> String {
    let fields =
        r#""set": "own", "criterion": 1, "code": "1", "vi": "a", "en": "a", "test": "share", "unit": "%""#;
    format!(
        r#"{{{fields}, "bound": "at_least", "set_by": "province", "source": "the decision", "mark": "{mark}"}}"#
    )
}

fn share_level(mark: &str) -> String {
    let fields = r#""set": "own", "indicator": "1", "column": "2", "year": null, "value": "70""#;
    format!(r#"{{{fields}, "source": "the decision", "mark": "{mark}"}}"#)
}

#[test]
fn a_set_backs_official_acts_once_every_name_and_level_is_verified() {
    let may = |indicator: &str, level: &str| {
        let reference = with(&own_set(indicator, level));
        reference.criteria.get("own").unwrap().may_back_official()
    };
    assert!(may(&share("law"), &share_level("practice")));
    assert!(!may(&share("unverified"), &share_level("law")));
    assert!(!may(&share("law"), &share_level("unverified")));
    assert!(!may("", ""), "its indicators are not loaded");
}
