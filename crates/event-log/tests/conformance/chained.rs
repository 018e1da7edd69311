//! Requests that expect a stream as an earlier one leaves it: sent together they are recorded in their order, and nothing is
//! recorded on what was not.

use crate::{
    place::Place,
    request::{RequestParts, read_all, request},
};
use event_log::{AppendError, AppendRequest, Appended, EventLog};
use futures::future::join_all;
use std::collections::HashMap;

on_both_stores! {
    a_chain_of_requests_on_one_stream_is_recorded_in_order,
    chains_over_several_streams_are_recorded_whole,
    what_builds_on_a_refused_request_is_refused_too,
    what_builds_on_a_repeat_is_recorded_where_it_fits,
    a_chain_meets_another_writer_and_leaves_no_gap,
}

async fn all(log: &EventLog, requests: Vec<AppendRequest>) -> Vec<Result<Appended, AppendError>> {
    join_all(requests.into_iter().map(|request| log.append(request))).await
}

/// The stream names of the events with their versions, in the order of the log.
async fn told(log: &EventLog) -> Vec<(String, u64)> {
    read_all(log).await.into_iter().map(|event| (event.stream.to_string(), event.version)).collect()
}

fn is_without_gaps(told: &[(String, u64)]) -> bool {
    let mut versions: HashMap<&str, u64> = HashMap::new();
    told.iter().all(|(stream, version)| {
        let last = versions.entry(stream).or_default();
        *last += 1;
        *last == *version
    })
}

async fn a_chain_of_requests_on_one_stream_is_recorded_in_order(place: Place) {
    let log = place.open().await;
    let chain = (0..300).map(|version| request().writing("account/a", version, 1)).collect();
    let answers = all(&log, chain).await;
    let positions: Vec<u64> = answers.into_iter().map(|answer| answer.unwrap().first_position).collect();
    assert_eq!(positions, (1..=300).collect::<Vec<_>>());
    assert!(is_without_gaps(&told(&log).await));
    log.close().await;
}

async fn chains_over_several_streams_are_recorded_whole(place: Place) {
    let log = place.open().await;
    // Each request writes to two of three streams, two events to the first.
    let mut versions = [0_u64; 3];
    let mut chain = Vec::new();
    for number in 0..90 {
        let (first, second) = (number % 3, (number + 1) % 3);
        let streams = [first, second].map(|at| format!("account/{at}"));
        chain.push(request().writing(&streams[0], versions[first], 2).writing(
            &streams[1],
            versions[second],
            1,
        ));
        versions[first] += 2;
        versions[second] += 1;
    }
    assert!(all(&log, chain).await.iter().all(Result::is_ok));
    let told = told(&log).await;
    assert_eq!(told.len(), 270);
    assert!(is_without_gaps(&told));
    log.close().await;
}

async fn what_builds_on_a_refused_request_is_refused_too(place: Place) {
    let log = place.open().await;
    log.append(request().writing("account/a", 0, 1)).await.unwrap();
    let chain = vec![
        request().writing("account/b", 0, 1),
        // The stream stands at 1.
        request().writing("account/a", 5, 1),
        request().writing("account/a", 6, 1),
        request().writing("account/b", 1, 1),
    ];
    let answers = all(&log, chain).await;
    let recorded: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(recorded, [true, false, false, true]);
    for refused in &answers[1..3] {
        assert!(matches!(refused, Err(AppendError::Stale { actual: 1, .. })), "{refused:?}");
    }
    assert!(is_without_gaps(&told(&log).await));
    log.close().await;
}

async fn what_builds_on_a_repeat_is_recorded_where_it_fits(place: Place) {
    let first = request().writing("account/a", 0, 1);
    let log = place.open().await;
    log.append(first.clone()).await.unwrap();
    log.close().await;
    // Another process, which remembers nothing of the streams.
    let log = place.open().await;
    let chain = vec![first, request().writing("account/a", 1, 1), request().writing("account/a", 2, 1)];
    let answers = all(&log, chain).await;
    assert!(answers[0].as_ref().unwrap().replayed);
    assert!(answers[1..].iter().all(|answer| answer.as_ref().is_ok_and(|appended| !appended.replayed)));
    let told = told(&log).await;
    assert_eq!(told.len(), 3);
    assert!(is_without_gaps(&told));
    log.close().await;
}

async fn a_chain_meets_another_writer_and_leaves_no_gap(place: Place) {
    let (one, other) = (place.open().await, place.open().await);
    one.append(request().writing("account/a", 0, 1)).await.unwrap();
    // What the first writer remembers of the stream is no longer so.
    other.append(request().writing("account/a", 1, 1)).await.unwrap();
    let chain = (1..6).map(|version| request().writing("account/a", version, 1)).collect();
    let answers = all(&one, chain).await;
    assert!(matches!(answers[0], Err(AppendError::Stale { actual: 2, .. })), "{:?}", answers[0]);
    let told = told(&one).await;
    assert!(is_without_gaps(&told), "{told:?}");
    let recorded = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(told.len(), 2 + recorded);
    one.close().await;
    other.close().await;
}
