//! The copy of a log on NATS JetStream, one stream per writing service: a relay fills it, ordered consumers read it.
//!
//! It knows CloudEvents, subjects, sequences and how servers fail; it deliberately does not know what any event means. The
//! log is the truth and the stream a copy that may be lost and filled again. Start with [`Relay`] and [`BusSource`].
//!
//! **Invariant:** a message's sequence in the stream is its event's position in the log. The server holds it, because
//! each event is published with `Nats-Expected-Last-Sequence` one below its position.

mod bus;
mod cloud_event;
mod error;
mod publish;
mod relay;
mod source;
mod stream;

pub use bus::{Bus, BusOptions};
pub use cloud_event::UndecodableEvent;
pub use error::Error;
pub use relay::{Relay, RelayOptions, RelayStatus};
pub use source::BusSource;
pub use stream::StreamLimits;
