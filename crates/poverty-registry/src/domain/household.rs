//! What a household is: the fold of its facts.

use events::poverty::{
    AreaType, HouseholdAssessed, HouseholdMoved, HouseholdRegistered, Income, MemberFact, MembersChanged,
    PovertyClass, PovertyEvent, Residence,
};
use kernel::{AreaKey, AssessmentId, Date, HouseholdId, MemberId};

/// An event with the day it took effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The day it took effect.
    pub effective: Date,
    /// What happened.
    pub event: PovertyEvent,
}

/// A household as it stands after its facts.
///
/// **Invariant:** `head` is one of `members`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Household {
    /// Its id.
    pub id: HouseholdId,
    /// The day of registration.
    pub registered: Date,
    /// The latest day on which its members or its residence changed; at least `registered`.
    pub last_change: Date,
    /// Who lives in it, in the order of joining.
    pub members: Vec<Member>,
    /// *Chủ hộ*.
    pub head: MemberId,
    /// Where it lived from which day, in order of days. Never empty.
    residences: Vec<(Date, Residence)>,
    /// In order of effective days, those of one day in order of recording.
    assessments: Vec<Assessment>,
}

/// One who lives in the household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The member.
    pub id: MemberId,
    /// Code of the ethnic group.
    pub ethnicity: String,
}

/// What a review found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The assessment.
    pub id: AssessmentId,
    /// The day from which the class counts.
    pub effective: Date,
    /// Id of the standard.
    pub standard: String,
    /// The unit whose type decided the line.
    pub commune: AreaKey,
    /// Rural or urban on that day.
    pub area_type: AreaType,
    /// What was measured.
    pub income: Income,
    /// Indicators in which it is deprived.
    pub deprived: Vec<String>,
    /// Under a standard with score cut-offs.
    pub b2_score: Option<u32>,
    /// What the standard gives.
    pub class: PovertyClass,
}

impl Household {
    /// Where it lives after all recorded moves.
    pub fn residence(&self) -> &Residence {
        // Invariant: a household is made with its first residence, and none is ever taken away.
        &self.residences[self.residences.len() - 1].1
    }

    /// Where it lived on the day, as it was recorded; `None` before registration.
    pub fn residence_on(&self, day: Date) -> Option<&Residence> {
        self.residences.iter().rev().find(|(from, _)| *from <= day).map(|(_, residence)| residence)
    }

    /// The assessment with the latest effective day; of two on one day the one recorded last.
    pub fn latest_assessment(&self) -> Option<&Assessment> {
        self.assessments.last()
    }

    /// The assessment of that day under that standard.
    pub fn assessment_on(&self, day: Date, standard: &str) -> Option<&Assessment> {
        self.assessments.iter().find(|known| known.effective == day && known.standard == standard)
    }

    /// The member with that id, if it lives here.
    pub fn member(&self, id: MemberId) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    /// Code of the head's ethnic group.
    pub fn ethnicity(&self) -> &str {
        self.member(self.head).map_or("", |head| &head.ethnicity)
    }
}

/// Facts that cannot follow one another: the stream is damaged or was written by something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disorder {
    /// The first fact is not the registration.
    #[error("the household's first fact is not its registration")]
    NotRegistered,
    /// A second registration.
    #[error("the household is registered a second time")]
    RegisteredTwice,
    /// After the fact the head is not exactly one of the members.
    #[error("the household is left without exactly one head among its members")]
    Head,
}

/// What the household is after the fact. `None` is a household that is not registered.
pub fn evolve(state: Option<Household>, fact: &Fact) -> Result<Household, Disorder> {
    let effective = fact.effective;
    match (state, &fact.event) {
        (None, PovertyEvent::HouseholdRegistered(event)) => registered(effective, event),
        (Some(_), PovertyEvent::HouseholdRegistered(_)) => Err(Disorder::RegisteredTwice),
        (None, _) => Err(Disorder::NotRegistered),
        (Some(household), PovertyEvent::MembersChanged(event)) => {
            members_changed(household, effective, event)
        }
        (Some(household), PovertyEvent::HouseholdMoved(event)) => Ok(moved(household, effective, event)),
        (Some(household), PovertyEvent::HouseholdAssessed(event)) => {
            Ok(assessed(household, effective, event))
        }
    }
}

fn registered(effective: Date, event: &HouseholdRegistered) -> Result<Household, Disorder> {
    let mut heads = event.members.iter().filter(|member| member.head);
    let (Some(head), None) = (heads.next(), heads.next()) else { return Err(Disorder::Head) };
    Ok(Household {
        id: event.household,
        registered: effective,
        last_change: effective,
        members: event.members.iter().map(member).collect(),
        head: head.member,
        residences: vec![(effective, event.residence.clone())],
        assessments: Vec::new(),
    })
}

fn members_changed(
    mut household: Household,
    effective: Date,
    event: &MembersChanged,
) -> Result<Household, Disorder> {
    household.members.retain(|member| !event.removed.contains(&member.id));
    household.members.extend(event.added.iter().map(member));
    household.head = event.head;
    household.last_change = household.last_change.max(effective);
    if household.member(event.head).is_some() { Ok(household) } else { Err(Disorder::Head) }
}

fn moved(mut household: Household, effective: Date, event: &HouseholdMoved) -> Household {
    household.residences.push((effective, event.residence.clone()));
    household.last_change = household.last_change.max(effective);
    household
}

fn assessed(mut household: Household, effective: Date, event: &HouseholdAssessed) -> Household {
    let place = household.assessments.partition_point(|known| known.effective <= effective);
    household.assessments.insert(
        place,
        Assessment {
            id: event.assessment,
            effective,
            standard: event.standard.clone(),
            commune: event.commune.clone(),
            area_type: event.area_type,
            income: event.income,
            deprived: event.deprived.clone(),
            b2_score: event.b2_score,
            class: event.class,
        },
    );
    household
}

fn member(fact: &MemberFact) -> Member {
    Member { id: fact.member, ethnicity: fact.ethnicity.clone() }
}
