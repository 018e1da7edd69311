//! What was recorded about one household, in the order of recording, each with its day of effect.

use super::{AreaNumber, Class, Day, Ethnicity, Needs, StandardCalendar};
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
    /// The day on which its registration was recorded.
    #[serde(rename = "f")]
    pub first_known: Day,
    /// Where it lives from which day on.
    #[serde(rename = "r")]
    pub residences: Vec<(Day, AreaNumber)>,
    /// Who belongs to it from which day on.
    #[serde(rename = "m")]
    pub rosters: Vec<(Day, Roster)>,
    /// What reviews found, in the order of recording.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub assessments: Vec<Assessed>,
}

/// What a review found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessed {
    /// The day from which it counts.
    #[serde(rename = "d")]
    pub effective: Day,
    /// The day of recording.
    #[serde(rename = "k")]
    pub known: Day,
    /// Id of the standard.
    #[serde(rename = "s")]
    pub standard: String,
    /// Never [`Class::NotReviewed`].
    #[serde(rename = "c")]
    pub class: Class,
    /// What the household lacks.
    #[serde(rename = "n", default, skip_serializing_if = "Needs::is_none")]
    pub needs: Needs,
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
        /// What the household lacks.
        needs: Needs,
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
        match (history, event) {
            (None, HistoryEvent::Registered { leaf, roster }) => Ok(Self {
                registered: day,
                known,
                first_known: known,
                residences: vec![(day, leaf)],
                rosters: vec![(day, roster)],
                assessments: Vec::new(),
            }),
            (Some(_), HistoryEvent::Registered { .. }) => Err(NotApplicable::RegisteredTwice),
            (None, _) => Err(NotApplicable::NeverRegistered),
            (Some(mut history), event) => {
                // Facts known by a day must form a prefix of the household's history even if a clock was set back.
                history.known = history.known.max(known);
                match event {
                    HistoryEvent::MembersChanged(roster) => history.rosters.push((day, roster)),
                    HistoryEvent::Moved(leaf) => history.residences.push((day, leaf)),
                    HistoryEvent::Assessed { standard, class, needs } => {
                        let known = history.known;
                        history.assessments.push(Assessed { effective: day, known, standard, class, needs });
                    }
                    HistoryEvent::Registered { .. } => {}
                }
                Ok(history)
            }
        }
    }

    /// The class on a day under the standard in force then, as known by the end of another; `None` where the household was
    /// not registered by then. Of one day the latest recorded review counts.
    pub fn class_on(&self, day: Date, known_on: Date, calendar: &StandardCalendar) -> Option<Class> {
        let (day_number, known_on) = (Day::from(day), Day::from(known_on));
        if self.registered > day_number || self.first_known > known_on {
            return None;
        }
        let standard = calendar.in_force(day).map(|standard| standard.id.as_str());
        let counts = |review: &&Assessed| {
            review.effective <= day_number
                && review.known <= known_on
                && Some(review.standard.as_str()) == standard
        };
        // Of equal keys max_by_key gives the last: reviews are in the order of recording.
        let latest = self.assessments.iter().filter(counts).max_by_key(|review| review.effective);
        Some(latest.map_or(Class::NotReviewed, |review| review.class))
    }
}
