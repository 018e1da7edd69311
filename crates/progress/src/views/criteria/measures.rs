//! Every count of titles, criteria and lists as a sum of contributions, each with the fact that it rests on. What views
//! show and what is explained are the same sums.

use super::{
    reading::{Assessment, Ground},
    sight::{Moment, Origin, Sight, Title},
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

    pub(super) fn new(units: usize) -> Self {
        Self {
            status: DataStatus::NoData,
            contributions: Vec::new(),
            told: 0,
            units,
            provisional: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, amount: i64, ground: Option<Ground>) {
        self.contributions.push(Contribution { amount, ground });
    }

    pub(super) fn caution(&mut self, caveat: Caveat) {
        if !self.provisional.contains(&caveat) {
            self.provisional.push(caveat);
        }
    }

    /// Everything that was not told leaves it incomplete; where nothing could be told there are no data.
    pub(super) fn finish(mut self, any: bool, whole: bool) -> Self {
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
pub(super) fn given(units: usize) -> Measured {
    Measured {
        status: DataStatus::Complete,
        contributions: vec![Contribution { amount: 1, ground: None }; units],
        told: units,
        units,
        provisional: Vec::new(),
    }
}

/// The count with the weaker of both statuses.
pub(super) fn weaker(measured: Measured, other: DataStatus) -> Measured {
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
