//! A request made ready for the store in its caller's task, so that the one writer only has to copy it.

use crate::{AppendError, AppendRequest, Metadata, StreamId};
use foldhash::fast::FixedState;
use kernel::{Date, RequestId};
use serde::{Serialize, de::IgnoredAny};
use std::hash::BuildHasher as _;
use uuid::Uuid;

pub(crate) use kernel::text::hexadecimal;

/// Bytes of content and metadata in one request at most.
pub const REQUEST_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Streams that one request may write or read at most.
pub const REQUEST_STREAMS_MAX: usize = 4096;

/// A request that needs nothing but its positions and its time.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) request_id: RequestId,
    pub(crate) fingerprint: String,
    /// The streams that it writes, then those that it has only read.
    pub(crate) checks: Vec<Check>,
    pub(crate) events: Vec<PreparedEvent>,
    /// Content and metadata.
    pub(crate) bytes: usize,
}

/// A stream and the version at which it must stand.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) stream: StreamId,
    pub(crate) version: u64,
    pub(crate) access: Access,
    /// Of the stream's name. Two streams with one hash only keep their requests out of the same batch.
    pub(crate) stream_hash: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Write,
    Read,
}

#[derive(Debug)]
pub(crate) struct PreparedEvent {
    /// Index of its stream in the request's checks.
    pub(crate) check: usize,
    pub(crate) version: u64,
    pub(crate) event_id: Uuid,
    pub(crate) event_type: &'static str,
    pub(crate) effective: String,
    pub(crate) content: String,
    pub(crate) metadata: String,
}

impl Prepared {
    /// Checks everything that can be checked without the store.
    pub(crate) fn new(request: AppendRequest, events_max: usize) -> Result<Self, AppendError> {
        let request_size = request.writes.iter().map(|write| write.events.len()).sum::<usize>();
        check_shape(&request, request_size, events_max)?;

        let fingerprint = hexadecimal(&request.fingerprint.0);
        let mut checks = Vec::with_capacity(request.writes.len() + request.conditions.len());
        let mut events = Vec::with_capacity(request_size);
        let mut bytes = 0;
        for write in request.writes {
            for (offset, event) in write.events.into_iter().enumerate() {
                let request_index = events.len();
                check_content(event.event_type, &event.content)?;
                let metadata = serde_json::to_string(&MetadataView {
                    request_id: request.request_id,
                    request_index,
                    request_size,
                    fingerprint: &fingerprint,
                    actor: &request.actor,
                    area: event.area.as_str(),
                    document: request.document.as_deref(),
                    correlation_id: request.correlation_id,
                    causation_id: request.causation_id,
                })
                .map_err(|error| AppendError::Invalid(error.to_string()))?;
                bytes += event.content.len() + metadata.len();
                events.push(PreparedEvent {
                    check: checks.len(),
                    version: write.expected_version + 1 + offset as u64,
                    event_id: event_id(request.request_id, request_index),
                    event_type: event.event_type,
                    effective: day_text(event.effective)?,
                    content: event.content,
                    metadata,
                });
            }
            checks.push(Check::new(write.stream, write.expected_version, Access::Write));
        }
        checks.extend(
            request
                .conditions
                .into_iter()
                .map(|condition| Check::new(condition.stream, condition.version, Access::Read)),
        );
        if bytes > REQUEST_BYTES_MAX {
            let reason = format!("{bytes} bytes of events, {REQUEST_BYTES_MAX} at most");
            return Err(AppendError::Invalid(reason));
        }
        Ok(Self { request_id: request.request_id, fingerprint, checks, events, bytes })
    }

    /// The streams that it writes with the versions that they reach by it.
    pub(crate) fn written(&self) -> impl Iterator<Item = (&Check, u64)> {
        let mut reached: Vec<u64> = self.checks.iter().map(|check| check.version).collect();
        for event in &self.events {
            reached[event.check] = event.version;
        }
        let written = self.checks.iter().zip(reached);
        written.filter(|(check, _)| check.access == Access::Write)
    }

    /// Id of the request's first event, by which a repeat is known.
    pub(crate) fn first_event_id(&self) -> Uuid {
        self.events.first().map_or_else(|| event_id(self.request_id, 0), |event| event.event_id)
    }
}

impl Check {
    fn new(stream: StreamId, version: u64, access: Access) -> Self {
        let stream_hash = FixedState::default().hash_one(&stream);
        Self { stream, version, access, stream_hash }
    }
}

/// Id of the `index`-th event of the request.
pub(crate) fn event_id(request: RequestId, index: usize) -> Uuid {
    request.derive("event", index)
}

fn check_shape(request: &AppendRequest, size: usize, events_max: usize) -> Result<(), AppendError> {
    let invalid = |reason: String| Err(AppendError::Invalid(reason));
    if request.writes.is_empty() || request.writes.iter().any(|write| write.events.is_empty()) {
        return invalid("a stream without events".to_owned());
    }
    if size > events_max {
        return invalid(format!("{size} events, {events_max} at most"));
    }
    let streams = request.writes.len() + request.conditions.len();
    if streams > REQUEST_STREAMS_MAX {
        return invalid(format!("{streams} streams, {REQUEST_STREAMS_MAX} at most"));
    }
    let written = request.writes.iter().map(|write| (&write.stream, write.expected_version));
    let read = request.conditions.iter().map(|condition| (&condition.stream, condition.version));
    let mut named: Vec<_> = written.chain(read).collect();
    named.sort_unstable();
    if let Some([(stream, _), _]) = named.array_windows().find(|[one, next]| one.0 == next.0) {
        return invalid(format!("stream {stream} twice"));
    }
    for (stream, version) in named {
        // The stores count in i64; no real stream comes near.
        if version > i64::MAX as u64 / 2 {
            return invalid(format!("version {version} of stream {stream} is out of range"));
        }
    }
    Ok(())
}

fn check_content(event_type: &str, content: &str) -> Result<(), AppendError> {
    if event_type.is_empty() || !event_type.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(AppendError::Invalid(format!("'{event_type}' is no event type")));
    }
    if !content.starts_with('{') || serde_json::from_str::<IgnoredAny>(content).is_err() {
        return Err(AppendError::Invalid(format!("content of {event_type} is not a JSON object")));
    }
    Ok(())
}

/// `2025-07-01`, the only form in which days are stored.
fn day_text(day: Date) -> Result<String, AppendError> {
    if day.year() < 1 {
        return Err(AppendError::Invalid(format!("effective day {day} lies before year 1")));
    }
    Ok(day.to_string())
}

/// [`Metadata`] without its own copies; the fields and their order are the same.
#[derive(Serialize)]
struct MetadataView<'a> {
    request_id: RequestId,
    request_index: usize,
    request_size: usize,
    fingerprint: &'a str,
    actor: &'a str,
    area: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causation_id: Option<Uuid>,
}

/// Reads what [`MetadataView`] wrote.
pub(crate) fn read_metadata(text: &str) -> Result<Metadata, serde_json::Error> {
    serde_json::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fingerprint, NewEvent, StreamVersion, StreamWrite};
    use kernel::date;

    fn request() -> AppendRequest {
        AppendRequest {
            request_id: RequestId::from_uuid(Uuid::from_u128(7)),
            fingerprint: Fingerprint([0xab; 32]),
            actor: "cán bộ \"xã\"".into(),
            document: Some("12/QĐ-UBND".to_owned()),
            correlation_id: Some(Uuid::from_u128(1)),
            causation_id: None,
            writes: vec![StreamWrite {
                stream: "household/a".parse().unwrap(),
                expected_version: 3,
                events: vec![NewEvent {
                    event_type: "test.happened.v1",
                    area: "03618".parse().unwrap(),
                    effective: date(2025, 7, 1),
                    content: r#"{"a":1}"#.to_owned(),
                }],
            }],
            conditions: vec![],
        }
    }

    #[test]
    fn metadata_is_written_as_its_public_shape_reads_and_writes_it() {
        let prepared = Prepared::new(request(), 10).unwrap();
        let text = &prepared.events[0].metadata;
        let metadata = read_metadata(text).unwrap();
        assert_eq!(metadata.actor, "cán bộ \"xã\"");
        assert_eq!(metadata.fingerprint, "ab".repeat(32));
        assert_eq!(&serde_json::to_string(&metadata).unwrap(), text);
    }

    #[test]
    fn events_follow_the_expected_version() {
        assert_eq!(Prepared::new(request(), 10).unwrap().events[0].version, 4);
    }

    #[test]
    fn what_cannot_be_recorded_is_refused_before_the_store_is_asked() {
        let refused = |change: fn(&mut AppendRequest), reason: &str| {
            let mut request = request();
            change(&mut request);
            match Prepared::new(request, 1) {
                Err(AppendError::Invalid(given)) if given.contains(reason) => {}
                other => panic!("expected a refusal naming '{reason}', got {other:?}"),
            }
        };
        refused(|request| request.writes.clear(), "without events");
        refused(|request| request.writes[0].events.clear(), "without events");
        refused(
            |request| {
                let event = request.writes[0].events[0].clone();
                request.writes[0].events.push(event);
            },
            "2 events, 1 at most",
        );
        refused(
            |request| {
                let stream = request.writes[0].stream.clone();
                request.conditions.push(StreamVersion { stream, version: 3 });
            },
            "twice",
        );
        refused(|request| request.writes[0].events[0].content = "[1]".to_owned(), "JSON object");
        refused(|request| request.writes[0].events[0].content = "{\"a\":\0}".to_owned(), "JSON object");
        refused(|request| request.writes[0].events[0].event_type = "", "no event type");
        refused(|request| request.writes[0].events[0].effective = date(0, 1, 1), "before year 1");
    }
}
