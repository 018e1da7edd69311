//! Counts of villages, and of units on lists and off them.

use super::{
    measures::{Measured, given, weaker},
    reading::Ground,
    sight::{Listed, ListedBy, Moment, Sight},
};
use crate::{figure::CriteriaCount, views::status::DataStatus};
use events::rural::{ListKind, TitleTier};
use reference::{Area, Caveat};

/// Villages of the communes that were especially difficult at the start.
#[derive(Debug)]
pub(crate) struct DifficultVillages<'a> {
    pub(crate) villages: Vec<&'a Area>,
    /// Communes of which the packs list villages.
    pub(super) listed: usize,
    pub(super) communes: usize,
    /// How well it is known which communes these were.
    pub(super) at_start: Measured,
}

impl<'a> Sight<'a> {
    pub(super) fn listed_villages(&self, villages: &[&Area]) -> Measured {
        let mut measured = given(villages.len());
        if villages.is_empty() {
            measured.status = DataStatus::NoData;
        }
        if let Some(village) = villages.iter().find(|village| !village.provenance.verified()) {
            measured.caution(Caveat::new(
                "danh sách thôn, bản chưa được kiểm chứng",
                format!("the list of villages is not verified: {}", village.provenance.source),
            ));
        }
        measured
    }

    /// Villages with a title, out of those of the packs.
    pub(crate) fn titled_villages(&self, villages: &[&Area], moment: Moment) -> Measured {
        let mut measured = self.listed_villages(villages);
        measured.contributions.clear();
        for village in villages {
            let Some(fact) = self.decided(village, TitleTier::Village, moment) else { continue };
            if fact.grants() {
                measured.add(1, Some(fact.ground));
            }
            // The province's own set may be known only by name.
            let set = fact.set.as_ref().and_then(|set| self.grounds.reference.criteria.get(set));
            for caveat in
                set.filter(|set| !set.provenance.verified()).into_iter().flat_map(|set| set.caveats())
            {
                measured.caution(caveat.clone());
            }
        }
        measured.finish(!villages.is_empty() && self.registers(moment).villages, self.is_whole())
    }

    /// The villages of the communes that were especially difficult at the start.
    pub(crate) fn difficult_villages(&self, area: &'a Area) -> DifficultVillages<'a> {
        let communes = self.communes(area);
        let mut found = DifficultVillages {
            villages: Vec::new(),
            listed: 0,
            communes: 0,
            at_start: self.on_list(&communes, ListKind::Region, Moment::Start),
        };
        for commune in communes {
            if self.is_on(commune, ListKind::Region, Moment::Start).is_some_and(|(is_on, _)| is_on) {
                let villages = self.villages(commune);
                found.communes += 1;
                found.listed += usize::from(!villages.is_empty());
                found.villages.extend(villages);
            }
        }
        found
    }

    /// Whether the unit is on the entry of the list that targets speak of; `None` where nothing is known.
    fn is_on(&self, unit: &Area, list: ListKind, moment: Moment) -> Option<(bool, Listed<'_>)> {
        let entry = match list {
            ListKind::Region => "III",
            ListKind::PoorDistrict => "poor",
        };
        let listed = self.listed(unit, list, moment)?;
        Some((listed.entry == Some(entry), listed))
    }

    /// Units on the list. A unit of which nothing is known is on none as long as the list itself is known of another.
    pub(crate) fn on_list(&self, units: &[&'a Area], list: ListKind, moment: Moment) -> Measured {
        let mut measured = Measured::new(units.len());
        let mut any = false;
        for unit in units {
            let known = self.is_on(unit, list, moment);
            measured.told += usize::from(known.is_some() || !self.class_is_open(unit, list, moment));
            let Some((is_on, listed)) = known else { continue };
            any = true;
            measured.caution_of(&listed);
            if is_on {
                measured.add(1, listed.ground());
            }
        }
        measured.finish(any, self.is_whole())
    }

    /// Whether anything was decided on the list. As long as nothing was, the packs alone tell who is on it: they cannot tell
    /// that nobody has left it.
    fn is_kept(&self, units: &[&'a Area], list: ListKind) -> bool {
        let decided = |unit: &&'a Area| {
            self.listed(unit, list, Moment::Now).is_some_and(|listed| listed.ground().is_some())
        };
        units.iter().any(decided)
    }

    /// Units that were on the list at the start and are it no more.
    pub(super) fn left_list(&self, units: &[&'a Area], list: ListKind) -> Measured {
        let at_start = self.on_list(units, list, Moment::Start);
        let were_on = units.iter().filter_map(|unit| {
            let (was_on, listed) = self.is_on(unit, list, Moment::Start)?;
            was_on.then_some((*unit, listed))
        });
        let were_on: Vec<_> = were_on.collect();
        let mut measured = Measured::new(were_on.len());
        for (unit, listed) in &were_on {
            measured.caution_of(listed);
            let Some((is_on, listed)) = self.is_on(unit, list, Moment::Now) else { continue };
            measured.told += 1;
            measured.caution_of(&listed);
            if !is_on {
                measured.add(1, listed.ground());
            }
        }
        let measured = measured.finish(!were_on.is_empty() && self.is_kept(units, list), self.is_whole());
        weaker(measured, at_start.status)
    }

    /// The packs say of some units that their region is not known, which is never "on no list".
    fn class_is_open(&self, unit: &Area, list: ListKind, moment: Moment) -> bool {
        list == ListKind::Region && self.region_is_open(unit, moment)
    }

    /// Units on the list on the first day of the period, as the count of that day tells them.
    pub(crate) fn listed_at_start(&self, count: CriteriaCount, area: &'a Area) -> Measured {
        match count {
            CriteriaCount::PoorDistricts => {
                self.on_list(&self.districts(area), ListKind::PoorDistrict, Moment::Start)
            }
            _ => self.on_list(&self.communes(area), ListKind::Region, Moment::Start),
        }
    }
}

impl Measured {
    /// A list that nobody verified makes what rests on it provisional.
    fn caution_of(&mut self, listed: &Listed<'_>) {
        if let ListedBy::Packs(provenance) = listed.by
            && !provenance.verified()
        {
            self.caution(Caveat::new(
                "danh sách khu vực, huyện nghèo trong dữ liệu tham chiếu chưa được kiểm chứng",
                format!("the list in the reference packs is not verified: {}", provenance.source),
            ));
        }
    }
}

impl Listed<'_> {
    /// The decision that it rests on; `None` where that is the packs.
    pub(crate) const fn ground(&self) -> Option<Ground> {
        match self.by {
            ListedBy::Decision(ground) => Some(ground),
            ListedBy::Packs(_) => None,
        }
    }
}
