//! Which facts a figure is the sum of.

use super::{CountName, CountedClass, LackingName, MovementColumn, MovementName};
use kernel::date;
use poverty_view::domain::{AreaNumber, Class, ClassFlow, Day, Ethnicity, Flow, Measure, TrackedClass};

/// A figure as a sum of facts: those of its terms in its area, known by its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Added (1) or taken away (-1).
    pub terms: Vec<Term>,
    /// Facts recorded in this area or in a part of it, on whatever map.
    pub area: AreaNumber,
    /// Without the facts of these parts of it.
    pub except: Vec<AreaNumber>,
    /// Facts recorded by the end of this day.
    pub known_on: Day,
    /// Only of this group.
    pub ethnicity: Option<Ethnicity>,
}

/// Facts of one measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// What they measure.
    pub measure: Measure,
    /// 1 or -1.
    pub sign: i64,
    /// Effective on these days.
    pub effective: Days,
}

/// A run of days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first day; `None`: since ever.
    pub from: Option<Day>,
    /// The last day.
    pub to: Day,
}

impl Days {
    /// Everything up to the day.
    pub const fn up_to(day: Day) -> Self {
        Self { from: None, to: day }
    }

    /// The calendar year.
    pub fn of_year(year: i16) -> Self {
        Self { from: Some(date(year, 1, 1).into()), to: date(year, 12, 31).into() }
    }
}

impl Term {
    const fn plus(measure: Measure, effective: Days) -> Self {
        Self { measure, sign: 1, effective }
    }

    const fn minus(measure: Measure, effective: Days) -> Self {
        Self { measure, sign: -1, effective }
    }
}

impl Sum {
    /// The facts of a count, without those of the given parts of its area. Those not reviewed are the registered less all
    /// who were reviewed.
    pub fn of_count(name: &CountName, except: Vec<AreaNumber>) -> Self {
        let days = Days::up_to(name.scope.as_at.into());
        let stock = |measure| Term::plus(measure, days);
        let terms = match name.class {
            CountedClass::Registered => vec![stock(Measure::Registered)],
            CountedClass::Poor => vec![stock(Measure::Poor)],
            CountedClass::NearPoor => vec![stock(Measure::NearPoor)],
            CountedClass::NotPoor => vec![stock(Measure::NotPoor)],
            CountedClass::NotReviewed => {
                let reviewed = [Class::Poor, Class::NearPoor, Class::NotPoor].into_iter();
                let less = reviewed.filter_map(Measure::stock_of).map(|measure| Term::minus(measure, days));
                std::iter::once(stock(Measure::Registered)).chain(less).collect()
            }
        };
        Self {
            terms,
            area: AreaNumber::of(&name.scope.area),
            except,
            known_on: name.scope.known_on.into(),
            ethnicity: name.ethnicity,
        }
    }

    /// The facts of those who lack something, without those of the given parts of the area.
    pub fn of_lacking(name: &LackingName, except: Vec<AreaNumber>) -> Self {
        let days = Days::up_to(name.scope.as_at.into());
        Self {
            terms: vec![Term::plus(Measure::Lacking(name.need), days)],
            area: AreaNumber::of(&name.scope.area),
            except,
            known_on: name.scope.known_on.into(),
            ethnicity: None,
        }
    }

    /// The facts of a column, without those of the given parts of its area.
    pub fn of_movement(name: &MovementName, except: Vec<AreaNumber>) -> Self {
        Self {
            terms: column_terms(name.class, name.column, name.year),
            area: AreaNumber::of(&name.area),
            except,
            known_on: name.known_on.into(),
            ethnicity: None,
        }
    }
}

/// The terms of a column. The start is the level on the eve of the year and what a change of the standard within the
/// year took or gave.
pub(crate) fn column_terms(class: TrackedClass, column: MovementColumn, year: i16) -> Vec<Term> {
    let (stock, leaves, comes) = match class {
        TrackedClass::Poor => (Measure::Poor, Flow::PoorToNear, Flow::NearToPoor),
        TrackedClass::NearPoor => (Measure::NearPoor, Flow::NearToPoor, Flow::PoorToNear),
    };
    let flow = |flow: Flow| Term::plus(Measure::Flow(flow), Days::of_year(year));
    let own = |of: ClassFlow| flow(Flow::Of(class, of));
    match column {
        MovementColumn::Start => {
            let eve = Days::up_to(date(year.saturating_sub(1).max(1), 12, 31).into());
            vec![Term::plus(stock, eve), own(ClassFlow::StandardChange)]
        }
        MovementColumn::ExitToOtherClass => vec![flow(leaves)],
        MovementColumn::ExitAbove => vec![own(ClassFlow::ExitAbove)],
        MovementColumn::OtherOut => vec![own(ClassFlow::OtherOut)],
        MovementColumn::FromOtherClass => vec![flow(comes)],
        MovementColumn::Relapse => vec![own(ClassFlow::Relapse)],
        MovementColumn::New => vec![own(ClassFlow::New)],
        MovementColumn::OtherIn => vec![own(ClassFlow::OtherIn)],
        MovementColumn::End => vec![Term::plus(stock, Days::up_to(date(year, 12, 31).into()))],
    }
}
