//! Bulk calls: each item on its own, in order, in few round trips.

use crate::{
    messages::{PHUC_THAN, assessment, registration},
    office::{Office, refused},
};
use api::{
    poverty::{
        BatchRegisterHouseholdsRequest, BatchWriteResult, WriteHouseholdResponse,
        batch_write_result::Result as Item, poverty_registry_server::PovertyRegistry as _,
    },
    types::{self, PovertyClass},
};
use tonic::Request;

const SINCE: &str = "2024-09-01";

#[track_caller]
fn accepted(result: &BatchWriteResult) -> &WriteHouseholdResponse {
    match &result.result {
        Some(Item::Accepted(accepted)) => accepted,
        other => panic!("should be accepted: {other:?}"),
    }
}

#[track_caller]
fn refusal(result: &BatchWriteResult) -> &types::Refusal {
    match &result.result {
        Some(Item::Refused(refusal)) => refusal,
        other => panic!("should be refused: {other:?}"),
    }
}

#[tokio::test]
async fn each_item_is_accepted_or_refused_on_its_own() {
    let office = Office::on_sqlite().await;
    let mut without_head = registration(PHUC_THAN, SINCE);
    without_head.members[0].head = false;
    let unreadable = registration("3618", SINCE);
    let answer = office
        .register_all(vec![
            registration(PHUC_THAN, SINCE),
            without_head,
            unreadable,
            registration(PHUC_THAN, SINCE),
        ])
        .await;
    assert_eq!(office.log.head().await.unwrap(), 2);
    let household = accepted(&answer.results[0]).household.as_ref().unwrap();
    assert_eq!((household.members.len(), household.member_count), (0, 2), "a bulk answer stays small");
    let no_head = refusal(&answer.results[1]);
    assert_eq!((no_head.reason.as_str(), no_head.code), ("NO_HEAD", 3));
    assert_eq!(no_head.field_violations[0].field, "requests[1].members");
    assert!(!no_head.message_vi.is_empty());
    assert_eq!(refusal(&answer.results[2]).field_violations[0].field, "requests[2].commune_code");
    let last = accepted(&answer.results[3]).receipt.as_ref().unwrap();
    assert_eq!(answer.consistency_token, last.consistency_token, "the token covers all items");
}

#[tokio::test]
async fn items_on_one_household_take_effect_in_their_order() {
    let office = Office::on_sqlite().await;
    let household = office.register(registration(PHUC_THAN, SINCE)).await.household.unwrap().name;
    let twice = assessment(&household, "2024-12-14", 150, 3);
    let answer = office
        .assess_all(vec![
            assessment(&household, "2024-12-14", 140, 3),
            twice,
            assessment(&household, "2025-12-14", 140, 2),
        ])
        .await;
    assert_eq!(refusal(&answer.results[1]).reason, "ASSESSMENT_EXISTS");
    let class = |index: usize| {
        let household = accepted(&answer.results[index]).household.clone().unwrap();
        household.latest_assessment.unwrap().poverty_class()
    };
    assert_eq!((class(0), class(2)), (PovertyClass::Poor, PovertyClass::NearPoor));
}

#[tokio::test]
async fn a_thousand_registrations_repeated_are_answered_as_the_first_time() {
    let office = Office::on_sqlite().await;
    let requests: Vec<_> = (0..1_000).map(|_| registration(PHUC_THAN, SINCE)).collect();
    let first = office.register_all(requests.clone()).await;
    assert_eq!(office.log.head().await.unwrap(), 1_000);
    let again = office.register_all(requests).await;
    assert_eq!(office.log.head().await.unwrap(), 1_000);
    for (first, again) in first.results.iter().zip(&again.results) {
        let (first, again) = (accepted(first), accepted(again));
        assert_eq!(first.household, again.household);
        assert!(again.receipt.as_ref().unwrap().replayed);
    }
}

#[tokio::test]
async fn one_request_twice_in_a_batch_takes_effect_once() {
    let office = Office::on_sqlite().await;
    let request = registration(PHUC_THAN, SINCE);
    let answer = office.register_all(vec![request.clone(), request]).await;
    assert_eq!(accepted(&answer.results[0]).household, accepted(&answer.results[1]).household);
    assert_eq!(office.log.head().await.unwrap(), 1);
}

#[tokio::test]
async fn more_than_a_thousand_items_are_refused_as_a_whole() {
    let office = Office::on_sqlite().await;
    let requests = (0..1_001).map(|_| registration(PHUC_THAN, SINCE)).collect();
    let request = Request::new(BatchRegisterHouseholdsRequest { requests });
    let refused = refused(office.registry.batch_register_households(request).await);
    assert_eq!(
        (refused.reason.as_str(), refused.fields.as_slice()),
        ("TOO_MANY_ITEMS", &["requests".to_owned()][..])
    );
    assert_eq!(office.log.head().await.unwrap(), 0);
}
