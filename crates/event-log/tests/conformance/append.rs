//! Appending: all or nothing, on the versions that were expected.

use crate::{
    place::{Place, open},
    request::{RequestParts, happened, name, read_all, request},
};
use event_log::{AppendError, LogOptions, StreamVersion};
use futures::future::join_all;
use kernel::{Clock, ManualClock, Timestamp, date};
use std::sync::Arc;

on_both_stores! {
    a_new_stream_begins_at_version_one_and_the_log_at_position_one,
    a_stream_grows_from_the_version_that_was_expected,
    several_streams_are_written_together,
    a_stale_stream_refuses_the_whole_request_and_names_where_it_stands,
    a_stream_that_was_read_must_not_have_changed,
    refused_and_accepted_requests_of_one_batch_are_told_apart,
    requests_for_one_stream_that_wait_together_are_decided_in_order,
    a_writer_takes_nothing_for_granted_that_another_may_have_changed,
    everything_about_an_event_comes_back_as_it_was_given,
    recorded_time_never_goes_back,
    a_large_batch_is_recorded_whole,
    a_closed_log_refuses_appends,
}

async fn a_new_stream_begins_at_version_one_and_the_log_at_position_one(place: Place) {
    let log = place.open().await;
    let appended = log.append(request().writing("household/a", 0, 2)).await.unwrap();
    assert_eq!((appended.first_position, appended.last_position, appended.replayed), (1, 2, false));

    let events = log.read(0, 10).await.unwrap();
    assert_eq!(
        events.iter().map(|event| (event.position, event.version)).collect::<Vec<_>>(),
        [(1, 1), (2, 2)]
    );
    assert_eq!(log.head().await.unwrap(), 2);
    log.close().await;
}

async fn a_stream_grows_from_the_version_that_was_expected(place: Place) {
    let log = place.open().await;
    log.append(request().writing("household/a", 0, 2)).await.unwrap();
    let appended = log.append(request().writing("household/a", 2, 1)).await.unwrap();
    assert_eq!((appended.first_position, appended.last_position), (3, 3));
    log.close().await;
}

async fn several_streams_are_written_together(place: Place) {
    let log = place.open().await;
    log.append(request().writing("household/a", 0, 1)).await.unwrap();
    let both = request().writing("household/a", 1, 2).writing("household/b", 0, 1);
    let appended = log.append(both).await.unwrap();
    assert_eq!((appended.first_position, appended.last_position), (2, 4));

    let found =
        log.streams(&[name("household/a"), name("household/b"), name("household/none")]).await.unwrap();
    assert_eq!(found.len(), 2, "a stream without events is absent");
    assert_eq!(found[&name("household/a")].len(), 3);
    assert_eq!(found[&name("household/b")][0].position, 4);
    log.close().await;
}

async fn a_stale_stream_refuses_the_whole_request_and_names_where_it_stands(place: Place) {
    let log = place.open().await;
    log.append(request().writing("household/a", 0, 2)).await.unwrap();
    for expected in [0, 1, 3] {
        let both = request().writing("household/b", 0, 1).writing("household/a", expected, 1);
        match log.append(both).await {
            Err(AppendError::Stale { stream, expected: given, actual: 2 }) => {
                assert_eq!((stream, given), (name("household/a"), expected));
            }
            other => panic!("expected {expected} is stale, got {other:?}"),
        }
    }
    assert_eq!(log.head().await.unwrap(), 2, "nothing of the refused requests was written");
    log.close().await;
}

async fn a_stream_that_was_read_must_not_have_changed(place: Place) {
    let log = place.open().await;
    log.append(request().writing("commune/c", 0, 1)).await.unwrap();

    log.append(request().writing("household/a", 0, 1).having_read("commune/c", 1)).await.unwrap();
    log.append(request().writing("household/b", 0, 1).having_read("commune/none", 0)).await.unwrap();
    let stale = log.append(request().writing("household/c", 0, 1).having_read("commune/c", 0)).await;
    assert!(matches!(stale, Err(AppendError::Stale { expected: 0, actual: 1, .. })), "got {stale:?}");
    assert_eq!(log.head().await.unwrap(), 3);
    log.close().await;
}

async fn refused_and_accepted_requests_of_one_batch_are_told_apart(place: Place) {
    let log = place.open().await;
    let earlier = request().writing("household/0", 0, 1);
    log.append(earlier.clone()).await.unwrap();

    // Every third is stale and one is a repeat; they are submitted together.
    let mut requests: Vec<_> =
        (1..40).map(|n| request().writing(&format!("household/{n}"), u64::from(n % 3 == 0), 2)).collect();
    requests.push(earlier);
    let outcomes = join_all(requests.into_iter().map(|request| log.append(request))).await;

    let mut positions = vec![];
    for (n, outcome) in (1..).zip(outcomes) {
        match outcome {
            Ok(appended) if n == 40 => assert!(appended.replayed && appended.first_position == 1),
            Ok(appended) => positions.push((appended.first_position, appended.last_position)),
            Err(AppendError::Stale { actual: 0, expected: 1, .. }) if n % 3 == 0 => {}
            Err(error) => panic!("household/{n}: {error}"),
        }
    }
    positions.sort_unstable();
    let expected: Vec<_> = (0..26).map(|n| (2 + 2 * n, 3 + 2 * n)).collect();
    assert_eq!(positions, expected, "accepted requests leave no gap for refused ones");
    log.close().await;
}

async fn requests_for_one_stream_that_wait_together_are_decided_in_order(place: Place) {
    let log = place.open().await;
    let requests = (0..20).map(|n| request().writing("household/a", n, 1));
    for (n, outcome) in (1..).zip(join_all(requests.map(|request| log.append(request))).await) {
        assert_eq!(outcome.unwrap().first_position, n);
    }
    log.close().await;
}

async fn a_writer_takes_nothing_for_granted_that_another_may_have_changed(place: Place) {
    let (one, other) = (place.open().await, place.open().await);
    one.append(request().writing("household/a", 0, 1)).await.unwrap();
    one.append(request().writing("household/b", 0, 1)).await.unwrap();
    other.append(request().writing("household/a", 1, 1)).await.unwrap();
    other.append(request().writing("household/c", 0, 1)).await.unwrap();

    let stale = one.append(request().writing("household/a", 1, 1));
    let taken = one.append(request().writing("household/c", 0, 1));
    let mut read = request().writing("household/d", 0, 1);
    read.conditions.push(StreamVersion { stream: name("household/a"), version: 1 });
    let read = one.append(read);
    let beyond = one.append(request().writing("household/b", 7, 1));
    let sound = one.append(request().writing("household/b", 1, 1));
    let (stale, taken, read, beyond, sound) = futures::join!(stale, taken, read, beyond, sound);
    let stands_at = |outcome| match outcome {
        Err(AppendError::Stale { stream, actual, .. }) => (stream.to_string(), actual),
        other => panic!("expected a stale stream, got {other:?}"),
    };
    assert_eq!(stands_at(stale), ("household/a".to_owned(), 2));
    assert_eq!(stands_at(taken), ("household/c".to_owned(), 1));
    assert_eq!(stands_at(read), ("household/a".to_owned(), 2));
    assert!(stands_at(beyond).0 == "household/b");
    assert_eq!(sound.unwrap().last_position, 5);
    one.close().await;
    other.close().await;
}

async fn everything_about_an_event_comes_back_as_it_was_given(place: Place) {
    let log = place.open().await;
    // Spaces, escapes, composed and decomposed marks and a character outside the basic plane stay as they are.
    let content = "{ \"name\" : \"Mường Tè Mu\u{031B}o\u{031B}\u{0300}ng 🌾\", \"raw\": \"\\u0000\\\"\\\\'\", \"n\": 1.50 }";
    let mut given = request();
    given.actor = "cán bộ xã \"Pa Khoá\" \0 '".into();
    given.document = Some("12/QĐ-UBND".to_owned());
    given.correlation_id = Some(uuid::Uuid::from_u128(5));
    given.writes = vec![event_log::StreamWrite {
        stream: name("household/a'b\"c\\d"),
        expected_version: 0,
        events: vec![event_log::NewEvent { effective: date(1, 2, 3), ..happened(content) }],
    }];
    let (request_id, actor) = (given.request_id, given.actor.clone());
    let appended = log.append(given).await.unwrap();

    let event = log.read(0, 1).await.unwrap().remove(0);
    let told = log.next(0, 1).await.unwrap().remove(0);
    assert_eq!(told, event, "what is told from memory is what is stored");
    assert_eq!(event.content, content);
    assert_eq!(event.stream, name("household/a'b\"c\\d"));
    assert_eq!(event.effective, date(1, 2, 3));
    assert_eq!(event.event_id, request_id.derive("event", 0));
    assert_eq!(event.event_type, "test.happened.v1");
    assert_eq!(event.recorded_at, appended.recorded_at);
    let metadata = event.read_metadata().unwrap();
    assert_eq!((metadata.request_id, metadata.actor.as_str()), (request_id, actor.as_ref()));
    assert_eq!((metadata.request_index, metadata.request_size), (0, 1));
    assert_eq!(metadata.fingerprint, "01".repeat(32));
    assert_eq!(metadata.document.as_deref(), Some("12/QĐ-UBND"));
    assert_eq!(metadata.correlation_id, Some(uuid::Uuid::from_u128(5)));
    log.close().await;
}

async fn recorded_time_never_goes_back(place: Place) {
    let clock = Arc::new(ManualClock::new(Timestamp::start_of(date(2025, 7, 2))));
    let log = event_log::EventLog::open(LogOptions::new(place.store()), clock.clone()).await.unwrap();
    let first = log.append(request().writing("household/a", 0, 1)).await.unwrap();
    assert_eq!(first.recorded_at, clock.now());

    clock.set(Timestamp::start_of(date(2025, 7, 1)));
    let second = log.append(request().writing("household/a", 1, 1)).await.unwrap();
    assert_eq!(second.recorded_at, first.recorded_at);
    log.close().await;
}

async fn a_large_batch_is_recorded_whole(place: Place) {
    let log = open(LogOptions { batch_events_max: 3000, ..LogOptions::new(place.store()) }).await;
    let appended = log.append(request().writing("household/a", 0, 3000)).await.unwrap();
    assert_eq!((appended.first_position, appended.last_position), (1, 3000));
    let refused = log.append(request().writing("household/a", 3000, 3001)).await;
    assert!(matches!(refused, Err(AppendError::Invalid(_))), "got {refused:?}");

    let events = read_all(&log).await;
    assert!(events.iter().all(|event| event.version == event.position));
    assert_eq!(events.len(), 3000);
    log.close().await;
}

async fn a_closed_log_refuses_appends(place: Place) {
    let log = place.open().await;
    log.append(request().writing("household/a", 0, 1)).await.unwrap();
    log.close().await;
    let refused = log.append(request().writing("household/a", 1, 1)).await;
    assert!(matches!(refused, Err(AppendError::Closed)), "got {refused:?}");
}
