//! A unit is held against a version of a set. The version, the year and the column are the caller's choice and are
//! checked; the result stays pinned to them, whatever is published later.

use super::{
    AssessArea, Context, DayOf, Decided, Kinds, OfficialResult, Officials, Rejection, ResultName, ResultOf,
    decide::check_year,
    evaluate::{Used, evaluate},
    places,
    units::{Unit, Units},
    viewpoint::Viewpoint,
};
use events::rural::{AreaAssessed, ObservationRecorded, Observed, RuralEvent};
use kernel::{Date, ObservationId};
use reference::criteria::{CriteriaSet, CriteriaSets, CriterionIndicator};
use std::collections::HashMap;

/// Who observed what follows from the poverty registry.
pub const POVERTY_SOURCE: &str = "poverty-registry";

pub(super) fn assess(
    units: &Units,
    command: &AssessArea,
    context: Context<'_>,
) -> Result<Decided, Rejection> {
    context.check_day(DayOf::Effect, command.assessed_on)?;
    let set = context.set(&command.set)?;
    places::unit(&context.reference.areas, &command.area, Kinds::assessed_under(set), command.assessed_on)?;
    check_open(&context.reference.criteria, set, command.assessed_on)?;
    check_year(set, command.year)?;
    let column = column(set, command.column.as_deref())?;
    let official = officials(set, &command.official)?;

    let unit = units.get(&command.area);
    let derived = derived(unit, set, command);
    let view = Viewpoint::of(command.assessed_on);
    let criteria = evaluate(set, column, command.year, &official, |indicator| {
        if indicator.derived_from.is_some() {
            let Derived { observation, value, .. } = derived.get(indicator.code.as_str())?;
            return Some(Used { observation: Some(*observation), value });
        }
        let entry = unit?.counting(&set.id, &indicator.code, view)?;
        Some(Used { observation: Some(entry.event.observation), value: &entry.event.value })
    });
    let assessed = AreaAssessed {
        assessment: command.assessment,
        area: command.area.clone(),
        set: set.id.clone(),
        year: command.year,
        column: column.map(str::to_owned),
        criteria,
    };
    let of_set = set.criteria.iter().flat_map(|criterion| &criterion.indicators);
    let new =
        of_set.filter_map(|indicator| derived.get(indicator.code.as_str())?.recorded(indicator, command));
    let mut events: Vec<_> = new.map(|event| (command.assessed_on, event)).collect();
    events.push((command.assessed_on, RuralEvent::AreaAssessed(assessed)));
    Ok(Decided { area: command.area.clone(), events, rests_on: Vec::new() })
}

/// The column that counts: the one that was named, or the only one.
fn column<'a>(set: &'a CriteriaSet, named: Option<&str>) -> Result<Option<&'a str>, Rejection> {
    let known = match (named, set.columns.as_slice()) {
        (None, []) => return Ok(None),
        (None, [only]) => Some(only),
        (None, _) => None,
        (Some(named), columns) => columns.iter().find(|column| *column == named),
    };
    known.map(|column| Some(column.as_str())).ok_or_else(|| Rejection::UnknownColumn {
        column: named.unwrap_or_default().to_owned(),
        set: set.id.clone(),
        columns: set.columns.join(", "),
    })
}

/// The set can be chosen on that day: no version has taken its place, its criteria are loaded, its days have come.
fn check_open(sets: &CriteriaSets, set: &CriteriaSet, day: Date) -> Result<(), Rejection> {
    let mut newest = set;
    while let Some(next) = sets.successor(&newest.id).filter(|next| next.validity.from <= day) {
        newest = next;
    }
    if newest.id != set.id {
        let (set, successor) = (set.id.clone(), newest.id.clone());
        return Err(Rejection::SetSuperseded { set, day, successor });
    }
    if set.is_frame() {
        return Err(Rejection::SetHasNoCriteria(set.id.clone()));
    }
    if set.validity.contains(day) {
        return Ok(());
    }
    Err(Rejection::SetNotOpen {
        set: set.id.clone(),
        day,
        from: set.validity.from,
        to: set.validity.to.map(|to| to.to_string()),
    })
}

/// What was judged, each criterion and indicator at most once.
fn officials(set: &CriteriaSet, given: &[OfficialResult]) -> Result<Officials, Rejection> {
    let mut officials = Officials::default();
    for (index, OfficialResult { of, result }) in given.iter().enumerate() {
        let repeated = match resolve(set, of, index)? {
            ResultOf::Criterion(number) => officials.criteria.insert(number, result.clone()),
            ResultOf::Indicator(code) => officials.indicators.insert(code, result.clone()),
            ResultOf::Set => None,
        };
        if repeated.is_some() {
            return Err(Rejection::OfficialRepeated { of: of.to_string(), index });
        }
    }
    Ok(officials)
}

/// What the caller means. A bare name that is a criterion and an indicator means neither.
fn resolve(set: &CriteriaSet, of: &ResultName, index: usize) -> Result<ResultOf, Rejection> {
    let criterion = |number: u16| set.criterion(number).map(|found| ResultOf::Criterion(found.number));
    let indicator =
        |code: &str| set.indicator(code).map(|(_, found)| ResultOf::Indicator(found.code.clone()));
    let found = match of {
        ResultName::Criterion(number) => criterion(*number),
        ResultName::Indicator(code) => indicator(code),
        ResultName::Bare(name) => match (name.parse().ok().and_then(criterion), indicator(name)) {
            (Some(_), Some(_)) => return Err(Rejection::OfficialAmbiguous { of: name.clone(), index }),
            (criterion, indicator) => criterion.or(indicator),
        },
    };
    found.ok_or_else(|| Rejection::UnknownCriterion { of: of.to_string(), set: set.id.clone(), index })
}

/// A derived value, recorded before or to be recorded with the assessment.
struct Derived {
    observation: ObservationId,
    value: Observed,
    /// How far the registry's events were read, where it is to be recorded.
    new: Option<u64>,
}

impl Derived {
    fn recorded(&self, indicator: &CriterionIndicator, command: &AssessArea) -> Option<RuralEvent> {
        Some(RuralEvent::ObservationRecorded(ObservationRecorded {
            observation: self.observation,
            area: command.area.clone(),
            set: command.set.clone(),
            indicator: indicator.code.clone(),
            value: self.value.clone(),
            source: POVERTY_SOURCE.to_owned(),
            corrects: None,
            poverty_position: Some(self.new?),
        }))
    }
}

/// The values of derived indicators, by code. What was derived for the same day and says the same is used again.
fn derived<'a>(unit: Option<&Unit>, set: &'a CriteriaSet, command: &AssessArea) -> HashMap<&'a str, Derived> {
    let Some((seen, rate)) = command.poverty.and_then(|seen| Some((seen, seen.rate()?))) else {
        return HashMap::new();
    };
    let indicators = set.criteria.iter().flat_map(|criterion| &criterion.indicators);
    let derived = indicators.filter(|indicator| indicator.derived_from.is_some()).enumerate();
    let value = |(index, indicator): (usize, &'a CriterionIndicator)| {
        let known = unit.and_then(|unit| unit.derived_on(&set.id, &indicator.code, command.assessed_on));
        let derived = match known.filter(|known| known.event.value == rate) {
            Some(known) => Derived { observation: known.event.observation, value: rate.clone(), new: None },
            None => Derived {
                observation: ObservationId::from_uuid(command.request.derive("observation", index)),
                value: rate.clone(),
                new: Some(seen.position),
            },
        };
        (indicator.code.as_str(), derived)
    };
    derived.map(value).collect()
}
