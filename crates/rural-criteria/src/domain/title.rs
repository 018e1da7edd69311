//! Titles are recognised, acknowledged after a merger, and revoked. Only what is impossible is refused; where the strict
//! result or the parts say something else, the decision is recorded with the difference.

use super::{
    AcknowledgeTitle, Context, Decided, Kinds, RecogniseTitle, Rejection, RevokeTitle,
    decide::check_year,
    listings, places,
    result::Tally,
    titles::{Holding, around, needed_before, parts, titles},
    units::{Entry, TitleEvent, Units},
    viewpoint::{Known, Viewpoint},
};
use events::rural::{
    AreaAssessed, ListKind, ListingDecided, RuralEvent, TitleAcknowledged, TitleRecognised, TitleRevoked,
    TitleTier,
};
use kernel::{AreaKey, Date, date};
use reference::{
    Area,
    criteria::{CriteriaSet, Tier},
};

/// A region II or III commune that is recognised moves to region I with the recognition under the sets up to this year
/// (Decision 861/QĐ-TTg of 2021-06-04). For 2026-2030 no such rule was read, so nothing is automated.
pub(super) const REGION_FOLLOWS_UNTIL: i16 = 2025;
pub(super) const LAST_DAY_OF_REGIONS: Date = date(REGION_FOLLOWS_UNTIL, 12, 31);

pub(super) fn recognise(
    units: &Units,
    command: &RecogniseTitle,
    context: Context<'_>,
) -> Result<Decided, Rejection> {
    context.check_act(command.effective, &command.decision)?;
    let set = context.set(&command.set)?;
    if tier_of(command.tier) != set.tier {
        return Err(Rejection::TierOfAnotherSet {
            tier: vi(command.tier),
            set: set.id.clone(),
            set_tier: set.tier,
        });
    }
    check_year(set, command.year)?;
    let areas = &context.reference.areas;
    let area = places::unit(areas, &command.area, Kinds::holding(command.tier), command.effective)?;
    check_not_held(units, area, command.tier, command.effective, context)?;
    let rests_on = check_title_below(units, area, command, context)?;
    let assessment = assessment(units, command)?;
    let tally = assessment.map(|assessment| Tally::of(&assessment.criteria));
    let event = TitleRecognised {
        area: command.area.clone(),
        tier: command.tier,
        set: set.id.clone(),
        year: command.year,
        decision: command.decision.clone(),
        votes: command.votes,
        assessment: assessment.map(|assessment| assessment.assessment),
        strict: tally.and_then(|tally| tally.strict_share()),
        official: tally.and_then(|tally| tally.official_share()),
    };
    let mut events = vec![(command.effective, RuralEvent::TitleRecognised(event))];
    if moves_to_region_one(units, set, command, context) {
        let listing = ListingDecided {
            area: command.area.clone(),
            list: ListKind::Region,
            entry: Some("I".to_owned()),
            decision: command.decision.clone(),
            by_recognition: true,
        };
        events.push((command.effective, RuralEvent::ListingDecided(listing)));
    }
    Ok(Decided { area: command.area.clone(), events, rests_on })
}

pub(super) fn acknowledge(
    units: &Units,
    command: &AcknowledgeTitle,
    context: Context<'_>,
) -> Result<Decided, Rejection> {
    context.check_act(command.effective, &command.decision)?;
    let areas = &context.reference.areas;
    let area = places::unit(areas, &command.area, Kinds::holding(command.tier), command.effective)?;
    if areas.predecessors(&command.area).len() < 2 {
        return Err(Rejection::NotMerged(places::named(area)));
    }
    check_not_held(units, area, command.tier, command.effective, context)?;
    let event = TitleAcknowledged {
        area: command.area.clone(),
        tier: command.tier,
        decision: command.decision.clone(),
        parts: parts(units, areas, &command.area, Known::Everything),
    };
    let event = RuralEvent::TitleAcknowledged(event);
    let rests_on = areas.predecessors(&command.area).to_vec();
    Ok(Decided { rests_on, ..Decided::about(&command.area, command.effective, event) })
}

pub(super) fn revoke(
    units: &Units,
    command: &RevokeTitle,
    context: Context<'_>,
) -> Result<Decided, Rejection> {
    context.check_act(command.effective, &command.decision)?;
    let areas = &context.reference.areas;
    let area = places::unit(areas, &command.area, Kinds::holding(command.tier), command.effective)?;
    let held = titles(units, areas, &command.area, Viewpoint::of(command.effective));
    let holding = held.holding(command.tier);
    let unit = units.get(&command.area);
    if holding.is_none() || around(unit, command.tier, command.effective).revoked_later() {
        let recorded = unit.map(|unit| unit.titles_of_all_days(Known::Everything)).unwrap_or_default();
        return Err(Rejection::TitleNotHeld {
            area: places::named(area),
            tier: vi(command.tier),
            day: command.effective,
            recorded: history(&recorded, command.tier),
        });
    }
    check_ground(holding, command, context)?;
    let event = TitleRevoked {
        area: command.area.clone(),
        tier: command.tier,
        decision: command.decision.clone(),
        criteria: command.criteria.clone(),
        ground: command.ground.clone(),
    };
    let rests_on = parts_where_inherited(holding, area, context);
    let event = RuralEvent::TitleRevoked(event);
    Ok(Decided { rests_on, ..Decided::about(&command.area, command.effective, event) })
}

/// The tier of the sets under which a title is recognised.
const fn tier_of(tier: TitleTier) -> Tier {
    match tier {
        TitleTier::Village => Tier::Village,
        TitleTier::Commune => Tier::Commune,
        TitleTier::AdvancedCommune => Tier::AdvancedCommune,
        TitleTier::ModelCommune => Tier::ModelCommune,
        TitleTier::District => Tier::District,
    }
}

/// The title in Vietnamese.
pub const fn vi(tier: TitleTier) -> &'static str {
    tier_of(tier).vi()
}

/// A merged unit that has the title from its parts does not hold it by decision.
fn check_not_held(
    units: &Units,
    area: &Area,
    tier: TitleTier,
    day: Date,
    context: Context<'_>,
) -> Result<(), Rejection> {
    let own = around(units.get(&area.key), tier, day).grant();
    let held = titles(units, &context.reference.areas, &area.key, Viewpoint::of(day));
    let of_earlier = held.decided.get(&tier).copied().filter(|entry| entry.event.grants());
    match own.or(of_earlier) {
        None => Ok(()),
        Some(grant) => Err(Rejection::TitleHeld {
            area: places::named(area),
            tier: vi(tier),
            since: grant.recorded.effective,
            decision: grant.event.decision().number.clone(),
        }),
    }
}

/// The title below must be held on the day of effect, by decision or from the parts of a merged unit; the parts are then
/// what the decision rests on.
fn check_title_below(
    units: &Units,
    area: &Area,
    command: &RecogniseTitle,
    context: Context<'_>,
) -> Result<Vec<AreaKey>, Rejection> {
    let Some(needed) = needed_before(command.tier) else { return Ok(Vec::new()) };
    let view = Viewpoint::of(command.effective);
    let held = titles(units, &context.reference.areas, &command.area, view);
    let holding = held.holding(needed);
    if holding.is_none() {
        return Err(Rejection::TitleNeeded {
            area: places::named(area),
            tier: vi(command.tier),
            needed: vi(needed),
            day: command.effective,
        });
    }
    Ok(parts_where_inherited(holding, area, context))
}

/// The earlier units from which the unit has what it holds.
fn parts_where_inherited(holding: Option<Holding<'_>>, area: &Area, context: Context<'_>) -> Vec<AreaKey> {
    match holding {
        Some(Holding::Decided(entry)) if *entry.event.area() == area.key => Vec::new(),
        Some(_) => context.reference.areas.predecessors(&area.key).to_vec(),
        None => Vec::new(),
    }
}

/// The assessment on which a recognition rests: the one that is named, or the latest of that set and year.
fn assessment<'a>(units: &'a Units, command: &RecogniseTitle) -> Result<Option<&'a AreaAssessed>, Rejection> {
    let Some(named) = command.assessment else {
        let unit = units.get(&command.area);
        let everything = Viewpoint::of(Date::MAX);
        let latest =
            unit.and_then(|unit| unit.latest_assessment(Some(&command.set), Some(command.year), everything));
        return Ok(latest.map(|entry| &entry.event));
    };
    let found = &units.assessment(named).ok_or(Rejection::AssessmentNotFound(named))?.event;
    if (&found.area, &found.set, found.year) != (&command.area, &command.set, command.year) {
        return Err(Rejection::AssessmentOfAnother {
            assessment: named,
            area: found.area.clone(),
            set: found.set.clone(),
            year: found.year,
        });
    }
    Ok(Some(found))
}

fn moves_to_region_one(
    units: &Units,
    set: &CriteriaSet,
    command: &RecogniseTitle,
    context: Context<'_>,
) -> bool {
    let follows = command.tier == TitleTier::Commune
        && set.years.1 <= REGION_FOLLOWS_UNTIL
        && command.effective <= LAST_DAY_OF_REGIONS;
    let view = Viewpoint::of(command.effective);
    let areas = &context.reference.areas;
    let listed = || listings::standing(units, areas, &command.area, ListKind::Region, view);
    follows && listed().is_some_and(|standing| matches!(standing.entry, Some("II" | "III")))
}

/// The criteria that a revocation relies on must be of the set of the recognition, where its criteria are known.
fn check_ground(
    holding: Option<Holding<'_>>,
    command: &RevokeTitle,
    context: Context<'_>,
) -> Result<(), Rejection> {
    let Some(Holding::Decided(entry)) = holding else { return Ok(()) };
    let TitleEvent::Recognised(recognised) = &entry.event else { return Ok(()) };
    let Some(set) = context.reference.criteria.get(&recognised.set).filter(|set| !set.is_frame()) else {
        return Ok(());
    };
    let unknown = |(_, number): &(usize, &u16)| set.criterion(**number).is_none();
    match command.criteria.iter().enumerate().find(unknown) {
        Some((index, number)) => {
            let of = format!("criteria/{number}");
            Err(Rejection::UnknownCriterion { of, set: set.id.clone(), index })
        }
        None => Ok(()),
    }
}

/// What is recorded of the title: day and decision, with a minus before revocations.
fn history(decided: &[&Entry<TitleEvent>], tier: TitleTier) -> String {
    let of_tier = decided.iter().filter(|entry| entry.event.tier() == tier);
    let told = of_tier.map(|entry| {
        let sign = if entry.event.grants() { "+" } else { "−" };
        format!("{sign} {} {}", entry.recorded.effective, entry.event.decision().number)
    });
    let told = told.collect::<Vec<_>>().join(", ");
    if told.is_empty() { "–".to_owned() } else { told }
}
