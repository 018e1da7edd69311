//! Targets whose values units report, with cases computed by hand.

use crate::{
    province::{Province, view},
    tales::{NEW_MAP, OLD_MAP, Told, Value, What, told},
};
use api::progress::{DataStatus, TargetRow, TargetStatus};
use kernel::parse_date;

const PROVINCE: &str = "12@0001-01-01";
const PHUC_THAN: &str = "03618@0001-01-01";

fn observed(unit: &'static str, on: &str, indicator: &'static str, value: Value) -> Told {
    told(unit, on, What::Observed { indicator, value, corrects: None })
}

fn counted(row: &TargetRow) -> (&str, Option<i64>, Option<i64>) {
    (&row.actual, row.numerator, row.denominator)
}

#[tokio::test]
async fn the_province_s_latest_report_counts_with_its_day_and_reporter() {
    let log = [
        observed(PROVINCE, "2023-12-31", "T19", Value::Share(970, 1_000)),
        observed(PROVINCE, "2024-12-31", "T19", Value::Share(981, 1_000)),
        observed(PHUC_THAN, "2025-01-31", "T19", Value::Share(1, 100)),
    ];
    let province = Province::told(&log).await;
    let row = province.target("T19", "2025-06-30").await;
    assert_eq!(counted(&row), ("98.10", Some(981), Some(1_000)));
    assert_eq!((row.status(), row.status_of_data()), (TargetStatus::Met, DataStatus::Complete));
    assert_eq!((&*row.actual_on, &*row.actual_source), ("2024-12-31", "đơn vị 12@0001-01-01"));
    let inputs = province.explain(&row.figure, 0, "").await.unwrap().inputs;
    assert_eq!(inputs.iter().map(|input| input.value).collect::<Vec<_>>(), [Some(981), Some(1_000)]);
    let page = province.explain(&inputs[0].name, 0, "").await.unwrap();
    assert_eq!(
        (page.sum, &*page.facts[0].subject),
        (Some(981), "observations/00000000-0000-0000-0000-0000c0000001")
    );
    assert_eq!(counted(&province.target("T19", "2024-06-30").await), ("97.00", Some(970), Some(1_000)));
    province.end().await;
}

#[tokio::test]
async fn a_correction_counts_from_the_day_on_which_it_is_known() {
    let correction = Told {
        known: parse_date("2025-03-01").unwrap(),
        what: What::Observed { indicator: "T19", value: Value::Share(900, 1_000), corrects: Some(0) },
        ..observed(PROVINCE, "2024-12-31", "T19", Value::Share(0, 1))
    };
    let log = [observed(PROVINCE, "2024-12-31", "T19", Value::Share(981, 1_000)), correction];
    let province = Province::told(&log).await;
    for (known, actual) in [("2025-02-28", "98.10"), ("2025-03-01", "90.00")] {
        let row = province.targets(view("2025-06-30", known, ""), &["T19"]).await.remove(0);
        assert_eq!(row.actual, actual, "as known on {known}");
    }
    province.end().await;
}

#[tokio::test]
async fn without_a_report_of_the_province_its_parts_are_added_and_coverage_tells_how_many() {
    let log = [
        // A district stands for its communes, so that its commune is not counted twice.
        observed("110@0001-01-01", "2024-12-31", "T19", Value::Share(80, 100)),
        observed(PHUC_THAN, "2025-01-31", "T19", Value::Share(1, 100)),
        observed("03451@0001-01-01", "2025-01-31", "T19", Value::Share(30, 100)),
        observed("03412@0001-01-01", "2025-01-31", "T19", Value::NotApplicable),
        observed("03413@0001-01-01", "2025-01-31", "T19", Value::Percent("55")),
    ];
    let province = Province::told(&log).await;
    let row = province.target("T19", "2025-06-30").await;
    assert_eq!(counted(&row), ("55.00", Some(110), Some(200)));
    assert_eq!((row.status_of_data(), &*row.actual_on), (DataStatus::Incomplete, "2025-01-31"));
    let coverage = row.coverage.unwrap();
    // The 12 units of Than Uyên district and two communes.
    assert_eq!((coverage.areas_with_data, coverage.areas), (14, 106));
    assert!(row.formula.contains("1 say that it does not apply, 1 cannot be added"), "{}", row.formula);
    // The units of the new map have reported nothing yet.
    let row = province.targets(view("2025-12-31", "", NEW_MAP), &["T19"]).await.remove(0);
    assert_eq!((row.status_of_data(), &*row.actual), (DataStatus::NoData, ""));
    let row = province.targets(view("2025-12-31", "", OLD_MAP), &["T19"]).await.remove(0);
    assert_eq!(counted(&row), ("55.00", Some(110), Some(200)));
    province.end().await;
}

#[tokio::test]
async fn a_percentage_without_its_counts_is_shown_as_it_was_reported() {
    let province = Province::told(&[observed(PROVINCE, "2024-12-31", "T36", Value::Percent("98.95"))]).await;
    let row = province.target("T36", "2025-06-30").await;
    assert_eq!(counted(&row), ("98.95", None, None));
    assert_eq!(row.status(), TargetStatus::Behind);
    let inputs = province.explain(&row.figure, 0, "").await.unwrap().inputs;
    assert_eq!(inputs.len(), 1);
    let page = province.explain(&inputs[0].name, 0, "").await.unwrap();
    assert_eq!((inputs[0].value, page.sum, page.fact_count), (Some(1), Some(1), 1));
    province.end().await;
}

#[tokio::test]
async fn incomes_are_multiples_of_their_base() {
    let income = |on, indicator, dong| observed(PROVINCE, on, indicator, Value::Mean(dong, 1_000));
    let log = [
        income("2018-12-31", "T01", 9_000_000_000),
        income("2020-12-31", "T01", 12_000_000_000),
        income("2023-12-31", "T01", 18_000_000_000),
        income("2023-12-31", "T02", 24_700_000_000),
    ];
    let province = Province::told(&log).await;
    let minorities = province.target("T01", "2024-01-01").await;
    assert_eq!(counted(&minorities), ("1.50", Some(18_000_000_000), Some(1_000)));
    // 1 + 1,095 of 1,825 days.
    assert_eq!((&*minorities.expected_by_now, minorities.status()), ("1.60", TargetStatus::Behind));
    // B01: 19 million đồng.
    let rural = province.target("T02", "2024-01-01").await;
    assert_eq!(
        (&*rural.actual, &*rural.expected_by_now, rural.status()),
        ("1.30", "1.30", TargetStatus::OnTrack)
    );
    assert!(rural.formula.contains("B01 = 19000000"), "{}", rural.formula);
    province.end().await;

    // Without a report of 2020 itself there is no base: an older one is not of the year before the period.
    let province = Province::told(&[log[0].clone(), log[2].clone()]).await;
    let row = province.target("T01", "2024-01-01").await;
    assert_eq!(
        (row.status(), row.status_of_data(), &*row.actual),
        (TargetStatus::Unknown, DataStatus::NoData, "")
    );
    assert!(row.formula.contains("of which nothing was reported"), "{}", row.formula);
    province.end().await;
}
