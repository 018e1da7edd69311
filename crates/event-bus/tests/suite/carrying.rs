//! The relay: what is in the stream is the log, each event once at its position.

use crate::common::{
    CONTEXT, DEADLINE, Running, STREAM, TestLog, connect, filled_to, jetstream, read, state,
};
use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType};
use event_bus::{BusSource, Error, Relay, RelayOptions, RelayStatus, StreamLimits};
use std::time::Duration;
use testing::{NatsServer, TestMetrics, wait_until};
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_come_off_the_bus_byte_for_byte_as_they_are_in_the_log() {
    let server = NatsServer::start().await;
    let log = TestLog::with(1_200).await;
    let relay = Running::start(server.url(), &log).await;
    let mut source = BusSource::new(connect(server.url()).await, CONTEXT);

    assert_eq!(read(&mut source, 0, 1_200).await, log.events().await);
    let last = log.append(1).await;
    assert_eq!(read(&mut source, 1_200, last).await, log.events().await[1_200..]);
    let mut second = BusSource::new(connect(server.url()).await, CONTEXT);
    assert_eq!(read(&mut second, 700, last).await, log.events().await[700..]);
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_cloud_events_in_binary_mode_on_a_subject_of_their_own() {
    let server = NatsServer::start().await;
    let log = TestLog::with(2).await;
    let relay = Running::start(server.url(), &log).await;
    filled_to(server.url(), 2).await;

    let stream = jetstream(server.url()).await.get_stream(STREAM).await.unwrap();
    let message = stream.get_raw_message(2).await.unwrap();
    let event = &log.events().await[1];
    assert_eq!(message.subject.as_str(), "muctieu.letters.letter_written.03625-004");
    let header = |name: &str| message.headers.get(name).unwrap().as_str().to_owned();
    assert_eq!(header("ce-specversion"), "1.0");
    assert_eq!(header("ce-id"), event.event_id.to_string());
    assert_eq!(header("ce-type"), "letters.letter_written.v1");
    assert_eq!(header("ce-source"), "/muctieu/letters");
    assert_eq!(header("ce-subject"), event.stream.as_str());
    assert_eq!(header("ce-time"), event.recorded_at.to_string());
    assert_eq!(header("content-type"), "application/json");
    assert_eq!((header("ce-position"), header("ce-streamversion")), ("2".into(), "2".into()));
    assert_eq!(header("ce-effectivedate"), "2025-07-01");
    assert_eq!(message.payload.as_ref(), event.content.as_bytes());
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_relays_carry_each_event_once_and_one_takes_over_from_the_other() {
    let server = NatsServer::start().await;
    let log = TestLog::with(0).await;
    let first = Running::start(server.url(), &log).await;
    let second = Running::start(server.url(), &log).await;
    let mut last = 0;
    for _ in 0..60 {
        last = log.append(20).await;
    }
    filled_to(server.url(), last).await;

    first.stop().await;
    let last = log.append(5).await;
    let mut source = BusSource::new(connect(server.url()).await, CONTEXT);
    assert_eq!(read(&mut source, 0, last).await, log.events().await);
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_dies_at_any_moment_loses_and_repeats_nothing() {
    let server = NatsServer::start().await;
    let log = TestLog::with(1_500).await;
    for round in 1..=15_u64 {
        let relay = Running::start(server.url(), &log).await;
        wait_until(DEADLINE, "some events to be carried", || async {
            state(server.url()).await.is_some_and(|state| state.last_sequence >= (round * 60).min(1_500))
        })
        .await;
        relay.task.abort();
    }
    let relay = Running::start(server.url(), &log).await;
    let mut source = BusSource::new(connect(server.url()).await, CONTEXT);
    assert_eq!(read(&mut source, 0, 1_500).await, log.events().await);
    filled_to(server.url(), 1_500).await;
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_was_deleted_is_filled_again_and_readers_go_on() {
    let server = NatsServer::start().await;
    let log = TestLog::with(300).await;
    let relay = Running::start(server.url(), &log).await;
    let mut source = BusSource::new(connect(server.url()).await, CONTEXT);
    let mut seen = read(&mut source, 0, 300).await;

    jetstream(server.url()).await.delete_stream(STREAM).await.unwrap();
    let last = log.append(50).await;
    filled_to(server.url(), last).await;
    seen.extend(read(&mut source, 300, last).await);
    assert_eq!(seen, log.events().await);
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_from_which_messages_are_missing_is_begun_anew() {
    let server = NatsServer::start().await;
    let log = TestLog::with(40).await;
    let context = jetstream(server.url()).await;
    let unprotected =
        Config { name: STREAM.into(), subjects: vec!["muctieu.letters.>".into()], ..Config::default() };
    let stream = context.create_stream(unprotected).await.unwrap();
    for number in 0..30 {
        context
            .publish("muctieu.letters.old.03618", format!("{number}").into())
            .await
            .unwrap()
            .await
            .unwrap();
    }
    stream.purge().await.unwrap();

    let relay = Running::start(server.url(), &log).await;
    filled_to(server.url(), 40).await;
    let mut source = BusSource::new(connect(server.url()).await, CONTEXT);
    assert_eq!(read(&mut source, 0, 40).await, log.events().await);
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_and_comes_back_in_the_middle_loses_and_repeats_nothing() {
    let mut server = NatsServer::start().await;
    let log = TestLog::with(200).await;
    let relay = Running::start(server.url(), &log).await;
    let bus = connect(server.url()).await;
    let reader = tokio::spawn(async move {
        let mut source = BusSource::new(bus, CONTEXT);
        read(&mut source, 0, 1_400).await
    });
    let mut last = 200;
    for round in 0..2 {
        filled_to(server.url(), last).await;
        for _ in 0..10 {
            log.append(30).await;
        }
        if round == 0 {
            server.kill();
        } else {
            server.stop().await;
        }
        last = log.append(300).await;
        server.start_again().await;
    }
    assert_eq!(last, 1_400);
    assert_eq!(reader.await.unwrap(), log.events().await);
    filled_to(server.url(), last).await;
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_ahead_of_the_log_stops_the_relay() {
    let server = NatsServer::start().await;
    let log = TestLog::with(30).await;
    let relay = Running::start(server.url(), &log).await;
    filled_to(server.url(), 30).await;
    relay.stop().await;

    let restored = TestLog::with(20).await;
    let relay = Running::start(server.url(), &restored).await;
    let status = relay.status.clone();
    let error = tokio::time::timeout(DEADLINE, relay.task).await.unwrap().unwrap().unwrap_err();
    assert!(matches!(error, Error::AheadOfLog { last_sequence: 30, head: 20, .. }), "{error}");
    assert!(matches!(&*status.borrow(), RelayStatus::Stopped(_)));
}

/// The log was restored from an older backup and has grown past the stream since.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_ends_with_another_event_than_the_log_stops_the_relay() {
    let server = NatsServer::start().await;
    let log = TestLog::with(30).await;
    let relay = Running::start(server.url(), &log).await;
    filled_to(server.url(), 30).await;
    relay.stop().await;

    let regrown = TestLog::with(35).await;
    let relay = Running::start(server.url(), &regrown).await;
    let status = relay.status.clone();
    let error = tokio::time::timeout(DEADLINE, relay.task).await.unwrap().unwrap().unwrap_err();
    assert!(matches!(error, Error::OtherHistory { sequence: 30, .. }), "{error}");
    assert!(matches!(&*status.borrow(), RelayStatus::Stopped(_)));
    filled_to(server.url(), 30).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_with_other_subjects_is_left_alone() {
    let server = NatsServer::start().await;
    let foreign = Config { name: STREAM.into(), subjects: vec!["others.>".into()], ..Config::default() };
    jetstream(server.url()).await.create_stream(foreign).await.unwrap();

    let relay = Running::start(server.url(), &TestLog::with(1).await).await;
    let error = tokio::time::timeout(DEADLINE, relay.task).await.unwrap().unwrap().unwrap_err();
    assert!(matches!(&error, Error::ForeignStream { found, .. } if found == &["others.>"]), "{error}");
    assert_eq!(state(server.url()).await.unwrap().messages, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stream_has_explicit_limits_and_an_older_one_is_brought_to_them() {
    let server = NatsServer::start().await;
    let log = TestLog::with(3).await;
    let relay = Running::start(server.url(), &log).await;
    filled_to(server.url(), 3).await;
    relay.stop().await;

    let limits = StreamLimits { bytes_max: 64 << 20, message_bytes_max: 4 << 10, replicas: 1 };
    let options = RelayOptions { limits, ..RelayOptions::default() };
    let stop = CancellationToken::new();
    let relay = Relay::new(connect(server.url()).await, CONTEXT, log.log.clone(), options);
    let task = tokio::spawn(relay.run(stop.clone()));
    filled_to(server.url(), log.append(2).await).await;
    let config = jetstream(server.url()).await.get_stream(STREAM).await.unwrap().cached_info().config.clone();
    assert_eq!((config.max_bytes, config.max_message_size), (64 << 20, 4 << 10));
    assert_eq!((config.storage, config.discard), (StorageType::File, DiscardPolicy::New));
    assert_eq!((config.max_age, config.num_replicas), (Duration::ZERO, 1));
    assert_eq!(config.subjects, ["muctieu.letters.>"]);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_whose_stream_has_no_room_on_the_server_says_what_to_change() {
    let server = NatsServer::start().await;
    let limits = StreamLimits { bytes_max: 1 << 40, ..StreamLimits::default() };
    let options = RelayOptions { limits, ..RelayOptions::default() };
    let log = TestLog::with(1).await;
    let relay = Relay::new(connect(server.url()).await, CONTEXT, log.log.clone(), options);
    let (stop, mut status) = (CancellationToken::new(), relay.status());
    let task = tokio::spawn(relay.run(stop.clone()));
    let told = |status: &RelayStatus| matches!(status, RelayStatus::Waiting(why) if why.contains("lower nats.stream_bytes_max"));
    tokio::time::timeout(DEADLINE, status.wait_for(told)).await.unwrap().unwrap();
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_whose_stream_is_full_says_so_and_goes_on_when_there_is_room() {
    const EVENTS: u64 = 1_000;
    let server = NatsServer::start().await;
    let log = TestLog::with(usize::try_from(EVENTS).unwrap()).await;
    let with_room_for = async |bytes_max| {
        let limits = StreamLimits { bytes_max, ..StreamLimits::default() };
        let options = RelayOptions { limits, ..RelayOptions::default() };
        let relay = Relay::new(connect(server.url()).await, CONTEXT, log.log.clone(), options);
        let (stop, status) = (CancellationToken::new(), relay.status());
        (tokio::spawn(relay.run(stop.clone())), stop, status)
    };

    let (task, stop, mut status) = with_room_for(200_000).await;
    let told = |status: &RelayStatus| matches!(status, RelayStatus::Waiting(why) if why.contains("maximum bytes exceeded"));
    tokio::time::timeout(DEADLINE, status.wait_for(told)).await.unwrap().unwrap();
    let held = state(server.url()).await.unwrap().last_sequence;
    assert!(held > 0 && held < EVENTS, "{held}");
    stop.cancel();
    task.await.unwrap().unwrap();

    let (task, stop, _) = with_room_for(200_000_000).await;
    filled_to(server.url(), EVENTS).await;
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_finds_no_server_begins_when_there_is_one() {
    let mut server = NatsServer::start().await;
    server.stop().await;
    let log = TestLog::with(10).await;
    let relay = Running::start(server.url(), &log).await;
    let mut status = relay.status.clone();
    let told = |status: &RelayStatus| matches!(status, RelayStatus::Waiting(why) if why.contains(STREAM));
    tokio::time::timeout(DEADLINE, status.wait_for(told)).await.unwrap().unwrap();
    server.start_again().await;
    filled_to(server.url(), 10).await;
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lag_tells_what_is_not_carried_while_the_server_is_away_as_well() {
    let metrics = TestMetrics::new();
    let _measured = metrics.here();
    let lag_is = |events: f64| {
        let metrics = &metrics;
        wait_until(DEADLINE, "the lag that is measured", move || async move {
            metrics.value("muctieu_relay_lag_events") == Some(events)
        })
    };
    let mut server = NatsServer::start().await;
    let log = TestLog::with(10).await;
    let relay = Running::start(server.url(), &log).await;
    filled_to(server.url(), 10).await;
    lag_is(0.0).await;

    server.stop().await;
    log.append(5).await;
    lag_is(5.0).await;
    log.append(2).await;
    lag_is(7.0).await;

    server.start_again().await;
    lag_is(0.0).await;
    relay.stop().await;

    server.stop().await;
    let unseen = Running::start(server.url(), &log).await;
    lag_is(17.0).await;
    unseen.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_server_takes_atomic_batches() {
    let mut server = NatsServer::start_new_release().await;
    let log = TestLog::with(1_300).await;
    let first = Running::start(server.url(), &log).await;
    let second = Running::start(server.url(), &log).await;
    filled_to(server.url(), 1_300).await;
    let stream = jetstream(server.url()).await.get_stream(STREAM).await.unwrap();
    let in_batch = stream.get_raw_message(2).await.unwrap();
    assert!(in_batch.headers.get("Nats-Batch-Id").is_some(), "several events go in one batch");

    let single = log.append(1).await;
    filled_to(server.url(), single).await;
    log.append(400).await;
    server.kill();
    let last = log.append(400).await;
    server.start_again().await;
    let mut source = BusSource::new(connect(server.url()).await, CONTEXT);
    assert_eq!(read(&mut source, 0, last).await, log.events().await);
    filled_to(server.url(), last).await;
    first.stop().await;
    second.stop().await;
}
