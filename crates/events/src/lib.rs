//! The events that the services publish, as facts in the past tense with stable versioned names.
//!
//! A name and its shape never change: a new shape gets a new version and an upcaster from the old one. `fixtures/` holds
//! one stored event of every version ever released, and the tests decode them all. No event carries a name, a birth
//! date or a citizen number in the clear.

pub mod funding;
pub mod poverty;
pub mod rural;

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

/// The enum of a context's events, with the stable names under which they are recorded.
macro_rules! context_events {
    ($(#[$doc:meta])+ $name:ident { $($variant:ident = $event_type:literal,)+ }) => {
        $(#[$doc])+
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = concat!("`", $event_type, "`")] $variant($variant),)+
        }

        impl $name {
            /// All type names of this context, every version ever released.
            pub const TYPES: &'static [&'static str] = &[$($event_type),+];

            /// The stable versioned name under which the event is recorded.
            pub const fn event_type(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $event_type,)+
                }
            }

            /// The content as the log keeps it.
            pub fn encode(&self) -> Result<String, serde_json::Error> {
                match self {
                    $(Self::$variant(event) => serde_json::to_string(event),)+
                }
            }

            /// Reads an event of any version ever released.
            pub fn decode(event_type: &str, content: &str) -> Result<Self, crate::DecodeError> {
                let read = match event_type {
                    $($event_type => serde_json::from_str(content).map(Self::$variant),)+
                    unknown => return Err(crate::DecodeError::UnknownType(unknown.to_owned())),
                };
                read.map_err(|source| crate::DecodeError::Shape { event_type: event_type.to_owned(), source })
            }
        }

        #[cfg(test)]
        #[test]
        fn every_version_ever_released_is_read_and_written_back_byte_for_byte() {
            for event_type in $name::TYPES {
                let stored = crate::tests::fixture(event_type);
                let event = $name::decode(event_type, &stored).unwrap();
                assert_eq!(event.event_type(), *event_type);
                assert_eq!(event.encode().unwrap(), stored.trim_end());
            }
        }
    };
}

pub(crate) use context_events;

#[cfg(test)]
mod tests {
    use super::{DecodeError, poverty::PovertyEvent};

    pub(crate) fn fixture(event_type: &str) -> String {
        let path = format!("{}/fixtures/{event_type}.json", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("every released type needs {path}: {error}"))
    }

    #[test]
    fn an_unknown_type_and_a_broken_shape_are_told_apart() {
        assert!(matches!(
            PovertyEvent::decode("poverty.unheard_of.v1", "{}"),
            Err(DecodeError::UnknownType(_))
        ));
        assert!(matches!(PovertyEvent::decode(PovertyEvent::TYPES[0], "{}"), Err(DecodeError::Shape { .. })));
    }
}
