//! Reading forward, by stream, and at the live end.

use crate::{
    place::Place,
    request::{RequestParts, name, request},
};
use event_log::{AppendError, Error, EventLog, InvalidUpcasters, Upcast, Upcasters};
use serde_json::{Value, json};
use std::time::Duration;
use testing::{TestMetrics, wait_until};

on_both_stores! {
    pages_follow_each_other_to_the_end,
    a_long_read_ends_at_its_limit_or_where_the_log_ends,
    a_stream_is_read_in_version_order,
    a_reader_at_the_end_wakes_when_another_writer_appends,
    a_gap_stops_the_reader_at_the_missing_position,
    a_missing_version_stops_the_reader_of_the_stream,
    a_log_opened_to_be_read_reads_beside_the_writer_and_refuses_appends,
    a_missing_log_is_not_created_by_reading,
    the_head_is_measured_from_the_opening_on_whoever_moves_it,
    old_events_are_read_as_their_newest_type,
}

async fn pages_follow_each_other_to_the_end(place: Place) {
    let log = place.open().await;
    assert!(log.read(0, 10).await.unwrap().is_empty());
    log.append(request().writing("household/a", 0, 25)).await.unwrap();

    let mut after = 0;
    for expected in [10, 10, 5, 0] {
        let page = log.read(after, 10).await.unwrap();
        assert_eq!(page.len(), expected);
        assert!((after + 1..).zip(&page).all(|(position, event)| event.position == position));
        after += page.len() as u64;
    }
    log.close().await;
}

async fn a_long_read_ends_at_its_limit_or_where_the_log_ends(place: Place) {
    let log = place.open().await;
    for version in [0, 4000, 8000] {
        log.append(request().writing("household/a", version, 4000)).await.unwrap();
    }
    for (after, limit, expected) in
        [(0, 10_000, 10_000), (7, 8192, 8192), (2, 20_000, 11_998), (12_000, 5000, 0)]
    {
        let events = log.read(after, limit).await.unwrap();
        assert_eq!(events.len(), expected, "after {after}, at most {limit}");
        assert!((after + 1..).zip(&events).all(|(position, event)| event.position == position));
    }
    place.delete("position = 6000").await;
    let stopped = log.read(0, 10_000).await;
    assert!(matches!(stopped, Err(Error::Gap { expected: 6000, found: 6001 })), "got {stopped:?}");
    log.close().await;
}

async fn a_stream_is_read_in_version_order(place: Place) {
    let log = place.open().await;
    for version in 0..3 {
        log.append(request().writing("household/a", version, 1)).await.unwrap();
        log.append(request().writing("household/b", version, 1)).await.unwrap();
    }
    let found = log.streams(&[name("household/b")]).await.unwrap();
    let read: Vec<_> =
        found[&name("household/b")].iter().map(|event| (event.version, event.position)).collect();
    assert_eq!(read, [(1, 2), (2, 4), (3, 6)]);
    log.close().await;
}

async fn a_reader_at_the_end_wakes_when_another_writer_appends(place: Place) {
    let (reader, writer) = (place.open().await, place.open().await);
    let mut own = writer.watch();
    let mut foreign = reader.watch();
    for version in 0..5 {
        let appended = writer.append(request().writing("household/a", version, 1)).await.unwrap();
        for head in [&mut own, &mut foreign] {
            let reached = head.wait_for(|head| *head >= appended.last_position);
            let head = *tokio::time::timeout(Duration::from_secs(20), reached)
                .await
                .expect("a reader at the end is woken")
                .unwrap();
            assert_eq!(
                reader.read(head - 1, 1).await.unwrap()[0].position,
                head,
                "what is announced is there"
            );
        }
    }
    reader.close().await;
    writer.close().await;
}

async fn a_gap_stops_the_reader_at_the_missing_position(place: Place) {
    let log = place.open().await;
    log.append(request().writing("household/a", 0, 5)).await.unwrap();
    place.delete("position = 3").await;
    assert_eq!(log.read(0, 2).await.unwrap().len(), 2);
    for after in [0, 2] {
        let stopped = log.read(after, 10).await;
        assert!(matches!(stopped, Err(Error::Gap { expected: 3, found: 4 })), "got {stopped:?}");
    }
    log.close().await;
}

async fn a_missing_version_stops_the_reader_of_the_stream(place: Place) {
    let log = place.open().await;
    log.append(request().writing("household/a", 0, 5)).await.unwrap();
    place.delete("position = 3").await;
    let stopped = log.streams(&[name("household/a")]).await;
    assert!(matches!(stopped, Err(Error::VersionGap { expected: 3, found: 4, position: 4, .. })));
    log.close().await;
}

async fn a_log_opened_to_be_read_reads_beside_the_writer_and_refuses_appends(place: Place) {
    let writer = place.open().await;
    let reader = EventLog::open_read_only(&place.store()).await.unwrap();
    writer.append(request().writing("household/a", 0, 1)).await.unwrap();
    assert_eq!(reader.read(0, 10).await.unwrap().len(), 1);
    let refused = reader.append(request().writing("household/a", 1, 1)).await;
    assert!(matches!(refused, Err(AppendError::Closed)));
    reader.close().await;

    writer.append(request().writing("household/a", 1, 1)).await.unwrap();
    writer.close().await;
    let reader = EventLog::open_read_only(&place.store()).await.unwrap();
    assert_eq!(reader.head().await.unwrap(), 2, "a log that nobody serves can be read, too");
    reader.close().await;
}

async fn a_missing_log_is_not_created_by_reading(place: Place) {
    let missing = EventLog::open_read_only(&place.store()).await;
    match place {
        Place::Sqlite(_) => assert!(missing.is_err() && !place.file().exists()),
        Place::Postgres(_) => {
            assert!(matches!(missing, Err(Error::NotMigrated { expected: 1, found: 0 })), "got {missing:?}");
        }
    }
}

/// `at` became `version`.
fn named_version(mut content: Value) -> Value {
    if let Some(at) = content.as_object_mut().and_then(|object| object.remove("at")) {
        content["version"] = at;
    }
    content
}

/// `version` became an object.
fn described_version(mut content: Value) -> Value {
    content["version"] = json!({ "number": content["version"] });
    content
}

async fn the_head_is_measured_from_the_opening_on_whoever_moves_it(place: Place) {
    let earlier = place.open().await;
    earlier.append(request().writing("household/a", 0, 3)).await.unwrap();
    earlier.close().await;

    let metrics = TestMetrics::new();
    let head_is = |position: f64| {
        let metrics = &metrics;
        wait_until(Duration::from_secs(30), "the head that is measured", move || async move {
            metrics.value("event_log_head_position") == Some(position)
        })
    };
    let other = place.open().await;
    let measuring = metrics.here();
    let log = place.open().await;
    drop(measuring);
    head_is(3.0).await;
    other.append(request().writing("household/b", 0, 2)).await.unwrap();
    head_is(5.0).await;
    log.append(request().writing("household/c", 0, 1)).await.unwrap();
    head_is(6.0).await;
    other.close().await;
    log.close().await;
}

async fn old_events_are_read_as_their_newest_type(place: Place) {
    let log = place.open().await;
    log.append(request().writing("household/a", 0, 1)).await.unwrap();
    let upcasters = Upcasters::new([
        ("test.happened.v2", "test.happened.v3", described_version as Upcast),
        ("test.happened.v1", "test.happened.v2", named_version),
    ])
    .unwrap();

    let today = log.with_upcasters(upcasters);
    let fixture: Value = serde_json::from_str(include_str!("../fixtures/test.happened.v3.json")).unwrap();
    let streams = today.streams(&[name("household/a")]).await.unwrap();
    for event in [&today.read(0, 1).await.unwrap()[0], &streams[&name("household/a")][0]] {
        assert_eq!(event.event_type, "test.happened.v3");
        assert_eq!(serde_json::from_str::<Value>(&event.content).unwrap(), fixture);
    }
    let stored = &log.read(0, 1).await.unwrap()[0];
    assert_eq!(stored.event_type, "test.happened.v1", "what is stored never changes");
    assert_eq!(stored.content, include_str!("../fixtures/test.happened.v1.json").trim_end());
    log.close().await;
}

#[test]
fn upcasters_form_chains_that_end() {
    let step = |from, to| (from, to, named_version as Upcast);
    assert_eq!(
        Upcasters::new([step("a", "b"), step("a", "c")]).unwrap_err(),
        InvalidUpcasters::Ambiguous("a")
    );
    let circle = Upcasters::new([step("a", "b"), step("b", "a")]);
    assert!(matches!(circle, Err(InvalidUpcasters::Circular(_))), "got {circle:?}");
    assert!(Upcasters::new([step("a", "b"), step("c", "b"), step("b", "d")]).is_ok());
}
