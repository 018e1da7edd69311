//! The events that the services publish, as facts in the past tense with stable versioned names.
//!
//! A name and its shape never change: a new shape gets a new version and an upcaster from the old one. `fixtures/` holds
//! one stored event of every version ever released, and the tests decode them all. No event carries a name, a birth
//! date or a citizen number in the clear.

pub mod poverty;

/// Why an event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The type is not one of this context's events.
    #[error("event type '{0}' is not known")]
    UnknownType(String),
    /// The content has not the shape of its type.
    #[error("content of {event_type} cannot be read: {source}")]
    Shape {
        /// The event's type.
        event_type: String,
        /// What the decoder found.
        source: serde_json::Error,
    },
}
