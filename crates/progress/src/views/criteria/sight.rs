//! Everything read for figures about titles, criteria and lists, and what follows from it for each unit.

use super::reading::{Assessment, Facts, Ground, Registers, TitleFact, Units};
use crate::{
    rural::TitleChange,
    views::{
        Grounds, from_projection,
        point::{PointOfView, covered_units},
    },
};
use events::rural::{ListKind, TitleTier};
use kernel::Date;
use poverty_view::domain::AreaNumber;
use projection::{Reached, Transaction};
use reference::{Area, AreaKind, CriteriaSet, Provenance, Tier, areas::RegionClass};
use service::Refusal;
use std::{collections::BTreeSet, sync::Arc};

/// Of which day something is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Moment {
    /// The first day of the resolution's period, or the day of the view where that is earlier.
    Start,
    /// The day of the view.
    Now,
}

/// How a title is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Recognised,
    Acknowledged,
    /// From the parts of a merged unit, without a decision.
    Derived,
}

/// The title of a commune.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Title {
    Held {
        tier: TitleTier,
        origin: Origin,
        since: Date,
        /// The decisions that it rests on: the one that decides comes first, those of the other parts follow.
        grounds: Vec<Ground>,
    },
    NotHeld,
    /// Parts of the merged unit were never assessed.
    Undetermined,
}

/// Order of the titles of a commune.
pub(crate) const fn rank(tier: TitleTier) -> Option<u8> {
    match tier {
        TitleTier::Commune => Some(1),
        TitleTier::AdvancedCommune => Some(2),
        TitleTier::ModelCommune => Some(3),
        TitleTier::Village | TitleTier::District => None,
    }
}

impl Title {
    /// Whether a title of this rank or a higher one is held.
    pub(crate) fn reaches(&self, least: TitleTier) -> bool {
        matches!(self, Self::Held { tier, .. } if rank(*tier) >= rank(least))
    }
}

/// Where a unit stands on a list.
#[derive(Clone, Debug)]
pub(crate) struct Listed<'a> {
    /// `None`: on no entry of the list.
    pub(crate) entry: Option<&'a str>,
    pub(crate) by: ListedBy<'a>,
}

/// Who says so.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ListedBy<'a> {
    Decision(Ground),
    Packs(&'a Provenance),
}

/// The sets under which communes are assessed on a day: the versions for one run of years.
#[derive(Clone, Debug)]
pub(crate) struct Generation<'a> {
    pub(crate) sets: Vec<&'a CriteriaSet>,
    /// Number of their criteria.
    pub(crate) criteria: i64,
}

/// Everything read for one point of view.
#[derive(Clone, Debug)]
pub(crate) struct Sight<'a> {
    pub(crate) grounds: &'a Grounds,
    pub(crate) view: PointOfView,
    pub(crate) generation: Option<Generation<'a>>,
    start: Date,
    facts: Arc<Facts>,
}

impl<'a> Sight<'a> {
    /// Reads what figures of the area need.
    pub(crate) async fn of(
        grounds: &'a Grounds,
        snapshot: &mut Transaction,
        view: PointOfView,
        area: &Area,
    ) -> Result<Self, Refusal> {
        let needed = match area.kind {
            AreaKind::Province => Units::All,
            _ => Units::These(needed(grounds, area, view.map).into_iter().collect()),
        };
        let facts = Facts::read(snapshot, view.known_on, &needed).await.map_err(from_projection)?;
        Ok(Self::from_facts(grounds, view, Arc::new(facts)))
    }

    fn from_facts(grounds: &'a Grounds, view: PointOfView, facts: Arc<Facts>) -> Self {
        let start = grounds.reference.targets.period().from.min(view.as_at);
        Self { grounds, view, generation: generation(grounds, view.as_at), start, facts }
    }

    /// The same facts seen from another point of view; `None` where other facts would be needed.
    pub(crate) fn seen_from(&self, view: PointOfView) -> Option<Self> {
        let is_enough = self.facts.of_all_units && view.known_on == self.view.known_on;
        is_enough.then(|| Self::from_facts(self.grounds, view, Arc::clone(&self.facts)))
    }

    /// How far the events were applied.
    pub(crate) fn reached(&self) -> Reached {
        self.facts.reached
    }

    /// Whether every event could be applied.
    pub(crate) fn is_whole(&self) -> bool {
        self.facts.reached.set_aside == 0
    }

    pub(crate) fn registers(&self, moment: Moment) -> Registers {
        self.facts.registers(self.day(moment))
    }

    /// The communes (*xã*) of the area on the map; wards and townships are not communes.
    pub(crate) fn communes(&self, area: &'a Area) -> Vec<&'a Area> {
        let units = covered_units(&self.grounds.reference.areas, area, self.view.map);
        units.into_iter().filter(|unit| unit.kind == AreaKind::Commune).collect()
    }

    /// The villages of the area on the map.
    pub(crate) fn villages(&self, area: &'a Area) -> Vec<&'a Area> {
        if area.kind == AreaKind::Village {
            return vec![area];
        }
        let areas = &self.grounds.reference.areas;
        let units = covered_units(areas, area, self.view.map);
        units.into_iter().flat_map(|unit| areas.children(&unit.key, self.view.map)).collect()
    }

    /// The districts of the area on the map, itself included.
    pub(crate) fn districts(&self, area: &'a Area) -> Vec<&'a Area> {
        match area.kind {
            kind if kind.is_district_level() => vec![area],
            AreaKind::Province => districts(self.grounds, area, self.view.map),
            _ => Vec::new(),
        }
    }

    /// What was last decided on that title of the unit.
    pub(crate) fn decided(&self, area: &Area, tier: TitleTier, moment: Moment) -> Option<&TitleFact> {
        let mut titles = self.facts.titles(AreaNumber::of(&area.key), self.day(moment));
        titles.find(|(decided, _)| *decided == tier).map(|(_, fact)| fact)
    }

    /// The highest title of the commune. A merged one on which nothing was decided has the lowest of its parts; a unit
    /// that is the same land as one earlier unit keeps what that one held.
    pub(crate) fn title(&self, area: &Area, moment: Moment) -> Title {
        let decided = self.facts.titles(AreaNumber::of(&area.key), self.day(moment));
        let decided: Vec<_> = decided.filter(|(tier, _)| rank(*tier).is_some()).collect();
        if !decided.is_empty() {
            let held = decided.into_iter().filter(|(_, fact)| fact.grants());
            return held.max_by_key(|(tier, _)| rank(*tier)).map_or(Title::NotHeld, |(tier, fact)| {
                let origin = match fact.change {
                    TitleChange::Acknowledged => Origin::Acknowledged,
                    TitleChange::Recognised | TitleChange::Revoked => Origin::Recognised,
                };
                Title::Held { tier, origin, since: fact.ground.on, grounds: vec![fact.ground] }
            });
        }
        let areas = &self.grounds.reference.areas;
        let parts: Vec<_> = areas.predecessors(&area.key).iter().filter_map(|part| areas.get(part)).collect();
        match parts.as_slice() {
            [] => Title::NotHeld,
            [only] => self.title(only, moment),
            _ => self.title_of_merged(area, &parts, moment),
        }
    }

    fn title_of_merged(&self, area: &Area, parts: &[&Area], moment: Moment) -> Title {
        let titles: Vec<_> = parts.iter().map(|part| self.title(part, moment)).collect();
        let never_assessed = |(part, title): (&&Area, &Title)| self.is_never_assessed(part, title, moment);
        if parts.iter().zip(&titles).any(never_assessed) {
            return Title::Undetermined;
        }
        let mut held = Vec::new();
        for title in titles {
            match title {
                Title::Held { tier, grounds, .. } => held.push((tier, grounds)),
                Title::NotHeld | Title::Undetermined => return Title::NotHeld,
            }
        }
        // Of equal ones the first part decides: the sort keeps their order.
        held.sort_by_key(|(tier, _)| rank(*tier));
        let Some(tier) = held.first().map(|(tier, _)| *tier) else { return Title::NotHeld };
        let grounds = held.into_iter().flat_map(|(_, grounds)| grounds).collect();
        Title::Held { tier, origin: Origin::Derived, since: area.key.valid_from, grounds }
    }

    /// Townships and wards are not assessed under the sets of communes, so what a merger with one of them gives cannot be
    /// told, unless it was assessed or decided upon all the same.
    fn is_never_assessed(&self, part: &Area, title: &Title, moment: Moment) -> bool {
        if *title == Title::Undetermined {
            return true;
        }
        let number = AreaNumber::of(&part.key);
        let urban = matches!(part.kind, AreaKind::Township | AreaKind::Ward);
        // A merged one has what its own parts had.
        urban
            && self.grounds.reference.areas.predecessors(&part.key).is_empty()
            && *title == Title::NotHeld
            && self.facts.titles(number, self.day(moment)).next().is_none()
            && self.facts.assessments(number, self.view.as_at).next().is_none()
    }

    /// The parts of a merged unit that leave its status untold.
    pub(crate) fn untold_parts(&self, area: &Area) -> Vec<&'a Area> {
        let areas = &self.grounds.reference.areas;
        let parts = areas.predecessors(&area.key).iter().filter_map(|part| areas.get(part));
        parts
            .filter(|part| self.is_never_assessed(part, &self.title(part, Moment::Now), Moment::Now))
            .collect()
    }

    /// The latest assessment under any set of communes.
    pub(crate) fn latest_assessment(&self, area: &Area) -> Option<&Assessment> {
        let sets = &self.grounds.reference.criteria;
        let of_communes =
            |assessment: &&Assessment| sets.get(&assessment.set).is_some_and(|set| set.tier == Tier::Commune);
        self.assessments_of(area).filter(of_communes).max_by_key(|assessment| assessment.ground)
    }

    /// The latest assessment under the sets in force. It stays with the unit that was assessed.
    pub(crate) fn assessment(&self, area: &Area) -> Option<&Assessment> {
        let generation = self.generation.as_ref()?;
        let latest = |set: &&CriteriaSet| {
            let under_it = self.assessments_of(area).filter(|assessment| assessment.set == set.id);
            under_it.max_by_key(|assessment| assessment.ground)
        };
        let of_all_criteria = |assessment: &&Assessment| assessment.criteria == generation.criteria;
        let by_set = generation.sets.iter().filter_map(latest).filter(of_all_criteria);
        by_set.max_by_key(|assessment| assessment.ground)
    }

    fn assessments_of(&self, area: &Area) -> impl Iterator<Item = &Assessment> {
        self.facts.assessments(AreaNumber::of(&area.key), self.view.as_at)
    }

    /// Where the unit stands on the list: by the latest decision, and before the first one by the packs. `None` where
    /// nothing is known. An old unit is asked as of its last day.
    pub(crate) fn listed(&self, area: &Area, list: ListKind, moment: Moment) -> Option<Listed<'_>> {
        if let Some(fact) = self.facts.listing(AreaNumber::of(&area.key), list, self.day(moment)) {
            return Some(Listed { entry: fact.entry.as_deref(), by: ListedBy::Decision(fact.ground) });
        }
        let day = self.day_of(area, moment);
        let areas = &self.grounds.reference.areas;
        match list {
            ListKind::Region => {
                let fact = areas.region(&area.key, day)?;
                let entry = match fact.class? {
                    RegionClass::I => "I",
                    RegionClass::II => "II",
                    RegionClass::III => "III",
                };
                Some(Listed { entry: Some(entry), by: ListedBy::Packs(&fact.provenance) })
            }
            ListKind::PoorDistrict => {
                // The packs have the list of a day whole or not at all.
                let listed = areas.poor_districts(day);
                let (_, provenance) = listed.first()?;
                let own = listed.iter().find(|(district, _)| **district == area.key);
                Some(Listed {
                    entry: own.map(|_| "poor"),
                    by: ListedBy::Packs(own.map_or(*provenance, |(_, provenance)| *provenance)),
                })
            }
        }
    }

    /// Whether the packs say that the unit's region is not known, and nothing was decided.
    pub(crate) fn region_is_open(&self, area: &Area, moment: Moment) -> bool {
        let number = AreaNumber::of(&area.key);
        let decided = self.facts.listing(number, ListKind::Region, self.day(moment)).is_some();
        let fact = self.grounds.reference.areas.region(&area.key, self.day_of(area, moment));
        !decided && fact.is_some_and(|fact| fact.class.is_none())
    }

    const fn day(&self, moment: Moment) -> Date {
        match moment {
            Moment::Start => self.start,
            Moment::Now => self.view.as_at,
        }
    }

    /// The day of the moment; of a unit that has ended at most its last day.
    fn day_of(&self, area: &Area, moment: Moment) -> Date {
        let day = self.day(moment);
        area.valid_to.map_or(day, |last| last.min(day))
    }
}

/// All units whose facts count for the area: itself, its units of commune level with those that they were made from, and
/// its villages.
fn needed(grounds: &Grounds, area: &Area, map: Date) -> BTreeSet<AreaNumber> {
    let areas = &grounds.reference.areas;
    let mut needed = BTreeSet::from([AreaNumber::of(&area.key)]);
    let mut units = covered_units(areas, area, map);
    while let Some(unit) = units.pop() {
        needed.insert(AreaNumber::of(&unit.key));
        needed.extend(areas.children(&unit.key, map).iter().map(|village| AreaNumber::of(&village.key)));
        units.extend(areas.predecessors(&unit.key).iter().filter_map(|part| areas.get(part)));
    }
    needed
}

fn districts<'a>(grounds: &'a Grounds, province: &Area, map: Date) -> Vec<&'a Area> {
    let parts = grounds.reference.areas.children(&province.key, map).into_iter();
    parts.filter(|part| part.kind.is_district_level()).collect()
}

/// The sets of communes for the latest run of years that has begun by the day, or for the first one. Sets of different
/// runs have different numbers of criteria and are never mixed.
fn generation(grounds: &Grounds, day: Date) -> Option<Generation<'_>> {
    let of_communes = || grounds.reference.criteria.all().iter().filter(|set| set.tier == Tier::Commune);
    let begun = of_communes().filter(|set| set.validity.from <= day).map(|set| set.years).max();
    let years = begun.or_else(|| of_communes().map(|set| set.years).min())?;
    let sets: Vec<_> = of_communes().filter(|set| set.years == years).collect();
    let counted = sets.iter().map(|set| match set.criteria.len() {
        0 => i64::from(set.criteria_count.unwrap_or_default()),
        loaded => i64::try_from(loaded).unwrap_or(i64::MAX),
    });
    let criteria = counted.max().unwrap_or_default();
    Some(Generation { sets, criteria })
}
