//! Rules of the money: sources, windows, kinds of support, dated limits, and findings for broken ones.

mod broken;
mod folder;

use broken::{MARKED, assert_finding, findings};
use folder::{Folder, pack};
use kernel::{PovertyClass, date};
use reference::{Book, FundingRules, InRate, Mark, Reference};

fn embedded() -> FundingRules {
    Reference::embedded().expect("the embedded packs are whole").funding
}

#[test]
fn sources_say_in_which_book_and_rate_they_count() {
    let funding = embedded();
    let codes: Vec<_> = funding.sources().iter().map(|source| source.code.as_str()).collect();
    let expected = "CEN PRV COM DST INT ODA CRE ENT ORG FFF CCA CLA CMA CLD REV";
    assert_eq!(codes.join(" "), expected);
    let place = |code: &str| {
        let source = funding.source(code).unwrap();
        (source.book, source.in_rate, source.budget, source.counterpart)
    };
    assert_eq!(place("CEN"), (Book::Cash, InRate::Yes, true, false));
    assert_eq!(place("PRV"), (Book::Cash, InRate::OwnLine, true, true));
    assert_eq!(place("INT"), (Book::Cash, InRate::No, true, false), "counted where it was lent from");
    assert_eq!(place("CRE"), (Book::Loan, InRate::No, false, false));
    for code in ["CLA", "CMA", "CLD"] {
        assert_eq!(place(code), (Book::InKind, InRate::No, false, false), "{code}");
    }
    assert_eq!(place("REV"), (Book::Cash, InRate::No, false, false), "recycled money is not new");
    let district = funding.source("DST").unwrap().validity;
    assert!(district.contains(date(2025, 6, 30)) && !district.contains(date(2025, 7, 1)));
    assert!(funding.source("XYZ").is_none());
}

#[test]
fn money_may_be_paid_until_the_end_of_january_or_as_the_resolutions_say() {
    let funding = embedded();
    let window = |programme: &str, vintage, year| {
        let window = funding.window(programme, vintage, year);
        (window.last_day, window.extension_last_day, window.provenance.mark)
    };
    assert_eq!(window("NTM", 2022, 2022), (date(2023, 1, 31), date(2023, 12, 31), Mark::Law));
    for node in ["NTM", "GNBV.DA3.TDA1", "ALL2125"] {
        assert_eq!(window(node, 2022, 2023).0, date(2023, 12, 31), "{node}");
    }
    assert_eq!(window("DTTS", 2023, 2023).0, date(2024, 1, 31), "its own year");
    assert_eq!(window("DTTS", 2023, 2024), (date(2024, 12, 31), date(2024, 12, 31), Mark::Law));
    for vintage in 2022..=2024 {
        assert_eq!(window("GNBV", vintage, 2025), (date(2025, 12, 31), date(2025, 12, 31), Mark::Press));
    }
    assert_eq!(window("GNBV", 2025, 2025), (date(2026, 1, 31), date(2026, 12, 31), Mark::Unverified));
    assert_eq!(window("MTQG2635.HP1", 2026, 2026).0, date(2027, 1, 31));
    assert_eq!(window("unknown", 2015, 2015), (date(2016, 1, 31), date(2016, 12, 31), Mark::Unverified));
}

#[test]
fn a_rule_for_a_node_goes_before_that_of_its_group() {
    let folder = Folder::new();
    let fields = r#""id": "own", "programme": "GNBV.DA3", "vintages": null, "executing_years": [2023, 2023]"#;
    let days = r#""last_day": "Y+1-06-30", "extension_last_day": "Y+1-12-31""#;
    folder.add("windows.json", &pack("payment-windows", &format!("{{{fields}, {days}, {MARKED}}}")));
    let funding = Reference::load(Some(folder.path())).unwrap().funding;
    assert_eq!(funding.window("GNBV.DA3.TDA1", 2022, 2023).last_day, date(2024, 6, 30));
    assert_eq!(funding.window("GNBV.DA1", 2022, 2023).last_day, date(2023, 12, 31));
    assert_eq!(funding.window_rules().len(), embedded().window_rules().len() + 1);
}

#[test]
fn supports_are_for_poor_and_near_poor_households_and_not_known_to_stack() {
    let reference = Reference::embedded().unwrap();
    let kinds = reference.funding.support_kinds();
    let codes: Vec<_> = kinds.iter().map(|kind| (kind.code.as_str(), kind.overlap.as_deref())).collect();
    assert_eq!(
        codes,
        [("housing", Some("O1")), ("production", Some("O2")), ("vocational_training", Some("O3"))]
    );
    for kind in kinds {
        assert_eq!(kind.eligible, [PovertyClass::Poor, PovertyClass::NearPoor]);
        assert!(!kind.stackable && kind.provenance.mark == Mark::Unverified, "{}", kind.code);
    }
    assert!(reference.funding.support_kind("cash").is_none());
}

#[test]
fn a_limit_is_that_of_the_day() {
    let funding = embedded();
    let limit =
        |key: &str, day| funding.parameter(key, day).map(|it| (it.value.as_deref(), it.provenance.mark));
    assert_eq!(limit("advance_ceiling", date(2025, 9, 25)), Some((Some("30/100"), Mark::Law)));
    assert_eq!(limit("advance_ceiling", date(2025, 9, 26)), Some((Some("30/100"), Mark::Unverified)));
    assert_eq!(limit("small_works_ceiling", date(2024, 1, 1)), Some((Some("5000000000"), Mark::Law)));
    assert_eq!(
        limit("small_works_ceiling", date(2026, 1, 1)),
        Some((None, Mark::Unverified)),
        "not known, not nothing"
    );
    assert_eq!(limit("project_cap", date(2024, 1, 1)), None);
    assert_eq!(funding.parameters().len(), 8);
}

#[test]
fn broken_sources_supports_and_limits_are_named() {
    let source = |book: &str, rate: &str, budget: bool| {
        let fields = format!(r#""code": "XYZ", "vi": "a", "en": "a", "book": "{book}", "in_rate": "{rate}""#);
        let rest =
            format!(r#""budget": {budget}, "counterpart": true, "valid_from": null, "valid_to": null"#);
        pack("funding-sources", &format!("{{{fields}, {rest}, {MARKED}}}"))
    };
    assert_finding(&source("barter", "no", true), 2, Some("XYZ"), "unknown variant `barter`");
    assert_finding(&source("loan", "yes", true), 2, Some("XYZ"), "book loan stands beside in_rate yes");
    assert_finding(
        &source("cash", "yes", false),
        2,
        Some("XYZ"),
        "counts as counterpart but is not money of the budget",
    );
    let kind = |overlap: &str, eligible: &str| {
        let fields =
            format!(r#""code": "XYZ", "vi": "a", "en": "a", "overlap": {overlap}, "eligible": [{eligible}]"#);
        pack("support-kinds", &format!(r#"{{{fields}, "stackable": false, {MARKED}}}"#))
    };
    assert_finding(&kind(r#""O99""#, r#""poor""#), 2, Some("XYZ"), "its overlap O99 is not known");
    assert_finding(&kind("null", ""), 2, Some("XYZ"), "a class is eligible twice, or none is");
    assert_finding(&kind("null", r#""poor", "poor""#), 2, Some("XYZ"), "a class is eligible twice");
    let limit = |from: &str, to: &str, value: &str| {
        let fields = format!(r#""key": "advance_ceiling", "vi": "a", "en": "a", "value": {value}"#);
        pack(
            "funding-parameters",
            &format!(r#"{{{fields}, "valid_from": "{from}", "valid_to": {to}, {MARKED}}}"#),
        )
    };
    let overlapping = findings(&limit("2025-01-01", "null", r#""0.3""#));
    assert!(
        overlapping.iter().any(|it| it.problem.contains("overlap those of advance_ceiling")),
        "{overlapping:?}"
    );
    let backwards = limit("2030-01-01", r#""2029-12-31""#, "null");
    assert_finding(&backwards, 2, Some("advance_ceiling from 2030-01-01"), "ends before it begins");
    let empty = limit("2030-01-01", "null", r#""""#);
    assert_finding(&empty, 2, Some("advance_ceiling from 2030-01-01"), "the field value is empty");
}

#[test]
fn broken_windows_are_named() {
    let window = |id: &str, programme: &str, vintages: &str, years: &str, days: (&str, &str)| {
        let fields = format!(
            r#""id": "{id}", "programme": {programme}, "vintages": {vintages}, "executing_years": {years}"#
        );
        let days = format!(r#""last_day": "{}", "extension_last_day": "{}""#, days.0, days.1);
        pack("payment-windows", &format!("{{{fields}, {days}, {MARKED}}}"))
    };
    let days = ("Y-12-31", "Y-12-31");
    let own = |programme: &str, vintages: &str, years: &str| window("own", programme, vintages, years, days);
    let named = |content: &str, problem: &str| assert_finding(content, 2, Some("own"), problem);
    named(&own(r#""XYZ""#, "null", "[2023, 2023]"), "its programme XYZ is not known");
    named(&own(r#""NTM""#, "null", "[2024, 2023]"), "executing_years end before they begin (2024 to 2023)");
    named(&own(r#""NTM""#, "[2024, 2023]", "[2024, 2024]"), "vintages end before they begin (2024 to 2023)");
    named(
        &own(r#""ALL2125""#, "[2021, 2022]", "[null, 2023]"),
        "it speaks of years that programmes-2022-in-2023",
    );
    named(
        &own("null", "null", "[2030, 2030]"),
        "it speaks of years that general-from-2025 speaks of as well",
    );
    let short = window("own", r#""NTM""#, "null", "[2023, 2023]", ("Y-12-31", "Y-06-30"));
    named(&short, "an extension to Y-06-30 ends before Y-12-31");
    let odd = window("own", r#""NTM""#, "null", "[2023, 2023]", ("Y-02-30", "Y-12-31"));
    named(&odd, "'Y-02-30' is not a day counted from the executing year");
    let replaced = |id: &str, vintages: &str, years: &str| window(id, "null", vintages, years, days);
    let gap = replaced("general-2020-2024", "null", "[2020, 2023]");
    let found = findings(&gap);
    assert!(
        found.iter().any(|it| it.problem == "no rule for all money speaks of the year 2024"),
        "{found:?}"
    );
    let late = replaced("general-to-2019", "null", "[2015, 2019]");
    assert_finding(&late, 2, Some("general-to-2019"), "is not open towards the past");
    let ended = findings(&replaced("general-from-2025", "null", "[2025, 2030]"));
    assert!(ended.iter().any(|it| it.problem.contains("open towards the future")), "{ended:?}");
    let vintages = replaced("general-from-2025", "[2025, null]", "[2025, null]");
    assert_finding(&vintages, 2, Some("general-from-2025"), "a rule for all money names vintages");
}
