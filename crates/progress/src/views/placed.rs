//! What a map cannot place. Nothing is shared out: households recorded without a village in a unit that has no one place
//! among the communes of the map are missing from the areas in which they may live.

use super::Grounds;
use kernel::{AreaKey, Date};
use poverty_view::{domain::AreaNumber, model::overlaps};
use reference::Area;
use service::{Refusal, reason};

/// What may be missing from areas.
#[derive(Debug, Default)]
pub(crate) struct NotPlaced {
    /// Households recorded in units that the map cannot place, which may be in one of the areas.
    pub(crate) households: i64,
    /// Whether some of them may be missing from the areas' own figures: a district that held all parts of a merged unit
    /// counts them, its communes do not.
    pub(crate) some_missing: bool,
    units: Vec<AreaKey>,
}

impl NotPlaced {
    /// What may be missing from the areas, none of which is a part of another. `recorded` gives the households recorded in
    /// a unit itself, `None` where there is nothing.
    pub(crate) fn of(
        grounds: &Grounds,
        areas: &[&Area],
        map: Date,
        recorded: impl Fn(AreaNumber) -> Option<i64>,
    ) -> Self {
        let known = &grounds.reference.areas;
        let mut found = Self::default();
        for (unit, key) in grounds.placing.unplaced() {
            let Some(households) = recorded(unit).filter(|_| known.rebase(key, map).is_none()) else {
                continue;
            };
            let mut hiding = areas.iter().filter(|area| overlaps(known, key, &area.key)).peekable();
            if hiding.peek().is_some() {
                found.households += households;
                found.units.push(key.clone());
            }
            let counted = |area: &Area| grounds.placing.leaves(AreaNumber::of(&area.key)).contains(&unit);
            found.some_missing |= hiding.any(|area| !counted(area));
        }
        found
    }

    /// An area of which nothing is recorded, and some may be missing, has no figures: the refusal, at the request's field.
    pub(crate) fn refuse(
        &self,
        area: &Area,
        map: Date,
        recorded: Option<i64>,
        field: &str,
    ) -> Result<(), Refusal> {
        if recorded.is_some() || !self.some_missing {
            return Ok(());
        }
        let units: Vec<_> = self.units.iter().map(ToString::to_string).collect();
        Err(Refusal::new(&reason::REBASE_IMPOSSIBLE)
            .with("area", &area.key)
            .with("map", map)
            .with("households", self.households)
            .with("units", units.join(", "))
            .at(field))
    }
}
