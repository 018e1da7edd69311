//! The embedded packs are whole, a folder adds or overrides, and every kind of broken pack is named with a remedy.

mod broken;
mod folder;

use broken::{MARKED, assert_finding, findings};
use folder::{Folder, pack};
use kernel::{Ratio, date};
use reference::{Computation, Feed, Finding, Mark, Reference, check};

#[test]
fn the_embedded_packs_pass_the_check_and_are_counted() {
    let report = check(None);
    assert!(report.is_clean(), "{report}");
    let packs = ["areas", "lineage", "standards", "indicators", "targets", "baselines", "ethnic-groups"];
    let rural = ["criteria-sets", "criteria", "criterion-indicators", "criterion-levels"];
    let money = ["programmes", "programme-crosswalk", "funding-sources", "support-kinds", "payment-windows"];
    let counts = |pack| report.packs.iter().find(|counts| counts.pack == pack).unwrap();
    assert_eq!(packs.map(|pack| counts(pack).records), [153, 38, 3, 34, 42, 9, 54]);
    assert_eq!(rural.map(|pack| counts(pack).records), [10, 33, 57, 29]);
    assert_eq!(money.map(|pack| counts(pack).records), [59, 6, 15, 3, 6]);
    let printed = report.to_string();
    let lines: Vec<Vec<_>> = printed.lines().map(|line| line.split_whitespace().collect()).collect();
    for line in [
        "commune 94 36",
        "township 7 0",
        "targets 42 42 0",
        "criterion-levels 29 0 29",
        "no findings: the packs can be loaded",
    ] {
        assert!(lines.contains(&line.split(' ').collect()), "'{line}' is missing in\n{printed}");
    }
    let ethnic_groups = counts("ethnic-groups");
    assert_eq!((ethnic_groups.verified, ethnic_groups.unverified), (0, 54));
}

#[test]
fn the_resolution_has_42_targets_and_9_baselines_with_exact_values() {
    let targets = Reference::embedded().unwrap().targets;
    assert_eq!((targets.all().len(), targets.baselines().len()), (42, 9));
    assert!(targets.period().contains(date(2021, 1, 1)) && targets.period().contains(date(2025, 12, 31)));
    let value = |id: &str| targets.get(id).unwrap().target;
    assert_eq!(value("T06"), "173/10".parse::<Ratio>().unwrap());
    assert_eq!([value("T09"), value("T10"), value("T11")], ["3", "4", "1/2"].map(|it| it.parse().unwrap()));
    let computed = |id: &str| targets.get(id).unwrap().computed_as;
    assert_eq!(computed("T09"), Some(Computation::MeanYearlyFall));
    assert_eq!(computed("T03"), Some(Computation::CommunesRecognised));
    for target in targets.all() {
        let feed = target.computed_as.map(Computation::feed);
        assert_eq!(feed, Some(target.feeds), "{} is computed from what feeds it", target.id);
    }
    let reported = targets.all().iter().filter(|target| target.feeds == Feed::Reported);
    assert_eq!(reported.count(), 27);
    let districts: Vec<_> = targets.get("T05").unwrap().areas.iter().map(ToString::to_string).collect();
    assert_eq!(districts, ["106@0001-01-01", "110@0001-01-01"]);
    let stand_ins = ["T26", "T27", "T31", "T32"].map(|id| targets.get(id).unwrap().note.as_deref());
    assert!(stand_ins.iter().all(|note| note.is_some_and(|note| note.contains("Provisional"))));
    let recognised = targets.baseline("B02").unwrap();
    assert_eq!((recognised.value, recognised.of), (Ratio::whole(39), Some(Ratio::whole(94))));
    assert!(targets.all().iter().all(|target| target.provenance.mark == Mark::Law));
}

#[test]
fn the_54_ethnic_groups_are_recalled_and_all_but_kinh_are_minorities() {
    let groups = Reference::embedded().unwrap().ethnic_groups;
    let listed: Vec<_> = (1..=54).map(|number| groups.get(&format!("{number:02}")).unwrap()).collect();
    assert_eq!(groups.get("03").map(|group| group.name.as_str()), Some("Thái"));
    let majority: Vec<_> = listed.iter().filter(|group| !group.minority).map(|group| &group.name).collect();
    assert_eq!(majority, ["Kinh"]);
    assert!(listed.iter().all(|group| !group.provenance.verified()));
    assert!(groups.get("55").is_none());
}

#[test]
fn a_folder_replaces_a_record_by_its_key_and_adds_others() {
    let folder = Folder::new();
    folder.add(
        "any-name.json",
        r#"{"pack": "ethnic-groups", "records": [
            {"code": "08", "name": "Hmông", "minority": true, "source": "the list itself", "mark": "law"},
            {"code": "55", "name": "Khác", "minority": true, "source": "the office", "mark": "practice"}
        ]}"#,
    );
    folder.add("notes.txt", "not a pack");
    let groups = Reference::load(Some(folder.path())).unwrap().ethnic_groups;
    assert_eq!(groups.get("01").map(|group| group.name.as_str()), Some("Kinh"), "the others stay");
    let replaced = groups.get("08").unwrap();
    assert_eq!((replaced.name.as_str(), replaced.provenance.verified()), ("Hmông", true));
    assert_eq!(groups.get("55").map(|group| group.name.as_str()), Some("Khác"));
}

#[test]
fn verified_definitions_take_their_reason_away() {
    let folder = Folder::new();
    folder.add(
        "indicators.json",
        r#"{"pack": "indicators", "records": [
            {"standard": "ND07-2021", "no": 4, "code": "health_insurance", "dimension": "health",
             "name_vi": "Bảo hiểm y tế", "name_en": "health insurance", "name_source": "the annex", "name_mark": "law",
             "definition": "wording of the annex", "source": "Decree 07/2021/NĐ-CP, annex", "mark": "law"}
        ]}"#,
    );
    let reference = Reference::load(Some(folder.path())).unwrap();
    let standard = reference.standards.get("ND07-2021").unwrap();
    let numbers = "ND07-2021: definitions of indicators 6, 7, 8, 9, 10, 11, 12 are not verified";
    assert!(standard.caveats().iter().any(|caveat| caveat.en == numbers));
}

/// The findings of a folder with this one file, which may be right.
fn findings_of_any(content: &str) -> Vec<Finding> {
    let folder = Folder::new();
    folder.add("pack.json", content);
    check(Some(folder.path())).findings
}

#[test]
fn malformed_json_is_named_with_its_line() {
    assert_finding(
        "{\"pack\": \"targets\",\n \"records\": [\n {\"id\": \"T01\",, }]}",
        3,
        None,
        "malformed file",
    );
    assert_finding("", 1, None, "malformed file");
    assert_finding("{\"pack\": \"targets\",\n\"record\": []}", 2, None, "unknown field `record`");
}

#[test]
fn an_unknown_kind_of_pack_is_named_with_those_that_exist() {
    let found = findings(&pack("wards", "{}"));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].problem.contains("unknown kind of pack 'wards'") && found[0].remedy.contains("villages")
    );
}

#[test]
fn unknown_and_missing_fields_unknown_marks_and_bad_values_are_named_with_their_record() {
    let group = |rest: &str| pack("ethnic-groups", &format!(r#"{{"code": "08", "name": "Mông", {rest}}}"#));
    assert_finding(
        &group(&format!(r#""minority": true, "extra": 1, {MARKED}"#)),
        2,
        Some("08"),
        "unknown field `extra`",
    );
    assert_finding(&group(r#""minority": true, "mark": "press""#), 2, Some("08"), "missing field `source`");
    assert_finding(
        &group(r#""minority": true, "source": "a", "mark": "sure""#),
        2,
        Some("08"),
        "unknown variant `sure`",
    );
    assert_finding(
        &group(r#""minority": true, "source": " ", "mark": "law""#),
        2,
        Some("08"),
        "the source is missing",
    );
    assert_finding(&group(&format!(r#""minority": "yes", {MARKED}"#)), 2, Some("08"), "invalid type");
}

#[test]
fn every_finding_is_reported_not_just_the_first() {
    let found = findings(
        r#"{"pack": "ethnic-groups", "records": [
            {"code": "08", "name": "Mông", "minority": true, "source": "", "mark": "press"},
            {"code": "9", "name": "", "minority": false, "source": "a", "mark": "press"}
        ]}"#,
    );
    let problems: Vec<_> = found.iter().map(|finding| finding.problem.as_str()).collect();
    assert_eq!(
        problems,
        [
            "the source is missing",
            "'9' is not a code of two digits",
            "the name is empty",
            "a second majority beside Kinh"
        ]
    );
}

#[test]
fn the_same_key_twice_in_one_folder_is_named() {
    let folder = Folder::new();
    let record = format!(r#"{{"code": "08", "name": "Mông", "minority": true, {MARKED}}}"#);
    folder.add("a.json", &pack("ethnic-groups", &record));
    folder.add("b.json", &pack("ethnic-groups", &record));
    let found = check(Some(folder.path())).findings;
    assert_eq!(found.len(), 1);
    assert!(found[0].file.ends_with("b.json") && found[0].problem.contains("a.json line 2"), "{found:?}");
}

#[test]
fn a_folder_or_file_that_cannot_be_read_is_named() {
    let folder = Folder::new();
    let report = check(Some(&folder.path().join("missing")));
    assert!(report.findings[0].problem.starts_with("cannot be read"));
    std::fs::write(folder.path().join("latin.json"), [0x7b, 0xff, 0x7d]).unwrap();
    assert!(check(Some(folder.path())).findings[0].problem.contains("UTF-8"));
}

#[test]
fn broken_areas_are_named() {
    let area = |code: &str, from: &str, to: &str, kind: &str, parent: &str| {
        let fields = format!(r#""code": "{code}", "valid_from": {from}, "valid_to": {to}, "kind": "{kind}""#);
        pack("areas", &format!(r#"{{{fields}, "name": "Thử", "parent": {parent}, {MARKED}}}"#))
    };
    let (start, end, province) = (r#""2025-07-01""#, r#""2025-06-30""#, r#""12@0001-01-01""#);
    let overlapping = area("03595", "null", "null", "commune", province);
    let found = findings(&overlapping);
    let overlap =
        found.iter().find(|finding| finding.problem.contains("overlap")).expect("an overlap is found");
    assert_eq!(overlap.key.as_deref(), Some("03595@2025-07-01"), "the later version is named");
    let unknown_parent = area("03700", start, "null", "commune", r#""13@0001-01-01""#);
    assert_finding(&unknown_parent, 2, Some("03700@2025-07-01"), "its parent 13@0001-01-01 is not known");
    let dead_parent = area("03700", start, "null", "commune", r#""110@0001-01-01""#);
    assert_finding(&dead_parent, 2, Some("03700@2025-07-01"), "are not all days of its parent");
    let in_a_commune = area("03700", start, "null", "commune", r#""03595@2025-07-01""#);
    assert_finding(&in_a_commune, 2, Some("03700@2025-07-01"), "a commune cannot lie in a commune");
    let inside_a_map = area("03700", r#""2026-01-01""#, "null", "commune", province);
    assert_finding(&inside_a_map, 2, Some("03700@2026-01-01"), "begins inside a map");
    let backwards = area("03700", start, end, "commune", province);
    assert_finding(&backwards, 2, Some("03700@2025-07-01"), "ends before it begins");
    let short = area("037", start, "null", "commune", province);
    assert_finding(&short, 2, Some("037@2025-07-01"), "a commune has a code of 5 digits");
    let lost_zero = area("3700", start, "null", "commune", province);
    assert_finding(&lost_zero, 2, Some("3700"), "lost leading zero");
    let bad_day = area("03700", r#""01/07/2025""#, "null", "commune", province);
    assert_finding(&bad_day, 2, Some("03700"), "is neither null nor a day");
    let orphan = area("03700", "null", end, "commune", r#""110@0001-01-01""#);
    assert_finding(&orphan, 2, Some("03700@0001-01-01"), "it ended and no successor is recorded");
    let foundling = area("03700", start, "null", "commune", province);
    assert_finding(&foundling, 2, Some("03700@2025-07-01"), "it began and no predecessors are recorded");
    let second_province = area("13", "null", "null", "province", "null");
    assert_finding(&second_province, 2, Some("13@0001-01-01"), "a second province");
}

#[test]
fn broken_lineage_is_named() {
    let lineage = |into: &str, from: &str, kind: &str| {
        let fields =
            format!(r#""into": "{into}", "from": [{from}], "kind": "{kind}", "instrument": "a test""#);
        pack("lineage", &format!("{{{fields}, {MARKED}}}"))
    };
    let twice = lineage("03618@2025-07-01", r#""03618@0001-01-01", "03619@0001-01-01""#, "merger");
    assert_finding(
        &twice,
        2,
        Some("03618@2025-07-01"),
        "03619@0001-01-01 already went into 03595@2025-07-01",
    );
    assert!(
        findings(&twice).iter().any(|finding| finding.key.as_deref() == Some("03625@0001-01-01")
            && finding.problem.contains("no successor")),
        "the part that was left out is named too"
    );
    let unknown = lineage("03618@2025-07-01", r#""03618@0001-01-01", "99999@0001-01-01""#, "merger");
    assert_finding(&unknown, 2, Some("03618@2025-07-01"), "the part 99999@0001-01-01 is not known");
    let unknown_unit = lineage("99999@2025-07-01", r#""03618@0001-01-01""#, "unchanged");
    assert_finding(&unknown_unit, 2, Some("99999@2025-07-01"), "the unit 99999@2025-07-01 is not known");
    let undated = lineage("03618@0001-01-01", r#""03625@0001-01-01""#, "code_change");
    assert_finding(&undated, 2, Some("03618@0001-01-01"), "does not end on the day before");
    let no_merger = lineage("03451@2025-07-01", r#""03451@0001-01-01""#, "merger");
    assert_finding(&no_merger, 2, Some("03451@2025-07-01"), "one part alone is no merger");
    let empty = lineage("03451@2025-07-01", "", "unchanged");
    assert_finding(&empty, 2, Some("03451@2025-07-01"), "0 parts do not make");
}

#[test]
fn maps_that_leave_a_gap_are_named() {
    let map = |first: &str, last: &str| {
        let fields = format!(r#""first_day": {first}, "last_day": {last}, "name_vi": "a", "name_en": "a""#);
        pack("geographies", &format!("{{{fields}, {MARKED}}}"))
    };
    let closed = map(r#""2025-07-01""#, r#""2030-12-31""#);
    assert_finding(&closed, 2, Some("2025-07-01"), "no map is in force after 2030-12-31");
    let second = map(r#""2026-01-01""#, "null");
    assert_finding(&second, 2, Some("2026-01-01"), "does not begin on the day after the map before it");
}

#[test]
fn broken_villages_regions_and_poor_districts_are_named() {
    let village = |code: &str, commune: &str| {
        pack("villages", &format!(r#"{{"code": "{code}", "name": "Bản", "commune": "{commune}", {MARKED}}}"#))
    };
    assert_finding(
        &village("03618-001", "03700@2025-07-01"),
        2,
        Some("03618-001"),
        "its commune 03700@2025-07-01",
    );
    assert_finding(&village("03618-001", "110@0001-01-01"), 2, Some("03618-001"), "not known as a commune");
    assert_finding(&village("03700-001", "03618@2025-07-01"), 2, Some("03700-001"), "no commune ever bore");
    assert_finding(&village("03618-1", "03618@2025-07-01"), 2, Some("03618-1"), "is not a village code");
    let region = |area: &str, from: &str| {
        let fields =
            format!(r#""area": "{area}", "from": "{from}", "to": null, "class": "I", "instrument": null"#);
        pack("regions", &format!("{{{fields}, {MARKED}}}"))
    };
    let key = "03618@2025-07-01 from 2027-01-01";
    assert_finding(&region("03618@2025-07-01", "2027-01-01"), 2, Some(key), "overlap");
    let dead = "03618@0001-01-01 from 2027-01-01";
    assert_finding(&region("03618@0001-01-01", "2027-01-01"), 2, Some(dead), "are not all days of the unit");
    let district = |area: &str, to: &str| {
        let fields = format!(r#""area": "{area}", "from": "2024-01-01", "to": "{to}", "instrument": null"#);
        pack("poor-districts", &format!("{{{fields}, {MARKED}}}"))
    };
    let key = "107@0001-01-01 from 2024-01-01";
    assert_finding(&district("107@0001-01-01", "2025-06-30"), 2, Some(key), "overlap");
    assert_finding(&district("107@0001-01-01", "2025-12-31"), 2, Some(key), "are not all days of the unit");
    let commune = "03618@2025-07-01 from 2024-01-01";
    assert_finding(
        &district("03618@2025-07-01", "2025-12-31"),
        2,
        Some(commune),
        "is not known as a district",
    );
}

/// A standard on line 2; the arguments replace its parts.
fn standard(id: &str, days: (&str, &str), up_to: &str, cutoff: (usize, usize)) -> String {
    let (from, to) = days;
    let (at_least, of) = cutoff;
    let head = format!(r#""id": "{id}", "instrument": "a", "valid_from": "{from}", "valid_to": "{to}""#);
    let force = format!(r#""in_force_by": [{{"from": "{from}", "to": "{to}", "by": "a", {MARKED}}}]"#);
    let lines = format!(r#""income_lines": [{{"id": "line", "rural": 1, "urban": 2, {MARKED}}}]"#);
    let cutoff = format!(r#""deprivation_cutoff": {{"at_least": {at_least}, "of": {of}, {MARKED}}}"#);
    let rule = |class: &str| {
        format!(r#"{{"class": "{class}", "any_of": [{{"income_up_to": "{up_to}"}}], {MARKED}}}"#)
    };
    let classes = format!(r#""classes": [{}, {}]"#, rule("poor"), rule("near_poor"));
    let rest = format!(r#""average_living": null, "score_cutoffs": null, "blockers": [], {MARKED}"#);
    pack("standards", &format!("{{{head}, {force}, {lines}, {cutoff}, {classes}, {rest}}}"))
}

#[test]
fn broken_standards_and_indicators_are_named() {
    let whole = ("2027-01-01", "2030-12-31");
    let late = standard("ND351-2025", ("2027-02-01", "2030-12-31"), "line", (3, 12));
    assert_finding(
        &late,
        2,
        Some("ND351-2025"),
        "no standard is in force after 2026-12-31 and before 2027-02-01",
    );
    let early = standard("ND351-2025", ("2026-12-31", "2030-12-31"), "line", (3, 12));
    assert_finding(&early, 2, Some("ND351-2025"), "its days overlap those of ND07-2021");
    let unknown_line = standard("ND351-2025", whole, "poverty", (3, 12));
    assert_finding(&unknown_line, 2, Some("ND351-2025"), "uses the income line 'poverty'");
    let miscounted = standard("ND351-2025", whole, "line", (3, 11));
    assert_finding(&miscounted, 2, Some("ND351-2025"), "12 indicators, but its cut-off counts 11");
    let impossible = standard("ND351-2025", whole, "line", (13, 12));
    assert_finding(&impossible, 2, Some("ND351-2025"), "deprivation cut-off 13 of 12 is impossible");
    let right = standard("ND351-2025", whole, "line", (3, 12));
    assert_eq!(findings_of_any(&right), []);
    let broken = |from: &str, to: &str| {
        assert!(right.contains(from), "'{from}' is not in the standard");
        right.replacen(from, to, 1)
    };
    let unaccounted =
        broken(r#""in_force_by": [{"from": "2027-01-01""#, r#""in_force_by": [{"from": "2028-01-01""#);
    assert_finding(&unaccounted, 2, Some("ND351-2025"), "in_force_by has a gap or an overlap at 2028-01-01");
    let one_class = broken(r#""class": "near_poor""#, r#""class": "poor""#);
    assert_finding(&one_class, 2, Some("ND351-2025"), "two rules for class 'poor'");
    assert_finding(&one_class, 2, Some("ND351-2025"), "must have rules for poor and near_poor");
    let free = broken(r#""rural": 1"#, r#""rural": 0"#);
    assert_finding(&free, 2, Some("ND351-2025"), "income line 'line' is not above zero");
    let scores = r#"{"instrument": "a", "b1_max": {"rural": 1, "urban": 2}, "b2_min_poor": 20,
        "b2_points_per_indicator": 10, "source": "a", "mark": "press"}"#;
    let other_cutoff = broken(r#""score_cutoffs": null"#, &format!(r#""score_cutoffs": {scores}"#));
    assert_finding(
        &other_cutoff,
        2,
        Some("ND351-2025"),
        "b2_min_poor is 20, but 3 deprivations of 10 points",
    );
    let unsourced = broken(r#""urban": 2, "source": "a test""#, r#""urban": 2, "source": """#);
    assert_finding(&unsourced, 2, Some("ND351-2025"), "the source of income_lines.line is missing");
    let indicator = |standard: &str, no: usize| {
        let fields = format!(r#""standard": "{standard}", "no": {no}, "code": "waste", "dimension": "a""#);
        let names =
            r#""name_vi": "a", "name_en": "a", "name_source": "a", "name_mark": "press", "definition": null"#;
        pack("indicators", &format!("{{{fields}, {names}, {MARKED}}}"))
    };
    assert_finding(&indicator("ND00", 1), 2, Some("ND00/waste"), "its standard ND00 is not known");
    assert_finding(
        &indicator("ND07-2021", 14),
        2,
        Some("ND07-2021/waste"),
        "number 14 stands where 13 is due",
    );
}

#[test]
fn broken_targets_and_a_second_resolution_are_named() {
    let target = |op: &str, value: &str| {
        let fields = format!(
            r#""id": "T01", "group": "economy", "vi": "a", "en": "a", "op": "{op}", "target": {value}"#
        );
        pack("targets", &format!(r#"{{{fields}, "unit": "%", "feeds": "reported", {MARKED}}}"#))
    };
    assert_finding(&target("=", r#""3""#), 2, Some("T01"), "unknown variant `=`");
    assert_finding(&target(">=", "17.3"), 2, Some("T01"), "invalid type: floating point");
    assert_finding(&target(">=", r#""17,3""#), 2, Some("T01"), "is neither a decimal");
    let computed = |how: &str, feeds: &str| {
        let fields =
            r#""id": "T01", "group": "a", "vi": "a", "en": "a", "op": ">=", "target": "3", "unit": "%""#;
        let how = format!(r#""feeds": "{feeds}", "computed_as": "{how}""#);
        pack("targets", &format!("{{{fields}, {how}, {MARKED}}}"))
    };
    assert_finding(&computed("mean", "poverty"), 2, Some("T01"), "unknown variant `mean`");
    let beside = "computed_as stands beside feeds ledger";
    assert_finding(&computed("relative_to_start", "ledger"), 2, Some("T01"), beside);
    let reported = |unit: &str, rest: &str| {
        let fields = r#""id": "T01", "group": "economy", "vi": "a", "en": "a", "op": ">=", "target": "101""#;
        pack("targets", &format!(r#"{{{fields}, "unit": "{unit}", {rest}, {MARKED}}}"#))
    };
    let share = reported("%", r#""feeds": "reported""#);
    assert_finding(&share, 2, Some("T01"), "a share of 101 is not between 0 and 100 percent");
    let multiple = reported("lần", r#""feeds": "reported""#);
    assert_finding(&multiple, 2, Some("T01"), "the unit lần does not say what units report");
    let ledger = reported("lần", r#""feeds": "ledger", "reported_unit": "đồng""#);
    assert_finding(&ledger, 2, Some("T01"), "reported_unit stands beside feeds ledger");
    let ended = reported("xã", r#""feeds": "criteria", "areas": ["106@2025-07-01"]"#);
    assert_finding(&ended, 2, Some("T01"), "its area 106@2025-07-01 is not known");
    let no_criterion = reported("%", r#""feeds": "reported""#).replace("economy", "culture");
    assert_finding(&no_criterion, 2, Some("T01"), "0 criteria of lai-chau-resolution-2021-2025 stand for");
    let resolution =
        format!(r#"{{"id": "2026-2030", "title": "a", "from": "2026-01-01", "to": "2030-12-31", {MARKED}}}"#);
    assert_finding(&pack("resolution", &resolution), 2, Some("2026-2030"), "a second resolution");
}
