//! A repeated request gets the first outcome and changes nothing.

use crate::{
    child,
    place::{Place, open},
    request::{RequestParts, request},
};
use event_log::{AppendError, Fingerprint, LogOptions, StreamId};
use futures::future::join_all;
use kernel::RequestId;
use uuid::Uuid;

on_both_stores! {
    a_repeat_returns_the_first_outcome,
    a_repeat_returns_the_first_outcome_after_the_log_was_opened_again,
    racing_repeats_are_recorded_once,
    racing_repeats_from_two_writers_are_recorded_once,
    a_used_id_with_other_content_is_refused,
    a_refused_request_may_be_corrected_under_its_id,
    a_look_up_tells_recorded_reused_and_unknown_requests_apart,
    a_look_up_never_sees_a_request_without_its_events,
    a_repeat_after_a_crash_between_commit_and_answer_returns_the_first_outcome,
    a_crash_before_the_commit_leaves_nothing,
}

async fn a_repeat_returns_the_first_outcome(place: Place) {
    let log = place.open().await;
    let asked = request().writing("household/a", 0, 2).writing("household/b", 0, 1);
    let first = log.append(asked.clone()).await.unwrap();
    log.append(request().writing("household/a", 2, 1)).await.unwrap();

    let repeat = log.append(asked).await.unwrap();
    assert_eq!(repeat, event_log::Appended { replayed: true, ..first });
    assert_eq!(log.head().await.unwrap(), 4);
    log.close().await;
}

async fn a_repeat_returns_the_first_outcome_after_the_log_was_opened_again(place: Place) {
    let log = place.open().await;
    let asked = request().writing("household/a", 0, 2);
    let first = log.append(asked.clone()).await.unwrap();
    log.close().await;

    let log = place.open().await;
    let repeat = log.append(asked).await.unwrap();
    assert_eq!(repeat, event_log::Appended { replayed: true, ..first });
    log.close().await;
}

async fn racing_repeats_are_recorded_once(place: Place) {
    let log = place.open().await;
    let asked = request().writing("household/a", 0, 2);
    let outcomes = join_all((0..8).map(|_| log.append(asked.clone()))).await;
    let outcomes: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
    assert_eq!(outcomes.iter().filter(|outcome| !outcome.replayed).count(), 1);
    assert!(outcomes.iter().all(|outcome| (outcome.first_position, outcome.last_position) == (1, 2)));
    assert_eq!(log.head().await.unwrap(), 2);
    log.close().await;
}

async fn racing_repeats_from_two_writers_are_recorded_once(place: Place) {
    let (one, other) = (place.open().await, place.open().await);
    for round in 0..20 {
        let asked = request().writing(&format!("household/{round}"), 0, 1);
        let (left, right) = futures::join!(one.append(asked.clone()), other.append(asked));
        let (left, right) = (left.unwrap(), right.unwrap());
        assert_eq!(left.first_position, right.first_position);
        assert_ne!(left.replayed, right.replayed, "exactly one of them wrote");
    }
    assert_eq!(one.head().await.unwrap(), 20);
    one.close().await;
    other.close().await;
}

async fn a_used_id_with_other_content_is_refused(place: Place) {
    let log = place.open().await;
    let asked = request().writing("household/a", 0, 1);
    log.append(asked.clone()).await.unwrap();

    let other = request().with_id(asked.request_id).with_fingerprint(2).writing("household/b", 0, 1);
    match log.append(other).await {
        Err(AppendError::RequestIdReused(id)) => assert_eq!(id, asked.request_id),
        outcome => panic!("the id was used, got {outcome:?}"),
    }
    assert_eq!(log.head().await.unwrap(), 1);
    log.close().await;
}

async fn a_refused_request_may_be_corrected_under_its_id(place: Place) {
    let log = place.open().await;
    log.append(request().writing("household/a", 0, 1)).await.unwrap();
    let stale = request().writing("household/a", 0, 1);
    let request_id = stale.request_id;
    assert!(matches!(log.append(stale).await, Err(AppendError::Stale { .. })));

    let corrected = log.append(request().with_id(request_id).writing("household/a", 1, 1)).await.unwrap();
    assert_eq!((corrected.first_position, corrected.replayed), (2, false));
    log.close().await;
}

async fn a_look_up_tells_recorded_reused_and_unknown_requests_apart(place: Place) {
    let log = place.open().await;
    let asked = request().writing("household/a", 0, 3);
    let first = log.append(asked.clone()).await.unwrap();

    let unknown = RequestId::from_uuid(Uuid::new_v4());
    let looked_up = log.look_up(&[], &[unknown, asked.request_id, asked.request_id]).await.unwrap();
    let [None, Some(recorded), Some(same)] = &looked_up.requests[..] else { panic!("{looked_up:?}") };
    assert_eq!((recorded, looked_up.streams.len()), (same, 0));
    let answer = recorded.answer(asked.request_id, &Fingerprint([1; 32]));
    assert_eq!(answer.unwrap(), event_log::Appended { replayed: true, ..first });
    let answer = recorded.answer(asked.request_id, &Fingerprint([9; 32]));
    assert!(matches!(answer, Err(AppendError::RequestIdReused(id)) if id == asked.request_id));
    log.close().await;
}

async fn a_look_up_never_sees_a_request_without_its_events(place: Place) {
    let log = place.open().await;
    for number in 0..100 {
        let stream = format!("household/{number}");
        let asked = request().writing(&stream, 0, 2);
        let (stream, id) = ([StreamId::try_from(stream).unwrap()], [asked.request_id]);
        let appended = tokio::spawn({
            let log = log.clone();
            async move { log.append(asked).await }
        });
        loop {
            let seen = log.look_up(&stream, &id).await.unwrap();
            let events = seen.streams.get(&stream[0]).map_or(0, Vec::len);
            assert_eq!(events, if seen.requests[0].is_some() { 2 } else { 0 });
            if events == 2 {
                break;
            }
        }
        appended.await.unwrap().unwrap();
    }
    log.close().await;
}

async fn a_repeat_after_a_crash_between_commit_and_answer_returns_the_first_outcome(place: Place) {
    let request_id = RequestId::from_uuid(Uuid::new_v4());
    child::append_and_abort(&place, request_id, "after_commit:abort").await;

    let log = place.open().await;
    assert_eq!(log.head().await.unwrap(), 2, "the batch had been committed");
    let repeat = log.append(child::crashing_request(request_id)).await.unwrap();
    assert_eq!((repeat.first_position, repeat.last_position, repeat.replayed), (1, 2, true));
    assert_eq!(log.head().await.unwrap(), 2);
    log.close().await;
}

async fn a_crash_before_the_commit_leaves_nothing(place: Place) {
    let request_id = RequestId::from_uuid(Uuid::new_v4());
    let fault = match place {
        Place::Sqlite(_) => "after_insert:abort",
        Place::Postgres(_) => "before_append:abort",
    };
    child::append_and_abort(&place, request_id, fault).await;

    let log = open(LogOptions::new(place.store())).await;
    assert_eq!(log.head().await.unwrap(), 0);
    let first = log.append(child::crashing_request(request_id)).await.unwrap();
    assert!(!first.replayed);
    log.close().await;
}
