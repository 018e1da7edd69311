//! Rows of the event table as values.

use crate::{InvalidStreamId, RecordedEvent};
use kernel::{Timestamp, parse_date};
use sqlx::{ColumnIndex, Database, Decode, Row, Type};
use uuid::Uuid;

/// An event, or why the row at that position is none.
pub(crate) type EventRow = Result<RecordedEvent, Unreadable>;

/// A row that was looked up, and for what.
pub(crate) type FoundRow = (Found, EventRow);

/// What a row was looked up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// One of the streams.
    InStream,
    /// The request with that index.
    OfRequest(usize),
}

/// A row that no version of this program has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) position: u64,
    pub(crate) reason: String,
}

/// Reads `position, stream, version, event_id, event_type, effective, recorded_at, content, metadata`.
pub(crate) fn read_event<'r, R>(row: &'r R) -> EventRow
where
    R: Row,
    usize: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    &'r str: Decode<'r, R::Database> + Type<R::Database>,
    Uuid: Decode<'r, R::Database> + Type<R::Database>,
{
    let position = column::<R, i64>(row, 0).map(super::positive).unwrap_or_default();
    let unreadable = |reason: String| Unreadable { position, reason };
    let text = |index| column::<R, String>(row, index).map_err(unreadable);
    let number = |index| column::<R, i64>(row, index).map_err(unreadable);

    let effective = column::<R, &str>(row, 5).map_err(unreadable)?;
    Ok(RecordedEvent {
        position,
        stream: column::<R, &str>(row, 1)
            .and_then(|stream| stream.parse().map_err(|error: InvalidStreamId| error.to_string()))
            .map_err(unreadable)?,
        version: u64::try_from(number(2)?).map_err(|error| unreadable(error.to_string()))?,
        event_id: column::<R, Uuid>(row, 3).map_err(unreadable)?,
        event_type: text(4)?,
        effective: parse_date(effective).ok_or_else(|| unreadable(format!("'{effective}' is no day")))?,
        recorded_at: Timestamp::from_micros(number(6)?).map_err(|error| unreadable(error.to_string()))?,
        content: text(7)?,
        metadata: text(8)?,
    })
}

fn column<'r, R, T>(row: &'r R, index: usize) -> Result<T, String>
where
    R: Row,
    usize: ColumnIndex<R>,
    T: Decode<'r, R::Database> + Type<R::Database>,
    R::Database: Database,
{
    row.try_get(index).map_err(|error| error.to_string())
}
