//! Requests in few words.

use event_log::{
    AppendRequest, EventLog, Fingerprint, NewEvent, RecordedEvent, StreamId, StreamVersion, StreamWrite,
};
use kernel::{RequestId, date};
use uuid::Uuid;

/// A request with a new id that writes nothing yet.
pub(crate) fn request() -> AppendRequest {
    AppendRequest {
        request_id: RequestId::from_uuid(Uuid::new_v4()),
        fingerprint: Fingerprint([1; 32]),
        actor: "commune officer".into(),
        document: None,
        correlation_id: None,
        causation_id: None,
        writes: Vec::new(),
        conditions: Vec::new(),
    }
}

/// More of a request.
pub(crate) trait RequestParts {
    /// Writes that many events to the stream, which must stand at `expected`.
    fn writing(self, stream: &str, expected: u64, events: usize) -> Self;
    /// Has read the stream at that version.
    fn having_read(self, stream: &str, version: u64) -> Self;
    fn with_id(self, request_id: RequestId) -> Self;
    fn with_fingerprint(self, byte: u8) -> Self;
}

impl RequestParts for AppendRequest {
    fn writing(mut self, stream: &str, expected: u64, events: usize) -> Self {
        let event = |offset| happened(&format!(r#"{{"stream":"{stream}","at":{}}}"#, expected + offset));
        let events = (1..=events as u64).map(event).collect();
        self.writes.push(StreamWrite { stream: name(stream), expected_version: expected, events });
        self
    }

    fn having_read(mut self, stream: &str, version: u64) -> Self {
        self.conditions.push(StreamVersion { stream: name(stream), version });
        self
    }

    fn with_id(mut self, request_id: RequestId) -> Self {
        self.request_id = request_id;
        self
    }

    fn with_fingerprint(mut self, byte: u8) -> Self {
        self.fingerprint = Fingerprint([byte; 32]);
        self
    }
}

pub(crate) fn happened(content: &str) -> NewEvent {
    NewEvent {
        event_type: "test.happened.v1",
        area: "03618".parse().unwrap(),
        effective: date(2025, 7, 1),
        content: content.to_owned(),
    }
}

pub(crate) fn name(stream: &str) -> StreamId {
    stream.parse().unwrap()
}

/// Every event of the log, read in pages.
pub(crate) async fn read_all(log: &EventLog) -> Vec<RecordedEvent> {
    let mut events: Vec<RecordedEvent> = Vec::new();
    loop {
        let page = log.read(events.len() as u64, 500).await.unwrap();
        if page.is_empty() {
            return events;
        }
        events.extend(page);
    }
}
