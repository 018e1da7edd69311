//! Events of the poverty registry. The day of effect, the document and the actor stand beside the content, in the log.

use kernel::{AreaKey, AssessmentId, HouseholdId, MemberId, Money, VillageCode};
pub use kernel::{AreaType, PovertyClass};
use serde::{Deserialize, Serialize};

crate::context_events! {
    /// One fact about one household.
    PovertyEvent {
        HouseholdRegistered = "poverty.household_registered.v1",
        MembersChanged = "poverty.members_changed.v1",
        HouseholdMoved = "poverty.household_moved.v1",
        HouseholdAssessed = "poverty.household_assessed.v1",
    }
}

/// A household entered the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseholdRegistered {
    /// The household.
    pub household: HouseholdId,
    /// Where it lives.
    #[serde(flatten)]
    pub residence: Residence,
    /// Its members, head included.
    pub members: Vec<MemberFact>,
    /// Names, birth dates and sexes of the members, sealed with the household's own key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Sealed>,
}

/// Members joined or left, or another became head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembersChanged {
    /// The household.
    pub household: HouseholdId,
    /// Who joined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<MemberFact>,
    /// Who left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<MemberId>,
    /// The head from that day on.
    pub head: MemberId,
    /// Names, birth dates and sexes of those who joined, sealed with the household's own key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Sealed>,
}

/// The whole household moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseholdMoved {
    /// The household.
    pub household: HouseholdId,
    /// Where it lives now.
    #[serde(flatten)]
    pub residence: Residence,
}

/// A review gave the household a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseholdAssessed {
    /// The household.
    pub household: HouseholdId,
    /// The assessment.
    pub assessment: AssessmentId,
    /// Id of the standard, for example `ND07-2021`.
    pub standard: String,
    /// The unit whose type decided the line.
    pub commune: AreaKey,
    /// Rural or urban at that time.
    pub area_type: AreaType,
    /// What was measured of its income.
    #[serde(flatten)]
    pub income: Income,
    /// Indicators in which it is deprived, in the order of the standard. All others were answered "not deprived".
    pub deprived: Vec<String>,
    /// Ten points for each deprived indicator, under a standard with score cut-offs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b2_score: Option<u32>,
    /// The class that the standard gives.
    pub class: PovertyClass,
}

/// Where a household lives, in the units of the time of recording.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Residence {
    /// The commune, ward or township.
    pub commune: AreaKey,
    /// The village, where it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub village: Option<VillageCode>,
}

/// What leaves the registry about a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberFact {
    /// The member.
    pub member: MemberId,
    /// Code of the ethnic group.
    pub ethnicity: String,
    /// Whether this is the head at the time of the event.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub head: bool,
}

/// Personal data as ciphertext. Destroying the household's key erases it; the event and its proofs stay whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Base64 of the nonce.
    pub nonce: String,
    /// Base64 of the ciphertext with its tag.
    pub ciphertext: String,
}

/// What was measured of a household's income.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Income {
    /// Total of form B1, in points.
    B1Score(u32),
    /// Đồng per person per month.
    IncomePerPersonMonth(Money),
}

impl PovertyEvent {
    /// The household that the event is about.
    pub const fn household(&self) -> HouseholdId {
        match self {
            Self::HouseholdRegistered(event) => event.household,
            Self::MembersChanged(event) => event.household,
            Self::HouseholdMoved(event) => event.household,
            Self::HouseholdAssessed(event) => event.household,
        }
    }
}
