//! Every count of titles, criteria and lists as a sum of contributions, each with the fact that it rests on. What views
//! show and what is explained are the same sums.

use super::{
    reading::{Assessment, Ground},
    sight::{Listed, ListedBy, Moment, Origin, Sight, Title},
};
use crate::{
    figure::{Basis, CriteriaCount, CriteriaMeasure, CriteriaName, FigureName},
    views::{
        point::{PointOfView, Portion},
        poverty::Coverage,
        status::{DataStatus, share},
    },
};
use api::progress as proto;
use events::rural::{ListKind, TitleTier};
use kernel::Date;
use reference::{Area, Caveat};

/// One addition to a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contribution {
    pub(crate) amount: i64,
    /// The fact that it rests on; `None` where that is the packs.
    pub(crate) ground: Option<Ground>,
}

/// A count with what it is made of.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) status: DataStatus,
    pub(crate) contributions: Vec<Contribution>,
    /// Units of which it can be told, out of all that it is taken over.
    pub(crate) told: usize,
    pub(crate) units: usize,
    pub(crate) provisional: Vec<Caveat>,
}

impl Measured {
    pub(crate) fn sum(&self) -> i64 {
        self.contributions.iter().map(|contribution| contribution.amount).sum()
    }

    /// The sum where there are data.
    pub(crate) fn value(&self) -> Option<i64> {
        self.status.present(self.sum())
    }

    /// The day of the latest fact that it rests on.
    pub(crate) fn latest(&self) -> Option<Date> {
        self.contributions.iter().filter_map(|contribution| contribution.ground).map(|ground| ground.on).max()
    }

    pub(crate) const fn coverage(&self) -> Coverage {
        coverage(self.told, self.units)
    }

    fn new(units: usize) -> Self {
        Self {
            status: DataStatus::NoData,
            contributions: Vec::new(),
            told: 0,
            units,
            provisional: Vec::new(),
        }
    }

    fn add(&mut self, amount: i64, ground: Option<Ground>) {
        self.contributions.push(Contribution { amount, ground });
    }

    fn caution(&mut self, caveat: Caveat) {
        if !self.provisional.contains(&caveat) {
            self.provisional.push(caveat);
        }
    }

    /// Everything that was not told leaves it incomplete; where nothing could be told there are no data.
    fn finish(mut self, any: bool, whole: bool) -> Self {
        self.status = DataStatus::of(any, whole && self.told == self.units);
        self
    }
}

/// How many of the units have data.
pub(crate) const fn coverage(told: usize, units: usize) -> Coverage {
    Coverage { units, registered: told, reviewed: told, not_placed: 0, some_missing: false }
}

impl<'a> Sight<'a> {
    /// The count of the area.
    pub(crate) fn measured(&self, count: CriteriaCount, area: &'a Area) -> Measured {
        match count {
            CriteriaCount::Communes => given(self.communes(area).len()),
            CriteriaCount::Villages => self.listed_villages(&self.villages(area)),
            CriteriaCount::Recognised => self.titled(area, TitleTier::Commune, Moment::Now),
            CriteriaCount::Advanced => self.titled(area, TitleTier::AdvancedCommune, Moment::Now),
            CriteriaCount::Model => self.titled(area, TitleTier::ModelCommune, Moment::Now),
            CriteriaCount::Derived => self.of_titles(area, Moment::Now, |title| {
                matches!(title, Title::Held { origin: Origin::Derived, .. })
            }),
            CriteriaCount::Undetermined => self.undetermined(area),
            CriteriaCount::Assessed(basis) => {
                self.of_assessments(area, |assessment| met(assessment, basis).map(|_| 1))
            }
            CriteriaCount::Met(basis) => self.of_assessments(area, |assessment| met(assessment, basis)),
            CriteriaCount::Band(band, basis) => self.of_assessments(area, |assessment| {
                (assessment.criteria == 19).then_some(())?;
                Some(i64::from(band.contains(met(assessment, basis)?)))
            }),
            CriteriaCount::BelowFifteen(basis) => self.of_assessments(area, |assessment| {
                (assessment.criteria == 19).then_some(())?;
                Some(i64::from(met(assessment, basis)? < 15))
            }),
            CriteriaCount::VillagesRecognised => self.titled_villages(&self.villages(area), Moment::Now),
            CriteriaCount::DifficultVillages => {
                let difficult = self.difficult_villages(area);
                let mut measured = self.listed_villages(&difficult.villages);
                (measured.told, measured.units) = (difficult.listed, difficult.communes);
                measured.provisional.extend(difficult.at_start.provisional);
                let whole = measured.told == measured.units;
                weaker(weaker(measured, DataStatus::of(true, whole)), difficult.at_start.status)
            }
            CriteriaCount::DifficultVillagesRecognised => {
                let difficult = self.difficult_villages(area);
                let measured = self.titled_villages(&difficult.villages, Moment::Now);
                weaker(measured, difficult.at_start.status)
            }
            CriteriaCount::DistrictsRecognised => self.titled_districts(area, Moment::Now),
            CriteriaCount::Difficult => self.on_list(&self.communes(area), ListKind::Region, Moment::Now),
            CriteriaCount::LeftDifficult => self.left_list(&self.communes(area), ListKind::Region),
            CriteriaCount::PoorDistricts => {
                self.on_list(&self.districts(area), ListKind::PoorDistrict, Moment::Now)
            }
            CriteriaCount::LeftPoorList => self.left_list(&self.districts(area), ListKind::PoorDistrict),
        }
    }

    /// Communes with a title of that tier or a higher one.
    pub(crate) fn titled(&self, area: &'a Area, least: TitleTier, moment: Moment) -> Measured {
        self.of_titles(area, moment, |title| title.reaches(least))
    }

    fn of_titles(&self, area: &'a Area, moment: Moment, counts: impl Fn(&Title) -> bool) -> Measured {
        let communes = self.communes(area);
        let mut measured = Measured::new(communes.len());
        for commune in communes {
            let title = self.title(commune, moment);
            if title == Title::Undetermined {
                measured.caution(undetermined());
                continue;
            }
            measured.told += 1;
            if let Title::Held { grounds, .. } = &title
                && counts(&title)
            {
                // One commune counts once; the decisions on the other parts of a merged one are shown beside it.
                for (at, ground) in grounds.iter().enumerate() {
                    measured.add(i64::from(at == 0), Some(*ground));
                }
            }
        }
        measured.finish(self.registers(moment).units, self.is_whole())
    }

    fn undetermined(&self, area: &'a Area) -> Measured {
        let communes = self.communes(area);
        let mut measured = Measured::new(communes.len());
        measured.told = communes.len();
        for commune in communes {
            if self.title(commune, Moment::Now) == Title::Undetermined {
                measured.add(1, None);
                measured.caution(undetermined());
            }
        }
        measured.finish(self.registers(Moment::Now).units, self.is_whole())
    }

    fn of_assessments(&self, area: &'a Area, counts: impl Fn(&Assessment) -> Option<i64>) -> Measured {
        let communes = self.communes(area);
        let mut measured = Measured::new(communes.len());
        for commune in communes {
            let Some(assessment) = self.assessment(commune) else { continue };
            let Some(amount) = counts(assessment) else { continue };
            measured.told += 1;
            // A count of communes shows those it counts, a count of criteria every commune that it adds up.
            if amount != 0 {
                measured.add(amount, Some(assessment.ground));
            }
            let set = self.grounds.reference.criteria.get(&assessment.set);
            for caveat in set.into_iter().flat_map(|set| set.caveats()) {
                measured.caution(caveat.clone());
            }
        }
        let any = measured.told > 0;
        measured.finish(any, self.is_whole())
    }

    fn listed_villages(&self, villages: &[&Area]) -> Measured {
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

    /// Districts with a title.
    pub(crate) fn titled_districts(&self, area: &'a Area, moment: Moment) -> Measured {
        let districts = self.districts(area);
        let mut measured = Measured::new(districts.len());
        measured.told = districts.len();
        for district in &districts {
            if let Some(fact) =
                self.decided(district, TitleTier::District, moment).filter(|fact| fact.grants())
            {
                measured.add(1, Some(fact.ground));
            }
        }
        measured.finish(!districts.is_empty() && self.registers(moment).units, self.is_whole())
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

    /// Units that were on the list at the start and are it no more.
    fn left_list(&self, units: &[&'a Area], list: ListKind) -> Measured {
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
        let measured = measured.finish(!were_on.is_empty(), self.is_whole());
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

    /// The figure of a count under its name.
    pub(crate) fn figure(&self, count: CriteriaCount, area: &'a Area) -> proto::Figure {
        self.figure_of(count, area, &self.measured(count, area))
    }

    /// The same of what was measured already.
    pub(crate) fn figure_of(&self, count: CriteriaCount, area: &Area, measured: &Measured) -> proto::Figure {
        figure_from(self.view, count, area, measured)
    }

    pub(crate) fn name(&self, measure: CriteriaMeasure, area: &Area) -> String {
        let scope = self.view.scope(&Portion::whole(area));
        FigureName::Criteria(CriteriaName { measure, scope }).to_string()
    }

    /// The mean number of criteria met: criteria met over communes assessed. It is no share of anything, so it has no
    /// percentage.
    pub(crate) fn mean(&self, basis: Basis, area: &'a Area) -> proto::Share {
        let met = self.measured(CriteriaCount::Met(basis), area);
        let assessed = self.measured(CriteriaCount::Assessed(basis), area);
        let scope = self.view.scope(&Portion::whole(area));
        let name = FigureName::Criteria(CriteriaName { measure: CriteriaMeasure::Mean(basis), scope });
        let mean = share(&name, met.status, met.sum(), assessed.sum());
        proto::Share { percent: String::new(), ..mean }
    }
}

/// Villages of the communes that were especially difficult at the start.
#[derive(Debug)]
pub(crate) struct DifficultVillages<'a> {
    pub(crate) villages: Vec<&'a Area>,
    /// Communes of which the packs list villages.
    listed: usize,
    communes: usize,
    /// How well it is known which communes these were.
    at_start: Measured,
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

const fn met(assessment: &Assessment, basis: Basis) -> Option<i64> {
    match basis {
        Basis::Official => assessment.official_met,
        Basis::Strict => Some(assessment.strict_met),
    }
}

/// What was measured, under the name that it has from that point of view.
pub(crate) fn figure_from(
    view: PointOfView,
    count: CriteriaCount,
    area: &Area,
    measured: &Measured,
) -> proto::Figure {
    let scope = view.scope(&Portion::whole(area));
    let name = CriteriaName { measure: CriteriaMeasure::Count(count), scope };
    proto::Figure {
        name: FigureName::Criteria(name).to_string(),
        status: measured.status.number(),
        value: measured.value(),
        unit: count.unit().to_owned(),
    }
}

/// What the packs list: known without any event.
fn given(units: usize) -> Measured {
    Measured {
        status: DataStatus::Complete,
        contributions: vec![Contribution { amount: 1, ground: None }; units],
        told: units,
        units,
        provisional: Vec::new(),
    }
}

/// The count with the weaker of both statuses.
fn weaker(measured: Measured, other: DataStatus) -> Measured {
    let status = match (measured.status, other) {
        (DataStatus::NoData, _) | (_, DataStatus::NoData) => DataStatus::NoData,
        (DataStatus::Complete, DataStatus::Complete) => DataStatus::Complete,
        _ => DataStatus::Incomplete,
    };
    Measured { status, ..measured }
}

fn undetermined() -> Caveat {
    Caveat::new(
        "xã mới có phần từ thị trấn, phường chưa từng được đánh giá: quy tắc xác định chưa được kiểm chứng",
        "a merged commune has a part that was a township or ward and was never assessed: no verified rule tells its status",
    )
}
