//! The resolution's targets, with cases computed by hand.

use crate::{
    common::tales::{Found, Home, Told},
    province::{Province, assessed, reason, reference, registered, reviewed},
};
use api::progress::{DataStatus, TargetRow, TargetStatus};
use kernel::parse_date;

/// In district 107, which is on the list of poor districts, and in 110, which is not.
const MU_CA: Home = Home { commune: "03451@0001-01-01", village: None };
const PHUC_THAN: Home = Home { commune: "03618@0001-01-01", village: None };

/// 20 households in each of two communes, reviewed on 2022-01-01 and at the ends of the years as told: how many are poor.
fn reviews(poor_in_mu_ca: &[(&str, usize)], poor_in_phuc_than: &[(&str, usize)]) -> Vec<Told> {
    let mut log: Vec<_> = (0..40)
        .map(|number| registered(number, "2021-06-01", if number < 20 { MU_CA } else { PHUC_THAN }, 1))
        .collect();
    for (reviews, first) in [(poor_in_mu_ca, 0), (poor_in_phuc_than, 20)] {
        for (on, poor) in reviews {
            for number in 0..20 {
                let found = if number < *poor { Found::Poor } else { Found::NotPoor };
                log.push(assessed(first + number, on, found));
            }
        }
    }
    log
}

fn falling() -> Vec<Told> {
    reviews(
        &[("2022-01-01", 10), ("2022-12-15", 8), ("2023-12-15", 6)],
        &[("2022-01-01", 4), ("2022-12-15", 4), ("2023-12-15", 2)],
    )
}

/// One household in each other unit of the province, reviewed on 2022-01-01 and not poor: no unit is left out.
fn everywhere_else() -> Vec<Told> {
    let areas = &reference().areas;
    let map = parse_date("2021-01-01").unwrap();
    let districts = areas.children(&areas.province().key, map);
    let units = districts.iter().flat_map(|district| areas.children(&district.key, map));
    let units = units
        .map(|unit| unit.key.to_string())
        .filter(|unit| ![MU_CA, PHUC_THAN].map(|home| home.commune).contains(&&**unit));
    let told = (1_000..).zip(units).flat_map(|(number, unit)| {
        let home = Home { commune: unit.leak(), village: None };
        [registered(number, "2021-06-01", home, 1), assessed(number, "2022-01-01", Found::NotPoor)]
    });
    told.collect()
}

async fn row(province: &Province, as_at: &str, id: &str) -> TargetRow {
    province.targets(as_at, &[id]).await.unwrap().targets.remove(0)
}

fn judged(row: &TargetRow) -> (&str, TargetStatus, &str) {
    (&row.actual, row.status(), &row.expected_by_now)
}

#[tokio::test]
async fn all_targets_and_baselines_are_listed_and_what_is_not_fed_has_no_data() {
    let province = Province::told(&falling()).await;
    let all = province.targets("2024-12-31", &[]).await.unwrap();
    assert_eq!((all.targets.len(), all.baselines.len()), (43, 9));
    let fed = ["T09", "T10", "T11", "T26", "T27", "T31", "T32", "X1"];
    for row in all.targets.iter().filter(|row| !fed.contains(&&*row.id)) {
        assert_eq!(
            (row.status(), row.status_of_data()),
            (TargetStatus::Unknown, DataStatus::NoData),
            "{}",
            row.id
        );
        assert_eq!((&*row.actual, row.numerator, row.denominator), ("", None, None), "{}", row.id);
        assert!(!row.formula.is_empty(), "{} does not say why", row.id);
    }
    assert_eq!((&*all.targets[2].target, &*all.targets[5].target), ("54", "17.3"));
    assert_eq!((&*all.baselines[1].value, &*all.baselines[1].of), ("39", "94"));
    assert_eq!(reason(&province.targets("", &["T99"]).await.unwrap_err()), "TARGET_UNKNOWN");
    province.end().await;
}

#[tokio::test]
async fn the_mean_yearly_fall_is_taken_under_one_standard_from_its_first_day() {
    let province = Province::told(&falling()).await;
    // 14 of 40 on 2022-01-01, 12 of 40 at the end of 2022, 8 of 40 at the end of 2023.
    let first_year = row(&province, "2023-06-30", "T09").await;
    assert_eq!(judged(&first_year), ("5.00", TargetStatus::Unknown, "3.00"), "two of 106 units cannot tell");
    let two_years = row(&province, "2023-12-31", "T09").await;
    assert_eq!(judged(&two_years), ("7.50", TargetStatus::Unknown, "3.00"));
    assert!(two_years.formula.contains("(14/40 - 8/40) x 100 / 2"), "{}", two_years.formula);
    assert!(two_years.formula.contains("figures/households/poor/areas/12@0001-01-01/as-at/2022-01-01/"));
    // Nothing more was reviewed: the level stands, and the mean falls with the years to 15 points in 4.
    let at_the_end = row(&province, "2026-06-30", "T09").await;
    assert_eq!(judged(&at_the_end), ("3.75", TargetStatus::Unknown, "3.00"));
    assert!(!at_the_end.provisional.is_empty());
    // 14 of 144, then 12 of 144: 200/144 points.
    province.tell(&everywhere_else()).await;
    assert_eq!(judged(&row(&province, "2023-06-30", "T09").await), ("1.39", TargetStatus::Behind, "3.00"));
    province.end().await;
}

#[tokio::test]
async fn without_a_review_on_the_first_day_of_the_standard_there_is_no_rate_to_start_from() {
    let log = reviews(&[("2021-12-15", 10), ("2022-12-15", 8)], &[("2021-12-15", 4), ("2022-12-15", 4)]);
    let province = Province::told(&log).await;
    for id in ["T09", "T10", "T11"] {
        let row = row(&province, "2022-12-31", id).await;
        assert_eq!(
            (row.status(), row.status_of_data(), &*row.actual),
            (TargetStatus::Unknown, DataStatus::NoData, "")
        );
        assert!(
            row.formula.starts_with("no review under ND07-2021 is effective on 2022-01-01"),
            "{}",
            row.formula
        );
    }
    province.end().await;
}

#[tokio::test]
async fn before_the_first_year_under_the_standard_has_ended_there_is_no_fall() {
    let province = Province::told(&falling()).await;
    let row = row(&province, "2022-06-30", "T09").await;
    assert_eq!(
        (row.status(), &*row.formula),
        (TargetStatus::Unknown, "no year under ND07-2021 has ended by 2022-06-30")
    );
    province.end().await;
}

#[tokio::test]
async fn the_poor_districts_have_their_own_rate_on_their_own_map() {
    let province = Province::told(&falling()).await;
    // Only 107 of the listed districts has households here: 10 of 20, then 6 of 20, in two years.
    for as_at in ["2023-12-31", "2024-06-30"] {
        let row = row(&province, as_at, "T10").await;
        assert_eq!(judged(&row), ("10.00", TargetStatus::Unknown, "4.00"));
        assert_eq!(row.status_of_data(), DataStatus::Incomplete);
        assert!(
            row.provisional
                .iter()
                .any(|why| why.text.starts_with("the list of poor districts is not verified"))
        );
    }
    province.end().await;
}

#[tokio::test]
async fn the_number_of_poor_households_follows_a_line_from_the_start_of_the_standard() {
    let province = Province::told(&[falling(), everywhere_else()].concat()).await;
    // 14 at the start; 8 since 2023-12-15: 8/14 = 0.571…
    let on_the_way = row(&province, "2024-01-01", "T11").await;
    assert_eq!(judged(&on_the_way), ("0.57", TargetStatus::OnTrack, "0.75"));
    assert_eq!((on_the_way.numerator, on_the_way.denominator), (Some(8), Some(14)));
    let behind = row(&province, "2023-12-14", "T11").await;
    assert_eq!(judged(&behind), ("0.86", TargetStatus::Behind, "0.76"));
    let missed = row(&province, "2025-12-31", "T11").await;
    assert_eq!(judged(&missed), ("0.57", TargetStatus::Missed, "0.50"));
    let after = row(&province, "2027-06-30", "T11").await;
    assert_eq!(judged(&after), ("0.57", TargetStatus::Missed, "0.50"), "judged at the end of the period");
    province.end().await;
}

/// 8 poor and 2 near-poor households of four members, 3 of them lacking health insurance and 5 a latrine, and 10 that are
/// neither and lack everything.
fn lacking() -> Vec<Told> {
    let mut log: Vec<_> = (0..20).map(|number| registered(number, "2021-06-01", PHUC_THAN, 4)).collect();
    for number in 0..20 {
        let found = match number {
            0..8 => Found::Poor,
            8..10 => Found::NearPoor,
            _ => Found::NotPoor,
        };
        let lacks = [number < 3, false, number % 2 == 0, false];
        let lacks = if found == Found::NotPoor { [true; 4] } else { lacks };
        log.push(reviewed(number, "2022-01-01", found, lacks));
    }
    // In the other commune of `everywhere_else` too, that no unit is left out.
    log.push(registered(20, "2021-06-01", MU_CA, 1));
    log.push(assessed(20, "2022-01-01", Found::NotPoor));
    log
}

#[tokio::test]
async fn what_poor_and_near_poor_households_do_not_lack_is_a_share_of_them_alone() {
    let province = Province::told(&[lacking(), everywhere_else()].concat()).await;
    let insured = row(&province, "2024-12-31", "T26").await;
    assert_eq!(judged(&insured), ("70.00", TargetStatus::Behind, ""));
    assert_eq!((insured.numerator, insured.denominator), (Some(28), Some(40)), "by persons");
    let latrine = row(&province, "2024-12-31", "T31").await;
    assert_eq!(judged(&latrine), ("50.00", TargetStatus::Behind, ""));
    assert_eq!((latrine.numerator, latrine.denominator), (Some(5), Some(10)), "by households");
    assert_eq!(judged(&row(&province, "2024-12-31", "T27").await).1, TargetStatus::Met);
    assert!(insured.provisional.iter().any(|why| why.text.starts_with("counted by household")));
    assert_eq!((&*latrine.actual_on, &*latrine.actual_source), ("2024-12-31", "poverty-registry"));
    for row in [&insured, &latrine] {
        let explained = province.explain(&row.figure, 0, "").await.unwrap();
        assert_eq!(explained.formula, row.formula);
        for input in &explained.inputs {
            assert_eq!(
                province.explain(&input.name, 1, "").await.unwrap().sum,
                input.value,
                "{}",
                input.name
            );
        }
    }
    assert_eq!(judged(&row(&province, "2025-12-31", "T31").await).1, TargetStatus::Missed);
    province.end().await;
}

#[tokio::test]
async fn a_target_is_explained_by_the_counts_it_is_made_of() {
    let province = Province::told(&falling()).await;
    let row = row(&province, "2023-12-31", "T09").await;
    let explained = province.explain(&row.figure, 0, "").await.unwrap();
    assert_eq!(explained.formula, row.formula);
    let values: Vec<_> = explained.inputs.iter().map(|input| input.value).collect();
    assert_eq!(values, [Some(14), Some(40), Some(8), Some(40)]);
    for input in &explained.inputs {
        assert_eq!(province.explain(&input.name, 1, "").await.unwrap().sum, input.value);
    }
    province.end().await;
}

#[tokio::test]
async fn a_target_of_the_operator_is_computed_as_its_record_says() {
    let province = Province::told(&falling()).await;
    let own = row(&province, "2023-12-31", "X1").await;
    let given = row(&province, "2023-12-31", "T11").await;
    assert_eq!((own.numerator, own.denominator), (given.numerator, given.denominator));
    assert!(own.numerator.is_some());
    province.end().await;
}
