//! Whoever changes what was recorded is found out, and told where.

use crate::{
    place::Place,
    request::{RequestParts, happened, name, read_all, request},
};
use event_log::{
    Error, EventLog, NoteKey, Problem, SignedCheckpoint, Signer, StreamWrite, VerifyOptions, VerifyReport,
};
use kernel::{ManualClock, Timestamp, date};
use std::{fs, path::Path, sync::Arc, time::Duration};

on_both_stores! {
    an_untouched_log_is_whole,
    a_log_that_was_sealed_by_two_processes_is_whole,
    sealing_goes_on_where_an_earlier_process_ended,
    the_sealer_works_in_the_background_and_once_more_at_the_end,
    the_database_refuses_to_change_what_was_recorded,
    what_is_sealed_is_what_the_store_holds_even_if_it_went_back,
    a_changed_field_of_any_kind_is_found,
    two_changed_events_are_both_named,
    a_removed_event_is_found,
    a_cut_tail_is_found,
    a_tail_that_was_cut_with_its_checkpoints_is_found_by_its_hashes,
    a_tail_that_was_cut_with_its_seals_is_found_by_a_note_kept_outside,
    a_log_that_was_rewritten_with_its_seals_is_found_by_a_note_kept_outside,
    a_false_signature_is_found,
    events_that_are_not_sealed_yet_are_checked_for_their_order,
    a_damaged_hash_above_the_leaves_is_found,
    every_event_is_proven_under_every_checkpoint,
    growth_is_proven_between_checkpoints,
}

fn signer() -> Signer {
    Signer::new("example.vn/test", &[7; 32]).unwrap()
}

fn key() -> NoteKey {
    signer().public_key()
}

/// A log of events in batches of 100 with a checkpoint after each batch.
async fn sealed_log(place: &Place, events: u64) -> EventLog {
    let log = place.open().await;
    log.start_sealing(signer()).unwrap();
    append_and_seal(&log, events).await;
    log
}

async fn append_and_seal(log: &EventLog, events: u64) {
    let mut version = log.head().await.unwrap();
    let end = version + events;
    while version < end {
        let batch = (end - version).min(100);
        log.append(request().writing("household/a", version, batch as usize)).await.unwrap();
        version += batch;
        assert_eq!(seal(log).await.checkpoint.size, version);
    }
}

async fn seal(log: &EventLog) -> SignedCheckpoint {
    log.seal_now().await.unwrap().unwrap()
}

/// Verifies from another handle, as a custodian would, while nobody serves the log.
async fn verify(place: &Place, outside_notes: Vec<String>) -> VerifyReport {
    let log = EventLog::open_read_only(&place.store()).await.unwrap();
    let report = log.verify(VerifyOptions { keys: vec![key()], outside_notes }).await.unwrap();
    log.close().await;
    report
}

async fn an_untouched_log_is_whole(place: Place) {
    let empty = sealed_log(&place, 0).await;
    assert_eq!(empty.seal_now().await.unwrap(), None);
    assert!(empty.verify(VerifyOptions::default()).await.unwrap().is_whole());

    append_and_seal(&empty, 5130).await;
    let latest = seal(&empty).await;
    empty.close().await;
    let report = verify(&place, vec![latest.note]).await;
    assert_eq!(report.problems, []);
    assert_eq!((report.head, report.sealed, report.streams), (5130, 5130, 1));
    assert_eq!(report.root, Some(latest.checkpoint.root));
    assert!(report.checkpoints >= 53, "52 stored and one kept outside, got {}", report.checkpoints);
}

async fn a_log_that_was_sealed_by_two_processes_is_whole(place: Place) {
    let (one, other) = (sealed_log(&place, 0).await, sealed_log(&place, 0).await);
    for round in 0..20 {
        one.append(request().writing(&format!("household/{round}"), 0, 40)).await.unwrap();
        let (left, right) = futures::join!(one.seal_now(), other.seal_now());
        assert_eq!(left.unwrap().unwrap().checkpoint.size, 40 * (round + 1));
        assert_eq!(right.unwrap().unwrap().checkpoint.size, 40 * (round + 1));
    }
    one.close().await;
    other.close().await;
    let report = verify(&place, vec![]).await;
    assert_eq!((report.problems, report.sealed), (vec![], 800));
}

async fn sealing_goes_on_where_an_earlier_process_ended(place: Place) {
    for events in [1, 254, 1, 1, 300] {
        sealed_log(&place, events).await.close().await;
    }
    let report = verify(&place, vec![]).await;
    assert_eq!((report.problems, report.head, report.sealed), (vec![], 557, 557));
}

async fn the_sealer_works_in_the_background_and_once_more_at_the_end(place: Place) {
    let log = sealed_log(&place, 0).await;
    log.append(request().writing("household/a", 0, 3)).await.unwrap();
    testing::wait_until(Duration::from_secs(20), "the background sealer", || async {
        log.latest_checkpoint().await.unwrap().is_some_and(|latest| latest.checkpoint.size == 3)
    })
    .await;
    log.append(request().writing("household/a", 3, 1)).await.unwrap();
    log.close().await;
    assert_eq!(verify(&place, vec![]).await.sealed, 4);
}

/// A database that is restored to an earlier state, or fails over to one, loses events that this process still remembers.
async fn what_is_sealed_is_what_the_store_holds_even_if_it_went_back(place: Place) {
    for _ in 0..20 {
        let place = Place::like(&place).await;
        let (log, other) = (sealed_log(&place, 1).await, place.open().await);
        log.append(request().writing("household/a", 1, 3)).await.unwrap();
        place.delete("position > 1").await;
        other.append(request().writing("household/b", 0, 3)).await.unwrap();
        let sealed_before = seal_that_is_stored(&log).await > 1;
        let latest = seal(&log).await;
        log.close().await;
        other.close().await;
        // The background sealer may have been quicker than the loss; then there is nothing to see.
        if !sealed_before && verify(&place, vec![]).await.is_whole() {
            assert_eq!(latest.checkpoint.size, 4);
            return;
        }
    }
    panic!("what was lost was sealed in each of 20 logs");
}

async fn seal_that_is_stored(log: &EventLog) -> u64 {
    log.latest_checkpoint().await.unwrap().map_or(0, |latest| latest.checkpoint.size)
}

async fn the_database_refuses_to_change_what_was_recorded(place: Place) {
    let log = sealed_log(&place, 2).await;
    for table in ["event", "merkle_tile", "checkpoint"] {
        let column = match table {
            "event" => "content = content",
            "merkle_tile" => "hashes = hashes",
            _ => "note = note",
        };
        for statement in [format!("UPDATE {table} SET {column}"), format!("DELETE FROM {table}")] {
            let refused = place.execute(&statement).await.unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{statement}: {refused}");
        }
    }
    if let Place::Postgres(_) = place {
        let refused = place.execute("TRUNCATE event").await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
    log.close().await;
}

async fn a_changed_field_of_any_kind_is_found(place: Place) {
    sealed_log(&place, 300).await.close().await;
    let changes = [
        ("content = replace(content, 'household', 'housepold')", 257),
        ("metadata = replace(metadata, 'officer', 'officier')", 256),
        ("recorded_at = recorded_at + 1", 200),
        ("effective = '2025-07-02'", 100),
        ("event_type = 'test.happened.v2'", 50),
        ("stream = 'household/b'", 1),
    ];
    for (change, position) in changes {
        place
            .tamper(
                &format!("DROP TRIGGER IF EXISTS event_refuse_update; UPDATE event SET {change} WHERE position = {position}"),
                &format!("UPDATE event SET {change} WHERE position = {position}"),
            )
            .await;
        let report = verify(&place, vec![]).await;
        assert_eq!(report.first_bad_position(), Some(position), "{change}: {:?}", report.problems);
        assert!(report.problems.contains(&Problem::Changed { position }), "{change}: {:?}", report.problems);
    }
}

async fn two_changed_events_are_both_named(place: Place) {
    sealed_log(&place, 300).await.close().await;
    place
        .tamper(
            "DROP TRIGGER event_refuse_update;
             UPDATE event SET content = '{}' WHERE position IN (17, 290);
             UPDATE event SET effective = '1. 7. 2025' WHERE position = 100",
            "UPDATE event SET content = '{}' WHERE position IN (17, 290);
             UPDATE event SET effective = '1. 7. 2025' WHERE position = 100",
        )
        .await;
    let report = verify(&place, vec![]).await;
    assert_eq!(
        report.problems,
        [
            Problem::Changed { position: 17 },
            Problem::Unreadable { position: 100, reason: "'1. 7. 2025' is no day".to_owned() },
            Problem::Changed { position: 290 },
        ]
    );
}

async fn a_removed_event_is_found(place: Place) {
    sealed_log(&place, 300).await.close().await;
    place.delete("position = 123").await;
    let report = verify(&place, vec![]).await;
    assert_eq!(report.problems[0], Problem::Missing { position: 123 });
}

async fn a_cut_tail_is_found(place: Place) {
    sealed_log(&place, 300).await.close().await;
    place.delete("position > 278").await;
    let report = verify(&place, vec![]).await;
    assert_eq!(report.problems, [Problem::CutTail { first_missing: 279, sealed: 300 }]);
}

async fn a_tail_that_was_cut_with_its_checkpoints_is_found_by_its_hashes(place: Place) {
    sealed_log(&place, 300).await.close().await;
    let cut = "DELETE FROM checkpoint WHERE size > 200";
    place.tamper(&format!("DROP TRIGGER checkpoint_refuse_delete; {cut}"), cut).await;
    let gone = Problem::CheckpointMissing { first_position: 201, size: 300 };
    assert_eq!(verify(&place, vec![]).await.problems, std::slice::from_ref(&gone));
    place.delete("position > 200").await;
    let report = verify(&place, vec![]).await;
    assert_eq!(report.problems, [gone, Problem::CutTail { first_missing: 201, sealed: 300 }]);
    assert_eq!(report.first_bad_position(), Some(201));
}

async fn a_tail_that_was_cut_with_its_seals_is_found_by_a_note_kept_outside(place: Place) {
    let log = sealed_log(&place, 300).await;
    let note = seal(&log).await.note;
    log.close().await;
    place.delete("position > 200").await;
    place
        .tamper(
            "DROP TRIGGER checkpoint_refuse_delete; DELETE FROM checkpoint WHERE size > 200;
             DROP TRIGGER merkle_tile_refuse_delete; DELETE FROM merkle_tile WHERE level > 0 OR tile > 0 OR start >= 200",
            "DELETE FROM checkpoint WHERE size > 200;
             DELETE FROM merkle_tile WHERE level > 0 OR tile > 0 OR start >= 200",
        )
        .await;
    assert!(verify(&place, vec![]).await.is_whole(), "the log alone cannot show it");
    let report = verify(&place, vec![note]).await;
    assert_eq!(report.problems, [Problem::CutTail { first_missing: 201, sealed: 300 }]);
}

async fn a_log_that_was_rewritten_with_its_seals_is_found_by_a_note_kept_outside(place: Place) {
    let log = sealed_log(&place, 100).await;
    let note = seal(&log).await.note;
    log.close().await;
    // The operator holds the key, too, and writes another history of the same length.
    let rewritten = Place::like(&place).await;
    sealed_log(&rewritten, 100).await.close().await;
    assert!(verify(&rewritten, vec![]).await.is_whole());
    let report = verify(&rewritten, vec![note]).await;
    assert_eq!(report.problems, [Problem::Root { first_position: 1, size: 100 }]);
}

async fn a_false_signature_is_found(place: Place) {
    let log = sealed_log(&place, 100).await;
    let note = seal(&log).await.note;
    log.close().await;
    let log = EventLog::open_read_only(&place.store()).await.unwrap();
    let other = Signer::new("example.vn/test", &[8; 32]).unwrap().public_key();
    let report = log.verify(VerifyOptions { keys: vec![other], outside_notes: vec![note] }).await.unwrap();
    assert_eq!(report.problems.len(), 2, "the stored note and the one kept outside: {:?}", report.problems);
    assert!(report.problems.iter().all(|problem| matches!(problem, Problem::Note { size: 100, .. })));
    log.close().await;
}

async fn events_that_are_not_sealed_yet_are_checked_for_their_order(place: Place) {
    sealed_log(&place, 100).await.close().await;
    let log = place.open().await;
    log.append(request().writing("household/a", 100, 5)).await.unwrap();
    log.close().await;
    let report = verify(&place, vec![]).await;
    assert!(report.is_whole() && (report.head, report.sealed) == (105, 100));

    place
        .tamper(
            "DROP TRIGGER event_refuse_update; UPDATE event SET version = 1000 WHERE position = 103",
            "UPDATE event SET version = 1000 WHERE position = 103",
        )
        .await;
    let report = verify(&place, vec![]).await;
    let version = Problem::Version { position: 103, stream: name("household/a"), expected: 103, found: 1000 };
    assert_eq!(report.problems[0], version);
}

async fn a_damaged_hash_above_the_leaves_is_found(place: Place) {
    sealed_log(&place, 600).await.close().await;
    place
        .tamper(
            "DROP TRIGGER merkle_tile_refuse_update;
             UPDATE merkle_tile SET hashes = zeroblob(32) WHERE level = 1 AND start = 1",
            "UPDATE merkle_tile SET hashes = decode(repeat('00', 32), 'hex') WHERE level = 1 AND start = 1",
        )
        .await;
    let report = verify(&place, vec![]).await;
    let tile = Problem::Tile { level: 1, first_position: 257, last_position: 512 };
    assert_eq!(report.problems, [tile], "content and checkpoints fit; only the stored hash is wrong");
    // A process that would seal on top of it refuses.
    let log = place.open().await;
    log.start_sealing(signer()).unwrap();
    let refused = log.seal_now().await;
    assert!(matches!(refused, Err(Error::DamagedSeal(_))), "got {refused:?}");
    log.close().await;
}

async fn every_event_is_proven_under_every_checkpoint(place: Place) {
    let log = sealed_log(&place, 150).await;
    let middle = seal(&log).await.checkpoint;
    append_and_seal(&log, 450).await;
    let latest = seal(&log).await.checkpoint;

    let events = read_all(&log).await;
    for checkpoint in [&middle, &latest] {
        for event in events.iter().take(checkpoint.size as usize) {
            let proof = log.inclusion_proof(event.position, checkpoint.size).await.unwrap();
            assert_eq!(proof.verify(event, checkpoint), Ok(()), "position {}", event.position);
            let mut other = event.clone();
            other.content.push(' ');
            assert!(proof.verify(&other, checkpoint).is_err());
        }
    }
    for (position, size) in [(0, 600), (601, 600), (1, 601)] {
        assert!(matches!(log.inclusion_proof(position, size).await, Err(Error::NoProof(_))));
    }
    log.close().await;
}

async fn growth_is_proven_between_checkpoints(place: Place) {
    let log = sealed_log(&place, 0).await;
    let mut checkpoints = vec![];
    for events in [1, 99, 156, 1, 343] {
        append_and_seal(&log, events).await;
        checkpoints.push(seal(&log).await.checkpoint);
    }
    for (at, newer) in checkpoints.iter().enumerate() {
        for older in &checkpoints[..=at] {
            let proof = log.consistency_proof(older.size, newer.size).await.unwrap();
            assert_eq!(proof.verify(older, newer), Ok(()), "{} to {}", older.size, newer.size);
        }
    }
    log.close().await;
}

#[tokio::test]
async fn one_byte_changed_in_the_database_file_is_found() {
    let place = Place::sqlite();
    let log = sealed_log(&place, 250).await;
    let marked = StreamWrite {
        stream: name("household/marked"),
        expected_version: 0,
        events: vec![happened(r#"{"note":"a sum of 1000000 was paid"}"#)],
    };
    let mut asked = request();
    asked.writes.push(marked);
    let position = log.append(asked).await.unwrap().first_position;
    log.append(request().writing("household/a", 250, 50)).await.unwrap();
    log.close().await;

    // Closing folded the write-ahead log into the file, so the bytes are there and nowhere else.
    let file = place.file();
    assert!(!Path::new(&format!("{}-wal", file.display())).exists());
    let mut bytes = fs::read(&file).unwrap();
    let sum = b"a sum of 1000000";
    let places: Vec<usize> =
        bytes.windows(sum.len()).enumerate().filter(|(_, window)| window == sum).map(|(at, _)| at).collect();
    assert_eq!(places.len(), 1, "the content stands in the file once");
    bytes[places[0] + sum.len() - 7] = b'9';
    fs::write(&file, bytes).unwrap();

    let report = verify(&place, vec![]).await;
    assert_eq!(report.problems, [Problem::Changed { position }]);
    let log = EventLog::open_read_only(&place.store()).await.unwrap();
    assert!(
        log.read(position - 1, 1).await.unwrap()[0].content.contains("9000000"),
        "the reader alone sees no harm"
    );
    log.close().await;
}

#[tokio::test]
async fn a_byte_that_is_no_text_any_more_is_found() {
    let place = Place::sqlite();
    let log = place.open().await;
    log.start_sealing(signer()).unwrap();
    let mut asked = request();
    let events = vec![happened("{}"), happened(r#"{"name":"MARKED"}"#), happened("{}")];
    asked.writes.push(StreamWrite { stream: name("household/a"), expected_version: 0, events });
    log.append(asked).await.unwrap();
    log.close().await;

    let mut bytes = fs::read(place.file()).unwrap();
    let at = bytes.windows(6).position(|window| window == b"MARKED").unwrap();
    bytes[at] = 0xff;
    fs::write(place.file(), bytes).unwrap();
    let report = verify(&place, vec![]).await;
    assert!(
        matches!(report.problems[..], [Problem::Unreadable { position: 2, .. }]),
        "{:?}",
        report.problems
    );
}

#[tokio::test]
async fn a_log_is_recorded_in_the_order_of_its_clock_and_sealed_with_it() {
    // The same history told twice has the same root: nothing but the events goes into the tree.
    let mut roots = vec![];
    for _ in 0..2 {
        let place = Place::sqlite();
        let clock = Arc::new(ManualClock::new(Timestamp::start_of(date(2025, 7, 1))));
        let options = event_log::LogOptions::new(place.store());
        let log = EventLog::open(options, clock).await.unwrap();
        log.start_sealing(signer()).unwrap();
        let id = kernel::RequestId::from_uuid(uuid::Uuid::from_u128(1));
        log.append(request().with_id(id).writing("household/a", 0, 3)).await.unwrap();
        roots.push(seal(&log).await.checkpoint.root);
        log.close().await;
    }
    assert_eq!(roots[0], roots[1]);
}
