//! Areas of accounts and owners.

use super::{Context, Fault, Rejection};
use kernel::{AreaKey, Date};
use reference::{Area, AreaKind, AreaVersions, UnknownArea};

/// Whether accounts are kept for areas of that kind: the province, its districts, and units at commune level.
pub const fn keeps_accounts(kind: AreaKind) -> bool {
    !matches!(kind, AreaKind::Village)
}

/// The area, which must keep accounts and be in force on the day.
pub(super) fn in_force<'a>(
    field: impl FnOnce() -> String,
    key: &AreaKey,
    day: Date,
    context: Context<'a>,
) -> Result<&'a Area, Fault> {
    known(key, context)
        .and_then(|area| {
            if area.in_force(day) {
                return Ok(area);
            }
            Err(Rejection::AreaNotInForce { area: key.clone(), day, history: history(area, day, context) })
        })
        .map_err(|rejection| Fault::at(field(), rejection))
}

/// The area, which must have begun by the day and may have ended.
pub(super) fn begun<'a>(
    field: impl FnOnce() -> String,
    key: &AreaKey,
    day: Date,
    context: Context<'a>,
) -> Result<&'a Area, Fault> {
    known(key, context)
        .and_then(|area| {
            if key.valid_from <= day {
                return Ok(area);
            }
            Err(Rejection::AreaNotInForce { area: key.clone(), day, history: history(area, day, context) })
        })
        .map_err(|rejection| Fault::at(field(), rejection))
}

/// The units that bore the code: that of the day beside the one that was given.
fn history(area: &Area, day: Date, context: Context<'_>) -> AreaVersions {
    match context.reference.areas.resolve(&area.key.code, day) {
        Ok(on_the_day) if on_the_day.key != area.key => {
            AreaVersions(vec![version(area), version(on_the_day)])
        }
        Err(UnknownArea::NotInForce { versions, .. }) => versions,
        _ => AreaVersions(vec![version(area)]),
    }
}

fn known<'a>(key: &AreaKey, context: Context<'a>) -> Result<&'a Area, Rejection> {
    let area = context.reference.areas.get(key).ok_or_else(|| Rejection::UnknownArea(key.clone()))?;
    if keeps_accounts(area.kind) {
        return Ok(area);
    }
    Err(Rejection::AreaKeepsNoAccount { area: key.clone(), name: area.display_name() })
}

fn version(area: &Area) -> reference::areas::AreaVersion {
    reference::areas::AreaVersion {
        key: area.key.clone(),
        display_name: area.display_name(),
        valid_from: area.valid_from(),
        valid_to: area.valid_to,
    }
}
