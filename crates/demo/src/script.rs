//! The history as a stream of steps in the order of recording. Only one step is held at a time.

use crate::{Error, calibration::Review, history::GROUPS, plan::Plan, schedule};
use api::poverty::{
    ChangeMembersRequest, MoveHouseholdRequest, RecordAssessmentRequest, RegisterHouseholdRequest,
};
use kernel::{Date, date};
use std::{ops::Range, vec};

/// Requests in one bulk call; half of what the API takes.
pub const BATCH_MAX: usize = 500;

/// One step of the script.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// From here on it is that day: what follows is recorded on it. Days only go forward.
    SetToday(Date),
    /// Register these households in one bulk call; at most [`BATCH_MAX`].
    Register(Vec<RegisterHouseholdRequest>),
    /// Record these assessments in one bulk call, each of another household; at most [`BATCH_MAX`].
    Assess(Vec<RecordAssessmentRequest>),
    /// Change the members of a household.
    ChangeMembers(ChangeMembersRequest),
    /// Move a household.
    Move(MoveHouseholdRequest),
}

impl Step {
    /// Requests in the step.
    pub fn requests(&self) -> u64 {
        match self {
            Self::SetToday(_) => 0,
            Self::Register(requests) => requests.len() as u64,
            Self::Assess(requests) => requests.len() as u64,
            Self::ChangeMembers(_) | Self::Move(_) => 1,
        }
    }
}

/// The steps, written one by one as they are asked for. A step fails where the reference packs do not bear the plan out;
/// nothing after it can then be relied on.
#[derive(Debug)]
pub struct Script<'a> {
    plan: &'a Plan,
    tickets: Tickets<'a>,
}

impl<'a> Script<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        Self { plan, tickets: Tickets::new(plan) }
    }
}

impl Iterator for Script<'_> {
    type Item = Result<Step, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let plan = self.plan;
        Some(match self.tickets.next()? {
            Ticket::Today(day) => Ok(Step::SetToday(day)),
            Ticket::Register(households) => {
                Ok(Step::Register(households.map(|household| plan.registration(household)).collect()))
            }
            Ticket::Assess(review, households) => assessments(plan, review, &households).map(Step::Assess),
            Ticket::Change(number) => {
                Ok(Step::ChangeMembers(plan.change(number, plan.history.changes[number as usize])))
            }
            Ticket::Move(number) => {
                Ok(Step::Move(plan.relocation(number, plan.history.moves[number as usize])))
            }
        })
    }
}

fn assessments(
    plan: &Plan,
    review: Review,
    households: &[(u32, u16)],
) -> Result<Vec<RecordAssessmentRequest>, Error> {
    households
        .iter()
        .filter_map(|&(household, village)| {
            let outcome = plan.history.outcomes[household as usize].get(review)?;
            Some(plan.assessment(household, village, review, outcome))
        })
        .collect()
}

/// A step before its requests are written.
#[derive(Clone, Debug)]
pub(crate) enum Ticket {
    Today(Date),
    /// Households by number.
    Register(Range<u32>),
    /// Households and the villages in which they live at the review.
    Assess(Review, Vec<(u32, u16)>),
    /// By number.
    Change(u32),
    /// By number.
    Move(u32),
}

/// What is recorded on one day.
#[derive(Clone, Debug)]
enum Work {
    Register(Range<u32>),
    Assess(Review, Batch),
    Change(Range<u32>),
    Move(Range<u32>),
}

/// Which results of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Batch {
    Group(u8),
    Late,
}

/// The steps before their requests are written.
#[derive(Debug)]
pub(crate) struct Tickets<'a> {
    plan: &'a Plan,
    agenda: vec::IntoIter<(Date, Work)>,
    work: Option<Work>,
    /// The first household not yet looked at for an assessment.
    next: u32,
    /// Where each household lives on the day that was reached.
    villages: Vec<u16>,
}

impl<'a> Tickets<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        let agenda = agenda(plan).into_iter();
        Self { plan, agenda, work: None, next: 0, villages: plan.history.villages.clone() }
    }

    fn next_of(&mut self, work: Work) -> Option<(Ticket, Work)> {
        match work {
            Work::Register(mut left) => {
                let end = left.end.min(left.start.saturating_add(BATCH_MAX as u32));
                let batch = left.start..end;
                left.start = end;
                let found = !batch.is_empty();
                found.then_some((Ticket::Register(batch), Work::Register(left)))
            }
            Work::Assess(review, batch) => {
                let households = self.reviewed(review, batch);
                let found = !households.is_empty();
                found.then_some((Ticket::Assess(review, households), work))
            }
            Work::Change(mut left) => Some((Ticket::Change(left.next()?), Work::Change(left))),
            Work::Move(mut left) => {
                let number = left.next()?;
                let moved = self.plan.history.moves[number as usize];
                self.villages[moved.household as usize] = moved.to;
                Some((Ticket::Move(number), Work::Move(left)))
            }
        }
    }

    /// The next households whose results are recorded together.
    fn reviewed(&mut self, review: Review, batch: Batch) -> Vec<(u32, u16)> {
        let mut households = Vec::with_capacity(BATCH_MAX);
        let outcomes = &self.plan.history.outcomes;
        while households.len() < BATCH_MAX && (self.next as usize) < outcomes.len() {
            let household = self.next;
            self.next += 1;
            let Some(outcome) = outcomes[household as usize].get(review) else { continue };
            let village = self.villages[household as usize];
            let found = if outcome.late { Batch::Late } else { Batch::Group(self.group(village, review)) };
            if found == batch {
                households.push((household, village));
            }
        }
        households
    }

    fn group(&self, village: u16, review: Review) -> u8 {
        let province = &self.plan.province;
        schedule::group(province.reviewer(village, review), province.communes.len())
    }
}

impl Iterator for Tickets<'_> {
    type Item = Ticket;

    fn next(&mut self) -> Option<Ticket> {
        if let Some((ticket, rest)) = self.work.take().and_then(|work| self.next_of(work)) {
            self.work = Some(rest);
            return Some(ticket);
        }
        let (day, work) = self.agenda.next()?;
        self.work = Some(work);
        self.next = 0;
        Some(Ticket::Today(day))
    }
}

/// What is recorded on which day, in order; no two works share a day.
fn agenda(plan: &Plan) -> Vec<(Date, Work)> {
    let history = &plan.history;
    let mut agenda = first_registrations(plan);
    let newcomers = by_day(&history.newcomers, |newcomer| newcomer.recorded);
    agenda.extend(newcomers.into_iter().map(|(day, numbers)| {
        (day, Work::Register(history.first + numbers.start..history.first + numbers.end))
    }));
    let changes = by_day(&history.changes, |change| change.recorded);
    agenda.extend(changes.into_iter().map(|(day, numbers)| (day, Work::Change(numbers))));
    let moves = by_day(&history.moves, |moved| moved.recorded);
    agenda.extend(moves.into_iter().map(|(day, numbers)| (day, Work::Move(numbers))));
    for review in Review::ALL {
        let groups = (0..GROUPS)
            .map(|group| (schedule::recorded(review, group), Work::Assess(review, Batch::Group(group))));
        agenda.extend(groups);
        agenda.push((schedule::recorded_late(review), Work::Assess(review, Batch::Late)));
    }
    agenda.sort_by_key(|(day, _)| *day);
    agenda
}

/// The households of the start, a group of communes a day in January 2021.
fn first_registrations(plan: &Plan) -> Vec<(Date, Work)> {
    let communes = &plan.province.communes;
    let mut ends = [0; GROUPS as usize];
    let mut registered = 0;
    for (at, commune) in (0..).zip(communes) {
        registered += commune.households as u32;
        ends[usize::from(schedule::group(at, communes.len()))] = registered;
    }
    let mut start = 0;
    (11..)
        .zip(ends)
        .map(|(day, end)| {
            let range = start..end.max(start);
            start = range.end;
            (date(2021, 1, day), Work::Register(range))
        })
        .collect()
}

/// The numbers of the things that are recorded on each day. They are in the order of recording.
fn by_day<T>(things: &[T], day: fn(&T) -> Date) -> Vec<(Date, Range<u32>)> {
    let mut start = 0;
    things
        .chunk_by(|a, b| day(a) == day(b))
        .map(|chunk| {
            let numbers = start..start + chunk.len() as u32;
            start = numbers.end;
            (day(&chunk[0]), numbers)
        })
        .collect()
}
