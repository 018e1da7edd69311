//! Which titles a unit holds: what was decided, and for a merged commune on which nothing was decided, what follows from
//! its parts. Old results stay with the old units; nothing is summed or averaged into a new one.

use super::{
    units::{Entry, TitleEvent, Unit, Units},
    viewpoint::{Known, Viewpoint},
};
use events::rural::{PartTitle, TitleTier};
use kernel::{AreaKey, Date};
use reference::{AreaKind, Areas};
use std::collections::BTreeMap;

/// Order of the titles of a commune; `None` for villages and districts, which have one.
pub const fn rank(tier: TitleTier) -> Option<u8> {
    match tier {
        TitleTier::Commune => Some(1),
        TitleTier::AdvancedCommune => Some(2),
        TitleTier::ModelCommune => Some(3),
        TitleTier::Village | TitleTier::District => None,
    }
}

/// The title that must be held before this one.
pub const fn needed_before(tier: TitleTier) -> Option<TitleTier> {
    match tier {
        TitleTier::AdvancedCommune => Some(TitleTier::Commune),
        TitleTier::ModelCommune => Some(TitleTier::AdvancedCommune),
        TitleTier::Village | TitleTier::Commune | TitleTier::District => None,
    }
}

/// What a merged commune has from its parts, as long as nothing was decided about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inherited {
    /// The lowest title of the parts on the eve; `None`: one of them held none.
    Lowest(Option<TitleTier>),
    /// A part was never assessed, so that the status cannot be told.
    Undetermined,
}

/// How a title is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding<'a> {
    /// By decision.
    Decided(&'a Entry<TitleEvent>),
    /// From the parts of a merged unit, without a decision.
    Inherited,
}

/// The titles of a unit.
#[derive(Clone, Debug)]
pub struct Titles<'a> {
    /// What was last decided on each title.
    pub decided: BTreeMap<TitleTier, &'a Entry<TitleEvent>>,
    /// What follows from the parts; only of a merged commune on which nothing was decided.
    pub inherited: Option<Inherited>,
}

/// The titles of the unit. One that is the same land as one earlier unit goes on with what that one held on its last day.
pub fn titles<'a>(units: &'a Units, areas: &Areas, area: &AreaKey, view: Viewpoint) -> Titles<'a> {
    let decided = units.get(area).map(|unit| decided(unit, view)).unwrap_or_default();
    if !decided.is_empty() {
        return Titles { decided, inherited: None };
    }
    if let Some((earlier, eve)) = same_land(areas, area, view) {
        return titles(units, areas, earlier, eve);
    }
    Titles { decided, inherited: from_parts(units, areas, area, view) }
}

/// The one earlier unit of commune level that is the same land, as seen on its last day.
fn same_land<'a>(areas: &'a Areas, area: &AreaKey, view: Viewpoint) -> Option<(&'a AreaKey, Viewpoint)> {
    let unit = areas.get(area).filter(|unit| unit.kind.is_commune_level() && unit.in_force(view.as_at))?;
    let [earlier] = areas.predecessors(&unit.key) else { return None };
    let eve = unit.key.valid_from.yesterday().ok()?;
    Some((earlier, Viewpoint { as_at: eve, known: view.known }))
}

impl<'a> Titles<'a> {
    /// How the unit holds the title. Who was acknowledged at a higher tier holds the lower ones with it.
    pub fn holding(&self, tier: TitleTier) -> Option<Holding<'a>> {
        match self.decided.get(&tier) {
            Some(entry) if entry.event.grants() => return Some(Holding::Decided(entry)),
            Some(_) => return None,
            None => {}
        }
        let above = |other: TitleTier| rank(tier).is_some() && rank(other) > rank(tier);
        let higher = self.decided.iter().find(|(other, entry)| above(**other) && entry.event.grants());
        if let Some((_, entry)) = higher {
            return Some(Holding::Decided(entry));
        }
        match self.inherited {
            Some(Inherited::Lowest(Some(lowest))) if lowest == tier || above(lowest) => {
                Some(Holding::Inherited)
            }
            _ => None,
        }
    }

    /// The highest title that is held.
    pub fn highest(&self) -> Option<TitleTier> {
        let own = self.decided.iter().filter(|(_, entry)| entry.event.grants()).map(|(tier, _)| *tier);
        let inherited = match self.inherited {
            Some(Inherited::Lowest(lowest)) => lowest,
            _ => None,
        };
        own.chain(inherited).max_by_key(|tier| rank(*tier))
    }
}

fn decided(unit: &Unit, view: Viewpoint) -> BTreeMap<TitleTier, &Entry<TitleEvent>> {
    unit.titles(view).into_iter().map(|entry| (entry.event.tier(), entry)).collect()
}

/// What a merged commune has from its parts: the lowest of what they held on the eve. Townships and wards were never
/// assessed, so with one of them among the parts the status cannot be told.
/// `None` for a unit that did not come out of several others.
pub fn from_parts(units: &Units, areas: &Areas, area: &AreaKey, view: Viewpoint) -> Option<Inherited> {
    let merged = areas.get(area).filter(|unit| unit.kind.is_commune_level() && unit.in_force(view.as_at))?;
    let parts = areas.predecessors(&merged.key);
    if parts.len() < 2 {
        return None;
    }
    let eve = Viewpoint { as_at: merged.key.valid_from.yesterday().ok()?, known: view.known };
    let mut lowest = None;
    for (at, part) in parts.iter().enumerate() {
        let titles = titles(units, areas, part, eve);
        if never_assessed(units, areas, part, &titles, eve) {
            return Some(Inherited::Undetermined);
        }
        let held = titles.highest();
        if at == 0 || held.and_then(rank) < lowest.and_then(rank) {
            lowest = held;
        }
    }
    Some(Inherited::Lowest(lowest))
}

fn never_assessed(units: &Units, areas: &Areas, part: &AreaKey, titles: &Titles<'_>, eve: Viewpoint) -> bool {
    if titles.inherited == Some(Inherited::Undetermined) {
        return true;
    }
    let urban = areas.get(part).is_some_and(|area| matches!(area.kind, AreaKind::Township | AreaKind::Ward));
    let assessed = units.get(part).is_some_and(|unit| unit.latest_assessment(None, None, eve).is_some());
    urban && titles.decided.is_empty() && titles.inherited.is_none() && !assessed
}

/// The parts of a merged unit with what each held on the eve.
pub fn parts(units: &Units, areas: &Areas, area: &AreaKey, known: Known) -> Vec<PartTitle> {
    let Ok(eve) = area.valid_from.yesterday() else { return Vec::new() };
    let view = Viewpoint { as_at: eve, known };
    let of_part =
        |part: &AreaKey| PartTitle { area: part.clone(), tier: titles(units, areas, part, view).highest() };
    areas.predecessors(area).iter().map(of_part).collect()
}

/// What was decided on a title last by a day, and first after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'a> {
    pub(super) before: Option<&'a Entry<TitleEvent>>,
    pub(super) after: Option<&'a Entry<TitleEvent>>,
}

/// What was decided on the title around that day.
pub(super) fn around(unit: Option<&Unit>, tier: TitleTier, day: Date) -> Around<'_> {
    let decided = unit.map(|unit| unit.titles_of_all_days(Known::Everything)).unwrap_or_default();
    let of_tier = decided.into_iter().filter(|entry| entry.event.tier() == tier);
    let (before, after): (Vec<_>, Vec<_>) = of_tier.partition(|entry| entry.recorded.effective <= day);
    Around { before: before.last().copied(), after: after.first().copied() }
}

impl<'a> Around<'a> {
    /// The grant beside which another one would be a second one of one status.
    pub(super) fn grant(self) -> Option<&'a Entry<TitleEvent>> {
        let grants = |entry: &&'a Entry<TitleEvent>| entry.event.grants();
        self.before.filter(grants).or(self.after.filter(grants))
    }

    /// Whether the title is revoked later, without having been granted again before that.
    pub(super) fn revoked_later(self) -> bool {
        self.after.is_some_and(|entry| !entry.event.grants())
    }
}
