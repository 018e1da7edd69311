//! Why the service says no.

use super::{Kinds, ValueKind};
use kernel::{AreaKey, AssessmentId, Date, ObservationId};
use reference::{areas::AreaVersions, criteria::Tier};

/// Nothing was changed; what is wrong, with the values that say so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// No unit has that key.
    #[error("area {0} is not known")]
    UnknownArea(AreaKey),
    /// The unit did not exist then.
    #[error("area {area} was not in force on {day}: {versions}")]
    AreaNotInForce {
        /// Its code.
        area: String,
        /// The day.
        day: Date,
        /// What the code named, and when.
        versions: AreaVersions,
    },
    /// The unit is of a kind that cannot be meant.
    #[error("area {area} is not one of: {}", .expected.named())]
    AreaKind {
        /// Code and name.
        area: String,
        /// What can be meant.
        expected: Kinds,
    },
    /// A day that has not come.
    #[error("{date} is after today, {today}")]
    FutureDate {
        /// Which day of the command.
        of: DayOf,
        /// The day.
        date: Date,
        /// The present day.
        today: Date,
    },
    /// A day of another age.
    #[error("{date} lies before 1900")]
    DateImplausible {
        /// Which day of the command.
        of: DayOf,
        /// The day.
        date: Date,
    },
    /// No set has that id.
    #[error("criteria set '{0}' is not known")]
    UnknownSet(String),
    /// The set has no such indicator.
    #[error("set {set} has no indicator '{indicator}'")]
    UnknownIndicator {
        /// The code.
        indicator: String,
        /// The set.
        set: String,
    },
    /// The indicator follows from other figures.
    #[error("indicator {indicator} of {set} is derived and never entered by hand")]
    DerivedIndicator {
        /// The code.
        indicator: String,
        /// The set.
        set: String,
    },
    /// The indicator takes another kind of value.
    #[error("indicator {indicator} takes {}", .expected.fields())]
    ValueKind {
        /// The code.
        indicator: String,
        /// What it takes.
        expected: ValueKind,
    },
    /// The indicator has no such part.
    #[error("part '{part}' is not one of: {expected}")]
    UnknownPart {
        /// The name.
        part: String,
        /// The names of its parts.
        expected: String,
    },
    /// Nothing to correct.
    #[error("observation {0} does not exist")]
    ObservationNotFound(ObservationId),
    /// A correction is of the same unit, set and indicator.
    #[error("observation {observation} is of {area}, {set}, {indicator}")]
    ObservationOfAnother {
        /// The observation.
        observation: ObservationId,
        /// Its unit.
        area: AreaKey,
        /// Its set.
        set: String,
        /// Its indicator.
        indicator: String,
    },
    /// Each observation is corrected once; then its correction is.
    #[error("observation {observation} is corrected by {by} already")]
    ObservationCorrected {
        /// The observation.
        observation: ObservationId,
        /// The correction.
        by: ObservationId,
    },
    /// Only the frame of the set is known.
    #[error("the criteria of set {0} are not loaded")]
    SetHasNoCriteria(String),
    /// A later version took its place.
    #[error("set {set} was superseded by {successor} on {day}")]
    SetSuperseded {
        /// The set.
        set: String,
        /// The day of the assessment.
        day: Date,
        /// The version that is in use.
        successor: String,
    },
    /// The set cannot be chosen on that day.
    #[error("set {set} is open for assessments from {from} to {}", .to.as_deref().unwrap_or("…"))]
    SetNotOpen {
        /// The set.
        set: String,
        /// The day of the assessment.
        day: Date,
        /// Its first day.
        from: Date,
        /// Its last day.
        to: Option<String>,
    },
    /// The set does not cover the year.
    #[error("set {set} covers {first} to {last}, not {year}")]
    YearOutsideSet {
        /// The set.
        set: String,
        /// The assessed year.
        year: i16,
        /// First year of the set.
        first: i16,
        /// Last year of the set.
        last: i16,
    },
    /// The set has no such column, or several of which one must be named.
    #[error("column '{column}' is not one of set {set}: {columns}")]
    UnknownColumn {
        /// What was given; may be empty.
        column: String,
        /// The set.
        set: String,
        /// Its columns.
        columns: String,
    },
    /// An official result or a ground names what the set has not.
    #[error("set {set} has no {of}")]
    UnknownCriterion {
        /// The criterion or indicator as it was named.
        of: String,
        /// The set.
        set: String,
        /// Index in the list.
        index: usize,
    },
    /// A bare name that is a criterion and an indicator.
    #[error("'{of}' is a criterion and an indicator")]
    OfficialAmbiguous {
        /// The name.
        of: String,
        /// Index in the list.
        index: usize,
    },
    /// Judged twice in one assessment.
    #[error("the official result of '{of}' is given twice")]
    OfficialRepeated {
        /// The criterion or indicator as it was named.
        of: String,
        /// Index in the list.
        index: usize,
    },
    /// The title and the set do not belong together.
    #[error("set {set} is of tier {set_tier}, the title is {tier}")]
    TierOfAnotherSet {
        /// The title.
        tier: &'static str,
        /// The set.
        set: String,
        /// What is recognised under it.
        set_tier: Tier,
    },
    /// One status is recognised once.
    #[error("{area} holds the title {tier} since {since} by {decision}")]
    TitleHeld {
        /// The unit.
        area: String,
        /// The title.
        tier: &'static str,
        /// Since when.
        since: Date,
        /// Number of the decision.
        decision: String,
    },
    /// The title below must be held first.
    #[error("{area} did not hold the title {needed} on {day}, which {tier} needs")]
    TitleNeeded {
        /// The unit.
        area: String,
        /// The title.
        tier: &'static str,
        /// The title below.
        needed: &'static str,
        /// The day of effect.
        day: Date,
    },
    /// Nothing to revoke.
    #[error("{area} held no title {tier} on {day} that can be revoked; recorded: {recorded}")]
    TitleNotHeld {
        /// The unit.
        area: String,
        /// The title.
        tier: &'static str,
        /// The day of effect.
        day: Date,
        /// What is recorded of the title; `–` where nothing is.
        recorded: String,
    },
    /// Only a merged unit has parts.
    #[error("{0} did not come out of a merger")]
    NotMerged(String),
    /// No assessment has that id.
    #[error("assessment {0} does not exist")]
    AssessmentNotFound(AssessmentId),
    /// The assessment is of another unit, set or year.
    #[error("assessment {assessment} is of {area}, {set}, {year}")]
    AssessmentOfAnother {
        /// The assessment.
        assessment: AssessmentId,
        /// Its unit.
        area: AreaKey,
        /// Its set.
        set: String,
        /// Its year.
        year: i16,
    },
    /// The list has no such entry.
    #[error("'{entry}' is not one of: {expected}")]
    UnknownEntry {
        /// What was given.
        entry: String,
        /// The entries of the list.
        expected: String,
    },
    /// The unit stands there already.
    #[error("{area} stands at '{entry}' on {day} already")]
    ListingUnchanged {
        /// The unit.
        area: String,
        /// The entry; `–` for none.
        entry: String,
        /// The day.
        day: Date,
    },
}

/// Which day of a command is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayOf {
    /// The day from which it counts.
    Effect,
    /// The day on which the decision was signed.
    Signing,
}
