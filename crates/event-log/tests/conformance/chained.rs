//! Requests that rest on an earlier one, because they expect a stream as it leaves it or because they follow it in a chain:
//! they are recorded in their order, and nothing is recorded on what was not.

use crate::{
    place::Place,
    request::{RequestParts, read_all, request},
};
use event_log::{AppendError, AppendRequest, Appended, EventLog};
use futures::future::join_all;
use proptest::{
    collection::vec,
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use std::collections::HashMap;

on_both_stores! {
    a_chain_of_requests_on_one_stream_is_recorded_in_order,
    chains_over_several_streams_are_recorded_whole,
    what_builds_on_a_refused_request_is_refused_too,
    what_builds_on_a_repeat_is_recorded_where_it_fits,
    a_chain_meets_another_writer_and_leaves_no_gap,
    nothing_of_a_chain_is_recorded_after_what_is_stale,
    what_is_handed_in_later_belongs_to_the_same_chain,
    nothing_of_a_chain_is_recorded_after_a_repeat,
    nothing_of_a_chain_is_recorded_after_what_cannot_be_recorded,
    what_another_writer_left_as_expected_is_no_basis,
    a_chain_over_streams_that_nobody_remembers_is_recorded_in_order,
    of_each_chain_of_two_writers_a_beginning_is_recorded,
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

/// Which of the answers say that the request was recorded, and which that its basis was not.
fn outcomes(answers: &[Result<Appended, AppendError>]) -> Vec<&'static str> {
    let outcome = |answer: &Result<Appended, AppendError>| match answer {
        Ok(appended) if appended.replayed => "repeat",
        Ok(_) => "recorded",
        Err(AppendError::Stale { .. }) => "stale",
        Err(AppendError::BasisNotRecorded) => "no basis",
        Err(AppendError::Invalid(_)) => "invalid",
        Err(other) => panic!("{other}"),
    };
    answers.iter().map(outcome).collect()
}

async fn nothing_of_a_chain_is_recorded_after_what_is_stale(place: Place) {
    let log = place.open().await;
    log.append(request().writing("account/a", 0, 1)).await.unwrap();
    let chain = [
        request().writing("account/b", 0, 1),
        request().writing("account/a", 0, 1),
        request().writing("account/b", 1, 1),
        request().writing("account/c", 0, 1),
    ];
    let alone = request().writing("account/d", 0, 1);
    let (answers, alone) = tokio::join!(log.chain().append(chain.into()), log.append(alone));
    assert_eq!(outcomes(&answers), ["recorded", "stale", "no basis", "no basis"]);
    assert!(alone.is_ok(), "{alone:?}");
    assert_eq!(told(&log).await.len(), 3);
    log.close().await;
}

async fn what_is_handed_in_later_belongs_to_the_same_chain(place: Place) {
    let log = place.open().await;
    log.append(request().writing("account/a", 0, 1)).await.unwrap();
    for is_awaited_between in [false, true] {
        let mut chain = log.chain();
        let stale = chain.append(vec![request().writing("account/a", 0, 1)]);
        let later = vec![request().writing("account/b", 0, 1)];
        let (stale, later) = if is_awaited_between {
            (stale.await, chain.append(later).await)
        } else {
            tokio::join!(stale, chain.append(later))
        };
        assert_eq!((outcomes(&stale), outcomes(&later)), (vec!["stale"], vec!["no basis"]));
    }
    let mut chain = log.chain();
    let first = chain.append(vec![request().writing("account/a", 1, 1)]);
    let second = [request().writing("account/a", 2, 1), request().writing("account/b", 0, 1)];
    let (first, second) = tokio::join!(first, chain.append(second.into()));
    assert_eq!((outcomes(&first), outcomes(&second)), (vec!["recorded"], vec!["recorded"; 2]));
    assert!(is_without_gaps(&told(&log).await));
    log.close().await;
}

async fn nothing_of_a_chain_is_recorded_after_a_repeat(place: Place) {
    let log = place.open().await;
    let first = request().writing("account/a", 0, 1);
    log.append(first.clone()).await.unwrap();
    // It was decided as if it were new, and the next one as if it happened a second time.
    let mut repeat = first;
    repeat.writes[0].expected_version = 1;
    let chain = [request().writing("account/b", 0, 1), repeat, request().writing("account/c", 0, 1)];
    assert_eq!(outcomes(&log.chain().append(chain.into()).await), ["recorded", "repeat", "no basis"]);
    assert_eq!(told(&log).await.len(), 2);
    log.close().await;
}

async fn nothing_of_a_chain_is_recorded_after_what_cannot_be_recorded(place: Place) {
    let log = place.open().await;
    let chain = [
        request().writing("account/a", 0, 1),
        request().writing("account/b", 0, 0),
        request().writing("account/c", 0, 1),
    ];
    assert_eq!(outcomes(&log.chain().append(chain.into()).await), ["recorded", "invalid", "no basis"]);
    assert_eq!(told(&log).await, [("account/a".to_owned(), 1)]);
    log.close().await;
}

async fn what_another_writer_left_as_expected_is_no_basis(place: Place) {
    let (one, other) = (place.open().await, place.open().await);
    one.append(request().writing("account/a", 0, 1)).await.unwrap();
    other.append(request().writing("account/a", 1, 1)).await.unwrap();
    // The second expects the stream where the other writer has brought it, but it was decided on the first.
    let chain = [request().writing("account/a", 1, 1), request().writing("account/a", 2, 1)];
    assert_eq!(outcomes(&one.chain().append(chain.into()).await), ["stale", "no basis"]);
    assert_eq!(told(&one).await.len(), 2);
    one.close().await;
    other.close().await;
}

async fn a_chain_over_streams_that_nobody_remembers_is_recorded_in_order(place: Place) {
    let log = place.open().await;
    let streams: Vec<String> = (0..20).map(|at| format!("account/{at}")).collect();
    all(&log, streams.iter().map(|stream| request().writing(stream, 0, 3)).collect()).await;
    log.close().await;
    let log = place.open().await;
    let chain = streams.iter().zip(0..).map(|(stream, number)| {
        let next = request().writing(stream, 3, 1);
        // A stream that was only read is looked up as well.
        if number % 5 == 4 { next.having_read(&streams[number - 1], 4) } else { next }
    });
    let answers = log.chain().append(chain.collect()).await;
    let positions: Vec<u64> = answers.into_iter().map(|answer| answer.unwrap().first_position).collect();
    assert_eq!(positions, (61..=80).collect::<Vec<_>>());
    log.close().await;
}

async fn of_each_chain_of_two_writers_a_beginning_is_recorded(place: Place) {
    let writers = [place.open().await, place.open().await];
    let mut runner = TestRunner::deterministic();
    // The streams of each writer's requests, by number.
    let rounds = vec([vec(0..30_u8, 1..12), vec(0..30_u8, 1..12)], 40);
    let (mut whole, mut broken) = (0, 0);
    for round in rounds.new_tree(&mut runner).unwrap().current() {
        // Both decide on the streams as they stand, so that they overtake each other where their chains meet.
        let stand: HashMap<String, u64> = told(&writers[0]).await.into_iter().collect();
        let [one, other] = round.map(|streams| {
            let mut versions = stand.clone();
            let chain = streams.into_iter().map(|number| {
                let stream = format!("account/{number}");
                let version = versions.entry(stream.clone()).or_default();
                *version += 1;
                request().writing(&stream, *version - 1, 1)
            });
            chain.collect::<Vec<_>>()
        });
        let (one, other) = tokio::join!(writers[0].chain().append(one), writers[1].chain().append(other));
        for answers in [one, other] {
            let outcomes = outcomes(&answers);
            let recorded = outcomes.iter().take_while(|outcome| **outcome == "recorded").count();
            match outcomes.get(recorded) {
                None => whole += 1,
                Some(first) => {
                    broken += 1;
                    assert_eq!(*first, "stale", "{outcomes:?}");
                    assert!(outcomes[recorded + 1..].iter().all(|outcome| *outcome == "no basis"));
                }
            }
        }
    }
    assert!(whole > 0 && broken > 0, "{whole} whole, {broken} broken: the test proves nothing");
    assert!(is_without_gaps(&told(&writers[0]).await));
    for writer in writers {
        writer.close().await;
    }
}
