//! What was recorded about one household, in the order of recording, each with its day of effect.

use super::{AreaNumber, Class, Day, Ethnicity};
use kernel::{Date, MemberId};
use serde::{Deserialize, Serialize};

/// Everything from which a household's timeline is computed. Written as compact JSON in the read model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The day from which the household is counted.
    #[serde(rename = "d")]
    pub registered: Day,
    /// The latest day on which something was recorded.
    #[serde(rename = "k")]
    pub known: Day,
    /// Where it lives from which day on.
    #[serde(rename = "r")]
    pub residences: Vec<(Day, AreaNumber)>,
    /// Who belongs to it from which day on.
    #[serde(rename = "m")]
    pub rosters: Vec<(Day, Roster)>,
    /// Which class which standard gave it from which day on.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub assessments: Vec<(Day, String, Class)>,
}

/// A change of the members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// Who joined, or is of another ethnic group than was recorded before.
    #[serde(rename = "+", default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<Member>,
    /// Who left.
    #[serde(rename = "-", default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<MemberId>,
    /// The head from that day on.
    #[serde(rename = "h")]
    pub head: MemberId,
}

/// A member as figures need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member(pub MemberId, pub Ethnicity);

/// One recorded fact about a household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryEvent {
    /// It entered the registry with its first residence and members.
    Registered {
        /// Village, or the unit of commune level where no village was recorded.
        leaf: AreaNumber,
        /// All members join; nobody leaves.
        roster: Roster,
    },
    /// Its members changed.
    MembersChanged(Roster),
    /// It lives elsewhere.
    Moved(AreaNumber),
    /// A review gave it a class under a standard.
    Assessed {
        /// Id of the standard.
        standard: String,
        /// Never [`Class::NotReviewed`].
        class: Class,
    },
}

/// Why an event does not fit the household's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotApplicable {
    /// The household was registered before.
    #[error("the household is registered already")]
    RegisteredTwice,
    /// Nothing was recorded about the household before.
    #[error("the household was never registered")]
    NeverRegistered,
}

impl History {
    /// The history after one more event, recorded on `known`.
    pub fn with(
        history: Option<Self>,
        event: HistoryEvent,
        effective: Date,
        known: Date,
    ) -> Result<Self, NotApplicable> {
        let (day, known) = (Day::from(effective), Day::from(known));
        let mut history = match (history, event) {
            (None, HistoryEvent::Registered { leaf, roster }) => {
                return Ok(Self {
                    registered: day,
                    known,
                    residences: vec![(day, leaf)],
                    rosters: vec![(day, roster)],
                    assessments: Vec::new(),
                });
            }
            (Some(_), HistoryEvent::Registered { .. }) => return Err(NotApplicable::RegisteredTwice),
            (None, _) => return Err(NotApplicable::NeverRegistered),
            (Some(mut history), event) => {
                match event {
                    HistoryEvent::MembersChanged(roster) => history.rosters.push((day, roster)),
                    HistoryEvent::Moved(leaf) => history.residences.push((day, leaf)),
                    HistoryEvent::Assessed { standard, class } => {
                        history.assessments.push((day, standard, class));
                    }
                    HistoryEvent::Registered { .. } => {}
                }
                history
            }
        };
        // Facts known by a day must form a prefix of the household's history even if a clock was set back.
        history.known = history.known.max(known);
        Ok(history)
    }
}
