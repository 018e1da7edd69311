//! Why a command is refused. Each rejection has one stable reason; `refusals.rs` gives each its words.

use kernel::{AreaKey, Date, HouseholdId, MemberId, Money};
use reference::AreaVersions;
use std::fmt;

/// Why nothing was decided. No message carries personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// No such household.
    #[error("household {0} is not registered")]
    HouseholdNotFound(HouseholdId),
    /// The id is taken.
    #[error("household {0} is already registered")]
    HouseholdExists(HouseholdId),

    /// A year that can only be a slip of the pen.
    #[error("effective date {0} lies before 1900")]
    DateImplausible(Date),
    /// Only what has happened is recorded.
    #[error("effective date {effective} lies after today, {today}")]
    FutureDate {
        /// The day asked for.
        effective: Date,
        /// The present day.
        today: Date,
    },
    /// An assessment may count from a day at most a month ahead.
    #[error(
        "an assessment that counts from {effective} lies too far ahead: {latest} is the last day that is taken"
    )]
    AssessmentTooFarAhead {
        /// The day asked for.
        effective: Date,
        /// The last day that would do.
        latest: Date,
    },
    /// The household did not exist for the registry.
    #[error("effective date {effective} lies before the registration on {registered}")]
    BeforeRegistration {
        /// The day asked for.
        effective: Date,
        /// The day of registration.
        registered: Date,
    },
    /// Members and residence change in the order of days.
    #[error("effective date {effective} lies before the household's last change on {last_change}")]
    DateGoesBackwards {
        /// The day asked for.
        effective: Date,
        /// The day of the last change.
        last_change: Date,
    },

    /// No unit ever bore the code.
    #[error("area code {code} is not known")]
    UnknownArea {
        /// The code.
        code: String,
        /// Which field names it.
        field: AreaField,
    },
    /// The code names a unit at other times only.
    #[error("area code {code} names no unit on {day}; with this code there is: {history}")]
    AreaNotInForce {
        /// The code.
        code: String,
        /// The day asked for.
        day: Date,
        /// What the code named, and when.
        history: AreaVersions,
        /// Which field names it.
        field: AreaField,
    },
    /// A province, district or village where a commune, ward or township is asked for.
    #[error("{code} ({name}) is not a commune, ward or township")]
    NotACommune {
        /// The code.
        code: String,
        /// The unit's name with its kind.
        name: String,
    },
    /// The village lies elsewhere.
    #[error("village {village} does not lie in {commune} on {day}")]
    VillageElsewhere {
        /// The village's code.
        village: String,
        /// The commune's name with its kind, and its code.
        commune: String,
        /// The day asked for.
        day: Date,
    },
    /// The residence cannot be found on the map of the day.
    #[error("the residence in {recorded} cannot be placed on the map of {day}")]
    ResidenceNotPlaced {
        /// The unit in which it was recorded.
        recorded: AreaKey,
        /// The day asked for.
        day: Date,
    },
    /// It lives there already.
    #[error("the household already lives in {0}")]
    SameResidence(AreaKey),

    /// A household has members.
    #[error("a household has at least one member")]
    NoMembers,
    /// More than fit.
    #[error("{0} members are more than a household of the registry can have")]
    TooManyMembers(usize),
    /// Nobody is the head.
    #[error("no member is the head")]
    NoHead(HeadField),
    /// More than one head.
    #[error("{count} members are the head")]
    TwoHeads {
        /// How many are named.
        count: usize,
        /// Where that shows.
        field: HeadField,
    },
    /// The id is used twice, in the request or in the household.
    #[error("member {member} is already a member or named twice")]
    MemberExists {
        /// The member.
        member: MemberId,
        /// Index in the list of new members.
        index: usize,
    },
    /// Nobody of that id lives here.
    #[error("no member {member} lives in the household")]
    MemberNotFound {
        /// The member.
        member: MemberId,
        /// Index in the list of leaving members; `None` where it is the new head.
        index: Option<usize>,
    },
    /// Not one of the ethnic groups.
    #[error("ethnic group '{code}' is not known")]
    UnknownEthnicity {
        /// The code.
        code: String,
        /// Index in the list of new members.
        index: usize,
    },
    /// No name. All of these tell the index in the list of new members.
    #[error("full name is empty")]
    NameMissing(usize),
    /// Longer than a name.
    #[error("full name has more than {max} characters")]
    NameTooLong {
        /// Index in the list of new members.
        index: usize,
        /// Characters that are taken.
        max: usize,
    },
    /// Characters that no name has, or no letter.
    #[error("full name contains hidden characters or no letter")]
    NameUnreadable(usize),
    /// After the day from which the person is a member, or before 1900.
    #[error("birth date lies after the effective date or before 1900")]
    BirthDateImplausible(usize),
    /// Nobody would be left.
    #[error("the change would leave the household without members")]
    LastMemberLeaves,
    /// The command changes nothing.
    #[error("the command changes nothing")]
    NothingToChange,

    /// No standard counts on that day.
    #[error("no poverty standard is in force on {0}")]
    NoStandard(Date),
    /// The day and standard have their assessment.
    #[error("the household has an assessment of {effective} under {standard}")]
    AssessmentExists {
        /// The day.
        effective: Date,
        /// Id of the standard.
        standard: String,
    },
    /// The standard needs points or income.
    #[error("{standard} needs {needed}")]
    IncomeMissing {
        /// Id of the standard.
        standard: String,
        /// What it needs.
        needed: IncomeMeasure,
    },
    /// The standard reads the other measure.
    #[error("{standard} is decided by {needed}")]
    IncomeMeasureWrong {
        /// Id of the standard.
        standard: String,
        /// What it needs.
        needed: IncomeMeasure,
    },
    /// Points below zero.
    #[error("B1 score {0} is below zero")]
    NegativeScore(i64),
    /// More points than any form gives.
    #[error("B1 score {points} is above {max}, more than any form of {standard} gives")]
    ScoreOutOfRange {
        /// The points.
        points: i64,
        /// The most that is taken.
        max: i64,
        /// Id of the standard.
        standard: String,
    },
    /// Income below zero.
    #[error("income per person per month of {0} is below zero")]
    NegativeIncome(Money),
    /// More than any household of the registry has.
    #[error("income per person per month of {amount} is above {max}")]
    IncomeOutOfRange {
        /// The income.
        amount: Money,
        /// The most that is taken.
        max: Money,
        /// Id of the standard.
        standard: String,
    },
    /// The standard has no such indicator.
    #[error("{standard} has no indicator '{indicator}'")]
    UnknownIndicator {
        /// Code of the indicator.
        indicator: String,
        /// Id of the standard.
        standard: String,
        /// Index in the list of answers.
        index: usize,
    },
    /// Answered twice.
    #[error("indicator '{indicator}' is answered twice")]
    AnswerRepeated {
        /// Code of the indicator.
        indicator: String,
        /// Index in the list of answers.
        index: usize,
    },
    /// Not answered: unknown, never "not deprived".
    #[error("{standard} needs an answer for {}", .missing.join(", "))]
    AnswersMissing {
        /// Id of the standard.
        standard: String,
        /// Codes of the indicators.
        missing: Vec<String>,
    },
}

/// The field of the command that names an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AreaField {
    /// The commune, ward or township.
    Commune,
    /// The village.
    Village,
}

/// The field of the command that decides who is the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadField {
    /// The members of a registration.
    Members,
    /// The joining member with that index.
    Added(usize),
    /// The head that is named.
    NewHead,
}

/// What a standard asks of a household's income.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncomeMeasure {
    /// Total of form B1.
    Score,
    /// Đồng per person per month.
    PerPersonMonth,
}

impl fmt::Display for IncomeMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Score => "a B1 score",
            Self::PerPersonMonth => "the income per person per month",
        })
    }
}
