//! From a command to the facts that follow from it.

use super::{
    Command, DayOf, Rejection,
    assess::assess,
    listing::decide_listing,
    observe::observe,
    title::{acknowledge, recognise, revoke},
    units::Units,
};
use events::rural::{Decision, RuralEvent};
use kernel::{AreaKey, Date, date};
use reference::{Reference, criteria::CriteriaSet};

/// No day of a command lies before this one.
const EARLIEST: Date = date(1900, 1, 1);

/// What a decision is made in.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Areas and criteria sets.
    pub reference: &'a Reference,
    /// The present day.
    pub today: Date,
}

/// What follows from a command: facts about one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The unit.
    pub area: AreaKey,
    /// Day of effect and what happened, in order; at least one.
    pub events: Vec<(Date, RuralEvent)>,
    /// Other units whose facts were read for it and must not have changed.
    pub rests_on: Vec<AreaKey>,
}

impl Decided {
    pub(super) fn about(area: &AreaKey, effective: Date, event: RuralEvent) -> Self {
        Self { area: area.clone(), events: vec![(effective, event)], rests_on: Vec::new() }
    }
}

/// The facts that follow from the command, or why none does. Pure: the same for the same arguments.
pub fn decide(units: &Units, command: &Command, context: Context<'_>) -> Result<Decided, Rejection> {
    match command {
        Command::Observe(command) => observe(units, command, context),
        Command::Assess(command) => assess(units, command, context),
        Command::Recognise(command) => recognise(units, command, context),
        Command::Acknowledge(command) => acknowledge(units, command, context),
        Command::Revoke(command) => revoke(units, command, context),
        Command::List(command) => decide_listing(units, command, context),
    }
}

impl<'a> Context<'a> {
    pub(super) fn set(self, id: &str) -> Result<&'a CriteriaSet, Rejection> {
        self.reference.criteria.get(id).ok_or_else(|| Rejection::UnknownSet(id.to_owned()))
    }

    /// A day that has come and is of our age.
    pub(super) fn check_day(self, of: DayOf, date: Date) -> Result<(), Rejection> {
        let Self { today, .. } = self;
        if date > today {
            return Err(Rejection::FutureDate { of, date, today });
        }
        if date < EARLIEST {
            return Err(Rejection::DateImplausible { of, date });
        }
        Ok(())
    }

    /// Both days of an official act. The day of effect may lie before or after that of signing.
    pub(super) fn check_act(self, effective: Date, decision: &Decision) -> Result<(), Rejection> {
        self.check_day(DayOf::Effect, effective)?;
        self.check_day(DayOf::Signing, decision.signed_on)
    }
}

/// The assessed year must be one that the set covers.
pub(super) fn check_year(set: &CriteriaSet, year: i16) -> Result<(), Rejection> {
    let (first, last) = set.years;
    if (first..=last).contains(&year) {
        return Ok(());
    }
    Err(Rejection::YearOutsideSet { set: set.id.clone(), year, first, last })
}
