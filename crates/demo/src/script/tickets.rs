//! The steps before their requests are written: who and what, in the order of recording.

use super::{
    BATCH_MAX,
    tasks::{self, Task},
};
use crate::{
    calibration::Review,
    history::GROUPS,
    plan::Plan,
    rural::{NEXT_UNITS, Observation, Report, RoundNumber},
    schedule,
};
use kernel::{Date, date};
use std::{ops::Range, vec};

/// A step before its requests are written.
#[derive(Clone, Debug)]
pub(crate) enum Ticket {
    Today(Date),
    Wait,
    /// Households by number.
    Register(Range<u32>),
    /// Households and the villages in which they live at the review.
    Assess(Review, Vec<(u32, u16)>),
    /// By number.
    Change(u32),
    /// By number.
    Move(u32),
    Observe(Vec<Observation>),
    /// Of a year's end.
    Reports(Date, Vec<Report>),
    /// The round and the subjects by number.
    AssessAreas(RoundNumber, Range<u16>),
    AssessUnderNextSet,
    /// By number.
    Act(u32),
    /// By number.
    RegisterOwner(u16),
    /// By number of who ends.
    NameSuccessor(u16),
    /// By number.
    RegisterItem(u32),
    /// Requests by number.
    Transfer(Range<u32>),
    /// Requests by number.
    Detail(Range<u32>),
    /// By number.
    Reverse(u32),
    /// By number of who ends.
    HandOver(u16),
    /// By number.
    Settle(u32),
}

impl Ticket {
    /// Requests of the step.
    pub(crate) fn requests(&self) -> u64 {
        match self {
            Self::Today(_) | Self::Wait => 0,
            Self::Register(households) => households.len() as u64,
            Self::Assess(_, households) => households.len() as u64,
            Self::Observe(observations) => observations.len() as u64,
            Self::Reports(_, reports) => reports.len() as u64,
            Self::AssessAreas(_, subjects) => subjects.len() as u64,
            Self::AssessUnderNextSet => NEXT_UNITS as u64,
            Self::Transfer(requests) | Self::Detail(requests) => requests.len() as u64,
            Self::Change(_)
            | Self::Move(_)
            | Self::Act(_)
            | Self::RegisterOwner(_)
            | Self::NameSuccessor(_)
            | Self::RegisterItem(_)
            | Self::Reverse(_)
            | Self::HandOver(_)
            | Self::Settle(_) => 1,
        }
    }
}

/// What is recorded together.
#[derive(Clone, Debug)]
enum Work {
    Register(Range<u32>),
    Assess(Review, Batch),
    Change(Range<u32>),
    Move(Range<u32>),
    /// Of criteria and money: written when its time has come.
    Task(Task),
    Tickets(vec::IntoIter<Ticket>),
}

/// Which results of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Batch {
    Group(u8),
    Late,
}

/// The poverty registry is told first on every day, so that the other services see what it knows.
const POVERTY: u8 = 0;

/// A point of the agenda.
#[derive(Clone, Debug)]
struct Entry {
    day: Date,
    phase: u8,
    work: Work,
}

/// The steps before their requests are written.
#[derive(Debug)]
pub(crate) struct Tickets<'a> {
    plan: &'a Plan,
    agenda: vec::IntoIter<Entry>,
    work: Option<Work>,
    /// The day and the phase that were reached.
    reached: Option<(Date, u8)>,
    /// The first household not yet looked at for an assessment.
    next: u32,
    /// Where each household lives on the day that was reached.
    villages: Vec<u16>,
}

impl<'a> Tickets<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        let agenda = agenda(plan).into_iter();
        Self { plan, agenda, work: None, reached: None, next: 0, villages: plan.history.villages.clone() }
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
            Work::Task(task) => self.next_of(Work::Tickets(task.tickets(self.plan).into_iter())),
            Work::Tickets(mut left) => Some((left.next()?, Work::Tickets(left))),
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
        let Entry { day, phase, work } = self.agenda.next()?;
        self.work = Some(work);
        self.next = 0;
        let before = self.reached.replace((day, phase));
        Some(match before {
            Some((same_day, same_phase)) if same_day == day && same_phase == phase => return self.next(),
            Some((same_day, _)) if same_day == day => Ticket::Wait,
            _ => Ticket::Today(day),
        })
    }
}

/// What is recorded on which day, in order. Works of one phase of a day do not depend on each other.
fn agenda(plan: &Plan) -> Vec<Entry> {
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
    let mut agenda: Vec<Entry> =
        agenda.into_iter().map(|(day, work)| Entry { day, phase: POVERTY, work }).collect();
    let tasks = tasks::tasks(plan).into_iter();
    agenda.extend(tasks.map(|(day, phase, task)| Entry { day, phase, work: Work::Task(task) }));
    agenda.sort_by_key(|entry| (entry.day, entry.phase));
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
pub(super) fn by_day<T>(things: &[T], day: fn(&T) -> Date) -> Vec<(Date, Range<u32>)> {
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
