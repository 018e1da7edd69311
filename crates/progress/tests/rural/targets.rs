//! Targets that follow from titles, criteria and lists, with cases computed by hand.

use crate::{
    oracle,
    province::{Province, view},
    tales::{NEW_MAP, Tier, Told, What, assessed, told},
};
use api::progress::{DataStatus, TargetRow, TargetStatus};

fn judged(row: &TargetRow) -> (&str, TargetStatus, &str) {
    (&row.actual, row.status(), &row.expected_by_now)
}

/// The first communes of the old map.
fn communes(number: usize) -> Vec<&'static str> {
    let keys = oracle::map(false).communes.into_iter().take(number);
    keys.map(|key| &*key.leak()).collect()
}

fn recognised(units: &[&'static str], on: &str) -> Vec<Told> {
    units.iter().map(|unit| told(unit, on, What::Recognised(Tier::Commune))).collect()
}

#[tokio::test]
async fn the_resolution_starts_from_39_of_94_communes_and_aims_at_54() {
    let all = communes(54);
    let mut log = recognised(&all[..39], "2020-12-31");
    log.extend(recognised(&all[39..50], "2023-06-30"));
    log.extend(recognised(&all[50..], "2025-06-30"));
    let province = Province::told(&log).await;
    let start = province.target("T03", "2021-01-01").await;
    assert_eq!(judged(&start), ("39.00", TargetStatus::OnTrack, "39.00"));
    assert_eq!((start.numerator, start.denominator), (Some(39), Some(94)));
    assert_eq!((start.status_of_data(), &*start.map), (DataStatus::Complete, "2025-06-30"));
    assert_eq!((&*start.actual_on, &*start.actual_source), ("2020-12-31", "rural-criteria"));
    // 730 of 1,825 days: 39 + 2/5 x 15.
    let before = province.target("T03", "2023-01-01").await;
    assert_eq!(judged(&before), ("39.00", TargetStatus::Behind, "45.00"));
    let after = province.target("T03", "2023-07-01").await;
    assert_eq!(judged(&after), ("50.00", TargetStatus::OnTrack, "46.49"));
    let end = province.target("T03", "2025-12-31").await;
    assert_eq!(judged(&end), ("54.00", TargetStatus::Met, "54.00"));
    assert_eq!((end.numerator, end.denominator), (Some(54), Some(94)));
    // After the period nothing moves it.
    assert_eq!(judged(&province.target("T03", "2027-01-01").await), judged(&end));
    // Of the four there is one number of the day of the start, which is none.
    assert_eq!(judged(&province.target("T04", "2023-01-01").await), ("0.00", TargetStatus::Behind, "1.60"));
    // What cannot be applied may be a revocation.
    province.tell_changed(&log[0], |event| event.event_type = "rural.unheard_of.v1".to_owned()).await;
    let doubtful = province.target("T03", "2025-12-31").await;
    assert_eq!(judged(&doubtful), ("54.00", TargetStatus::Unknown, "54.00"));
    province.end().await;
}

#[tokio::test]
async fn on_the_new_map_the_number_of_communes_is_shown_with_a_caution_and_no_line() {
    let log = recognised(&["03618@0001-01-01", "03625@0001-01-01"], "2020-12-31");
    let province = Province::told(&log).await;
    let row = province.targets(view("2025-07-01", "", NEW_MAP), &["T03"]).await.remove(0);
    assert_eq!((row.numerator, row.denominator, &*row.expected_by_now), (Some(1), Some(36), ""));
    assert_eq!((row.status_of_data(), &*row.map), (DataStatus::Incomplete, "2025-07-01"));
    assert!(row.provisional.iter().any(|caveat| caveat.text.contains("comparison only")));
    let coverage = row.coverage.unwrap();
    assert_eq!((coverage.areas_with_data, coverage.areas), (29, 36));
    province.end().await;
}

#[tokio::test]
async fn before_the_period_and_without_anything_recorded_there_is_no_data() {
    let province = Province::told(&[]).await;
    for id in ["T03", "T04", "T05", "T06", "T07", "T08", "T12", "T13"] {
        let row = province.target(id, "2024-01-01").await;
        assert_eq!((row.status_of_data(), row.status()), (DataStatus::NoData, TargetStatus::Unknown), "{id}");
        assert_eq!((&*row.actual, row.numerator), ("", None), "{id}");
    }
    let row = province.target("T12", "2020-12-31").await;
    assert!(row.status_of_data() == DataStatus::NoData && row.formula.contains("begins on 2021-01-01"));
    province.end().await;
}

#[tokio::test]
async fn who_is_on_the_list_of_poor_districts_is_told_by_the_packs_until_it_is_decided() {
    // Decided about one of the four: the others are still on it by the packs.
    let province =
        Province::told(&[told("107@0001-01-01", "2022-03-15", What::PoorDistrict(Some("poor")))]).await;
    let row = province.target("T12", "2024-01-01").await;
    assert_eq!((judged(&row).0, row.numerator, row.denominator), ("0.00", Some(0), Some(4)));
    assert_eq!(row.status_of_data(), DataStatus::Complete);
    assert!(row.provisional.iter().any(|caveat| caveat.text.contains("not verified")));
    province.end().await;
}

#[tokio::test]
async fn districts_are_judged_on_the_map_on_which_they_were() {
    let district = |unit, on| told(unit, on, What::Recognised(Tier::District));
    let log = [
        told("03618@0001-01-01", "2020-06-01", What::Recognised(Tier::Commune)),
        district("106@0001-01-01", "2024-12-01"),
        district("111@0001-01-01", "2024-12-01"),
        told("107@0001-01-01", "2024-05-01", What::PoorDistrict(None)),
    ];
    let province = Province::told(&log).await;
    for map in ["", NEW_MAP] {
        let rows = province.targets(view("2025-12-31", "", map), &["T05", "T12"]).await;
        assert_eq!(judged(&rows[0]), ("1.00", TargetStatus::Missed, "2.00"), "Than Uyên is missing");
        assert_eq!((rows[0].numerator, rows[0].denominator), (Some(1), Some(2)));
        assert_eq!(judged(&rows[1]), ("1.00", TargetStatus::Met, "1.00"));
        assert_eq!((rows[1].numerator, rows[1].denominator, &*rows[1].map), (Some(1), Some(4), "2025-06-30"));
    }
    province.end().await;
}

#[tokio::test]
async fn official_and_strict_criteria_stand_side_by_side() {
    let log = [
        told("03618@0001-01-01", "2024-12-01", assessed(13, Some(19))),
        told("03625@0001-01-01", "2024-12-01", assessed(18, Some(15))),
        told("03451@0001-01-01", "2024-12-01", assessed(14, None)),
    ];
    let province = Province::told(&log).await;
    let mean = province.target("T06", "2025-06-30").await;
    assert_eq!((judged(&mean).0, &*mean.strict), ("17.00", "15.00"));
    assert_eq!((mean.numerator, mean.denominator), (Some(34), Some(2)));
    let coverage = mean.coverage.unwrap();
    assert_eq!((coverage.areas_with_data, coverage.areas), (2, 94));
    assert_eq!(mean.status_of_data(), DataStatus::Incomplete);
    assert!(!mean.provisional.is_empty(), "names and levels of the set are not verified");
    let below = province.target("T07", "2025-06-30").await;
    assert_eq!((judged(&below).0, &*below.strict), ("0.00", "2.00"));
    assert_eq!((below.numerator, below.denominator), (Some(0), Some(2)));
    province.end().await;
}

#[tokio::test]
async fn lists_of_the_start_are_followed_through_the_merger() {
    let listed = |unit, on, entry| told(unit, on, What::Region(entry));
    let village = |unit, on| told(unit, on, What::Recognised(Tier::Village));
    let log = [
        listed("03618@0001-01-01", "2020-01-01", Some("III")),
        listed("03451@0001-01-01", "2020-01-01", Some("III")),
        listed("03412@0001-01-01", "2020-01-01", Some("II")),
        // It came later: it was not on the list at the start.
        listed("03394@0001-01-01", "2021-06-04", Some("III")),
        listed("03618@0001-01-01", "2023-03-01", Some("I")),
        village("03618-001@0001-01-01", "2024-03-01"),
        village("03451-001@0001-01-01", "2025-09-01"),
        village("03412-001@0001-01-01", "2024-03-01"),
    ];
    let province = Province::told(&log).await;
    let left = province.target("T13", "2025-12-31").await;
    assert_eq!(judged(&left), ("50.00", TargetStatus::Met, "31.00"));
    assert_eq!((left.numerator, left.denominator), (Some(1), Some(2)));
    let villages = province.target("T08", "2025-06-30").await;
    assert_eq!((judged(&villages).0, villages.numerator, villages.denominator), ("33.33", Some(1), Some(3)));
    let villages = province.target("T08", "2025-12-31").await;
    assert_eq!((judged(&villages).0, villages.numerator, villages.denominator), ("66.67", Some(2), Some(3)));
    assert!(
        villages.provisional.iter().any(|caveat| caveat.text.contains("list of villages is not verified"))
    );
    assert_eq!(villages.expected_by_now, "", "how many villages had the title at the start is not known");
    province.end().await;
}
