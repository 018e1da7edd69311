//! A log, a server and what is read off the bus, for the suite.

use async_nats::jetstream::{self, stream::State};
use event_bus::{Bus, BusOptions, BusSource, Relay, RelayOptions, RelayStatus};
use event_log::{
    AppendRequest, EventLog, Fingerprint, LogOptions, LogStore, NewEvent, RecordedEvent, StreamId,
    StreamWrite,
};
use kernel::{RequestId, SystemClock, date};
use projection::EventSource as _;
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use testing::wait_until;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) const CONTEXT: &str = "letters";
pub(crate) const STREAM: &str = "MUCTIEU_LETTERS";
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// A log in a folder of its own.
pub(crate) struct TestLog {
    pub(crate) log: EventLog,
    _folder: TempDir,
}

impl TestLog {
    pub(crate) async fn with(events: usize) -> Self {
        let folder = TempDir::new().unwrap();
        let options = LogOptions::new(LogStore::Sqlite(folder.path().join("log.sqlite")));
        let log = EventLog::open(options, Arc::new(SystemClock)).await.unwrap();
        let one = Self { log, _folder: folder };
        one.append(events).await;
        one
    }

    /// Appends so many events in one request, with names that no header may carry as they are.
    pub(crate) async fn append(&self, events: usize) -> u64 {
        if events == 0 {
            return 0;
        }
        let event = |number: usize| NewEvent {
            event_type: "letters.letter_written.v1",
            area: if number.is_multiple_of(2) { "03618" } else { "03625-004" }.parse().unwrap(),
            effective: date(2025, 7, 1),
            content: format!("{{ \"letter\":\"ấ\\n%41\",  \"number\":{number} }}"),
        };
        let stream = StreamId::of("letter", Uuid::new_v4());
        let request = AppendRequest {
            request_id: RequestId::from_uuid(Uuid::new_v4()),
            fingerprint: Fingerprint([7; 32]),
            actor: "người ghi \"thử\" 100%".into(),
            document: Some("Quyết định số 1/QĐ-UBND (synthetic)".into()),
            correlation_id: None,
            causation_id: None,
            writes: vec![StreamWrite {
                stream,
                expected_version: 0,
                events: (0..events).map(event).collect(),
            }],
            conditions: vec![],
        };
        self.log.append(request).await.unwrap().last_position
    }

    pub(crate) async fn events(&self) -> Vec<RecordedEvent> {
        self.log.read(0, 100_000).await.unwrap()
    }
}

pub(crate) async fn connect(url: String) -> Bus {
    let options = BusOptions { servers: url, client_name: "test".into() };
    Bus::connect(options).await.unwrap()
}

/// A connection beside the product's own.
pub(crate) async fn jetstream(url: String) -> jetstream::Context {
    jetstream::new(async_nats::connect(url).await.unwrap())
}

/// The stream's state, if there is a stream and a server.
pub(crate) async fn state(url: String) -> Option<State> {
    let context = jetstream::new(async_nats::connect(url).await.ok()?);
    Some(context.get_stream(STREAM).await.ok()?.cached_info().state.clone())
}

pub(crate) async fn filled_to(url: String, position: u64) {
    wait_until(DEADLINE, &format!("the stream to hold {position} events"), || async {
        state(url.clone())
            .await
            .is_some_and(|state| (state.messages, state.last_sequence) == (position, position))
    })
    .await;
}

/// A relay at work.
pub(crate) struct Running {
    pub(crate) status: watch::Receiver<RelayStatus>,
    pub(crate) task: JoinHandle<Result<(), event_bus::Error>>,
    stop: CancellationToken,
}

impl Running {
    pub(crate) async fn start(url: String, log: &TestLog) -> Self {
        let options = RelayOptions { patience: Duration::from_millis(100), ..RelayOptions::default() };
        let relay = Relay::new(connect(url).await, CONTEXT, log.log.clone(), options);
        let (status, stop) = (relay.status(), CancellationToken::new());
        Self { status, task: tokio::spawn(relay.run(stop.clone())), stop }
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

/// Reads positions `after + 1` to `to` as a projector does: what fails is tried again from the checkpoint.
pub(crate) async fn read(source: &mut BusSource, after: u64, to: u64) -> Vec<RecordedEvent> {
    let reading = async {
        let mut events = Vec::new();
        let mut checkpoint = after;
        while checkpoint < to {
            match source.next(checkpoint, 97).await {
                Ok(batch) => {
                    for event in batch {
                        assert_eq!(event.position, checkpoint + 1, "each position comes once, in order");
                        checkpoint = event.position;
                        events.push(event);
                    }
                }
                Err(_) => tokio::task::yield_now().await,
            }
        }
        events
    };
    tokio::time::timeout(DEADLINE, reading).await.expect("the events within the deadline")
}
