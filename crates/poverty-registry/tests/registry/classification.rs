//! The class, from the request to the answer.

use crate::{
    messages::{PHUC_THAN, SAN_THANG, SIN_HO, TEN_INDICATORS, answers, assessment, registration},
    office::Office,
};
use api::{
    poverty::{
        Assessment, RecordAssessmentRequest, WriteHouseholdResponse, assessment, record_assessment_request,
    },
    types::{AreaType, PovertyClass},
};

fn latest(answer: WriteHouseholdResponse) -> Assessment {
    answer.household.and_then(|household| household.latest_assessment).expect("an assessment")
}

async fn registered(office: &Office, commune: &str) -> String {
    office.register(registration(commune, "2020-01-01")).await.household.unwrap().name
}

#[tokio::test]
async fn the_cut_offs_of_2022_to_2026_hold_at_their_boundaries() {
    let office = Office::on_sqlite().await;
    use PovertyClass::{NearPoor, NotPoor, Poor};
    for (commune, b1, deprived, class) in [
        (PHUC_THAN, 140, 3, Poor),
        (PHUC_THAN, 140, 2, NearPoor),
        (PHUC_THAN, 140, 0, NearPoor),
        (PHUC_THAN, 141, 3, NotPoor),
        (PHUC_THAN, 141, 12, NotPoor),
        (SIN_HO, 175, 3, Poor),
        (SIN_HO, 175, 2, NearPoor),
        (SIN_HO, 176, 12, NotPoor),
        (SIN_HO, 141, 3, Poor),
    ] {
        let household = registered(&office, commune).await;
        let found = latest(office.assess(assessment(&household, "2024-12-14", b1, deprived)).await);
        let b2 = i32::try_from(deprived).unwrap() * 10;
        assert_eq!(found.poverty_class(), class, "{commune} ({b1}, {b2})");
        assert_eq!((found.b2_score, found.standard.as_str()), (Some(b2), "ND07-2021"));
        assert_eq!(found.income, Some(assessment::Income::B1Score(b1)));
        assert_eq!(found.deprived.len(), deprived);
    }
}

#[tokio::test]
async fn the_answer_tells_the_rule_in_words_and_that_it_is_provisional() {
    let office = Office::on_sqlite().await;
    let household = registered(&office, PHUC_THAN).await;
    let found = latest(office.assess(assessment(&household, "2024-12-14", 140, 3)).await);
    assert!(found.rule.contains("B1 140 ≤ 140 and B2 30 ≥ 30"), "{}", found.rule);
    assert!(found.provisional, "wordings of indicators are not verified");
}

#[tokio::test]
async fn the_area_type_changes_at_the_merger_for_a_household_that_did_not_move() {
    let office = Office::on_sqlite().await;
    let now_in_a_ward = registered(&office, SAN_THANG).await;
    let now_in_a_commune = registered(&office, SIN_HO).await;
    for (household, date, area_type, class, unit) in [
        (&now_in_a_ward, "2025-06-30", AreaType::Rural, PovertyClass::NotPoor, "Xã San Thàng"),
        (&now_in_a_ward, "2025-07-01", AreaType::Urban, PovertyClass::Poor, "Phường Tân Phong"),
        (&now_in_a_commune, "2025-06-30", AreaType::Urban, PovertyClass::Poor, "Thị trấn Sìn Hồ"),
        (&now_in_a_commune, "2025-07-01", AreaType::Rural, PovertyClass::NotPoor, "Xã Sìn Hồ"),
    ] {
        let answer = office.assess(assessment(household, date, 150, 3)).await;
        let residence = answer.household.as_ref().and_then(|household| household.commune.clone()).unwrap();
        assert_eq!(residence.valid_to, "2025-06-30", "the residence stays as it was recorded");
        let found = latest(answer);
        assert_eq!((found.area_type(), found.poverty_class()), (area_type, class), "{unit} {date}");
        assert_eq!(found.commune.unwrap().display_name, unit);
    }
}

#[tokio::test]
async fn in_november_2026_the_standard_of_2022_counts() {
    let office = Office::on_sqlite().await;
    let household = registered(&office, PHUC_THAN).await;
    let found = latest(office.assess(assessment(&household, "2026-11-15", 140, 3)).await);
    assert_eq!((found.standard.as_str(), found.poverty_class()), ("ND07-2021", PovertyClass::Poor));
}

#[tokio::test]
async fn in_2021_the_standard_of_2016_counts_by_income() {
    let office = Office::on_sqlite().await;
    for (income, deprived, class) in [
        (700_000, 0, PovertyClass::Poor),
        (1_000_000, 3, PovertyClass::Poor),
        (1_000_000, 2, PovertyClass::NearPoor),
        (1_000_001, 10, PovertyClass::NotPoor),
    ] {
        let household = registered(&office, PHUC_THAN).await;
        let request = RecordAssessmentRequest {
            income: Some(record_assessment_request::Income::IncomePerPersonMonth(income)),
            answers: answers(&TEN_INDICATORS, deprived),
            ..assessment(&household, "2021-12-14", 0, 0)
        };
        let found = latest(office.assess(request).await);
        assert_eq!((found.standard.as_str(), found.poverty_class()), ("QD59-2015", class), "{income}");
        assert_eq!(found.income, Some(assessment::Income::IncomePerPersonMonth(income)));
        assert_eq!(found.b2_score, None);
    }
}
