//! A unit enters a list, moves within it or leaves it.

use super::{
    Context, DecideListing, Decided, Kinds, Rejection, listings, places, units::Units, viewpoint::Viewpoint,
};
use events::rural::{ListingDecided, RuralEvent};

pub(super) fn decide_listing(
    units: &Units,
    command: &DecideListing,
    context: Context<'_>,
) -> Result<Decided, Rejection> {
    context.check_act(command.effective, &command.decision)?;
    let areas = &context.reference.areas;
    let area = places::unit(areas, &command.area, Kinds::on(command.list), command.effective)?;
    let entries = listings::entries(command.list);
    if let Some(entry) = command.entry.as_ref().filter(|entry| !entries.contains(&entry.as_str())) {
        return Err(Rejection::UnknownEntry { entry: entry.clone(), expected: entries.join(", ") });
    }
    let view = Viewpoint::of(command.effective);
    let standing = listings::standing(units, areas, &command.area, command.list, view);
    let unchanged = match (&command.entry, &standing) {
        (None, None) => true,
        (None, Some(standing)) => standing.entry.is_none(),
        // What the packs say may be confirmed by a decision.
        (Some(entry), Some(standing)) => standing.decided && standing.entry == Some(entry),
        (Some(_), None) => false,
    };
    if unchanged {
        return Err(Rejection::ListingUnchanged {
            area: places::named(area),
            entry: command.entry.clone().unwrap_or_else(|| "–".to_owned()),
            day: command.effective,
        });
    }
    let event = ListingDecided {
        area: command.area.clone(),
        list: command.list,
        entry: command.entry.clone(),
        decision: command.decision.clone(),
        by_recognition: false,
    };
    Ok(Decided::about(&command.area, command.effective, RuralEvent::ListingDecided(event)))
}
