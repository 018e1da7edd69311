//! From recorded events to what they say about money, held against the packs.

use super::{places::Places, tables::CaseOpenedRow};
use crate::figure::is_code;
use event_log::{Metadata, RecordedEvent};
use events::{
    DecodeError,
    funding::{
        Account, CaseOpened, CaseSettled, FundingEvent, Item, ItemRegistered, OwnerRegistered,
        SuccessorNamed, Transferred,
    },
};
use kernel::{AreaCode, AreaKey, Date};
use poverty_view::domain::AreaNumber;
use reference::{Areas, Reference, UnknownArea};
use std::collections::HashSet;

/// Why an event cannot be applied. No text of the event's content that might be personal is repeated.
#[derive(Debug, thiserror::Error)]
pub(super) enum Inapplicable {
    #[error(transparent)]
    Undecodable(#[from] DecodeError),
    #[error("metadata cannot be read: {0}")]
    Metadata(serde_json::Error),
    #[error("area {0} is not in the reference packs, or keeps no money")]
    UnknownArea(AreaKey),
    #[error(transparent)]
    UnknownCode(UnknownArea),
    #[error("programme '{0}' is not in the reference packs")]
    UnknownProgramme(String),
    #[error("source of money '{0}' is not in the reference packs")]
    UnknownSource(String),
    #[error("the code of an owner has other signs than letters, digits, '.', '_' and '-'")]
    OwnerCode,
    #[error("the amount is not above zero")]
    AmountNotPositive,
    #[error("all transfers together would be more than can be counted")]
    TooMuch,
    #[error("the event cannot be written: {0}")]
    Unwritable(serde_json::Error),
}

/// An event that can be read.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) what: What,
    pub(super) actor: String,
    pub(super) document: Option<String>,
}

/// What it says.
#[derive(Debug)]
pub(super) enum What {
    Transferred(Box<Transferred>),
    Owner {
        code: String,
        name: String,
    },
    Successor {
        owner: String,
        successor: String,
    },
    Item {
        id: String,
        works: Option<String>,
        kind: String,
    },
    CaseOpened(CaseOpenedRow),
    CaseSettled(CaseSettled),
    /// That a support got money of a programme: the transfers say it too.
    Detailed,
}

/// What events are held against.
#[derive(Debug)]
pub(super) struct Grounds {
    areas: Areas,
    places: Places,
    programmes: HashSet<String>,
    sources: HashSet<String>,
}

impl Grounds {
    pub(super) fn new(reference: &Reference) -> Self {
        Self {
            areas: reference.areas.clone(),
            places: Places::new(&reference.areas),
            programmes: reference.programmes.all().iter().map(|node| node.code.clone()).collect(),
            sources: reference.funding.sources().iter().map(|source| source.code.clone()).collect(),
        }
    }

    pub(super) fn decode(&self, recorded: &RecordedEvent) -> Result<Decoded, Inapplicable> {
        let event = FundingEvent::decode(&recorded.event_type, &recorded.content)?;
        let metadata: Metadata = serde_json::from_str(&recorded.metadata).map_err(Inapplicable::Metadata)?;
        let what = match event {
            FundingEvent::Transferred(transferred) => {
                if transferred.amount.dong() <= 0 {
                    return Err(Inapplicable::AmountNotPositive);
                }
                self.check(&transferred.from)?;
                self.check(&transferred.to)?;
                What::Transferred(Box::new(transferred))
            }
            FundingEvent::OwnerRegistered(OwnerRegistered { owner, name, .. }) => {
                What::Owner { code: code(owner)?, name }
            }
            FundingEvent::SuccessorNamed(SuccessorNamed { owner, successor, .. }) => {
                What::Successor { owner: code(owner)?, successor: code(successor)? }
            }
            FundingEvent::ItemRegistered(ItemRegistered { item, what }) => {
                let (works, kind) = match what {
                    Item::Works { name, asset_type, .. } => (Some(name), asset_type),
                    Item::Support { kind, .. } => (None, kind),
                };
                What::Item { id: item.to_string(), works, kind }
            }
            FundingEvent::SupportDetailed(_) => What::Detailed,
            FundingEvent::CaseOpened(opened) => {
                let area = self.area_of_case(&metadata.area, recorded.effective)?;
                What::CaseOpened(opened_row(recorded, opened, area, &metadata)?)
            }
            FundingEvent::CaseSettled(settled) => What::CaseSettled(settled),
        };
        Ok(Decoded { what, actor: metadata.actor, document: metadata.document })
    }

    fn check(&self, account: &Account) -> Result<(), Inapplicable> {
        let Account { programme, source, area, owner, .. } = account;
        if !self.places.knows(AreaNumber::of(area)) {
            return Err(Inapplicable::UnknownArea(area.clone()));
        }
        if !self.programmes.contains(programme) {
            return Err(Inapplicable::UnknownProgramme(programme.clone()));
        }
        if !self.sources.contains(source) {
            return Err(Inapplicable::UnknownSource(source.clone()));
        }
        if is_code(owner) { Ok(()) } else { Err(Inapplicable::OwnerCode) }
    }

    /// The area that bore the routing code on the day. Money of a unit that had ended still moves under its code: where
    /// nobody bore it on the day it is the latest that had, or else the first that would.
    fn area_of_case(&self, code: &AreaCode, day: Date) -> Result<AreaNumber, Inapplicable> {
        let key = match self.areas.resolve(code, day) {
            Ok(area) => area.key.clone(),
            Err(UnknownArea::NotInForce { versions, code, day }) => {
                let begun = versions.0.iter().rev().find(|version| version.key.valid_from <= day);
                let Some(version) = begun.or(versions.0.first()) else {
                    return Err(Inapplicable::UnknownCode(UnknownArea::NoSuchCode { code }));
                };
                version.key.clone()
            }
            Err(unknown) => return Err(Inapplicable::UnknownCode(unknown)),
        };
        let area = AreaNumber::of(&key);
        if self.places.knows(area) { Ok(area) } else { Err(Inapplicable::UnknownArea(key)) }
    }
}

/// Codes stand in the names of figures.
fn code(owner: String) -> Result<String, Inapplicable> {
    if is_code(&owner) { Ok(owner) } else { Err(Inapplicable::OwnerCode) }
}

fn opened_row(
    recorded: &RecordedEvent,
    opened: CaseOpened,
    area: AreaNumber,
    metadata: &Metadata,
) -> Result<CaseOpenedRow, Inapplicable> {
    let CaseOpened { case, rule, lines, inputs, provisional } = opened;
    Ok(CaseOpenedRow {
        case_id: case.to_string(),
        position: recorded.position,
        event_id: recorded.event_id.to_string(),
        rule,
        lines: serde_json::to_string(&lines).map_err(Inapplicable::Unwritable)?,
        inputs: serde_json::to_string(&inputs).map_err(Inapplicable::Unwritable)?,
        provisional,
        area,
        effective: recorded.effective.into(),
        known: recorded.recorded_at.day().into(),
        recorded_at: recorded.recorded_at.micros(),
        document: metadata.document.clone(),
        actor: metadata.actor.clone(),
    })
}
