//! Old shapes of events, read as today's.

use crate::RecordedEvent;
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};

/// Makes the content of the next version out of the content of the version before. It is pure and total: the same old
/// content gives the same new content for ever, and what it does not understand it leaves alone.
pub type Upcast = fn(Value) -> Value;

/// Steps from every old type to the one after it. What is stored never changes; [`crate::EventLog::read`] and
/// [`crate::EventLog::streams`] answer with the newest type.
#[derive(Clone, Debug, Default)]
pub struct Upcasters(Arc<HashMap<&'static str, (&'static str, Upcast)>>);

/// Steps that do not form chains.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUpcasters {
    /// Two steps begin at one type.
    #[error("two upcasters read {0}")]
    Ambiguous(&'static str),
    /// The steps from a type lead back to it.
    #[error("the upcasters of {0} lead back to it")]
    Circular(&'static str),
}

impl Upcasters {
    /// Steps `(old type, next type, upcast)` in any order.
    pub fn new(
        steps: impl IntoIterator<Item = (&'static str, &'static str, Upcast)>,
    ) -> Result<Self, InvalidUpcasters> {
        let mut chains = HashMap::new();
        for (from, to, upcast) in steps {
            if chains.insert(from, (to, upcast)).is_some() {
                return Err(InvalidUpcasters::Ambiguous(from));
            }
        }
        for start in chains.keys() {
            let chain = std::iter::successors(Some(*start), |step| chains.get(step).map(|(to, _)| *to));
            if chain.skip(1).take(chains.len()).any(|step| step == *start) {
                return Err(InvalidUpcasters::Circular(start));
            }
        }
        Ok(Self(Arc::new(chains)))
    }

    /// The event with the newest type that its own leads to, and that type's content.
    pub fn apply(&self, mut event: RecordedEvent) -> RecordedEvent {
        let Some(mut step) = self.0.get(event.event_type.as_str()) else { return event };
        let Ok(mut content) = serde_json::from_str(&event.content) else { return event };
        let newest = loop {
            let (to, upcast) = step;
            content = upcast(content);
            match self.0.get(to) {
                Some(next) => step = next,
                None => break *to,
            }
        };
        event.event_type = newest.to_owned();
        event.content = content.to_string();
        event
    }
}
