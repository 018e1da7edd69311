//! What the log holds of one household, read back.

use crate::{
    domain::{Disorder, Fact, Household, Person, evolve},
    keys::KeyState,
};
use event_log::{RecordedEvent, StreamId};
use events::poverty::{PovertyEvent, Sealed};
use kernel::{HouseholdId, MemberId};
use std::collections::HashMap;

/// Why a stream cannot be read back. The log is damaged, or was written by a later release.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// An event's content is not what its type says.
    #[error("event at position {position}: {error}")]
    Content {
        /// Where it stands.
        position: u64,
        /// What the decoder found.
        error: events::DecodeError,
    },
    /// An event cannot follow the ones before it.
    #[error("event at position {position}: {disorder}")]
    Disorder {
        /// Where it stands.
        position: u64,
        /// What is wrong.
        disorder: Disorder,
    },
}

/// The stream of a household.
pub(crate) fn stream_of(household: HouseholdId) -> StreamId {
    StreamId::of("household", household.uuid())
}

/// A household as its stream told it up to some point.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    /// What it is; `None` where nothing was recorded.
    pub(crate) household: Option<Household>,
    /// Version of the last event that was read; 0 where there is none.
    pub(crate) version: u64,
    /// Position of the last event that was read; 0 where there is none.
    pub(crate) position: u64,
    sealed: Vec<SealedPersons>,
}

/// Personal data of the members whom one event brought, in their order.
#[derive(Clone, Debug)]
struct SealedPersons {
    members: Vec<MemberId>,
    sealed: Sealed,
}

impl History {
    /// Folds the events of one stream, in their order, as far as `until` says.
    pub(crate) fn fold(events: &[RecordedEvent], until: Until) -> Result<Self, Error> {
        let mut history = Self::default();
        for recorded in events.iter().take_while(|event| until.includes(event)) {
            let position = recorded.position;
            let event = PovertyEvent::decode(&recorded.event_type, &recorded.content)
                .map_err(|error| Error::Content { position, error })?;
            history.sealed.extend(sealed_persons(&event));
            let fact = Fact { effective: recorded.effective, event };
            let household = evolve(history.household.take(), &fact)
                .map_err(|disorder| Error::Disorder { position, disorder })?;
            history.household = Some(household);
            history.version = recorded.version;
            history.position = position;
        }
        Ok(history)
    }

    /// The personal data of everybody who ever was a member, as far as the key still opens it.
    pub(crate) fn people(&self, key: Option<&KeyState>) -> HashMap<MemberId, Person> {
        let (Some(household), Some(KeyState::Held(key))) = (&self.household, key) else {
            return HashMap::new();
        };
        let mut people = HashMap::new();
        for SealedPersons { members, sealed } in &self.sealed {
            match key.open(household.id, sealed) {
                Ok(persons) => people.extend(members.iter().copied().zip(persons)),
                Err(error) => tracing::error!(
                    household.id = %household.id,
                    "personal data of household {}: {error}",
                    household.id
                ),
            }
        }
        people
    }
}

/// How much of a stream is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// All of it.
    End,
    /// Events of the log up to this position.
    Position(u64),
    /// Events of the stream up to this version.
    Version(u64),
}

impl Until {
    fn includes(self, event: &RecordedEvent) -> bool {
        match self {
            Self::End => true,
            Self::Position(position) => event.position <= position,
            Self::Version(version) => event.version <= version,
        }
    }
}

fn sealed_persons(event: &PovertyEvent) -> Option<SealedPersons> {
    let (members, sealed) = match event {
        PovertyEvent::HouseholdRegistered(event) => (&event.members, event.sealed.as_ref()?),
        PovertyEvent::MembersChanged(event) => (&event.added, event.sealed.as_ref()?),
        PovertyEvent::HouseholdMoved(_) | PovertyEvent::HouseholdAssessed(_) => return None,
    };
    Some(SealedPersons { members: members.iter().map(|fact| fact.member).collect(), sealed: sealed.clone() })
}
