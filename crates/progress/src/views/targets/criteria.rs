//! Targets that follow from titles, criteria and lists.

use super::{Computed, Grounds, line::straight_line};
use crate::{
    figure::{Basis, CriteriaCount},
    views::{
        criteria::{Measured, Moment, Sight, coverage, figure_from},
        explain::shown,
        loaded::LoadedRural,
        point::{self, PointOfView, is_on_map},
        status::DataStatus,
    },
};
use api::progress as proto;
use events::rural::TitleTier;
use kernel::{Date, Ratio};
use projection::Transaction;
use reference::{Area, Caveat, Computation, Target};
use service::Refusal;

/// The actual value of the target, on the day of the view and at most on the last of the period.
pub(super) async fn compute<'a>(
    grounds: &'a Grounds,
    snapshot: &mut Transaction,
    loaded: &mut LoadedRural<'a>,
    target: &Target,
    computation: Computation,
    view: PointOfView,
) -> Result<Computed, Refusal> {
    let period = grounds.reference.targets.period();
    let now = period.to.map_or(view.as_at, |last| last.min(view.as_at));
    if now < period.from {
        return Ok(Computed::without_data(format!("the resolution's period begins on {}", period.from)));
    }
    let map_of_start = point::map_day(grounds.reference.areas.geography(period.from));
    let map = if is_of_the_start(computation) { map_of_start } else { view.map };
    let view = PointOfView { as_at: now, map, ..view };
    let province = grounds.reference.areas.province();
    let sight = loaded.sight(grounds, snapshot, view, province).await?;
    let judged = Judged {
        sight,
        province,
        target,
        days: (period.from, period.to.unwrap_or(now)),
        on_map_of_start: map == map_of_start,
    };
    let computed = judged.compute(computation);
    Ok(Computed { map: Some(map), source: "rural-criteria".to_owned(), ..computed })
}

/// Districts, and the lists of the start with what became of them, are on the map of the start only.
const fn is_of_the_start(computation: Computation) -> bool {
    matches!(
        computation,
        Computation::DistrictsRecognised
            | Computation::VillagesRecognisedInDifficultCommunes
            | Computation::DistrictsLeftPoorList
            | Computation::CommunesLeftDifficultList
    )
}

/// A target with what it is judged by.
struct Judged<'s, 'a> {
    sight: &'s Sight<'a>,
    province: &'a Area,
    target: &'s Target,
    /// First and last of the period.
    days: (Date, Date),
    on_map_of_start: bool,
}

/// A count with its figure.
struct Counted {
    measured: Measured,
    figure: proto::Figure,
}

impl Counted {
    fn sum(&self) -> i64 {
        self.measured.sum()
    }
}

impl<'a> Judged<'_, 'a> {
    fn compute(&self, computation: Computation) -> Computed {
        match computation {
            Computation::CommunesRecognised => self.communes(CriteriaCount::Recognised, TitleTier::Commune),
            Computation::AdvancedCommunesRecognised => {
                self.communes(CriteriaCount::Advanced, TitleTier::AdvancedCommune)
            }
            Computation::DistrictsRecognised => self.districts(),
            Computation::MeanCriteriaMet => self.mean(),
            Computation::CommunesBelowFifteenCriteria => self.below_fifteen(),
            Computation::VillagesRecognisedInDifficultCommunes => self.villages(),
            Computation::DistrictsLeftPoorList => {
                self.left(CriteriaCount::LeftPoorList, CriteriaCount::PoorDistricts, 1)
            }
            Computation::CommunesLeftDifficultList => {
                self.left(CriteriaCount::LeftDifficult, CriteriaCount::Difficult, 100)
            }
            other => {
                Computed::without_data(format!("{other:?} does not follow from titles, criteria and lists"))
            }
        }
    }

    fn count(&self, count: CriteriaCount) -> Counted {
        self.count_in(count, self.province)
    }

    fn count_in(&self, count: CriteriaCount, area: &'a Area) -> Counted {
        let measured = self.sight.measured(count, area);
        let figure = self.sight.figure_of(count, area, &measured);
        Counted { measured, figure }
    }

    fn now(&self) -> Date {
        self.sight.view.as_at
    }

    /// The value of today on the line from the start to the target.
    fn line(&self, start: Ratio) -> Option<Ratio> {
        straight_line(start, self.target.target, self.days, self.now())
    }

    /// The line from what was recorded for the first day; none where nothing was recorded by then.
    fn line_from(&self, at_start: &Measured, scale: impl Fn(i64) -> Option<Ratio>) -> Option<Ratio> {
        self.line(scale(at_start.value()?)?)
    }

    /// Communes with a title out of all communes on the map. The target is a number of communes of the map of the start: on
    /// another map the number is shown and no line leads to it.
    fn communes(&self, count: CriteriaCount, tier: TitleTier) -> Computed {
        let (held, communes) = (self.count(count), self.count(CriteriaCount::Communes));
        let mut provisional = held.measured.provisional.clone();
        let mut expected = None;
        if self.on_map_of_start {
            let baseline = self.sight.grounds.reference.targets.baseline("B02");
            expected = match baseline.filter(|_| count == CriteriaCount::Recognised) {
                Some(baseline) => self.line(baseline.value),
                None => {
                    let at_start = self.sight.titled(self.province, tier, Moment::Start);
                    self.line_from(&at_start, |communes| Some(Ratio::whole(communes)))
                }
            };
        } else {
            provisional.push(Caveat::new(
                "chỉ tiêu tính theo số xã của bản đồ đầu kỳ; trên bản đồ này chỉ để tham khảo",
                "the target is a number of communes of the map at the start; on this map it is shown for comparison only",
            ));
        }
        let formula = format!(
            "communes that hold the title on {}, out of the communes on the map: {} / {}",
            self.now(),
            shown(&held.figure),
            shown(&communes.figure)
        );
        let actual = held.measured.value().map(Ratio::whole);
        let fraction = actual.and_then(|_| Ratio::new(held.sum(), communes.sum()).ok());
        Computed {
            actual,
            fraction,
            expected,
            provisional,
            only_grows: self.sight.is_whole(),
            on: held.measured.latest(),
            coverage: Some(held.measured.coverage()),
            ..self.finished(held.measured.status, &formula, vec![held.figure, communes.figure])
        }
    }

    /// Districts of the target that hold the title, out of all that it names.
    fn districts(&self) -> Computed {
        let areas = &self.sight.grounds.reference.areas;
        let named = self.target.areas.iter().filter_map(|key| areas.get(key));
        let named: Vec<_> = named.filter(|area| is_on_map(area, self.sight.view.map)).collect();
        let counted: Vec<_> = named
            .iter()
            .map(|district| self.count_in(CriteriaCount::DistrictsRecognised, district))
            .collect();
        let statuses = || counted.iter().map(|counted| counted.measured.status);
        let status = DataStatus::of(
            statuses().any(|status| status != DataStatus::NoData),
            named.len() == self.target.areas.len() && statuses().all(|status| status == DataStatus::Complete),
        );
        let held: i64 = counted.iter().map(Counted::sum).sum();
        let districts = i64::try_from(self.target.areas.len()).unwrap_or(i64::MAX);
        let at_start =
            named.iter().map(|district| self.sight.titled_districts(district, Moment::Start).value());
        let at_start: Option<i64> = at_start.sum();
        let formula = format!(
            "districts of the target that hold the title on {}, out of {districts}: {held} / {districts}",
            self.now()
        );
        let actual = status.present(Ratio::whole(held));
        Computed {
            actual,
            fraction: actual.and_then(|_| Ratio::new(held, districts).ok()),
            expected: at_start.and_then(|districts| self.line(Ratio::whole(districts))),
            only_grows: self.sight.is_whole(),
            on: counted.iter().filter_map(|counted| counted.measured.latest()).max(),
            coverage: Some(coverage(named.len(), self.target.areas.len())),
            ..self.finished(status, &formula, counted.into_iter().map(|counted| counted.figure).collect())
        }
    }

    /// Criteria met by official judgement in the mean of the communes of which that is known; by the written rule beside it.
    fn mean(&self) -> Computed {
        let counted =
            |basis| (self.count(CriteriaCount::Met(basis)), self.count(CriteriaCount::Assessed(basis)));
        let mean = |(met, assessed): &(Counted, Counted)| {
            met.measured.value().and_then(|met| Ratio::new(met, assessed.sum()).ok())
        };
        let (official, strict) = (counted(Basis::Official), counted(Basis::Strict));
        let actual = mean(&official);
        let formula = format!(
            "criteria judged met in the latest assessments on {}, out of the communes judged: {} / {}; by the written \
             rule {} / {}",
            self.now(),
            shown(&official.0.figure),
            shown(&official.1.figure),
            shown(&strict.0.figure),
            shown(&strict.1.figure),
        );
        Computed {
            actual,
            fraction: actual,
            strict: mean(&strict),
            provisional: strict.0.measured.provisional.clone(),
            on: official.0.measured.latest().or(strict.0.measured.latest()),
            coverage: Some(official.1.measured.coverage()),
            ..self.finished(
                official.0.measured.status,
                &formula,
                vec![official.0.figure, official.1.figure, strict.0.figure, strict.1.figure],
            )
        }
    }

    /// Communes that meet fewer than 15 criteria by official judgement; by the written rule beside it.
    fn below_fifteen(&self) -> Computed {
        let below = |basis| self.count(CriteriaCount::BelowFifteen(basis));
        let (official, strict) = (below(Basis::Official), below(Basis::Strict));
        let judged = self.count(CriteriaCount::Assessed(Basis::Official));
        let actual = official.measured.value().map(Ratio::whole);
        let formula = format!(
            "communes judged to meet fewer than 15 of 19 criteria on {}, out of the communes judged: {} / {}; by the \
             written rule {}",
            self.now(),
            shown(&official.figure),
            shown(&judged.figure),
            shown(&strict.figure),
        );
        Computed {
            actual,
            fraction: actual.and_then(|_| Ratio::new(official.sum(), judged.sum()).ok()),
            strict: strict.measured.value().map(Ratio::whole),
            provisional: strict.measured.provisional.clone(),
            only_grows: self.sight.is_whole(),
            on: judged.measured.latest().or(strict.measured.latest()),
            coverage: Some(judged.measured.coverage()),
            ..self.finished(
                official.measured.status,
                &formula,
                vec![official.figure, judged.figure, strict.figure],
            )
        }
    }

    /// Villages with the title out of all villages of the communes that were especially difficult at the start.
    fn villages(&self) -> Computed {
        let recognised = self.count(CriteriaCount::DifficultVillagesRecognised);
        let villages = self.count(CriteriaCount::DifficultVillages);
        let percent = |recognised: i64| Ratio::new(recognised, villages.sum()).ok()?.checked_mul(100);
        let fraction =
            recognised.measured.value().and_then(|recognised| Ratio::new(recognised, villages.sum()).ok());
        let of_difficult = self.sight.difficult_villages(self.province).villages;
        let at_start = self.sight.titled_villages(&of_difficult, Moment::Start);
        let formula = format!(
            "villages with the title on {}, out of the villages of the communes in region III on {}: {} / {}",
            self.now(),
            self.days.0,
            shown(&recognised.figure),
            shown(&villages.figure)
        );
        let mut provisional = villages.measured.provisional.clone();
        let more = recognised.measured.provisional.iter();
        provisional.extend(more.filter(|caveat| !villages.measured.provisional.contains(caveat)).cloned());
        let complete = [&recognised, &villages].iter().all(|it| it.measured.status == DataStatus::Complete);
        Computed {
            actual: fraction.and_then(|fraction| fraction.checked_mul(100)),
            fraction,
            expected: self.line_from(&at_start, percent),
            provisional,
            on: recognised.measured.latest(),
            coverage: Some(villages.measured.coverage()),
            ..self.finished(
                DataStatus::of(fraction.is_some(), complete),
                &formula,
                vec![recognised.figure, villages.figure],
            )
        }
    }

    /// Units that were on a list at the start and are it no more, out of those on it at the start. At the start none has left
    /// it yet, so the line runs from zero.
    fn left(&self, left: CriteriaCount, listed: CriteriaCount, scale: i64) -> Computed {
        let left = self.count(left);
        let listed = self.listed_at_start(listed);
        let fraction = left.measured.value().and_then(|left| Ratio::new(left, listed.sum()).ok());
        let formula = format!(
            "units that were on the list on {} and are it no more on {}, out of those on it then: {} / {}",
            self.days.0,
            self.now(),
            shown(&left.figure),
            shown(&listed.figure)
        );
        let actual = fraction.and_then(|fraction| match scale {
            1 => Some(Ratio::whole(fraction.numerator())),
            scale => fraction.checked_mul(scale),
        });
        let mut provisional = listed.measured.provisional.clone();
        let more = left.measured.provisional.iter();
        provisional.extend(more.filter(|caveat| !listed.measured.provisional.contains(caveat)).cloned());
        let complete = [&left, &listed].iter().all(|it| it.measured.status == DataStatus::Complete);
        Computed {
            actual,
            fraction,
            expected: actual.and_then(|_| self.line(Ratio::whole(0))),
            provisional,
            only_grows: listed.measured.status == DataStatus::Complete,
            on: left.measured.latest().or(listed.measured.latest()),
            coverage: Some(left.measured.coverage()),
            ..self.finished(
                DataStatus::of(fraction.is_some(), complete),
                &formula,
                vec![left.figure, listed.figure],
            )
        }
    }

    /// The count as at the first day of the period, under the name that it has there.
    fn listed_at_start(&self, count: CriteriaCount) -> Counted {
        let view = PointOfView { as_at: self.days.0, ..self.sight.view };
        let measured = self.sight.listed_at_start(count, self.province);
        let figure = figure_from(view, count, self.province, &measured);
        Counted { measured, figure }
    }

    fn finished(&self, status: DataStatus, formula: &str, inputs: Vec<proto::Figure>) -> Computed {
        let named: Vec<_> = inputs.iter().map(|input| format!("{} = {}", input.name, shown(input))).collect();
        Computed {
            status,
            inputs,
            ..Computed::without_data(format!("{formula}; inputs: {}", named.join("; ")))
        }
    }
}
