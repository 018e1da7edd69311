//! What holds while events are applied, on either database.

use crate::common::{Counts, DEADLINE, MemoryLog, Place, Running, SOURCE, caught_up, clock, counted};
use event_log::{
    AppendRequest, EventLog, Fingerprint, LogOptions, LogStore, NewEvent, StreamId, StreamWrite,
};
use kernel::{RequestId, date};
use projection::{Error, LogSource, Projector, ProjectorOptions, Query, Status, WaitError};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use testing::{TestMetrics, wait_until};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

on_both_databases![
    a_failed_batch_leaves_neither_rows_nor_checkpoint_and_is_applied_once_in_the_end,
    a_projector_that_dies_within_a_batch_leaves_the_tables_as_they_were,
    a_projector_that_starts_again_changes_nothing_that_is_applied,
    a_missing_position_stops_the_projector_and_both_positions_are_named,
    a_repeated_position_stops_the_projector_and_changes_nothing,
    an_event_that_cannot_be_applied_is_set_aside_and_its_neighbours_go_on,
    an_event_whose_data_the_database_refuses_is_set_aside_and_its_neighbours_go_on,
    two_projectors_apply_each_event_once_and_one_takes_over_from_the_other,
    a_reader_elsewhere_learns_of_progress,
    a_wait_for_a_position_that_does_not_come_ends_within_its_bound,
    a_snapshot_shows_one_state_and_its_position,
    a_log_that_ends_below_the_checkpoint_stops_the_projector,
    a_log_with_another_event_at_the_checkpoint_stops_the_projector_and_nothing_is_shown,
    a_copy_that_is_filled_again_with_other_events_stops_the_projector,
    a_copy_that_lost_its_end_is_waited_for,
    the_lag_in_seconds_grows_while_the_source_is_out_of_sight,
    events_are_read_straight_from_a_log,
];

async fn a_failed_batch_leaves_neither_rows_nor_checkpoint_and_is_applied_once_in_the_end(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2), ("a", 3)]);
    let model: Counts = Counts::default();
    model.failures_left.store(3, std::sync::atomic::Ordering::SeqCst);
    let failures_left = model.failures_left.clone();

    let projector = Running::start(&database, model, &log);
    caught_up(&database, &log).await;

    assert_eq!(failures_left.load(std::sync::atomic::Ordering::SeqCst), 0);
    assert_eq!(counted(&database).await, log.fold());
    projector.stop().await;
}

async fn a_projector_that_dies_within_a_batch_leaves_the_tables_as_they_were(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2)]);
    let model: Counts = Counts { hangs_at: Some(3), ..Counts::default() };
    let hanging = model.hanging.clone();
    let projector = Running::start(&database, model, &log);
    caught_up(&database, &log).await;
    let before = (counted(&database).await, database.digest().await.unwrap());

    log.append("a", 5);
    tokio::time::timeout(DEADLINE, hanging.notified()).await.unwrap();
    projector.task.abort();
    assert!(projector.task.await.unwrap_err().is_cancelled());
    assert_eq!((counted(&database).await, database.digest().await.unwrap()), before);

    let next: Counts = Counts::default();
    let projector = Running::start(&database, next, &log);
    caught_up(&database, &log).await;
    assert_eq!(counted(&database).await, log.fold());
    projector.stop().await;
}

async fn a_projector_that_starts_again_changes_nothing_that_is_applied(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2)]);
    let first = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;
    first.stop().await;
    let before = database.digest().await.unwrap();

    let mut second = Running::start(&database, <Counts>::default(), &log);
    second.status.wait_for(|status| *status == Status::Running).await.unwrap();
    second.stop().await;
    assert_eq!(database.digest().await.unwrap(), before);
}

async fn a_missing_position_stops_the_projector_and_both_positions_are_named(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2)]);
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;

    log.append_at(4, "letters.counted.v1", r#"{"letter":"a","amount":1}"#);
    let status = projector.status.clone();
    let error = projector.task.await.unwrap().unwrap_err();

    assert!(matches!(error, Error::Gap { expected: 3, found: 4, .. }), "{error}");
    assert!(matches!(&*status.borrow(), Status::Stopped(why) if why.contains('3') && why.contains('4')));
    assert_eq!(counted(&database).await.values().map(|(_, events)| events).sum::<i64>(), 2);
    assert_eq!(database.watch(SOURCE).borrow().position, 2);
}

async fn a_repeated_position_stops_the_projector_and_changes_nothing(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2)]);
    log.append_at(2, "letters.counted.v1", r#"{"letter":"b","amount":2}"#);
    log.append_at(3, "letters.counted.v1", r#"{"letter":"b","amount":2}"#);

    let projector = Running::start(&database, <Counts>::default(), &log);
    let error = projector.task.await.unwrap().unwrap_err();

    assert!(matches!(error, Error::Gap { expected: 3, found: 2, .. }), "{error}");
    assert!(counted(&database).await.is_empty(), "nothing of the disordered batch may be written");
}

async fn an_event_that_cannot_be_applied_is_set_aside_and_its_neighbours_go_on(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1)]);
    log.append_at(2, "letters.smudged.v1", "{}");
    log.append("a", 2);

    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;

    assert_eq!(counted(&database).await, log.fold());
    assert_eq!(counted(&database).await["a"], (3, 2));
    let stored = Query::new("select position, event_type, reason, event_id from set_aside where source = $1");
    let set_aside = database.fetch_all(stored.bind(SOURCE)).await.unwrap();
    assert_eq!(set_aside.len(), 1);
    assert_eq!(set_aside[0].get_u64("position").unwrap(), 2);
    let text = |column| set_aside[0].get::<String>(column).unwrap();
    assert_eq!((text("event_type"), text("reason")), ("letters.smudged.v1".into(), "no letter".into()));
    assert_eq!(text("event_id"), Uuid::new_v5(&Uuid::from_u64_pair(0, 2), b"{}").to_string());
    let mut snapshot = database.snapshot().await.unwrap();
    assert_eq!(snapshot.reached(SOURCE).await.unwrap().set_aside, 1);
    projector.stop().await;
}

async fn an_event_whose_data_the_database_refuses_is_set_aside_and_its_neighbours_go_on(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", -5), ("a", 2), ("c", 3)]);

    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;

    let counted = counted(&database).await;
    assert_eq!((counted["a"], counted["c"], counted.get("b")), ((3, 2), (3, 1), None));
    let stored = database.fetch_all(Query::new("select position from set_aside")).await.unwrap();
    assert_eq!(stored.iter().map(|row| row.get_u64("position").unwrap()).collect::<Vec<_>>(), [2]);
    projector.stop().await;
}

async fn two_projectors_apply_each_event_once_and_one_takes_over_from_the_other(place: Place) {
    let (here, there) = (place.open::<Counts>().await, place.open::<Counts>().await);
    let log = MemoryLog::new();
    let first = Running::start(&here, <Counts>::default(), &log);
    let second = Running::start(&there, <Counts>::default(), &log);
    for round in 0..200 {
        log.append(["a", "b", "c"][round % 3], 1);
        tokio::task::yield_now().await;
    }
    caught_up(&here, &log).await;
    caught_up(&there, &log).await;
    assert_eq!(counted(&here).await, log.fold());

    first.stop().await;
    log.append("d", 4);
    caught_up(&there, &log).await;
    assert_eq!(counted(&there).await, log.fold());
    second.stop().await;
}

async fn a_reader_elsewhere_learns_of_progress(place: Place) {
    let (here, there) = (place.open::<Counts>().await, place.open::<Counts>().await);
    let log = MemoryLog::with(&[("a", 1)]);
    let projector = Running::start(&here, <Counts>::default(), &log);
    caught_up(&there, &log).await;
    log.append("b", 2);
    caught_up(&there, &log).await;
    assert_eq!(counted(&there).await, log.fold());
    projector.stop().await;
}

async fn a_wait_for_a_position_that_does_not_come_ends_within_its_bound(place: Place) {
    let database = place.open::<Counts>().await;
    let outcome = database.wait_for(SOURCE, 1, Duration::from_millis(20)).await;
    assert!(matches!(outcome, Err(WaitError::TooLate { wanted: 1, applied: 0, .. })), "{outcome:?}");
}

async fn a_snapshot_shows_one_state_and_its_position(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1)]);
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;

    let mut snapshot = database.snapshot().await.unwrap();
    assert_eq!(snapshot.reached(SOURCE).await.unwrap().position, 1);
    log.append("a", 5);
    caught_up(&database, &log).await;
    let row = snapshot.fetch_one(Query::new("select sum(amount)::bigint from count"));
    let amount = match &place {
        Place::Postgres(_) => row.await.unwrap().get::<i64>(0).unwrap(),
        Place::Sqlite(_) => {
            drop(row);
            let row = snapshot.fetch_one(Query::new("select sum(amount) from count")).await.unwrap();
            row.get::<i64>(0).unwrap()
        }
    };
    assert_eq!((amount, snapshot.reached(SOURCE).await.unwrap().position), (1, 1));
    drop(snapshot);
    assert_eq!(counted(&database).await, log.fold());
    projector.stop().await;
}

async fn a_log_that_ends_below_the_checkpoint_stops_the_projector(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2)]);
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;
    projector.stop().await;

    let restored = MemoryLog::with(&[("a", 1)]);
    let projector = Running::start(&database, <Counts>::default(), &restored);
    let error = projector.task.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::AheadOfLog { checkpoint: 2, head: 1, .. }), "{error}");
}

/// A log that was restored from an older backup and has grown since.
async fn a_log_with_another_event_at_the_checkpoint_stops_the_projector_and_nothing_is_shown(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2)]);
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;
    projector.stop().await;

    let regrown = MemoryLog::with(&[("a", 1), ("c", 2), ("d", 3)]);
    let projector = Running::start(&database, <Counts>::default(), &regrown);
    let error = projector.task.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::OtherHistory { position: 2, .. }), "{error}");
    assert_eq!(database.watch(SOURCE).borrow().position, 2, "nothing of the other history is applied");
    assert!(
        matches!(database.snapshot().await.unwrap_err(), Error::NotTrusted(why) if why.contains("position 2"))
    );
}

async fn a_copy_that_is_filled_again_with_other_events_stops_the_projector(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2)]);
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;
    projector.stop().await;

    let mut emptied = MemoryLog::with(&[("a", 1)]);
    emptied.is_the_log = false;
    let mut projector = Running::start(&database, <Counts>::default(), &emptied);
    projector
        .status
        .wait_for(|status| matches!(status, Status::Waiting(why) if why.contains("filled")))
        .await
        .unwrap();
    emptied.append("c", 2);
    emptied.append("d", 3);
    let error = projector.task.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::OtherHistory { position: 2, .. }), "{error}");
    assert_eq!(database.watch(SOURCE).borrow().position, 2);
}

async fn a_copy_that_lost_its_end_is_waited_for(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2)]);
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;
    projector.stop().await;

    let mut copy = MemoryLog::with(&[("a", 1)]);
    copy.is_the_log = false;
    let mut projector = Running::start(&database, <Counts>::default(), &copy);
    let told = |status: &Status| matches!(status, Status::Waiting(why) if why.contains("position 2"));
    tokio::time::timeout(DEADLINE, projector.status.wait_for(told)).await.unwrap().unwrap();
    copy.append("b", 2);
    copy.append("c", 3);
    caught_up(&database, &copy).await;
    assert_eq!(counted(&database).await, copy.fold());
    projector.stop().await;
}

async fn the_lag_in_seconds_grows_while_the_source_is_out_of_sight(place: Place) {
    let metrics = TestMetrics::new();
    let _measured = metrics.here();
    let lag = || metrics.value("muctieu_projection_lag_seconds").unwrap();
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1)]);
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;
    wait_until(DEADLINE, "a model without lag", || async { lag() == 0.0 }).await;

    log.is_away.store(true, Ordering::SeqCst);
    wait_until(DEADLINE, "a lag that shows", || async { lag() > 0.0 }).await;
    let before = lag();
    wait_until(DEADLINE, "a lag that grows", || async { lag() > before }).await;

    log.is_away.store(false, Ordering::SeqCst);
    wait_until(DEADLINE, "a model without lag", || async { lag() == 0.0 }).await;
    projector.stop().await;
}

async fn events_are_read_straight_from_a_log(place: Place) {
    let database = place.open::<Counts>().await;
    let folder = tempfile::TempDir::new().unwrap();
    let options = LogOptions::new(LogStore::Sqlite(folder.path().join("log.sqlite")));
    let log = EventLog::open(options, clock()).await.unwrap();
    let source = Box::new(LogSource::new(SOURCE, log.clone()));
    let projector =
        Projector::new(database.clone(), <Counts>::default(), source, ProjectorOptions::default());
    let stop = CancellationToken::new();
    let task = tokio::spawn(projector.run(stop.clone()));

    let mut last = 0;
    for number in 0..3_u128 {
        let event = NewEvent {
            event_type: "letters.counted.v1",
            area: "03618".parse().unwrap(),
            effective: date(2025, 7, 1),
            content: r#"{"letter":"a","amount":2}"#.into(),
        };
        let stream = StreamId::of("letter", Uuid::from_u128(number));
        let request = AppendRequest {
            request_id: RequestId::from_uuid(Uuid::from_u128(number)),
            fingerprint: Fingerprint([0; 32]),
            actor: "test".into(),
            document: None,
            correlation_id: None,
            causation_id: None,
            writes: vec![StreamWrite { stream, expected_version: 0, events: vec![event] }],
            conditions: vec![],
        };
        last = log.append(request).await.unwrap().last_position;
        database.wait_for(SOURCE, last, DEADLINE).await.unwrap();
    }
    assert_eq!(last, 3);
    assert_eq!(counted(&database).await["a"], (6, 3));
    stop.cancel();
    task.await.unwrap().unwrap();
    log.close().await;
    drop(Arc::new(database));
}
