//! Events as CloudEvents 1.0 in the binary mode of the NATS binding: attributes as headers, content as payload.

use async_nats::{
    HeaderMap,
    header::{HeaderName, HeaderValue},
};
use event_log::{RecordedEvent, StreamId};
use kernel::parse_date;
use serde::Deserialize;
use std::borrow::Cow;
use uuid::Uuid;

/// A message that is no event of this log.
#[derive(Debug, thiserror::Error)]
#[error("message {sequence} is no event: {reason}")]
pub struct UndecodableEvent {
    /// The message's sequence in the stream.
    pub sequence: u64,
    /// What is wrong with it.
    pub reason: String,
}

const SPEC_VERSION: &str = "ce-specversion";
const ID: &str = "ce-id";
const TYPE: &str = "ce-type";
const SOURCE: &str = "ce-source";
const SUBJECT: &str = "ce-subject";
const TIME: &str = "ce-time";
const CONTENT_TYPE: &str = "content-type";
/// Extension attributes. Position in the log, version within the stream (which is `ce-subject`), effective date, and the
/// metadata of the log as JSON.
const POSITION: &str = "ce-position";
const STREAM_VERSION: &str = "ce-streamversion";
const EFFECTIVE: &str = "ce-effectivedate";
const METADATA: &str = "ce-metadata";

/// All attributes, filled in as far as all events of the context share them. Copies of a filled map have their room from the
/// start.
pub(crate) fn shared_headers(context: &str) -> HeaderMap {
    let names = [ID, TYPE, SUBJECT, TIME, POSITION, STREAM_VERSION, EFFECTIVE, METADATA];
    let blank = names.map(|name| (HeaderName::from_static(name), HeaderValue::new()));
    let mut shared = HeaderMap::from_iter(blank);
    shared.insert(SPEC_VERSION, "1.0");
    shared.insert(SOURCE, encode(&format!("/muctieu/{context}")));
    shared.insert(CONTENT_TYPE, "application/json");
    shared
}

/// The subject `muctieu.<context>.<event>.<area>` on which an event is published.
pub(crate) fn subject(context: &str, event: &RecordedEvent) -> String {
    #[derive(Deserialize)]
    struct Routing<'a> {
        #[serde(borrow)]
        area: Cow<'a, str>,
    }
    let mut name = event.event_type.split('.');
    let middle = name.nth(1).unwrap_or(&event.event_type);
    let area =
        serde_json::from_str::<Routing<'_>>(&event.metadata).map_or_else(|_| "none".into(), |one| one.area);
    format!("muctieu.{context}.{middle}.{}", area.replace(['.', ' ', '*', '>'], "_"))
}

/// The attributes of an event; `shared` are those of its context.
pub(crate) fn headers(shared: &HeaderMap, event: &RecordedEvent) -> HeaderMap {
    let mut headers = shared.clone();
    let mut put = |name: &'static str, value: String| headers.insert(HeaderName::from_static(name), value);
    put(ID, event.event_id.to_string());
    put(TYPE, encode(&event.event_type));
    put(SUBJECT, encode(event.stream.as_str()));
    put(TIME, event.recorded_at.to_string());
    put(POSITION, event.position.to_string());
    put(STREAM_VERSION, event.version.to_string());
    put(EFFECTIVE, event.effective.to_string());
    put(METADATA, encode(&event.metadata));
    headers
}

/// The id of the event that a message carries, if it carries one.
pub(crate) fn id(headers: &HeaderMap) -> Option<Uuid> {
    headers.get(ID)?.as_str().parse().ok()
}

/// The event that a message carries, content and metadata byte for byte as in the log.
pub(crate) fn decode(
    sequence: u64,
    headers: Option<&HeaderMap>,
    payload: &[u8],
) -> Result<RecordedEvent, UndecodableEvent> {
    let attributes = Attributes { sequence, headers };
    let position = attributes.get(POSITION, |text| text.parse().ok())?;
    if position != sequence {
        return Err(attributes.wrong(&format!("it stands for position {position}")));
    }
    let content =
        String::from_utf8(payload.to_vec()).map_err(|_| attributes.wrong("its payload is not UTF-8"))?;
    Ok(RecordedEvent {
        position,
        stream: attributes.get(SUBJECT, |text| text.parse::<StreamId>().ok())?,
        version: attributes.get(STREAM_VERSION, |text| text.parse().ok())?,
        event_id: attributes.get(ID, |text| text.parse().ok())?,
        event_type: attributes.get(TYPE, |text| Some(text.to_owned()))?,
        effective: attributes.get(EFFECTIVE, parse_date)?,
        recorded_at: attributes.get(TIME, |text| text.parse().ok().map(jiff::Timestamp::into))?,
        content,
        metadata: attributes.get(METADATA, |text| Some(text.to_owned()))?,
    })
}

struct Attributes<'a> {
    sequence: u64,
    headers: Option<&'a HeaderMap>,
}

impl Attributes<'_> {
    fn get<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, UndecodableEvent> {
        self.headers
            .and_then(|headers| headers.get(name))
            .and_then(|value| decode_percent(value.as_str()))
            .and_then(|text| read(&text))
            .ok_or_else(|| self.wrong(&format!("{name} is missing or cannot be read")))
    }

    fn wrong(&self, reason: &str) -> UndecodableEvent {
        UndecodableEvent { sequence: self.sequence, reason: reason.to_owned() }
    }
}

/// Percent-encoding of the CloudEvents bindings: space, double quote, percent and all but printable ASCII.
fn encode(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |half: u8| DIGITS[usize::from(half)];
    let mut encoded = Vec::with_capacity(text.len() + text.len() / 2);
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'"' | b'%') {
            encoded.push(byte);
        } else {
            encoded.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    // Invariant: it is ASCII.
    String::from_utf8(encoded).unwrap_or_default()
}

fn decode_percent(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            decoded.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            decoded.push(byte);
            rest = after;
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Timestamp, date};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn event(metadata: &str, content: &str) -> RecordedEvent {
        RecordedEvent {
            position: 41,
            stream: StreamId::of("household", Uuid::from_u128(7)),
            version: 3,
            event_id: Uuid::from_u128(9),
            event_type: "poverty.household_registered.v1".into(),
            effective: date(2025, 7, 1),
            recorded_at: Timestamp::from_micros(1_751_300_000_000_001).unwrap(),
            content: content.into(),
            metadata: metadata.into(),
        }
    }

    proptest! {
        #[test]
        fn an_event_survives_the_wire_byte_for_byte(metadata in ".*", content in ".*") {
            let event = event(&metadata, &content);
            let headers = headers(&shared_headers("poverty"), &event);
            prop_assert_eq!(decode(41, Some(&headers), content.as_bytes()).unwrap(), event);
        }
    }

    #[test]
    fn the_subject_names_context_event_and_area() {
        let event = event(r#"{"area":"03618-007"}"#, "{}");
        assert_eq!(subject("poverty", &event), "muctieu.poverty.household_registered.03618-007");
    }

    #[test]
    fn a_message_at_another_sequence_than_its_position_is_refused() {
        let headers = headers(&shared_headers("poverty"), &event("{}", "{}"));
        let refused = decode(40, Some(&headers), b"{}").unwrap_err();
        assert_eq!(refused.to_string(), "message 40 is no event: it stands for position 41");
    }

    #[test]
    fn a_message_without_attributes_is_refused() {
        assert!(decode(1, None, b"{}").unwrap_err().reason.contains("ce-position"));
    }
}
