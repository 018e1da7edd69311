//! Targets that follow from the poverty registry: the fall of the poverty rate, the number of the poor, and what poor and
//! near-poor households lack.

use super::{Computed, Grounds, line::straight_line};
use crate::{
    figure::{CountName, CountedClass, FigureName, LackingName, Unit},
    views::{
        explain::shown,
        from_projection,
        point::{self, PointOfView, Portion},
        poverty::{Coverage, StocksRead, Wanted, provisional},
        reading::{self, Lacking},
        status::{DataStatus, figure},
    },
};
use api::progress as proto;
use kernel::{Date, Ratio, date};
use poverty_view::domain::Need;
use projection::Transaction;
use reference::{Area, Caveat, Computation, Target};
use service::Refusal;

/// A target that the registry feeds, with the days and the place that it is computed from.
pub(super) struct Plan<'a> {
    target: &'a Target,
    computation: Computation,
    series: Series,
    place: Place<'a>,
    known_on: Date,
}

/// Stocks and lacks that plans are computed from.
pub(super) struct Registry {
    stocks: StocksRead,
    lacking: Lacking,
}

impl<'a> Plan<'a> {
    /// The plan, or why the target has no value on the day of the view.
    pub(super) fn of(
        grounds: &'a Grounds,
        target: &'a Target,
        computation: Computation,
        view: PointOfView,
    ) -> Result<Self, String> {
        let series = Series::of(grounds, view.as_at)?;
        let place = if computation == Computation::MeanYearlyFallOfPoorDistricts {
            poor_districts(grounds, series.start)
                .ok_or_else(|| format!("the list of poor districts on {} is not known", series.start))?
        } else {
            let province = grounds.reference.areas.province();
            Place { areas: vec![province], map: view.map, provisional: Vec::new() }
        };
        Ok(Self { target, computation, series, place, known_on: view.known_on })
    }

    /// Adds the stocks that it needs.
    pub(super) fn want(&self, grounds: &Grounds, wanted: &mut Wanted) {
        for day in self.days() {
            wanted.add(grounds, self.view(day), self.place.areas.iter().copied());
        }
    }

    fn days(&self) -> Vec<Date> {
        let Series { start, now, year_end, .. } = self.series;
        match self.computation {
            Computation::MeanYearlyFall | Computation::MeanYearlyFallOfPoorDistricts => {
                year_end.map_or_else(Vec::new, |end| vec![start, end])
            }
            Computation::RelativeToStart => vec![start, now],
            _ => vec![now],
        }
    }

    const fn view(&self, day: Date) -> PointOfView {
        PointOfView { as_at: day, known_on: self.known_on, map: self.place.map }
    }

    /// The actual value.
    pub(super) fn compute(mut self, grounds: &Grounds, registry: &Registry) -> Computed {
        let mut computed = match self.computation {
            Computation::MeanYearlyFall | Computation::MeanYearlyFallOfPoorDistricts => {
                self.mean_yearly_fall(grounds, registry)
            }
            Computation::RelativeToStart => self.relative_to_start(grounds, registry),
            Computation::InsuredMembersOfPoorHouseholds => {
                self.not_lacking(grounds, registry, Need::HealthInsurance, Unit::Persons)
            }
            Computation::SchoolingInPoorHouseholds => {
                self.not_lacking(grounds, registry, Need::Schooling, Unit::Households)
            }
            Computation::LatrinesInPoorHouseholds => {
                self.not_lacking(grounds, registry, Need::Latrine, Unit::Households)
            }
            Computation::TelecomInPoorHouseholds => {
                self.not_lacking(grounds, registry, Need::Telecom, Unit::Households)
            }
            other => return Computed::without_data(format!("{other:?} is not fed by the registry")),
        };
        computed.map = Some(self.place.map);
        computed.on = computed.actual.and(self.days().last().copied());
        computed.source = "poverty-registry".to_owned();
        computed.provisional = provisional(grounds, self.series.now);
        computed.provisional.append(&mut self.place.provisional);
        computed.provisional.extend(proxy(self.computation));
        computed
    }

    /// Poor and registered households of the place on the day.
    fn reading(&self, grounds: &Grounds, registry: &Registry, day: Date) -> Reading {
        let (sight, place) = (registry.stocks.sight(grounds, self.view(day)), &self.place);
        let mut reading = Reading {
            poor: 0,
            registered: 0,
            status: DataStatus::NoData,
            coverage: sight.coverage_of_all(&place.areas),
            inputs: Vec::new(),
        };
        let mut statuses = Vec::new();
        for area in &place.areas {
            let (stocks, status) = (sight.stocks(area), sight.statuses(&Portion::whole(area)));
            reading.poor += stocks.poor.households;
            reading.registered += stocks.registered.households;
            statuses.push(status.reviewed);
            let count = |class, value| {
                let scope = sight.view.scope(&Portion::whole(area));
                let name = CountName { unit: Unit::Households, class, scope, ethnicity: None };
                figure(FigureName::Count(name).to_string(), status.of(class), value, Unit::Households)
            };
            reading.inputs.push(count(CountedClass::Poor, stocks.poor.households));
            reading.inputs.push(count(CountedClass::Registered, stocks.registered.households));
        }
        let any = statuses.iter().any(|status| *status != DataStatus::NoData);
        let all = statuses.iter().all(|status| *status == DataStatus::Complete);
        reading.status = DataStatus::of(any, all);
        reading
    }

    /// Points of the poverty rate by which it fell in the mean of a year, from the start of the series to its latest year's
    /// end. A mean has no line to follow: what is expected is the target itself at all times.
    fn mean_yearly_fall(&self, grounds: &Grounds, registry: &Registry) -> Computed {
        let (series, target) = (&self.series, self.target.target);
        let Some(year_end) = series.year_end else {
            let why = format!("no year under {} has ended by {}", series.standard, series.now);
            return Computed::without_data(why);
        };
        let start = self.reading(grounds, registry, series.start);
        let end = self.reading(grounds, registry, year_end);
        let years = i64::from(year_end.year() - series.start.year()) + 1;
        let actual = start.rate().zip(end.rate()).and_then(|(start, end)| {
            start.checked_sub(end)?.checked_mul(100)?.checked_div(Ratio::whole(years))
        });
        let mut formula = format!(
            "poverty rate on {} less that on {year_end}, both under {}, in percentage points, divided by {years} years: ({}/{} - {}/{}) x 100 / {years}",
            series.start, series.standard, start.poor, start.registered, end.poor, end.registered,
        );
        if start.status == DataStatus::NoData {
            formula =
                format!("no review under {} is effective on {}: {formula}", series.standard, series.start);
        }
        finished(start, end, actual, Some(target), &formula)
    }

    /// Poor households now out of those at the start of the series. The line runs from 1 on the first day of the series,
    /// because the number on the period's first day is not known under the same standard.
    fn relative_to_start(&self, grounds: &Grounds, registry: &Registry) -> Computed {
        let (series, target) = (&self.series, self.target.target);
        let start = self.reading(grounds, registry, series.start);
        let now = self.reading(grounds, registry, series.now);
        let both = start.rate().is_some() && now.rate().is_some();
        let actual = both.then(|| Ratio::new(now.poor, start.poor).ok()).flatten();
        let mut formula = format!(
            "poor households on {} out of those on {}, both under {}: {} / {}",
            series.now, series.start, series.standard, now.poor, start.poor,
        );
        if start.status == DataStatus::NoData {
            formula =
                format!("no review under {} is effective on {}: {formula}", series.standard, series.start);
        }
        let days = (series.start, series.period_end);
        let expected = straight_line(Ratio::whole(1), target, days, series.now);
        finished(start, now, actual, expected, &formula)
    }

    /// Poor and near-poor households, or their members, that do not lack it, out of all poor and near-poor. A share of the day
    /// has no line to follow from the start: its value then was not known under the same standard.
    fn not_lacking(&self, grounds: &Grounds, registry: &Registry, need: Need, unit: Unit) -> Computed {
        let day = self.series.now;
        let lacking = registry.lacking.of(need);
        let province = grounds.reference.areas.province();
        let sight = registry.stocks.sight(grounds, self.view(day));
        let portion = Portion::whole(province);
        let (stocks, status) = (sight.stocks(province), sight.statuses(&portion).reviewed);
        let (poor, lacking) = match unit {
            Unit::Households => (stocks.poor.households + stocks.near_poor.households, lacking.households),
            Unit::Persons => (stocks.poor.persons + stocks.near_poor.persons, lacking.persons),
        };
        let status = if poor == 0 { DataStatus::NoData } else { status };
        let scope = sight.view.scope(&portion);
        let count = |class, value| {
            let name = CountName { unit, class, scope: scope.clone(), ethnicity: None };
            figure(FigureName::Count(name).to_string(), status, value, unit)
        };
        let (of_poor, of_near_poor) = match unit {
            Unit::Households => (stocks.poor.households, stocks.near_poor.households),
            Unit::Persons => (stocks.poor.persons, stocks.near_poor.persons),
        };
        let name = FigureName::Lacking(LackingName { unit, need, scope: scope.clone() });
        let inputs = vec![
            count(CountedClass::Poor, of_poor),
            count(CountedClass::NearPoor, of_near_poor),
            figure(name.to_string(), status, lacking, unit),
        ];
        let actual = status.present(()).and_then(|()| Ratio::new(poor - lacking, poor).ok());
        let formula = format!(
            "{} of poor and near-poor households on {day} less those lacking it, out of all: ({poor} - {lacking}) / {poor}",
            unit.word()
        );
        let named: Vec<_> = inputs.iter().map(|input| format!("{} = {}", input.name, shown(input))).collect();
        Computed {
            status: DataStatus::of(actual.is_some(), status == DataStatus::Complete),
            // A percentage is held against the target.
            actual: actual.and_then(|share| share.checked_mul(100)),
            fraction: actual,
            coverage: Some(sight.coverage(province)),
            formula: format!("{formula}; inputs: {}", named.join("; ")),
            inputs,
            ..Computed::without_data(String::new())
        }
    }
}

impl Registry {
    /// Reads what the province lacks on the day of the view, beside stocks that were read.
    pub(super) async fn read<'p, 'a: 'p>(
        grounds: &Grounds,
        snapshot: &mut Transaction,
        stocks: StocksRead,
        mut plans: impl Iterator<Item = &'p Plan<'a>>,
    ) -> Result<Self, Refusal> {
        let asks_lacks = |plan: &&Plan<'_>| {
            !matches!(
                plan.computation,
                Computation::MeanYearlyFall
                    | Computation::MeanYearlyFallOfPoorDistricts
                    | Computation::RelativeToStart
            )
        };
        let lacking = match plans.find(asks_lacks) {
            Some(plan) => {
                let province = grounds.reference.areas.province();
                reading::lacking(snapshot, province, plan.series.now, plan.known_on)
                    .await
                    .map_err(from_projection)?
            }
            None => Lacking::default(),
        };
        Ok(Self { stocks, lacking })
    }
}

/// What the registry tells of a household stands for its members or children one by one.
fn proxy(computation: Computation) -> Option<Caveat> {
    let (vi, en) = match computation {
        Computation::InsuredMembersOfPoorHouseholds => (
            "tính theo hộ: mọi thành viên của hộ không thiếu hụt bảo hiểm y tế được coi là có bảo hiểm",
            "counted by household: all members of a household not deprived in health insurance count as insured",
        ),
        Computation::SchoolingInPoorHouseholds => (
            "tính theo hộ không thiếu hụt về đi học của trẻ em, kể cả hộ không có trẻ em; chưa phải số trẻ em",
            "counted by household not deprived in school attendance, households without children included; not by child",
        ),
        Computation::TelecomInPoorHouseholds => (
            "tính trên mọi hộ nghèo, hộ cận nghèo; sổ hộ nghèo không ghi hộ nào có nhu cầu",
            "counted over all poor and near-poor households; the registry does not know which are in need",
        ),
        _ => return None,
    };
    Some(Caveat::new(vi, en))
}

/// One standard's run of days within the resolution's period. Rates under two standards are two series and never
/// subtracted from each other.
struct Series {
    standard: String,
    /// The later of the standard's and the period's first day.
    start: Date,
    /// The day asked for, at most the period's last.
    now: Date,
    /// The latest end of a year by then, where there is one.
    year_end: Option<Date>,
    /// The period's last day.
    period_end: Date,
}

impl Series {
    fn of(grounds: &Grounds, as_at: Date) -> Result<Self, String> {
        let period = grounds.reference.targets.period();
        let period_end = period.to.unwrap_or(as_at);
        let now = as_at.min(period_end);
        if now < period.from {
            return Err(format!("the resolution's period begins on {}", period.from));
        }
        let standard = grounds.reference.standards.in_force(now);
        let standard = standard.ok_or_else(|| format!("no poverty standard is in force on {now}"))?;
        let start = standard.validity.from.max(period.from);
        let this_year_end = date(now.year(), 12, 31);
        let year_end = if now == this_year_end { now } else { date((now.year() - 1).max(1), 12, 31) };
        Ok(Self {
            standard: standard.id.clone(),
            start,
            now,
            year_end: Some(year_end).filter(|end| *end > start),
            period_end,
        })
    }
}

/// The areas that a target is taken over, and the map on which they are.
struct Place<'a> {
    areas: Vec<&'a Area>,
    map: Date,
    provisional: Vec<Caveat>,
}

/// The poor districts at the start of the series, on their own map; `None` where none is listed.
fn poor_districts<'a>(grounds: &'a Grounds, day: Date) -> Option<Place<'a>> {
    let areas = &grounds.reference.areas;
    let listed = areas.poor_districts(day);
    let districts: Vec<_> = listed.iter().filter_map(|(key, _)| areas.get(key)).collect();
    let unverified = listed.iter().find(|(_, provenance)| !provenance.verified());
    let provisional = unverified.map(|(_, provenance)| {
        Caveat::new(
            "danh sách huyện nghèo chưa được kiểm chứng",
            format!("the list of poor districts is not verified: {}", provenance.source),
        )
    });
    let place = Place {
        areas: districts,
        map: point::map_day(areas.geography(day)),
        provisional: provisional.into_iter().collect(),
    };
    (!place.areas.is_empty()).then_some(place)
}

/// Poor and registered households of a place on one day.
struct Reading {
    poor: i64,
    registered: i64,
    status: DataStatus,
    coverage: Coverage,
    inputs: Vec<proto::Figure>,
}

impl Reading {
    fn rate(&self) -> Option<Ratio> {
        self.status.present(())?;
        Ratio::new(self.poor, self.registered).ok()
    }
}

fn finished(
    start: Reading,
    end: Reading,
    actual: Option<Ratio>,
    expected: Option<Ratio>,
    formula: &str,
) -> Computed {
    let complete = start.status == DataStatus::Complete && end.status == DataStatus::Complete;
    let inputs: Vec<_> = start.inputs.into_iter().chain(end.inputs).collect();
    let named: Vec<_> = inputs.iter().map(|input| format!("{} = {}", input.name, shown(input))).collect();
    Computed {
        status: DataStatus::of(actual.is_some(), complete),
        actual,
        fraction: actual,
        expected,
        coverage: Some(end.coverage),
        formula: format!("{formula}; inputs: {}", named.join("; ")),
        inputs,
        ..Computed::without_data(String::new())
    }
}
