//! What a service says about its state.

use event_log::{Fingerprint, StreamId, StreamVersion};
use kernel::{AreaCode, Date, RequestId, Timestamp};
use service::Refusal;
use std::{ops::RangeInclusive, sync::Arc};

/// An event as the model sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact<E> {
    /// Where it stands in the log; of a decision that is not recorded, where it would stand.
    pub position: u64,
    /// The day from which it counts.
    pub effective: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The deciding document.
    pub document: Option<String>,
    /// Who asked.
    pub actor: Arc<str>,
    /// What happened.
    pub event: E,
}

/// The events that a decision writes to one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamFacts<E> {
    /// The stream.
    pub stream: StreamId,
    /// The version at which the model knows it.
    pub version: u64,
    /// Day of effect, the area for routing on the bus, and what happens; in order.
    pub events: Vec<(Date, AreaCode, E)>,
}

/// What follows from a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision<E> {
    /// At least one, each to another stream.
    pub writes: Vec<StreamFacts<E>>,
    /// Streams that were read for the decision and must not have changed.
    pub conditions: Vec<StreamVersion>,
}

/// An event that cannot follow what is known, in words without personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Disorder(pub String);

/// The state of a service, folded from its log.
pub trait Model: Send + Sync + 'static {
    /// What can be asked.
    type Command: Send + Sync + 'static;
    /// What can have happened.
    type Event: Clone + Send + Sync + 'static;

    /// Reads an event as the log keeps it.
    fn decode(event_type: &str, content: &str) -> Result<Self::Event, Disorder>;

    /// The stable name of the event and its content as the log keeps it.
    fn encode(event: &Self::Event) -> Result<(&'static str, String), Disorder>;

    /// Adds the fact. What cannot follow is refused, and nothing is changed.
    fn apply(&mut self, stream: &StreamId, fact: &Fact<Self::Event>) -> Result<(), Disorder>;

    /// Takes back the fact that was applied last.
    ///
    /// **Invariant:** after `apply` and `undo` of one fact the model equals what it was.
    fn undo(&mut self, stream: &StreamId, fact: &Fact<Self::Event>);

    /// Where the effect of the command stands already, recorded by another request: those facts are the answer, and
    /// nothing is written. `None` where the command is to be decided.
    fn recorded(&self, _command: &Self::Command) -> Option<RangeInclusive<u64>> {
        None
    }

    /// The facts that follow from the command on `today`. Pure: no clock, no chance, no I/O.
    fn decide(&self, command: &Self::Command, today: Date) -> Result<Decision<Self::Event>, Refusal>;
}

/// One command with what its caller said about it.
#[derive(Clone, Debug)]
pub struct Intent<C> {
    /// The caller's id and whether it takes effect.
    pub header: service::request::fields::Header,
    /// Of the request without its id: the same for every repeat.
    pub fingerprint: Fingerprint,
    /// What is asked.
    pub command: C,
}

impl<C> Intent<C> {
    /// The caller's id.
    pub(crate) const fn request_id(&self) -> RequestId {
        self.header.request_id
    }
}
