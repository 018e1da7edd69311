//! Positions have no gaps and are in commit order: a reader that advances loses nothing.

use crate::{
    child::{self, APPENDS_PER_WRITER, WRITERS_PER_PROCESS},
    place::Place,
    request::{RequestParts, request},
};
use event_log::{EventLog, RecordedEvent};
use futures::future::join_all;
use std::{collections::HashMap, time::Duration};

on_both_stores! {
    a_reader_that_advances_beside_32_writers_misses_nothing,
}

const WRITERS: u64 = 32;
const APPENDS: u64 = 60;

async fn a_reader_that_advances_beside_32_writers_misses_nothing(place: Place) {
    let (reading, writing) = (place.open().await, place.open().await);
    let reader = tokio::spawn(read_until(reading.clone(), WRITERS * APPENDS));
    let writers = (0..WRITERS).map(|writer| {
        let log = writing.clone();
        tokio::spawn(async move {
            for version in 0..APPENDS {
                log.append(request().writing(&format!("writer/{writer}"), version, 1)).await.unwrap();
            }
        })
    });
    join_all(writers).await.into_iter().for_each(Result::unwrap);
    let read = reader.await.unwrap();
    check_streams(&read, WRITERS, APPENDS);
    reading.close().await;
    writing.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_misses_nothing_when_the_writers_are_two_processes() {
    let place = Place::postgres().await;
    let log = place.open().await;
    let events = 2 * WRITERS_PER_PROCESS * APPENDS_PER_WRITER;
    let reader = tokio::spawn(read_until(log.clone(), events));
    let processes = ["left", "right"].map(|name| child::start_writer(&place.store(), name));
    for process in processes {
        let ended = process.wait_with_output().await.unwrap();
        assert!(ended.status.success(), "a writer failed: {}", String::from_utf8_lossy(&ended.stdout));
    }
    let read = reader.await.unwrap();
    check_streams(&read, 2 * WRITERS_PER_PROCESS, APPENDS_PER_WRITER);
    log.close().await;
}

/// Goes on from the last position seen whenever the log grows, as a projection does. A gap is an error of `read`.
async fn read_until(log: EventLog, events: u64) -> Vec<RecordedEvent> {
    let mut head = log.watch();
    let mut read: Vec<RecordedEvent> = Vec::new();
    while (read.len() as u64) < events {
        let seen = read.len() as u64;
        let grown = head.wait_for(|head| *head > seen);
        let grown = tokio::time::timeout(Duration::from_secs(60), grown).await;
        let head = *grown.expect("the log grows").unwrap();
        let page = log.read(seen, 200).await.unwrap();
        assert!(!page.is_empty(), "position {head} was announced and must be there");
        read.extend(page);
    }
    read
}

fn check_streams(read: &[RecordedEvent], streams: u64, versions: u64) {
    let mut last_version: HashMap<&str, u64> = HashMap::new();
    for (position, event) in (1..).zip(read) {
        assert_eq!(event.position, position);
        let version = last_version.entry(event.stream.as_str()).or_default();
        *version += 1;
        assert_eq!(event.version, *version, "versions of {} appear in order", event.stream);
    }
    assert_eq!(last_version.len() as u64, streams);
    assert!(last_version.values().all(|version| *version == versions), "nothing is missing");
}
