//! Bulk calls: each item on its own, in order.

use crate::{
    messages::{MUONG_MIT, PHUC_THAN, assessment, list, observation, share},
    office::{Office, refused},
};
use api::rural::{
    AssessAreaRequest, BatchAssessAreasRequest, BatchRecordObservationsRequest, ResultState,
    WriteObservationResponse, batch_assess_area_result, batch_write_observation_result::Result as Item,
    rural_criteria_server::RuralCriteria as _,
};
use events::poverty::PovertyClass;
use kernel::date;
use tonic::Request;

#[track_caller]
fn written(item: &Option<Item>) -> &WriteObservationResponse {
    match item {
        Some(Item::Accepted(accepted)) => accepted,
        other => panic!("should be accepted: {other:?}"),
    }
}

#[tokio::test]
async fn each_observation_is_accepted_or_refused_at_its_place() {
    let office = Office::on_sqlite().await;
    let mut unreadable = observation("5", "2022-06-01", share(1, 0));
    unreadable.area = "3618".into();
    let answer = office
        .observe_all(vec![
            observation("5", "2022-06-01", share(1, 2)),
            observation("11", "2022-06-01", share(1, 2)),
            unreadable,
            observation("5", "2022-07-01", share(1, 2)),
        ])
        .await;
    let Some(Item::Refused(derived)) = &answer.results[1].result else { panic!("derived") };
    assert_eq!(
        (derived.reason.as_str(), derived.field_violations[0].field.as_str()),
        ("DERIVED_INDICATOR", "requests[1].indicator")
    );
    assert!(!derived.message_vi.is_empty());
    let Some(Item::Refused(faults)) = &answer.results[2].result else { panic!("unreadable") };
    let fields: Vec<_> = faults.field_violations.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["requests[2].area", "requests[2].value.share.denominator"], "all at once");
    let last = written(&answer.results[3].result).receipt.as_ref().unwrap();
    assert_eq!(answer.consistency_token, last.consistency_token);
    assert_eq!(office.log.head().await.unwrap(), 2);
}

#[tokio::test]
async fn a_thousand_observations_repeated_are_answered_as_the_first_time() {
    let office = Office::on_sqlite().await;
    let requests: Vec<_> = (0..1_000).map(|n| observation("5", "2022-06-01", share(n, 1_000))).collect();
    let first = office.observe_all(requests.clone()).await;
    assert_eq!(office.log.head().await.unwrap(), 1_000);
    let again = office.observe_all(requests).await;
    assert_eq!(office.log.head().await.unwrap(), 1_000);
    for (first, again) in first.results.iter().zip(&again.results) {
        let (first, again) = (written(&first.result), written(&again.result));
        assert_eq!(first.observation, again.observation);
        assert!(again.receipt.as_ref().unwrap().replayed);
    }
    assert_eq!(office.list(list(PHUC_THAN)).await.observations.len(), 100, "the default page");
}

#[tokio::test]
async fn a_correction_may_stand_in_the_batch_of_what_it_corrects() {
    let office = Office::on_sqlite().await;
    let first = observation("5", "2022-06-01", share(1, 2));
    let mut looked_at = first.clone();
    looked_at.header.as_mut().unwrap().validate_only = true;
    let name = office.observe(looked_at).await.observation.unwrap().name;
    let corrects = |name: &str| {
        let mut correction = observation("5", "2022-06-01", share(2, 3));
        correction.corrects = name.to_owned();
        correction
    };
    let answer = office.observe_all(vec![first, corrects(&name), corrects(&name)]).await;
    written(&answer.results[1].result);
    let Some(Item::Refused(twice)) = &answer.results[2].result else { panic!("corrected twice") };
    assert_eq!(twice.reason, "OBSERVATION_CORRECTED");
}

#[tokio::test]
async fn assessments_are_decided_one_after_another() {
    let office = Office::on_sqlite().await;
    let token = office
        .register_households("03618@0001-01-01", date(2022, 3, 1), &[Some(PovertyClass::NotPoor)])
        .await;
    let seen = |request: AssessAreaRequest| AssessAreaRequest { consistency_token: token.clone(), ..request };
    let elsewhere = AssessAreaRequest { area: MUONG_MIT.into(), ..assessment("2022-12-15", 2022) };
    let frame =
        AssessAreaRequest { set: "vn-model-commune-2021-2025".into(), ..assessment("2022-12-15", 2022) };
    let answer = office
        .assess_all(vec![
            seen(assessment("2022-12-15", 2022)),
            frame,
            seen(assessment("2022-12-15", 2022)),
            seen(elsewhere),
        ])
        .await;
    let assessed = |index: usize| match &answer.results[index].result {
        Some(batch_assess_area_result::Result::Accepted(accepted)) => accepted.assessment.clone().unwrap(),
        other => panic!("should be accepted: {other:?}"),
    };
    let eleven = |index: usize| assessed(index).criteria[10].indicators[0].clone();
    assert_eq!(eleven(0).observation, eleven(2).observation, "derived once");
    assert_eq!((eleven(0).strict(), eleven(3).strict()), (ResultState::Met, ResultState::NoData));
    let Some(batch_assess_area_result::Result::Refused(frame)) = &answer.results[1].result else {
        panic!("a frame");
    };
    assert_eq!(
        (frame.reason.as_str(), frame.field_violations[0].field.as_str()),
        ("SET_HAS_NO_CRITERIA", "requests[1].set")
    );
    assert_eq!(office.log.head().await.unwrap(), 4);
    assert!(!answer.consistency_token.is_empty());
}

#[tokio::test]
async fn more_items_than_a_batch_takes_are_refused_as_a_whole() {
    let office = Office::on_sqlite().await;
    let requests = (0..1_001).map(|_| observation("5", "2022-06-01", share(1, 2))).collect();
    let request = Request::new(BatchRecordObservationsRequest { requests });
    let too_many = refused(office.criteria.batch_record_observations(request).await);
    assert_eq!(
        (too_many.reason.as_str(), too_many.fields.as_slice()),
        ("TOO_MANY_ITEMS", &["requests".into()][..])
    );
    let requests = (0..1_001).map(|_| assessment("2022-12-15", 2022)).collect();
    let request = Request::new(BatchAssessAreasRequest { requests });
    assert_eq!(refused(office.criteria.batch_assess_areas(request).await).reason, "TOO_MANY_ITEMS");
    assert_eq!(office.log.head().await.unwrap(), 0);
}
