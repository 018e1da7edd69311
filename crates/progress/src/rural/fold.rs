//! From recorded events to rows. Each event stands for itself: what is written never depends on another event, so it does
//! not depend on where batches begin.

use super::{
    codes::{Standing, TitleChange, judgement_number, list_number, state_number, tier_number},
    tables::{AssessmentRow, EventRow, ListingRow, ObservationRow, Place, Rows, TitleRow},
};
use event_log::{Metadata, RecordedEvent};
use events::{
    DecodeError,
    rural::{
        AreaAssessed, CriterionAssessed, Decision, Judgement, ObservationRecorded, RuralEvent, State,
        TitleTier,
    },
};
use kernel::{AreaKey, Date};
use poverty_view::domain::AreaNumber;
use projection::{Error, SetAside};
use reference::{Areas, Reference};
use std::collections::HashSet;

/// What events may speak of.
#[derive(Debug)]
pub(super) struct Known {
    areas: Areas,
    sets: HashSet<String>,
}

impl Known {
    pub(super) fn new(reference: &Reference) -> Self {
        let sets = reference.criteria.all().iter().map(|set| set.id.clone());
        Self { areas: reference.areas.clone(), sets: sets.collect() }
    }
}

/// Why an event cannot be applied. No text of the event's content that might be personal is repeated.
#[derive(Debug, thiserror::Error)]
enum Inapplicable {
    #[error(transparent)]
    Undecodable(#[from] DecodeError),
    #[error("metadata cannot be read: {0}")]
    Metadata(serde_json::Error),
    #[error("area {0} is not in the reference packs")]
    UnknownArea(AreaKey),
    #[error("area {0} was not in force on {1}")]
    NotInForce(AreaKey, Date),
    #[error("criteria set '{0}' is not in the reference packs")]
    UnknownSet(String),
}

/// The rows of the events, and those that cannot be applied.
pub(super) fn fold(events: &[RecordedEvent], known: &Known) -> Result<(Rows, Vec<SetAside>), Error> {
    let mut rows = Rows::default();
    let mut set_aside = Vec::new();
    for recorded in events {
        match read(recorded, known) {
            Ok((event, metadata)) => add(&mut rows, recorded, event, metadata)?,
            Err(reason) => {
                set_aside.push(SetAside { position: recorded.position, reason: reason.to_string() });
            }
        }
    }
    Ok((rows, set_aside))
}

fn read(recorded: &RecordedEvent, known: &Known) -> Result<(RuralEvent, Metadata), Inapplicable> {
    let event = RuralEvent::decode(&recorded.event_type, &recorded.content)?;
    let metadata: Metadata = serde_json::from_str(&recorded.metadata).map_err(Inapplicable::Metadata)?;
    let key = event.area();
    let area = known.areas.get(key).ok_or_else(|| Inapplicable::UnknownArea(key.clone()))?;
    if !area.in_force(recorded.effective) {
        return Err(Inapplicable::NotInForce(key.clone(), recorded.effective));
    }
    // Without its set nobody can tell what an assessment was held against.
    if let RuralEvent::AreaAssessed(AreaAssessed { set, .. }) = &event
        && !known.sets.contains(set)
    {
        return Err(Inapplicable::UnknownSet(set.clone()));
    }
    Ok((event, metadata))
}

fn add(
    rows: &mut Rows,
    recorded: &RecordedEvent,
    event: RuralEvent,
    metadata: Metadata,
) -> Result<(), Error> {
    let place = Place {
        area: AreaNumber::of(event.area()),
        effective: recorded.effective.into(),
        position: recorded.position,
        known: recorded.recorded_at.day().into(),
    };
    let mut add_title = |tier: TitleTier, change: TitleChange, set: Option<String>, decision: Decision| {
        let (tier, change) = (tier_number(tier), change.number());
        rows.titles.push(TitleRow { place, tier, change, set });
        (None, Some(decision.number))
    };
    let (subject, document) = match event {
        RuralEvent::ObservationRecorded(event) => {
            let subject = format!("observations/{}", event.observation);
            rows.observations.push(observation(place, event)?);
            (Some(subject), metadata.document)
        }
        RuralEvent::AreaAssessed(event) => {
            let subject = format!("assessments/{}", event.assessment);
            rows.assessments.push(assessment(place, event)?);
            (Some(subject), metadata.document)
        }
        RuralEvent::TitleRecognised(event) => {
            add_title(event.tier, TitleChange::Recognised, Some(event.set), event.decision)
        }
        RuralEvent::TitleAcknowledged(event) => {
            add_title(event.tier, TitleChange::Acknowledged, None, event.decision)
        }
        RuralEvent::TitleRevoked(event) => add_title(event.tier, TitleChange::Revoked, None, event.decision),
        RuralEvent::ListingDecided(event) => {
            rows.listings.push(ListingRow { place, list: list_number(event.list), entry: event.entry });
            (None, Some(event.decision.number))
        }
    };
    rows.events.push(EventRow {
        place,
        event_id: recorded.event_id,
        event_type: recorded.event_type.clone(),
        recorded_at: recorded.recorded_at.micros(),
        subject,
        document,
        actor: metadata.actor,
    });
    Ok(())
}

fn observation(place: Place, event: ObservationRecorded) -> Result<ObservationRow, Error> {
    Ok(ObservationRow {
        place,
        set: event.set,
        indicator: event.indicator,
        observation: event.observation.to_string(),
        corrects: event.corrects.map(|corrected| corrected.to_string()),
        value: serde_json::to_string(&event.value).map_err(Error::Rows)?,
        reported_by: event.source,
    })
}

fn assessment(place: Place, event: AreaAssessed) -> Result<AssessmentRow, Error> {
    let number_of = |counted: fn(&CriterionAssessed) -> bool| {
        event.criteria.iter().filter(|criterion| counted(criterion)).count() as u64
    };
    let judged = number_of(|criterion| criterion.official.is_some());
    let officially_met = number_of(|criterion| {
        criterion.official.as_ref().is_some_and(|official| official.state == Judgement::Met)
    });
    let standings: Vec<Standing> = (event.criteria.iter())
        .map(|criterion| {
            let official = criterion.official.as_ref().map_or(0, |official| judgement_number(official.state));
            (criterion.number, state_number(criterion.strict), official)
        })
        .collect();
    Ok(AssessmentRow {
        place,
        year: event.year,
        criteria: number_of(|_| true),
        applicable: number_of(|criterion| criterion.strict != State::NotApplicable),
        strict_met: number_of(|criterion| criterion.strict == State::Met),
        official_met: (judged > 0).then_some(officially_met),
        standings: serde_json::to_string(&standings).map_err(Error::Rows)?,
        set: event.set,
    })
}
