//! The log against a model of it in memory: whatever is asked, in whatever order, both answer alike.

use crate::{
    place::Place,
    request::{RequestParts, name, read_all, request},
};
use event_log::{AppendError, AppendRequest, Appended, EventLog, Fingerprint};
use futures::future::join_all;
use kernel::RequestId;
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    test_runner::{Config, TestCaseError, TestRunner},
};
use std::collections::HashMap;
use uuid::Uuid;

on_both_stores! {
    the_log_answers_as_its_model_does,
}

const STREAMS: [&str; 4] = ["household/a", "household/b", "commune/c", "commune/d"];

/// Something that is done to the log.
#[derive(Clone, Debug)]
enum Step {
    /// Requests that are submitted together.
    Append(Vec<Asked>),
    /// The log is closed and opened again.
    Reopen,
}

/// A request in terms of the model.
#[derive(Clone, Debug)]
struct Asked {
    /// Few, so that ids are used again.
    request: u8,
    fingerprint: u8,
    /// For each stream what is done with it.
    access: Vec<Access>,
    /// Which of the streams are named before others.
    rotation: usize,
}

#[derive(Clone, Copy, Debug)]
enum Access {
    None,
    /// Read at the version where it stands, or so many above.
    Read {
        above: u64,
    },
    /// Write so many events, expecting the version where it stands, or so many above.
    Write {
        above: u64,
        events: usize,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let above = prop_oneof![9 => Just(0_u64), 1 => 1..3_u64];
    let access = prop_oneof![
        3 => Just(Access::None),
        1 => above.clone().prop_map(|above| Access::Read { above }),
        2 => (above, 1..4_usize).prop_map(|(above, events)| Access::Write { above, events }),
    ];
    let asked = (
        0..20_u8,
        prop_oneof![5 => Just(0_u8), 1 => any::<u8>()],
        vec(access, STREAMS.len()),
        0..STREAMS.len(),
    )
        .prop_map(|(request, fingerprint, access, rotation)| Asked { request, fingerprint, access, rotation })
        .prop_filter("something is written", |asked| {
            asked.access.iter().any(|access| matches!(access, Access::Write { .. }))
        });
    let step = prop_oneof![8 => vec(asked, 1..6).prop_map(Step::Append), 1 => Just(Step::Reopen)];
    vec(step, 1..20)
}

/// The log as it should be.
#[derive(Default)]
struct Model {
    versions: HashMap<&'static str, u64>,
    recorded: HashMap<RequestId, (Fingerprint, AppendRequest, Option<Appended>)>,
    events: u64,
}

/// How the model answers.
#[derive(Debug, PartialEq)]
enum Answer {
    Written { events: u64 },
    Repeated { request: RequestId },
    Reused,
    Stale { stream: String, actual: u64 },
}

impl Model {
    fn request(&self, asked: &Asked) -> AppendRequest {
        let id = RequestId::from_uuid(Uuid::from_u128(asked.request.into()));
        let mut request = request().with_id(id).with_fingerprint(asked.fingerprint);
        for at in 0..STREAMS.len() {
            let at = (at + asked.rotation) % STREAMS.len();
            let stream = STREAMS[at];
            let version = self.versions.get(stream).copied().unwrap_or_default();
            request = match asked.access[at] {
                Access::None => request,
                Access::Read { above } => request.having_read(stream, version + above),
                Access::Write { above, events } => request.writing(stream, version + above, events),
            };
        }
        request
    }

    fn answer(&mut self, request: &AppendRequest) -> Answer {
        if let Some((fingerprint, _, _)) = self.recorded.get(&request.request_id) {
            return match *fingerprint == request.fingerprint {
                true => Answer::Repeated { request: request.request_id },
                false => Answer::Reused,
            };
        }
        let written = request.writes.iter().map(|write| (&write.stream, write.expected_version));
        let read = request.conditions.iter().map(|condition| (&condition.stream, condition.version));
        for (stream, expected) in written.chain(read) {
            let actual = self.versions.get(stream.as_str()).copied().unwrap_or_default();
            if actual != expected {
                return Answer::Stale { stream: stream.to_string(), actual };
            }
        }
        let mut events = 0;
        for write in &request.writes {
            let stream = STREAMS.into_iter().find(|stream| *stream == write.stream.as_str()).unwrap();
            *self.versions.entry(stream).or_default() += write.events.len() as u64;
            events += write.events.len() as u64;
        }
        self.events += events;
        self.recorded.insert(request.request_id, (request.fingerprint, request.clone(), None));
        Answer::Written { events }
    }

    /// Compares an outcome with the answer; the position is the log's own choice, but it stays.
    fn check(&mut self, answer: &Answer, request: &AppendRequest, outcome: Result<Appended, AppendError>) {
        match (answer, outcome) {
            (Answer::Written { events }, Ok(appended)) => {
                assert!(!appended.replayed);
                assert_eq!(appended.last_position - appended.first_position + 1, *events);
                self.recorded.get_mut(&request.request_id).unwrap().2 = Some(appended);
            }
            (Answer::Repeated { request }, Ok(appended)) => {
                let first =
                    self.recorded[request].2.expect("the first outcome was given before the repeat's");
                assert_eq!(appended, Appended { replayed: true, ..first });
            }
            (Answer::Reused, Err(AppendError::RequestIdReused(id))) => assert_eq!(id, request.request_id),
            (
                Answer::Stale { stream, actual },
                Err(AppendError::Stale { stream: found, actual: stands, .. }),
            ) => {
                assert_eq!((stream.as_str(), *actual), (found.as_str(), stands));
            }
            (answer, outcome) => panic!("expected {answer:?}, got {outcome:?} for {request:?}"),
        }
    }

    async fn check_log(&self, log: &EventLog) {
        let events = read_all(log).await;
        assert_eq!(events.len() as u64, self.events);
        for (_, request, appended) in self.recorded.values() {
            let first = appended.unwrap().first_position as usize - 1;
            let written = request.writes.iter().flat_map(|write| {
                (write.expected_version + 1..)
                    .zip(&write.events)
                    .map(move |(version, event)| (&write.stream, version, event))
            });
            for ((stream, version, event), found) in written.zip(&events[first..]) {
                assert_eq!((stream, version, &event.content), (&found.stream, found.version, &found.content));
            }
        }
        let streams = log.streams(&STREAMS.map(name)).await.unwrap();
        let versions: HashMap<_, _> =
            streams.iter().map(|(stream, events)| (stream.as_str(), events.len() as u64)).collect();
        assert_eq!(versions, self.versions);
    }
}

async fn the_log_answers_as_its_model_does(place: Place) {
    // Runs of proptest are synchronous; each gets an empty place of the same kind.
    let runtime = tokio::runtime::Handle::current();
    let tested = tokio::task::spawn_blocking(move || {
        let mut runner =
            TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
        runner.run(&steps(), |steps| {
            runtime.block_on(run(&place, steps));
            Ok::<(), TestCaseError>(())
        })
    });
    tested.await.unwrap().unwrap();
}

async fn run(like: &Place, steps: Vec<Step>) {
    let place = Place::like(like).await;
    let mut log = place.open().await;
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Reopen => {
                log.close().await;
                log = place.open().await;
            }
            Step::Append(asked) => {
                // All of them know the log as it was before any of them.
                let requests: Vec<_> = asked.iter().map(|asked| model.request(asked)).collect();
                let outcomes = join_all(requests.iter().map(|request| log.append(request.clone()))).await;
                for (request, outcome) in requests.iter().zip(outcomes) {
                    let answer = model.answer(request);
                    model.check(&answer, request, outcome);
                }
            }
        }
    }
    model.check_log(&log).await;
    log.close().await;
}
