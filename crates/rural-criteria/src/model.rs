//! The rules as the desk takes them: events in and out of the log, one stream for each unit.

use crate::{
    domain::{self, Command, Context, Decided, Units},
    refusals,
};
use decider::{Decision, Disorder, Fact, Model, StreamFacts};
use event_log::{StreamId, StreamVersion};
use events::rural::RuralEvent;
use kernel::{AreaKey, Date};
use reference::Reference;
use service::Refusal;
use std::sync::Arc;

/// All units, folded from the log, with the packs that commands are decided on.
#[derive(Clone, Debug)]
pub struct RuralModel {
    units: Units,
    reference: Arc<Reference>,
}

impl RuralModel {
    /// Nothing recorded yet.
    pub fn new(reference: Arc<Reference>) -> Self {
        Self { units: Units::default(), reference }
    }

    /// What is known of the units.
    pub(crate) const fn units(&self) -> &Units {
        &self.units
    }
}

impl Model for RuralModel {
    type Command = Command;
    type Event = RuralEvent;

    fn decode(event_type: &str, content: &str) -> Result<RuralEvent, Disorder> {
        RuralEvent::decode(event_type, content).map_err(|error| Disorder(error.to_string()))
    }

    fn encode(event: &RuralEvent) -> Result<(&'static str, String), Disorder> {
        let content = event.encode().map_err(|error| Disorder(error.to_string()))?;
        Ok((event.event_type(), content))
    }

    fn apply(&mut self, stream: &StreamId, fact: &Fact<RuralEvent>) -> Result<(), Disorder> {
        let area = fact.event.area();
        if *stream != stream_of(area)? {
            return Err(Disorder(format!("an event about area {area} stands in stream {stream}")));
        }
        let fact = domain::Fact {
            position: fact.position,
            effective: fact.effective,
            recorded_at: fact.recorded_at,
            document: fact.document.as_deref(),
            actor: &fact.actor,
            event: &fact.event,
        };
        self.units.apply(&fact).map_err(|disorder| Disorder(disorder.to_string()))
    }

    fn undo(&mut self, _stream: &StreamId, fact: &Fact<RuralEvent>) {
        self.units.undo(&fact.event);
    }

    fn decide(&self, command: &Command, today: Date) -> Result<Decision<RuralEvent>, Refusal> {
        let context = Context { reference: &self.reference, today };
        let Decided { area, events, rests_on } = domain::decide(&self.units, command, context)
            .map_err(|rejection| refusals::rejected(&rejection, command))?;
        let write = StreamFacts {
            stream: stream_of(&area).map_err(|disorder| refusals::unrecordable(&disorder))?,
            version: self.units.version(&area),
            events: events
                .into_iter()
                .map(|(effective, event)| (effective, area.code.clone(), event))
                .collect(),
        };
        let conditions = rests_on
            .iter()
            .map(|other| Ok(StreamVersion { stream: stream_of(other)?, version: self.units.version(other) }));
        let conditions =
            conditions.collect::<Result<_, _>>().map_err(|disorder| refusals::unrecordable(&disorder))?;
        Ok(Decision { writes: vec![write], conditions })
    }
}

/// `area/<code>@<first day>`
fn stream_of(area: &AreaKey) -> Result<StreamId, Disorder> {
    format!("area/{area}").parse().map_err(|error: event_log::InvalidStreamId| Disorder(error.to_string()))
}
