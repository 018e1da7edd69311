//! Writes answers: titles and lists as the messages of the API.

use crate::{
    answers::{area, caveat, receipt},
    domain::{
        Context, Doubt, Entry, Known, TitleEvent, Units, Viewpoint, doubts_of_acknowledgement,
        doubts_of_recognition, doubts_of_revocation,
        listings::{self, Standing},
        titles::{Holding, Inherited, titles},
    },
};
use api::rural;
use decider::{Accepted, Fact};
use events::rural::{ListKind, ListingDecided, RuralEvent, TitleTier};
use kernel::{AreaKey, Date};
use reference::Reference;
use service::request::decision_to_proto;

/// What a decision on a title did, with what a reader must know beside it.
pub(crate) fn written(
    accepted: &Accepted<RuralEvent>,
    units: &Units,
    reference: &Reference,
) -> rural::WriteTitleResponse {
    let mut answer =
        rural::WriteTitleResponse { receipt: accepted.recorded.map(receipt), ..Default::default() };
    for fact in &accepted.facts {
        if let RuralEvent::ListingDecided(event) = &fact.event {
            answer.left.push(listing(event.list, event.entry.as_deref(), Some(fact.effective)));
        } else if let Some((title, doubts)) = decided(fact, units, reference) {
            answer.title = Some(title);
            answer.differences = doubts.iter().map(|doubt| caveat(&doubt.in_words())).collect();
        }
    }
    answer
}

/// The title after the decision, on what was known before it.
fn decided(
    fact: &Fact<RuralEvent>,
    units: &Units,
    reference: &Reference,
) -> Option<(rural::Title, Vec<Doubt>)> {
    let view = Viewpoint { as_at: fact.effective, known: Known::BeforePosition(fact.position) };
    let context = Context { reference, today: fact.effective };
    let (event, doubts) = match &fact.event {
        RuralEvent::TitleRecognised(event) => {
            let doubts = doubts_of_recognition(units, context, event, view);
            (TitleEvent::Recognised(event.clone()), doubts)
        }
        RuralEvent::TitleAcknowledged(event) => {
            let doubts = doubts_of_acknowledgement(units, context, event, view);
            (TitleEvent::Acknowledged(event.clone()), doubts)
        }
        RuralEvent::TitleRevoked(event) => {
            let doubts = doubts_of_revocation(units, context, event, view);
            (TitleEvent::Revoked(event.clone()), doubts)
        }
        _ => return None,
    };
    let key = fact.event.area();
    let granted = match titles(units, &reference.areas, key, view).holding(event.tier()) {
        Some(Holding::Decided(entry)) => Some(&entry.event),
        _ => None,
    };
    Some((title(key, &event, granted, fact.effective, reference), doubts))
}

/// Every title of the unit, those decided first; of a merged unit on which nothing was decided what follows from its parts.
pub(crate) fn all(units: &Units, reference: &Reference, key: &AreaKey, view: Viewpoint) -> Vec<rural::Title> {
    let titles = titles(units, &reference.areas, key, view);
    let shown = |entry: &&Entry<TitleEvent>| {
        let history = units.get(entry.event.area()).map(|unit| unit.titles(view)).unwrap_or_default();
        let same = |earlier: &&&Entry<TitleEvent>| {
            earlier.event.tier() == entry.event.tier() && earlier.event.grants()
        };
        let granted = history.iter().rfind(same).map(|earlier| &earlier.event);
        title(key, &entry.event, granted, entry.recorded.effective, reference)
    };
    let decided = titles.decided.values().map(shown);
    decided.chain(titles.inherited.and_then(|inherited| of_parts(key, inherited, reference))).collect()
}

/// A title as the decision left it. A revoked title tells how it had come about.
fn title(
    key: &AreaKey,
    event: &TitleEvent,
    granted: Option<&TitleEvent>,
    effective: Date,
    reference: &Reference,
) -> rural::Title {
    let origin = if event.grants() { Some(event) } else { granted };
    let (set, year) = match origin {
        Some(TitleEvent::Recognised(recognised)) => (recognised.set.clone(), recognised.year.into()),
        _ => Default::default(),
    };
    let unverified = |set: &String| {
        let known = reference.criteria.get(set);
        known.is_none_or(|known| !known.may_back_official()).then(|| Doubt::SetUnverified(set.clone()))
    };
    let doubts = Some(&set).filter(|set| !set.is_empty()).and_then(unverified);
    let provisional = doubts.iter().map(|doubt| caveat(&doubt.in_words())).collect();
    let came_about = match origin {
        Some(TitleEvent::Recognised(_)) => rural::TitleOrigin::Recognised,
        Some(TitleEvent::Acknowledged(_)) => rural::TitleOrigin::Acknowledged,
        Some(TitleEvent::Revoked(_)) | None => rural::TitleOrigin::Derived,
    };
    rural::Title {
        area: Some(area(key, reference)),
        tier: tier(event.tier()).into(),
        set,
        assessed_year: year,
        effective_date: effective.to_string(),
        decision: Some(decision_to_proto(event.decision())),
        origin: came_about.into(),
        held: event.grants(),
        provisional,
    }
}

fn of_parts(key: &AreaKey, inherited: Inherited, reference: &Reference) -> Option<rural::Title> {
    let (tier, origin, doubt) = match inherited {
        Inherited::Lowest(lowest) => (tier(lowest?), rural::TitleOrigin::Derived, Doubt::NoDecision),
        Inherited::Undetermined => {
            (rural::Tier::Unspecified, rural::TitleOrigin::Undetermined, Doubt::PartsUndetermined)
        }
    };
    Some(rural::Title {
        area: Some(area(key, reference)),
        tier: tier.into(),
        effective_date: key.valid_from.to_string(),
        origin: origin.into(),
        held: origin == rural::TitleOrigin::Derived,
        provisional: vec![caveat(&doubt.in_words())],
        ..Default::default()
    })
}

/// What a decision on a list did.
pub(crate) fn listed(accepted: &Accepted<RuralEvent>, reference: &Reference) -> rural::DecideListingResponse {
    let decided = accepted.facts.iter().find_map(|fact| match &fact.event {
        RuralEvent::ListingDecided(event) => Some((fact.effective, event)),
        _ => None,
    });
    let shown = |(effective, event): (Date, &ListingDecided)| {
        listing(event.list, event.entry.as_deref(), Some(effective))
    };
    rural::DecideListingResponse {
        area: decided.map(|(_, event)| area(&event.area, reference)),
        listing: decided.map(shown),
        receipt: accepted.recorded.map(receipt),
    }
}

/// The lists on which the unit stands.
pub(crate) fn all_listings(
    units: &Units,
    reference: &Reference,
    key: &AreaKey,
    view: Viewpoint,
) -> Vec<rural::Listing> {
    let on = |list: ListKind| {
        let Standing { entry, since, .. } = listings::standing(units, &reference.areas, key, list, view)?;
        entry.map(|entry| listing(list, Some(entry), since))
    };
    [ListKind::Region, ListKind::PoorDistrict].into_iter().filter_map(on).collect()
}

fn listing(list: ListKind, entry: Option<&str>, since: Option<Date>) -> rural::Listing {
    let list = match list {
        ListKind::Region => rural::ListKind::Region,
        ListKind::PoorDistrict => rural::ListKind::PoorDistrict,
    };
    rural::Listing {
        list: list.into(),
        entry: entry.unwrap_or_default().to_owned(),
        effective_date: since.map(|day| day.to_string()).unwrap_or_default(),
    }
}

const fn tier(tier: TitleTier) -> rural::Tier {
    match tier {
        TitleTier::Village => rural::Tier::VillageTitle,
        TitleTier::Commune => rural::Tier::CommuneTitle,
        TitleTier::AdvancedCommune => rural::Tier::AdvancedCommune,
        TitleTier::ModelCommune => rural::Tier::ModelCommune,
        TitleTier::District => rural::Tier::DistrictTitle,
    }
}
