//! Whatever is broken in criteria sets, their indicators and levels is named with a remedy.

mod broken;
mod folder;

use broken::{MARKED, assert_finding, findings};
use folder::{Folder, pack};

const COMMUNE: &str = "vn-commune-2021-2025";

#[test]
fn broken_sets_are_named() {
    let whole = r#""column_kind": "whole", "columns": []"#;
    let set_of = |id: &str, tier: &str, layer: &str, from: &str, rest: &str| {
        let fields = format!(r#""id": "{id}", "tier": "{tier}", "layer": "{layer}", "vi": "a", "en": "a""#);
        let days = format!(r#""instrument": "a", "valid_from": "{from}", "valid_to": "2030-12-31""#);
        pack(
            "criteria-sets",
            &format!(r#"{{{fields}, {days}, "years": [2026, 2030], {rest}, "blockers": [], {MARKED}}}"#),
        )
    };
    let set = |rest: &str| set_of("own", "commune", "provincial", "2026-01-01", rest);
    let after = |id: &str| set(&format!(r#"{whole}, "supersedes": "{id}""#));
    assert_finding(&after("none"), 2, Some("own"), "the version none that it supersedes is not known");
    assert_finding(&after("own"), 2, Some("own"), "superseding own leads back to itself");
    assert_finding(&after(COMMUNE), 2, Some("own"), "of another tier or layer");
    assert_finding(
        &after("lai-chau-commune-2022"),
        2,
        Some("own"),
        "is already superseded by lai-chau-commune-2024",
    );
    let early = set_of(
        "own",
        "commune",
        "provincial",
        "2024-10-22",
        &format!(r#"{whole}, "supersedes": "lai-chau-commune-2024""#),
    );
    assert_finding(&early, 2, Some("own"), "does not begin after lai-chau-commune-2024");
    let cycle = set_of(
        "lai-chau-commune-2022",
        "commune",
        "provincial",
        "2022-09-27",
        &format!(r#"{whole}, "supersedes": "lai-chau-commune-2024""#),
    );
    assert_finding(&cycle, 2, Some("lai-chau-commune-2022"), "superseding lai-chau-commune-2024 leads back");
    let backwards = set_of("own", "commune", "provincial", "2031-01-01", whole);
    assert_finding(&backwards, 2, Some("own"), "it ends before it begins (2031-01-01 to 2030-12-31)");
    let years = set(whole).replace("[2026, 2030]", "[2030, 2026]");
    assert_finding(&years, 2, Some("own"), "its years end before they begin (2030 to 2026)");
    let parent = set(&format!(r#"{whole}, "parent": "vn-model-commune-2021-2025""#));
    assert_finding(&parent, 2, Some("own"), "is not a national set of tier commune");
    assert_finding(
        &set(r#""column_kind": "whole", "columns": ["1"]"#),
        2,
        Some("own"),
        "1 columns stand beside column_kind whole",
    );
    assert_finding(
        &set(r#""column_kind": "region", "columns": []"#),
        2,
        Some("own"),
        "0 columns stand beside",
    );
    assert_finding(&set(r#""column_kind": "region", "columns": ["1", "1"]"#), 2, Some("own"), "stands twice");
    assert_finding(
        &set_of("own", "hamlet", "provincial", "2026-01-01", whole),
        2,
        Some("own"),
        "unknown variant `hamlet`",
    );
    let unnamed = set(whole).replace(r#""vi": "a""#, r#""vi": " ""#);
    assert_finding(&unnamed, 2, Some("own"), "the field vi is empty");
    let criterion = |set: &str, number: u16| {
        let fields = format!(
            r#""set": "{set}", "number": {number}, "vi": "a", "en": "a", "group": null, "key": false"#
        );
        pack("criteria", &format!("{{{fields}, {MARKED}}}"))
    };
    assert_finding(&criterion("own", 1), 2, Some("own/1"), "its set own is not known");
    assert_finding(
        &criterion(COMMUNE, 21),
        2,
        Some("vn-commune-2021-2025/21"),
        "number 21 stands where 20 is due",
    );
    let miscounted = findings(&criterion(COMMUNE, 20));
    assert_eq!(miscounted.len(), 1);
    assert!(
        miscounted[0].problem.contains("20 criteria are loaded, but criteria_count is 19"),
        "{miscounted:?}"
    );
    let twice = criterion("lai-chau-resolution-2021-2025", 5).replace("null", r#""tasks""#);
    let found = findings(&twice);
    assert!(
        found.iter().any(|it| it.key.as_deref() == Some("S01") && it.problem.contains("2 criteria of")),
        "{found:?}"
    );
}

#[test]
fn broken_indicators_are_named() {
    let indicator = |fields: &str| {
        let own = format!(r#""set": "{COMMUNE}", "code": "1.3", "vi": "a", "en": "a""#);
        let base =
            if fields.contains("criterion") { String::new() } else { r#""criterion": 1, "#.to_owned() };
        pack("criterion-indicators", &format!(r#"{{{own}, {base}{fields}, "set_by": "national", {MARKED}}}"#))
    };
    let key = Some("vn-commune-2021-2025/1.3");
    let named = |fields: &str, problem: &str| assert_finding(&indicator(fields), 2, key, problem);
    named(r#""criterion": 20, "test": "yes_no""#, "its criterion 20 is not known");
    named(r#""test": "share", "unit": "%""#, "the test share needs a bound");
    named(r#""test": "yes_no", "bound": "at_least""#, "the test yes_no takes no bound");
    named(r#""test": "value", "bound": "at_least", "unit": "%""#, "the unit '%' does not fit the test value");
    named(
        r#""test": "share", "bound": "at_least", "unit": "nhà""#,
        "the unit 'nhà' does not fit the test share",
    );
    named(r#""test": "yes_no", "both_sexes": true"#, "both_sexes stands beside the test yes_no");
    named(r#""test": "yes_no", "derived_from": "poor_and_near_poor_rate""#, "derived_from stands beside");
    named(r#""test": "yes_no", "applicable_if": " ""#, "the field applicable_if is empty");
    named(r#""test": "yes_no", "national_parent": "1.1""#, "its national_parent 1.1 is not an indicator");
    assert_finding(&indicator(r#""test": "guess""#), 2, Some("1.3"), "unknown variant `guess`");
    let part = r#"{"part": "total", "vi": "a", "en": "a", "bound": "at_least"}"#;
    let pair = |parts: &str| format!(r#""test": "pair", "unit": "%", "parts": [{parts}]"#);
    named(&pair(part), "1 parts with 1 codes do not fit");
    named(&pair(&format!("{part}, {part}")), "2 parts with 1 codes do not fit");
    named(&format!(r#""test": "yes_no", "parts": [{part}]"#), "1 parts with 1 codes do not fit");
    let of_targets = indicator(r#""test": "yes_no""#).replace(COMMUNE, "lai-chau-resolution-2021-2025");
    assert_finding(&of_targets, 2, Some("lai-chau-resolution-2021-2025/1.3"), "are the reported targets");
    let unknown = indicator(r#""test": "yes_no""#).replace(COMMUNE, "own");
    assert_finding(&unknown, 2, Some("own/1.3"), "its set own is not known");
}

#[test]
fn broken_levels_are_named() {
    let level = |code: &str, rest: &str| {
        let fields = format!(r#""set": "{COMMUNE}", "indicator": "{code}", {rest}"#);
        pack("criterion-levels", &format!("{{{fields}, {MARKED}}}"))
    };
    let key = |rest: &str| format!("vn-commune-2021-2025/{rest}");
    let named = |code: &str, rest: &str, at: &str, problem: &str| {
        assert_finding(&level(code, rest), 2, Some(&key(at)), problem);
    };
    let value = |value: &str| format!(r#""column": null, "year": null, "value": "{value}""#);
    named("20.1", &value("1"), "20.1", "its indicator vn-commune-2021-2025/20.1 is not known");
    named("4.1", &value("1"), "4.1", "takes no level");
    named("9.1", &value("0"), "9.1", "takes no level");
    named("3.1", &value("101"), "3.1", "the level of a share is 101, above 100 percent");
    named("3.1", &value("-1"), "3.1", "the level -1 is below zero");
    named("3.1", &value("1/9000000000000000000"), "3.1", "has more decimals than can be kept");
    named(
        "3.1",
        r#""column": "coast", "year": null, "value": "1""#,
        "3.1 coast",
        "column 'coast' is not a column",
    );
    named("10", r#""column": null, "year": 2026, "value": "1""#, "10 2026", "2026 is not an assessed year");
    named("17.1", &value("1"), "17.1", "its part, none, is not a part of");
    let other = format!(r#""part": "well", {}"#, value("1"));
    named("17.1", &other, "17.1 well", "its part, well, is not a part of");
    named("3.1", &other, "3.1 well", "its part, well, is not a part of");
    let decimal = level("3.1", r#""column": null, "year": null, "value": 80"#);
    assert_finding(&decimal, 2, Some(COMMUNE), "invalid type");
    let folder = Folder::new();
    let record = format!(r#"{{"set": "{COMMUNE}", "indicator": "2.1", {}, {MARKED}}}"#, value("1"));
    folder.add("a.json", &pack("criterion-levels", &format!("{record},\n{record}")));
    let found = reference::check(Some(folder.path())).findings;
    assert!(found.len() == 1 && found[0].problem.contains("already taken"), "{found:?}");
}
