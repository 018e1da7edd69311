//! From recorded events to what they say about a household.

use super::{Placing, tables::EventRow};
use crate::domain::{
    AreaNumber, Class, Ethnicity, HistoryEvent, InvalidCode, Member, Need, NotApplicable, Roster,
};
use event_log::{Metadata, RecordedEvent};
use events::{
    DecodeError,
    poverty::{MemberFact, PovertyEvent, Residence},
};
use kernel::{AreaKey, Date, HouseholdId, MemberId};
use projection::SetAside;

/// Why an event cannot be applied. No text of the event's content that might be personal is repeated.
#[derive(Debug, thiserror::Error)]
pub(super) enum Inapplicable {
    #[error(transparent)]
    Undecodable(#[from] DecodeError),
    #[error("metadata cannot be read: {0}")]
    Metadata(serde_json::Error),
    #[error("area {0} is not in the reference packs")]
    UnknownArea(AreaKey),
    #[error(transparent)]
    Code(#[from] InvalidCode),
    #[error("no member is the head")]
    NoHead,
    #[error(transparent)]
    History(#[from] NotApplicable),
    #[error("the stored history of the household cannot be read: {0}")]
    StoredHistory(serde_json::Error),
}

/// An event that can be read.
#[derive(Debug)]
pub(super) struct Decoded {
    /// Where it came from.
    pub(super) row: EventRow,
    pub(super) household: HouseholdId,
    pub(super) what: HistoryEvent,
    pub(super) effective: Date,
    pub(super) known: Date,
}

/// Reads the events; those that cannot be read are set aside.
pub(super) fn decode(events: &[RecordedEvent], placing: &Placing) -> (Vec<Decoded>, Vec<SetAside>) {
    let mut decoded = Vec::with_capacity(events.len());
    let mut set_aside = Vec::new();
    for event in events {
        match decode_one(event, placing) {
            Ok(event) => decoded.push(event),
            Err(reason) => {
                set_aside.push(SetAside { position: event.position, reason: reason.to_string() });
            }
        }
    }
    (decoded, set_aside)
}

fn decode_one(recorded: &RecordedEvent, placing: &Placing) -> Result<Decoded, Inapplicable> {
    let event = PovertyEvent::decode(&recorded.event_type, &recorded.content)?;
    let metadata: Metadata = serde_json::from_str(&recorded.metadata).map_err(Inapplicable::Metadata)?;
    let household = event.household();
    let what = match event {
        PovertyEvent::HouseholdRegistered(event) => {
            let head = event.members.iter().find(|member| member.head).ok_or(Inapplicable::NoHead)?.member;
            let roster = roster(&event.members, Vec::new(), head)?;
            HistoryEvent::Registered { leaf: leaf(event.residence, placing)?, roster }
        }
        PovertyEvent::MembersChanged(event) => {
            HistoryEvent::MembersChanged(roster(&event.added, event.removed, event.head)?)
        }
        PovertyEvent::HouseholdMoved(event) => HistoryEvent::Moved(leaf(event.residence, placing)?),
        PovertyEvent::HouseholdAssessed(event) => {
            let needs = event.deprived.iter().filter_map(|code| Need::of_indicator(code)).collect();
            HistoryEvent::Assessed { standard: event.standard, class: Class::from(event.class), needs }
        }
    };
    Ok(Decoded {
        row: EventRow::new(recorded, household, metadata.actor, metadata.document),
        household,
        what,
        effective: recorded.effective,
        known: recorded.recorded_at.day(),
    })
}

fn roster(joined: &[MemberFact], left: Vec<MemberId>, head: MemberId) -> Result<Roster, Inapplicable> {
    let member = |fact: &MemberFact| Ok(Member(fact.member, fact.ethnicity.parse::<Ethnicity>()?));
    let joined = joined.iter().map(member).collect::<Result<_, Inapplicable>>()?;
    Ok(Roster { joined, left, head })
}

/// The village where one was recorded, the commune otherwise.
fn leaf(residence: Residence, placing: &Placing) -> Result<AreaNumber, Inapplicable> {
    let key = residence.village.map_or(residence.commune, |village| AreaKey::new(village.into(), None));
    let leaf = AreaNumber::of(&key);
    if placing.adds_to(leaf).is_some() { Ok(leaf) } else { Err(Inapplicable::UnknownArea(key)) }
}
