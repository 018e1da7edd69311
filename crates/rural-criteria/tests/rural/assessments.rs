//! Assessments: the strict and the official result side by side, with levels and gaps in words.

use crate::{
    messages::{KHOEN_ON, assessment, observation, official, recognition, share},
    office::Office,
};
use api::rural::{AssessAreaRequest, Fraction, ResultState, observed_value::Value};

#[tokio::test]
async fn strict_and_official_results_stand_side_by_side_with_their_differences() {
    let office = Office::on_sqlite().await;
    let school = office.observe(observation("5", "2022-06-01", share(62, 100))).await.observation.unwrap();
    let mean = Value::Mean(Fraction { numerator: 39_000_000 * 4_000, denominator: 4_000 });
    office.observe(observation("10", "2022-06-01", mean)).await;
    let request = AssessAreaRequest {
        official: vec![
            official("criteria/5", ResultState::BasicallyMet),
            official("10", ResultState::Met),
            official("1", ResultState::Met),
        ],
        ..assessment("2022-12-15", 2022)
    };
    let mut request = request;
    request.official[1].of = "criteria/10".into();
    let answer = office.assess(request).await;
    let assessed = answer.assessment.unwrap();
    assert!(assessed.name.starts_with("assessments/"));
    assert_eq!((assessed.assessed_year, assessed.column.as_str()), (2022, "northern_midlands_mountains"));
    assert_eq!((assessed.strict_met, assessed.applicable, assessed.official_met), (1, 19, Some(2)));
    assert_eq!(assessed.strict(), ResultState::NotMet);
    let criterion = |number: usize| &assessed.criteria[number - 1];
    let five = criterion(5);
    assert_eq!((five.strict(), five.official()), (ResultState::NotMet, ResultState::BasicallyMet));
    let indicator = &five.indicators[0];
    assert_eq!(indicator.observation, school.name);
    assert_eq!(indicator.level, "≥ 70 %");
    assert_eq!(indicator.lacking, "còn thiếu 8 (giữ nguyên mẫu số 100)");
    let income = &criterion(10).indicators[0];
    assert_eq!((income.strict(), income.level.as_str()), (ResultState::Met, "≥ 39000000 đồng/người/năm"));
    assert!(
        income.lacking.starts_with("theo mức năm 2023: còn thiếu 3.000.000 đồng/người/năm"),
        "{}",
        income.lacking
    );
    assert_eq!(criterion(11).strict(), ResultState::NoData);
    let roads = &criterion(2).indicators[0];
    assert_eq!(
        (roads.strict(), roads.level.as_str(), roads.lacking.as_str()),
        (ResultState::NotAssessed, "", "")
    );
    let differences: Vec<_> =
        assessed.differences.iter().map(|it| (it.of.as_str(), it.strict(), it.official())).collect();
    assert_eq!(
        differences,
        [
            ("criteria/1", ResultState::NotAssessed, ResultState::Met),
            ("criteria/5", ResultState::NotMet, ResultState::BasicallyMet)
        ]
    );
    assert!(assessed.provisional.iter().any(|caveat| caveat.text_vi.contains("chưa được kiểm chứng")));
}

#[tokio::test]
async fn a_recognised_set_that_is_not_passed_differs_as_a_whole() {
    let office = Office::on_sqlite().await;
    office.assess(assessment("2022-12-15", 2022)).await;
    office.recognise(recognition("2023-02-01")).await;
    let assessed = office.assess(assessment("2023-03-01", 2022)).await.assessment.unwrap();
    assert_eq!(assessed.differences.len(), 1);
    assert_eq!(
        (assessed.differences[0].of.as_str(), assessed.differences[0].official()),
        ("set", ResultState::Met)
    );
}

#[tokio::test]
async fn under_the_sets_of_2026_official_results_are_recorded_and_strict_ones_stay_open() {
    let office = Office::on_sqlite().await;
    let request = AssessAreaRequest {
        area: KHOEN_ON.into(),
        set: "vn-commune-2026-2030".into(),
        column: "3".into(),
        official: (1..=10).map(|number| official(&number.to_string(), ResultState::Met)).collect(),
        ..assessment("2026-06-01", 2026)
    };
    let assessed = office.assess(request).await.assessment.unwrap();
    assert_eq!(
        (assessed.strict(), assessed.strict_met, assessed.official_met),
        (ResultState::NotAssessed, 0, Some(10))
    );
    assert_eq!(assessed.criteria[9].display_name, "Tiếp cận pháp luật và an ninh, quốc phòng");
    assert!(!assessed.provisional.is_empty());
}

#[tokio::test]
async fn an_assessment_says_what_it_said_whatever_comes_later() {
    let office = Office::on_sqlite().await;
    let wrong = office.observe(observation("5", "2022-06-01", share(62, 100))).await.observation.unwrap();
    let request = assessment("2022-12-15", 2022);
    let first = office.assess(request.clone()).await;
    let mut correction = observation("5", "2022-06-01", share(72, 100));
    correction.corrects = wrong.name;
    office.observe(correction).await;
    office.recognise(recognition("2023-02-01")).await;
    let again = office.assess(request).await;
    assert_eq!(again.assessment, first.assessment);
    assert!(again.receipt.unwrap().replayed);
}
