//! What a caller can ask of one household. Shapes are already checked: dates, ids and codes are typed.

use super::Person;
use kernel::{AreaCode, AssessmentId, Date, HouseholdId, MemberId, Money, VillageCode};

/// One intended change of one household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Enter a household in the registry.
    Register(RegisterHousehold),
    /// Add, remove or correct members, or name another head.
    ChangeMembers(ChangeMembers),
    /// Move the whole household.
    Move(MoveHousehold),
    /// Record what a review found.
    Assess(RecordAssessment),
}

/// See [`Command::Register`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterHousehold {
    /// The household's id, new to the registry.
    pub household: HouseholdId,
    /// From which day.
    pub effective: Date,
    /// Code of the commune, ward or township as of that day.
    pub commune: AreaCode,
    /// Where it is known.
    pub village: Option<VillageCode>,
    /// Head included.
    pub members: Vec<NewMember>,
}

/// A person who is entered as a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMember {
    /// The member's id.
    pub member: MemberId,
    /// Name, birth date and sex.
    pub person: Person,
    /// Code of the ethnic group.
    pub ethnicity: String,
    /// Whether this is the head (*chủ hộ*).
    pub head: bool,
}

/// See [`Command::ChangeMembers`]. An id that is both removed and added is corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeMembers {
    /// The household.
    pub household: HouseholdId,
    /// From which day.
    pub effective: Date,
    /// Who joins.
    pub add: Vec<NewMember>,
    /// Who leaves.
    pub remove: Vec<MemberId>,
    /// The head from that day on; `None` leaves it unchanged unless an added member is the head.
    pub new_head: Option<MemberId>,
}

/// See [`Command::Move`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveHousehold {
    /// The household.
    pub household: HouseholdId,
    /// From which day.
    pub effective: Date,
    /// Code of the commune, ward or township as of that day.
    pub commune: AreaCode,
    /// Where it is known.
    pub village: Option<VillageCode>,
}

/// See [`Command::Assess`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordAssessment {
    /// The household.
    pub household: HouseholdId,
    /// The assessment's id, new.
    pub assessment: AssessmentId,
    /// The day from which the class counts. It decides the standard, the unit and its area type.
    pub effective: Date,
    /// What was measured.
    pub income: Option<Measured>,
    /// One for each indicator of the standard, in the caller's order.
    pub answers: Vec<Answer>,
}

/// What was measured of a household's income, as it was written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// Total of form B1, in points.
    B1Score(i64),
    /// Đồng per person per month.
    IncomePerPersonMonth(Money),
}

/// The answer to one indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Code of the indicator.
    pub indicator: String,
    /// Whether the household is deprived in it.
    pub deprived: bool,
}

impl Command {
    /// The household that the command is about.
    pub fn household(&self) -> HouseholdId {
        match self {
            Self::Register(command) => command.household,
            Self::ChangeMembers(command) => command.household,
            Self::Move(command) => command.household,
            Self::Assess(command) => command.household,
        }
    }

    /// The day from which it counts.
    pub fn effective(&self) -> Date {
        match self {
            Self::Register(command) => command.effective,
            Self::ChangeMembers(command) => command.effective,
            Self::Move(command) => command.effective,
            Self::Assess(command) => command.effective,
        }
    }

    /// Members whose personal data must be sealed when the command is accepted.
    pub fn new_members(&self) -> &[NewMember] {
        match self {
            Self::Register(command) => &command.members,
            Self::ChangeMembers(command) => &command.add,
            Self::Move(_) | Self::Assess(_) => &[],
        }
    }
}
