//! Criterion 11 arrives from the poverty registry's events, not by hand.

use crate::{
    messages::{PHUC_THAN, assessment, list, standing},
    office::{Office, refused},
};
use api::rural::{
    AssessAreaRequest, AssessmentOfArea, Fraction, GetStandingRequest, IndicatorResult, ResultState,
    observed_value::Value, rural_criteria_server::RuralCriteria as _,
};
use events::poverty::PovertyClass;
use kernel::date;
use service::request::ConsistencyToken;
use std::time::Duration;
use tonic::Request;

const COMMUNE: &str = "03618@0001-01-01";

fn eleven(assessed: &AssessmentOfArea) -> &IndicatorResult {
    &assessed.criteria[10].indicators[0]
}

fn counted(indicator: &IndicatorResult) -> Option<Fraction> {
    match indicator.value.clone()?.value? {
        Value::Share(share) => Some(share),
        other => panic!("a share, not {other:?}"),
    }
}

#[tokio::test]
async fn poor_and_near_poor_households_of_all_are_criterion_11() {
    let office = Office::on_sqlite().await;
    let poor = [Some(PovertyClass::Poor), Some(PovertyClass::NearPoor)];
    let others = [Some(PovertyClass::NotPoor); 12];
    let mut classes: Vec<_> = poor.into_iter().chain(others).collect();
    classes.extend([None, None]);
    let token = office.register_households(COMMUNE, date(2022, 3, 1), &classes).await;
    let request = AssessAreaRequest { consistency_token: token.clone(), ..assessment("2022-12-15", 2022) };
    let assessed = office.assess(request.clone()).await.assessment.unwrap();
    let indicator = eleven(&assessed);
    assert_eq!(
        counted(indicator),
        Some(Fraction { numerator: 2, denominator: 16 }),
        "those not reviewed count in"
    );
    assert_eq!((indicator.strict(), indicator.level.as_str()), (ResultState::Met, "≤ 13 %"));
    let listed = office.list(list(PHUC_THAN)).await.observations;
    let [derived] = &listed[..] else { panic!("one observation: {listed:?}") };
    assert!(derived.derived);
    assert_eq!(
        (derived.name.as_str(), derived.source.as_str()),
        (indicator.observation.as_str(), "poverty-registry")
    );

    // The same again is used again; what changed is another observation.
    let again = AssessAreaRequest { header: crate::messages::header(), ..request.clone() };
    let again = office.assess(again).await.assessment.unwrap();
    assert_eq!(eleven(&again).observation, derived.name);
    assert_eq!(office.list(list(PHUC_THAN)).await.observations.len(), 1);
    let token = office.register_households(COMMUNE, date(2022, 4, 1), &[Some(PovertyClass::Poor)]).await;
    let changed =
        AssessAreaRequest { header: crate::messages::header(), consistency_token: token, ..request.clone() };
    let changed = office.assess(changed).await.assessment.unwrap();
    assert_eq!(counted(eleven(&changed)), Some(Fraction { numerator: 3, denominator: 17 }));
    assert_eq!(
        (eleven(&changed).strict(), eleven(&changed).lacking.as_str()),
        (ResultState::NotMet, "phải giảm 1 (giữ nguyên mẫu số 17)")
    );

    // A repeat has the first answer, whatever the registry says meanwhile.
    let repeat = office.assess(request).await;
    assert_eq!(repeat.assessment, Some(assessed));
    assert!(repeat.receipt.unwrap().replayed);
}

#[tokio::test]
async fn the_households_of_the_day_count_as_they_were_known_today() {
    let office = Office::on_sqlite().await;
    let token = office
        .register_households(
            COMMUNE,
            date(2023, 3, 1),
            &[Some(PovertyClass::NotPoor), Some(PovertyClass::Poor)],
        )
        .await;
    let before = AssessAreaRequest { consistency_token: token, ..assessment("2022-12-15", 2022) };
    let before = office.assess(before).await.assessment.unwrap();
    assert_eq!((eleven(&before).strict(), &eleven(&before).value), (ResultState::NoData, &None));
    let after = office.assess(assessment("2023-12-15", 2023)).await.assessment.unwrap();
    assert_eq!(counted(eleven(&after)), Some(Fraction { numerator: 1, denominator: 2 }));
}

#[tokio::test]
async fn without_any_review_there_is_no_data_and_nothing_is_written_for_it() {
    let office = Office::on_sqlite().await;
    let token = office.register_households(COMMUNE, date(2022, 3, 1), &[None, None]).await;
    let request = AssessAreaRequest { consistency_token: token, ..assessment("2022-12-15", 2022) };
    let assessed = office.assess(request).await.assessment.unwrap();
    assert_eq!(eleven(&assessed).strict(), ResultState::NoData);
    assert_eq!(office.log.head().await.unwrap(), 1, "the assessment alone");
}

#[tokio::test]
async fn the_standing_reads_the_registry_live() {
    let office = Office::on_sqlite().await;
    let token = office.register_households(COMMUNE, date(2022, 3, 1), &[Some(PovertyClass::NotPoor)]).await;
    let request = AssessAreaRequest { consistency_token: token, ..assessment("2022-12-15", 2022) };
    office.assess(request).await;
    let token = office.register_households(COMMUNE, date(2023, 3, 1), &[Some(PovertyClass::Poor)]).await;
    let shown = office.standing(GetStandingRequest { consistency_token: token, ..standing(PHUC_THAN) }).await;
    assert_eq!(counted(eleven(&shown.assessment.unwrap())), Some(Fraction { numerator: 0, denominator: 1 }));
    let now = shown.now.unwrap();
    assert_eq!(counted(eleven(&now)), Some(Fraction { numerator: 1, denominator: 2 }));
    assert_eq!(eleven(&now).observation, "", "read, not recorded");
    let then = GetStandingRequest { as_at: "2023-02-28".into(), ..standing(PHUC_THAN) };
    let then = office.standing(then).await.now.unwrap();
    assert_eq!(counted(eleven(&then)), Some(Fraction { numerator: 0, denominator: 1 }), "as at that day");
}

#[tokio::test]
async fn an_assessment_waits_for_the_state_of_the_registry_that_it_must_have_seen() {
    let office = Office::on_sqlite().await;
    let impatient = office.that_waits(Duration::from_millis(10)).await;
    let ahead = ConsistencyToken::of("poverty", 7).to_string();
    let request = AssessAreaRequest { consistency_token: ahead.clone(), ..assessment("2022-12-15", 2022) };
    let late = refused(impatient.assess_area(Request::new(request.clone())).await);
    assert_eq!(
        (late.reason.as_str(), late.fields.as_slice()),
        ("NOT_CAUGHT_UP", &["consistency_token".into()][..])
    );
    assert_eq!(office.log.head().await.unwrap(), 0, "nothing was written");
    let advanced = AssessAreaRequest { set: "test-advanced".into(), ..request };
    impatient
        .assess_area(Request::new(advanced))
        .await
        .expect("a set without derived indicators asks for nothing");
    let standing = GetStandingRequest { consistency_token: ahead, ..standing(PHUC_THAN) };
    assert_eq!(refused(impatient.get_standing(Request::new(standing)).await).reason, "NOT_CAUGHT_UP");
}

#[tokio::test]
async fn on_postgres_the_feed_is_the_same() {
    let office = Office::on_postgres().await;
    let classes = [Some(PovertyClass::NearPoor), Some(PovertyClass::NotPoor), None];
    let token = office.register_households(COMMUNE, date(2022, 3, 1), &classes).await;
    let request = AssessAreaRequest { consistency_token: token, ..assessment("2022-12-15", 2022) };
    let assessed = office.assess(request).await.assessment.unwrap();
    assert_eq!(counted(eleven(&assessed)), Some(Fraction { numerator: 1, denominator: 3 }));
    assert_eq!(office.log.head().await.unwrap(), 2);
}
