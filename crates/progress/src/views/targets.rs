//! The targets of the provincial resolution: what is computed from the registry, and an honest "no data" for the rest.

use super::{
    Grounds,
    explain::shown,
    from_projection,
    point::{PointOfView, Portion},
    poverty::{Coverage, Sight, provisional},
    reading::Groups,
    status::{DataStatus, caveats, figure},
};
use crate::figure::{CountName, CountedClass, FigureName, TargetName, Unit};
use api::progress as proto;
use kernel::{Date, Ratio, date};
use poverty_view::model::SOURCE;
use projection::Transaction;
use reference::{Area, Caveat, Computation, Feed, Op, Target};
use service::{Refusal, reason};

/// The targets that the request asks for, with all baselines.
pub(crate) async fn list_targets(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    request: &proto::ListTargetsRequest,
) -> Result<proto::ListTargetsResponse, Refusal> {
    let view = PointOfView::parse(grounds, request.view.as_ref())?;
    let targets = &grounds.reference.targets;
    for (at, id) in request.ids.iter().enumerate() {
        if targets.get(id).is_none() {
            let refusal = Refusal::new(&reason::TARGET_UNKNOWN).with("target", id);
            return Err(refusal.at(format!("ids[{at}]")));
        }
    }
    let asked = |target: &&Target| request.ids.is_empty() || request.ids.contains(&target.id);
    let mut rows = Vec::new();
    for target in targets.all().iter().filter(asked) {
        let computed = compute(grounds, snapshot, target, view).await?;
        rows.push(row(grounds, target, view, computed));
    }
    let read = snapshot.reached(SOURCE).await.map_err(from_projection)?;
    let baselines = targets.baselines().iter().map(|baseline| proto::BaselineRow {
        id: baseline.id.clone(),
        display_name: baseline.vi.clone(),
        display_name_en: baseline.en.clone(),
        value: exact(baseline.value),
        of: baseline.of.map_or_else(String::new, exact),
        unit: baseline.unit.clone(),
        source: baseline.provenance.to_string(),
    });
    Ok(proto::ListTargetsResponse {
        targets: rows,
        baselines: baselines.collect(),
        view: Some(view.to_proto()),
        position: read.position,
        events_set_aside: read.set_aside,
    })
}

/// How a target's actual value was computed.
pub(crate) struct Explained {
    pub(crate) formula: String,
    pub(crate) inputs: Vec<proto::Figure>,
}

/// The formula and inputs of a target; `None` where there is no such target.
pub(crate) async fn explain(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    name: &TargetName,
) -> Result<Option<Explained>, Refusal> {
    let Some(target) = grounds.reference.targets.get(&name.id) else { return Ok(None) };
    let view = PointOfView { as_at: name.as_at, known_on: name.known_on, map: name.map };
    let Computed { formula, inputs, .. } = compute(grounds, snapshot, target, view).await?;
    Ok(Some(Explained { formula, inputs }))
}

/// What is known of a target's actual value.
struct Computed {
    status: DataStatus,
    actual: Option<Ratio>,
    expected: Option<Ratio>,
    coverage: Option<Coverage>,
    formula: String,
    inputs: Vec<proto::Figure>,
    provisional: Vec<Caveat>,
}

impl Computed {
    fn without_data(formula: String) -> Self {
        Self {
            status: DataStatus::NoData,
            actual: None,
            expected: None,
            coverage: None,
            formula,
            inputs: Vec::new(),
            provisional: Vec::new(),
        }
    }
}

async fn compute(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    target: &Target,
    view: PointOfView,
) -> Result<Computed, Refusal> {
    let areas = &grounds.reference.areas;
    let Some(computation) = target.computed_as else {
        return Ok(Computed::without_data(not_yet_fed(target.feeds)));
    };
    let series = match Series::of(grounds, view.as_at) {
        Ok(series) => series,
        Err(why) => return Ok(Computed::without_data(why)),
    };
    let mut place = Place { areas: vec![areas.province()], map: view.map, provisional: Vec::new() };
    if computation == Computation::MeanYearlyFallOfPoorDistricts {
        place = match poor_districts(grounds, series.start) {
            Some(place) => place,
            None => {
                let why = format!("the list of poor districts on {} is not known", series.start);
                return Ok(Computed::without_data(why));
            }
        };
    }
    let mut computed = match computation {
        Computation::MeanYearlyFall | Computation::MeanYearlyFallOfPoorDistricts => {
            mean_yearly_fall(grounds, snapshot, &series, &place, view.known_on, target.target).await?
        }
        Computation::RelativeToStart => {
            relative_to_start(grounds, snapshot, &series, &place, view.known_on, target.target).await?
        }
        Computation::CommunesRecognised
        | Computation::AdvancedCommunesRecognised
        | Computation::DistrictsRecognised
        | Computation::MeanCriteriaMet
        | Computation::CommunesBelowFifteenCriteria
        | Computation::VillagesRecognisedInDifficultCommunes
        | Computation::DistrictsLeftPoorList
        | Computation::CommunesLeftDifficultList
        | Computation::InsuredMembersOfPoorHouseholds
        | Computation::SchoolingInPoorHouseholds
        | Computation::LatrinesInPoorHouseholds
        | Computation::TelecomInPoorHouseholds
        | Computation::Reported => return Ok(Computed::without_data(not_yet_fed(target.feeds))),
    };
    computed.provisional = provisional(grounds, series.now);
    computed.provisional.append(&mut place.provisional);
    Ok(computed)
}

fn not_yet_fed(feed: Feed) -> String {
    let from = match feed {
        Feed::Poverty => "details of the poverty registry that no event carries yet",
        Feed::Criteria => "assessments and recognitions under the rural criteria",
        Feed::Ledger => "the funding ledger",
        Feed::Reported => "observations that units report with a document",
    };
    format!("not yet fed: the actual value comes from {from}")
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
        map: super::point::map_day(areas.geography(day)),
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
    async fn of(
        grounds: &Grounds,
        snapshot: &mut Transaction,
        place: &Place<'_>,
        day: Date,
        known_on: Date,
    ) -> Result<Self, Refusal> {
        let view = PointOfView { as_at: day, known_on, map: place.map };
        let sight =
            Sight::of(grounds, &mut *snapshot, view, place.areas.iter().copied(), Groups::Together).await?;
        let mut reading = Self {
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
                let scope = view.scope(&Portion::whole(area));
                let name = CountName { unit: Unit::Households, class, scope, ethnicity: None };
                figure(&FigureName::Count(name), status.of(class), value, Unit::Households)
            };
            reading.inputs.push(count(CountedClass::Poor, stocks.poor.households));
            reading.inputs.push(count(CountedClass::Registered, stocks.registered.households));
        }
        let any = statuses.iter().any(|status| *status != DataStatus::NoData);
        let all = statuses.iter().all(|status| *status == DataStatus::Complete);
        reading.status = DataStatus::of(any, all);
        Ok(reading)
    }

    fn rate(&self) -> Option<Ratio> {
        self.status.present(())?;
        Ratio::new(self.poor, self.registered).ok()
    }
}

/// Points of the poverty rate by which it fell in the mean of a year, from the start of the series to its latest year's
/// end. A mean has no line to follow: what is expected is the target itself at all times.
async fn mean_yearly_fall(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    series: &Series,
    place: &Place<'_>,
    known_on: Date,
    target: Ratio,
) -> Result<Computed, Refusal> {
    let Some(year_end) = series.year_end else {
        let why = format!("no year under {} has ended by {}", series.standard, series.now);
        return Ok(Computed::without_data(why));
    };
    let start = Reading::of(grounds, snapshot, place, series.start, known_on).await?;
    let end = Reading::of(grounds, snapshot, place, year_end, known_on).await?;
    let years = i64::from(year_end.year() - series.start.year()) + 1;
    let actual = start
        .rate()
        .zip(end.rate())
        .and_then(|(start, end)| start.checked_sub(end)?.checked_mul(100)?.checked_div(Ratio::whole(years)));
    let mut formula = format!(
        "poverty rate on {} less that on {year_end}, both under {}, in percentage points, divided by {years} years: ({}/{} - {}/{}) x 100 / {years}",
        series.start, series.standard, start.poor, start.registered, end.poor, end.registered,
    );
    if start.status == DataStatus::NoData {
        formula = format!("no review under {} is effective on {}: {formula}", series.standard, series.start);
    }
    Ok(finished(start, end, actual, Some(target), &formula))
}

/// Poor households now out of those at the start of the series. The line runs from 1 on the first day of the series,
/// because the number on the period's first day is not known under the same standard.
async fn relative_to_start(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    series: &Series,
    place: &Place<'_>,
    known_on: Date,
    target: Ratio,
) -> Result<Computed, Refusal> {
    let start = Reading::of(grounds, snapshot, place, series.start, known_on).await?;
    let now = Reading::of(grounds, snapshot, place, series.now, known_on).await?;
    let both = start.rate().is_some() && now.rate().is_some();
    let actual = both.then(|| Ratio::new(now.poor, start.poor).ok()).flatten();
    let mut formula = format!(
        "poor households on {} out of those on {}, both under {}: {} / {}",
        series.now, series.start, series.standard, now.poor, start.poor,
    );
    if start.status == DataStatus::NoData {
        formula = format!("no review under {} is effective on {}: {formula}", series.standard, series.start);
    }
    let expected = on_the_line(series.start, series.period_end, series.now, target);
    Ok(finished(start, now, actual, expected, &formula))
}

/// The value on the day of a straight line from 1 on the first to the target on the last day.
fn on_the_line(first: Date, last: Date, day: Date, target: Ratio) -> Option<Ratio> {
    let days = |to: Date| i64::from((to - first).get_days());
    let (elapsed, whole) = (days(day), days(last));
    let passed = Ratio::new(elapsed, whole).ok()?;
    let to_go = Ratio::whole(1).checked_sub(target)?;
    let fall = if elapsed == 0 {
        Ratio::whole(0)
    } else {
        to_go.checked_div(Ratio::new(passed.denominator(), passed.numerator()).ok()?)?
    };
    Ratio::whole(1).checked_sub(fall)
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
        expected,
        coverage: Some(end.coverage),
        formula: format!("{formula}; inputs: {}", named.join("; ")),
        inputs,
        provisional: Vec::new(),
    }
}

fn row(grounds: &Grounds, target: &Target, view: PointOfView, computed: Computed) -> proto::TargetRow {
    let name = FigureName::Target(TargetName {
        id: target.id.clone(),
        as_at: view.as_at,
        known_on: view.known_on,
        map: view.map,
    });
    let ended = grounds.reference.targets.period().to.is_some_and(|last| view.as_at >= last);
    let mut provisional = computed.provisional;
    if !target.provenance.verified() {
        provisional.push(Caveat::new(
            format!("{}: bản thân mục tiêu chưa được kiểm chứng", target.id),
            format!("{}: the target itself is not verified", target.id),
        ));
    }
    proto::TargetRow {
        id: target.id.clone(),
        group: target.group.clone(),
        display_name: target.vi.clone(),
        display_name_en: target.en.clone(),
        op: target.op.symbol().to_owned(),
        target: exact(target.target),
        unit: target.unit.clone(),
        scope: target.scope.clone().unwrap_or_default(),
        feeds: target.feeds.as_str().to_owned(),
        status_of_data: computed.status.number(),
        actual: computed.actual.map_or_else(String::new, |actual| actual.decimal(2)),
        numerator: computed.actual.map(Ratio::numerator),
        denominator: computed.actual.map(Ratio::denominator),
        status: judge(target.op, target.target, computed.actual, computed.expected, ended).into(),
        expected_by_now: computed.expected.map_or_else(String::new, |expected| expected.decimal(2)),
        coverage: computed.coverage.map(Coverage::to_proto),
        provisional: caveats(provisional),
        figure: name.to_string(),
        source: target.provenance.to_string(),
        formula: computed.formula,
    }
}

fn judge(
    op: Op,
    target: Ratio,
    actual: Option<Ratio>,
    expected: Option<Ratio>,
    ended: bool,
) -> proto::TargetStatus {
    let Some(actual) = actual else { return proto::TargetStatus::Unknown };
    if op.holds(actual, target) {
        proto::TargetStatus::Met
    } else if ended {
        proto::TargetStatus::Missed
    } else if expected.is_some_and(|expected| op.holds(actual, expected)) {
        proto::TargetStatus::OnTrack
    } else {
        proto::TargetStatus::Behind
    }
}

/// The shortest decimal that is exactly the value; rounded to two places where none is.
fn exact(value: Ratio) -> String {
    let exact_with = |places: &u32| {
        let scaled = i128::from(value.numerator()) * 10_i128.pow(*places);
        scaled % i128::from(value.denominator()) == 0
    };
    let places = (0..=15).find(exact_with).unwrap_or(2);
    value.decimal(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> Ratio {
        text.parse().unwrap()
    }

    #[test]
    fn values_are_shown_exactly() {
        let shown: Vec<_> = ["17.3", "54", "50.86", "0.50", "1/3"].map(ratio).map(exact).into();
        assert_eq!(shown, ["17.3", "54", "50.86", "0.5", "0.33"]);
    }

    #[test]
    fn the_line_falls_from_one_to_the_target() {
        let (first, last) = (date(2022, 1, 1), date(2025, 12, 31));
        let line = |day| on_the_line(first, last, day, ratio("0.5")).unwrap();
        assert_eq!(line(first), ratio("1"));
        assert_eq!(line(last), ratio("0.5"));
        // 730 of 1,460 days.
        assert_eq!(line(date(2024, 1, 1)), ratio("0.75"));
    }

    #[test]
    fn a_target_is_met_on_track_behind_or_missed() {
        let status = |actual: &str, ended| {
            judge(Op::AtMost, ratio("0.5"), Some(ratio(actual)), Some(ratio("0.75")), ended)
        };
        assert_eq!(status("0.5", false), proto::TargetStatus::Met);
        assert_eq!(status("0.75", false), proto::TargetStatus::OnTrack);
        assert_eq!(status("0.76", false), proto::TargetStatus::Behind);
        assert_eq!(status("0.51", true), proto::TargetStatus::Missed);
        assert_eq!(judge(Op::AtMost, ratio("0.5"), None, None, true), proto::TargetStatus::Unknown);
    }
}
