//! What can be asked.

use events::rural::{Decision, Fraction, ListKind, Observed, OfficialState, TitleTier};
use kernel::{AreaKey, AssessmentId, Date, ObservationId, RequestId};
use std::fmt;

/// One command.
#[derive(Clone, Debug)]
pub enum Command {
    /// Record an observation.
    Observe(RecordObservation),
    /// Hold a unit against a set.
    Assess(AssessArea),
    /// Recognise a title.
    Recognise(RecogniseTitle),
    /// Acknowledge the title of a merged unit's parts.
    Acknowledge(AcknowledgeTitle),
    /// Revoke a title.
    Revoke(RevokeTitle),
    /// Decide on a list.
    List(DecideListing),
}

/// A unit observed an indicator.
#[derive(Clone, Debug)]
pub struct RecordObservation {
    /// Id of the observation to be.
    pub observation: ObservationId,
    /// The unit.
    pub area: AreaKey,
    /// Id of the set's version.
    pub set: String,
    /// Code of the indicator.
    pub indicator: String,
    /// The day as of which it was observed.
    pub observed_on: Date,
    /// What was observed; its numbers are such that can be.
    pub value: Observed,
    /// Who observed it.
    pub source: String,
    /// The observation that it corrects.
    pub corrects: Option<ObservationId>,
}

/// What the poverty registry's events say about a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PovertySeen {
    /// How far the registry's log was read.
    pub position: u64,
    /// All households.
    pub registered: i64,
    /// Of these with a review.
    pub reviewed: i64,
    /// Of these poor or near-poor.
    pub poor_and_near_poor: i64,
}

impl PovertySeen {
    /// Poor and near-poor households of all; those not reviewed stay in the denominator. `None` where none was reviewed:
    /// that is no data.
    pub fn rate(self) -> Option<Observed> {
        let rate = Fraction { n: self.poor_and_near_poor, d: self.registered };
        (self.reviewed > 0 && self.registered > 0).then_some(Observed::Share(rate))
    }
}

/// What a competent body judged.
#[derive(Clone, Debug)]
pub struct OfficialResult {
    /// Of what.
    pub of: ResultName,
    /// The judgement.
    pub result: OfficialState,
}

/// How a caller names a criterion or an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResultName {
    /// The criterion with that number.
    Criterion(u16),
    /// The indicator with that code.
    Indicator(String),
    /// Whichever the set has of a criterion and an indicator with that number or code.
    Bare(String),
}

impl fmt::Display for ResultName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Criterion(number) => write!(f, "criteria/{number}"),
            Self::Indicator(code) => write!(f, "indicators/{code}"),
            Self::Bare(name) => f.write_str(name),
        }
    }
}

/// A unit is to be held against a set.
#[derive(Clone, Debug)]
pub struct AssessArea {
    /// The caller's id, from which those of the derived observations are made.
    pub request: RequestId,
    /// Id of the assessment to be.
    pub assessment: AssessmentId,
    /// The unit.
    pub area: AreaKey,
    /// Id of the set's version.
    pub set: String,
    /// The day of the assessment.
    pub assessed_on: Date,
    /// The year whose levels count.
    pub year: i16,
    /// The column whose levels count; `None` where the caller named none.
    pub column: Option<String>,
    /// What competent bodies judged.
    pub official: Vec<OfficialResult>,
    /// What the poverty registry says; `None` where no household of the unit is registered, or nobody asked.
    pub poverty: Option<PovertySeen>,
}

/// A title is recognised.
#[derive(Clone, Debug)]
pub struct RecogniseTitle {
    /// The unit.
    pub area: AreaKey,
    /// The title.
    pub tier: TitleTier,
    /// The version against which it was recognised.
    pub set: String,
    /// The year for which it met the set.
    pub year: i16,
    /// The day from which it counts.
    pub effective: Date,
    /// The decision.
    pub decision: Decision,
    /// In favour, of all votes.
    pub votes: Option<Fraction>,
    /// The assessment on which it rests; `None`: the latest of that set and year.
    pub assessment: Option<AssessmentId>,
}

/// The title of a merged unit's parts is acknowledged.
#[derive(Clone, Debug)]
pub struct AcknowledgeTitle {
    /// The merged unit.
    pub area: AreaKey,
    /// The title.
    pub tier: TitleTier,
    /// The day from which it counts.
    pub effective: Date,
    /// The decision.
    pub decision: Decision,
}

/// A title is revoked.
#[derive(Clone, Debug)]
pub struct RevokeTitle {
    /// The unit.
    pub area: AreaKey,
    /// The title.
    pub tier: TitleTier,
    /// The day from which it counts.
    pub effective: Date,
    /// The decision.
    pub decision: Decision,
    /// Numbers of the criteria relied on.
    pub criteria: Vec<u16>,
    /// In words.
    pub ground: String,
}

/// A unit enters a list, moves within it or leaves it.
#[derive(Clone, Debug)]
pub struct DecideListing {
    /// The unit.
    pub area: AreaKey,
    /// The list.
    pub list: ListKind,
    /// The entry from that day on; `None` takes it off.
    pub entry: Option<String>,
    /// The day from which it counts.
    pub effective: Date,
    /// The decision.
    pub decision: Decision,
}
