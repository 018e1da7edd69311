//! The stream of one service: its name, its subjects, its limits.

use crate::{Bus, Error, cloud_event};
use async_nats::jetstream::{
    ErrorCode,
    context::{CreateStreamErrorKind, GetStreamErrorKind},
    stream::{Config, DiscardPolicy, RawMessageErrorKind, RetentionPolicy, State, StorageType},
};
use std::time::Duration;
use uuid::Uuid;

/// The limits of a stream. Nothing in it ages: a new consumer can start from the first event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamLimits {
    /// Size of the stream at most; a full stream refuses new events, and the relay waits.
    pub bytes_max: i64,
    /// Size of one event with its attributes at most.
    pub message_bytes_max: i32,
    /// Servers that hold a copy each: 1, 3 or 5.
    pub replicas: usize,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self { bytes_max: 2 << 30, message_bytes_max: 1 << 20, replicas: 1 }
    }
}

/// Deduplication by message id is not used; the server wants a window all the same.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(1);

/// The name of the stream of a context: `MUCTIEU_POVERTY`.
pub(crate) fn name(context: &str) -> String {
    format!("MUCTIEU_{}", context.to_uppercase())
}

fn subjects(context: &str) -> String {
    format!("muctieu.{context}.>")
}

fn config(context: &str, limits: StreamLimits) -> Config {
    Config {
        name: name(context),
        subjects: vec![subjects(context)],
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        max_bytes: limits.bytes_max,
        max_message_size: limits.message_bytes_max,
        max_messages: -1,
        max_messages_per_subject: -1,
        max_consumers: -1,
        max_age: Duration::ZERO,
        duplicate_window: DUPLICATE_WINDOW,
        num_replicas: limits.replicas,
        deny_delete: true,
        deny_purge: true,
        ..Config::default()
    }
}

/// Makes the stream, or brings its limits to these, and tells its state. A stream from which messages are missing cannot
/// be filled again: it is deleted and begun anew.
pub(crate) async fn ensure(bus: &Bus, context: &str, limits: StreamLimits) -> Result<State, Error> {
    let failed = |reason: String| Error::Stream { stream: name(context), reason };
    let wanted = Config { allow_atomic_publish: bus.knows_atomic_batches(), ..config(context, limits) };
    let existing = match bus.jetstream.get_stream(name(context)).await {
        Ok(stream) => stream.cached_info().clone(),
        Err(error) if is_missing(&error) => {
            return create(bus, context, wanted).await;
        }
        Err(error) => return Err(failed(error.to_string())),
    };
    if existing.config.subjects != wanted.subjects {
        return Err(Error::ForeignStream {
            stream: name(context),
            expected: subjects(context),
            found: existing.config.subjects,
        });
    }
    if has_holes(&existing.state) {
        tracing::error!(
            stream.name = name(context),
            "stream {} ends at {} and holds {} messages: it is begun anew from the log",
            name(context),
            existing.state.last_sequence,
            existing.state.messages
        );
        bus.jetstream.delete_stream(name(context)).await.map_err(|error| failed(error.to_string()))?;
        return create(bus, context, wanted).await;
    }
    if !has_limits(&existing.config, &wanted) {
        bus.jetstream.update_stream(wanted).await.map_err(|error| failed(error.to_string()))?;
    }
    Ok(existing.state)
}

async fn create(bus: &Bus, context: &str, wanted: Config) -> Result<State, Error> {
    let bytes_max = wanted.max_bytes;
    match bus.jetstream.create_stream(wanted).await {
        Ok(stream) => Ok(stream.cached_info().state.clone()),
        Err(error) => Err(match error.kind() {
            CreateStreamErrorKind::JetStream(cause)
                if cause.error_code() == ErrorCode::STORAGE_RESOURCES_EXCEEDED =>
            {
                Error::NoRoom { stream: name(context), bytes_max }
            }
            _ => Error::Stream { stream: name(context), reason: error.to_string() },
        }),
    }
}

/// The stream's state as the server has it now.
pub(crate) async fn state(bus: &Bus, context: &str) -> Result<State, Error> {
    match bus.jetstream.get_stream(name(context)).await {
        Ok(stream) => Ok(stream.cached_info().state.clone()),
        Err(error) => Err(Error::Stream { stream: name(context), reason: error.to_string() }),
    }
}

/// The id of the event at that place of the stream; `None` where there is no message. The id of a message that is no event
/// is nil, which no event has.
pub(crate) async fn event_id(bus: &Bus, context: &str, sequence: u64) -> Result<Option<Uuid>, Error> {
    let failed = |reason: String| Error::Stream { stream: name(context), reason };
    let stream =
        bus.jetstream.get_stream_no_info(name(context)).await.map_err(|error| failed(error.to_string()))?;
    match stream.get_raw_message(sequence).await {
        Ok(message) => Ok(Some(cloud_event::id(&message.headers).unwrap_or_default())),
        Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// Whether messages are missing before the stream's end.
pub(crate) const fn has_holes(state: &State) -> bool {
    state.messages != state.last_sequence
}

fn has_limits(found: &Config, wanted: &Config) -> bool {
    found.max_bytes == wanted.max_bytes
        && found.max_message_size == wanted.max_message_size
        && found.num_replicas == wanted.num_replicas
        && found.discard == wanted.discard
        && found.max_age == wanted.max_age
        && found.max_messages == wanted.max_messages
        && found.max_messages_per_subject == wanted.max_messages_per_subject
        && found.max_consumers == wanted.max_consumers
        && found.duplicate_window == wanted.duplicate_window
        && found.deny_delete == wanted.deny_delete
        && found.deny_purge == wanted.deny_purge
        && found.allow_atomic_publish == wanted.allow_atomic_publish
}

fn is_missing(error: &async_nats::jetstream::context::GetStreamError) -> bool {
    matches!(error.kind(), GetStreamErrorKind::JetStream(error)
        if error.error_code() == ErrorCode::STREAM_NOT_FOUND)
}
