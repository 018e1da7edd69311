//! What is appended and what is read back.

use kernel::{AreaCode, Date, RequestId, Timestamp};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};
use uuid::Uuid;

/// The name of a stream, a kind and an id: `household/2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a`. At most 200 bytes of
/// printable ASCII without spaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct StreamId(Arc<str>);

/// A text that cannot name a stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a stream id: 1 to 200 bytes of printable ASCII without spaces")]
pub struct InvalidStreamId(String);

impl StreamId {
    /// The stream of the thing of that kind with that id, for example `("household", id)`.
    pub fn of(kind: &'static str, id: Uuid) -> Self {
        Self(format!("{kind}/{id}").into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StreamId {
    type Err = InvalidStreamId;

    fn from_str(text: &str) -> Result<Self, InvalidStreamId> {
        let fits = (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.into())) } else { Err(InvalidStreamId(text.to_owned())) }
    }
}

impl TryFrom<String> for StreamId {
    type Error = InvalidStreamId;

    fn try_from(text: String) -> Result<Self, InvalidStreamId> {
        text.parse()
    }
}

impl From<StreamId> for String {
    fn from(stream: StreamId) -> Self {
        stream.0.as_ref().to_owned()
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// SHA-256 of a command's content, without its request id: tells a repeat from another command under a used id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// A fact to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Stable versioned name, for example `poverty.household_registered.v1`.
    pub event_type: &'static str,
    /// The area it concerns, for routing on the bus.
    pub area: AreaCode,
    /// The day it took effect.
    pub effective: Date,
    /// JSON object.
    pub content: String,
}

/// Events for one stream, which must stand at the expected version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamWrite {
    /// Where the events go.
    pub stream: StreamId,
    /// Version of the stream's last event; 0 where the stream must not exist yet.
    pub expected_version: u64,
    /// At least one.
    pub events: Vec<NewEvent>,
}

/// A stream at a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamVersion {
    /// The stream.
    pub stream: StreamId,
    /// Version of its last event; 0 where it does not exist.
    pub version: u64,
}

/// One request: everything in it is recorded, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendRequest {
    /// The caller's id; a repeat with the same fingerprint returns the first outcome.
    pub request_id: RequestId,
    /// Of the command.
    pub fingerprint: Fingerprint,
    /// Who asked.
    pub actor: Arc<str>,
    /// The deciding document.
    pub document: Option<String>,
    /// What this belongs to, across services.
    pub correlation_id: Option<Uuid>,
    /// The event or request that caused this one.
    pub causation_id: Option<Uuid>,
    /// At least one, each to another stream.
    pub writes: Vec<StreamWrite>,
    /// Streams that were read for the decision and must not have changed.
    pub conditions: Vec<StreamVersion>,
}

/// The outcome of an accepted request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Position of the request's first event.
    pub first_position: u64,
    /// Position of its last event.
    pub last_position: u64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// True where the request had been recorded before and nothing was written now.
    pub replayed: bool,
}

/// An event as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedEvent {
    /// 1, 2, 3 … over the whole log.
    pub position: u64,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// 1, 2, 3 … within the stream.
    pub version: u64,
    /// Derived from the request id and the event's index in the request.
    pub event_id: Uuid,
    /// Stable versioned name.
    pub event_type: String,
    /// The day it took effect.
    pub effective: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// JSON object, byte for byte as it was appended.
    pub content: String,
    /// JSON of [`Metadata`], byte for byte as it was appended.
    pub metadata: String,
}

impl RecordedEvent {
    /// Where the event came from.
    pub fn read_metadata(&self) -> Result<Metadata, serde_json::Error> {
        serde_json::from_str(&self.metadata)
    }
}

/// Where an event came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The request that made it.
    pub request_id: RequestId,
    /// Index of the event within the request.
    pub request_index: u32,
    /// Number of events in the request.
    pub request_size: u32,
    /// Lower-case hexadecimal SHA-256 of the command.
    pub fingerprint: String,
    /// Who asked.
    pub actor: String,
    /// The area it concerns.
    pub area: AreaCode,
    /// The deciding document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// What this belongs to, across services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<Uuid>,
    /// The event or request that caused this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
}
