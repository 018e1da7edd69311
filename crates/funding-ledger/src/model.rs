//! The ledger as the model of a desk.

use crate::{
    domain::{self, About, Command, Context, Ledger},
    refusals,
};
use decider::{Decision, Disorder, Fact, Model, StreamFacts};
use event_log::{StreamId, StreamVersion};
use events::funding::FundingEvent;
use kernel::Date;
use reference::Reference;
use service::{Refusal, reason};
use std::{ops::RangeInclusive, sync::Arc};

/// The ledger with what its rules look up.
#[derive(Debug)]
pub(crate) struct FundingModel {
    ledger: Ledger,
    reference: Arc<Reference>,
}

impl FundingModel {
    pub(crate) fn new(reference: Arc<Reference>) -> Self {
        Self { ledger: Ledger::default(), reference }
    }

    pub(crate) const fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

impl Model for FundingModel {
    type Command = Command;
    type Event = FundingEvent;

    fn decode(event_type: &str, content: &str) -> Result<FundingEvent, Disorder> {
        FundingEvent::decode(event_type, content).map_err(|error| Disorder(error.to_string()))
    }

    fn encode(event: &FundingEvent) -> Result<(&'static str, String), Disorder> {
        let content = event.encode().map_err(|error| Disorder(error.to_string()))?;
        Ok((event.event_type(), content))
    }

    fn apply(&mut self, stream: &StreamId, fact: &Fact<FundingEvent>) -> Result<(), Disorder> {
        let about = About {
            position: fact.position,
            effective: fact.effective,
            recorded_at: fact.recorded_at,
            document: fact.document.as_deref(),
            actor: &fact.actor,
        };
        self.ledger.apply(stream.as_str(), &fact.event, about).map_err(|disorder| Disorder(disorder.0))
    }

    fn undo(&mut self, _: &StreamId, fact: &Fact<FundingEvent>) {
        self.ledger.undo(&fact.event);
    }

    fn recorded(&self, command: &Command) -> Option<RangeInclusive<u64>> {
        domain::recorded(&self.ledger, command)
    }

    fn decide(&self, command: &Command, today: Date) -> Result<Decision<FundingEvent>, Refusal> {
        let context = Context { reference: &self.reference, today };
        let decided =
            domain::decide(&self.ledger, command, context).map_err(|faults| refusals::rejected(&faults))?;
        let writes = decided.writes.into_iter().map(|write| {
            Ok(StreamFacts {
                stream: stream_id(&write.stream)?,
                version: write.version,
                events: write.facts.into_iter().map(|fact| (fact.effective, fact.area, fact.event)).collect(),
            })
        });
        let conditions = decided
            .unchanged
            .iter()
            .map(|(stream, version)| Ok(StreamVersion { stream: stream_id(stream)?, version: *version }));
        Ok(Decision {
            writes: writes.collect::<Result<_, Refusal>>()?,
            conditions: conditions.collect::<Result<_, Refusal>>()?,
        })
    }
}

fn stream_id(stream: &domain::Stream) -> Result<StreamId, Refusal> {
    stream.to_string().parse().map_err(|error| {
        tracing::error!(%error, "stream cannot be named: {error}");
        Refusal::new(&reason::INTERNAL)
    })
}
