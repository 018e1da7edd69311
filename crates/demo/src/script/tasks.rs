//! What is told of criteria and money, and when.

use super::{
    BATCH_MAX,
    tickets::{Ticket, by_day},
};
use crate::{
    funding::{HANDED_OVER, OWNERS_RECORDED, Phase, SUCCESSORS_RECORDED},
    plan::Plan,
    rural::{NEXT_RECORDED, ROUNDS, RoundNumber, Version, YEAR_ENDS, reported_on},
};
use kernel::Date;
use std::ops::Range;

/// Phases of criteria within a day: after the poverty registry, before money.
const OBSERVE: u8 = 1;
const ASSESS: u8 = 2;
const DECIDE: u8 = 3;

/// Something of criteria or money that is recorded together.
#[derive(Clone, Debug)]
pub(super) enum Task {
    Observe(RoundNumber, Version),
    /// Of a year's end.
    Reports(Date),
    AssessAreas(RoundNumber),
    AssessUnderNextSet,
    /// By number.
    Acts(Range<u32>),
    /// By number.
    Owners(Range<u16>),
    Successors,
    /// By number.
    Items(Vec<u32>),
    /// Requests by number.
    Transfers(Range<u32>),
    /// Requests by number.
    Details(Range<u32>),
    /// By number.
    Reversal(u32),
    HandOvers,
    /// By number.
    Settle(u32),
}

/// All tasks with their days and their phases within them.
pub(super) fn tasks(plan: &Plan) -> Vec<(Date, u8, Task)> {
    let mut tasks = Vec::new();
    for (number, round) in (0..).zip(ROUNDS) {
        tasks.push((round.recorded, OBSERVE, Task::Observe(number, Version::First)));
        tasks.push((round.recorded_late, OBSERVE, Task::Observe(number, Version::Late)));
        tasks.push((round.corrected, OBSERVE, Task::Observe(number, Version::Corrected)));
        tasks.push((round.assessment_recorded, ASSESS, Task::AssessAreas(number)));
    }
    tasks.push((NEXT_RECORDED, ASSESS, Task::AssessUnderNextSet));
    tasks.extend(YEAR_ENDS.map(|year_end| (reported_on(year_end), OBSERVE, Task::Reports(year_end))));
    let acts = by_day(&plan.rural.acts, |act| act.recorded);
    tasks.extend(acts.into_iter().map(|(day, numbers)| (day, DECIDE, Task::Acts(numbers))));

    let funding = &plan.funding;
    let owners = &funding.owners;
    tasks.push((OWNERS_RECORDED, Phase::Owners as u8, Task::Owners(owners.first())));
    tasks.push((SUCCESSORS_RECORDED, Phase::Owners as u8, Task::Owners(owners.later())));
    tasks.push((SUCCESSORS_RECORDED, Phase::HandOver as u8, Task::Successors));
    tasks.push((HANDED_OVER, Phase::HandOver as u8, Task::HandOvers));
    let items = funding.items_by_day().into_iter();
    tasks.extend(items.map(|(day, items)| (day, Phase::Items as u8, Task::Items(items))));
    let mut start = 0;
    for requests in funding.batches.chunk_by(|a, b| (a.recorded, a.phase) == (b.recorded, b.phase)) {
        // Invariant: the demo has some ten thousand requests.
        let numbers = start..start + requests.len() as u32;
        start = numbers.end;
        let (day, phase) = (requests[0].recorded, requests[0].phase);
        let task = if phase == Phase::Detail { Task::Details(numbers) } else { Task::Transfers(numbers) };
        tasks.push((day, phase as u8, task));
    }
    let reversals = (0..).zip(&funding.reversals);
    tasks.extend(
        reversals.map(|(at, reversal)| (reversal.recorded(), Phase::Reverse as u8, Task::Reversal(at))),
    );
    let cases = (0..).zip(&funding.cases);
    tasks.extend(cases.map(|(at, case)| (case.recorded(), Phase::Cases as u8, Task::Settle(at))));
    tasks
}

impl Task {
    /// The steps of the task. They do not depend on each other.
    pub(super) fn tickets(self, plan: &Plan) -> Vec<Ticket> {
        match self {
            Self::Observe(round, version) => {
                let observations: Vec<_> = plan.rural.observations(round, version).collect();
                observations.chunks(BATCH_MAX).map(|chunk| Ticket::Observe(chunk.to_vec())).collect()
            }
            Self::Reports(year_end) => vec![Ticket::Reports(year_end, plan.reports(year_end))],
            Self::AssessAreas(round) => vec![Ticket::AssessAreas(round, plan.rural.subjects_of(round))],
            Self::AssessUnderNextSet => vec![Ticket::AssessUnderNextSet],
            Self::Acts(numbers) => numbers.map(Ticket::Act).collect(),
            Self::Owners(numbers) => numbers.map(Ticket::RegisterOwner).collect(),
            Self::Successors => {
                let ending = plan.funding.owners.first();
                ending.filter(|owner| plan.funding.has_successor(*owner)).map(Ticket::NameSuccessor).collect()
            }
            Self::Items(numbers) => numbers.into_iter().map(Ticket::RegisterItem).collect(),
            Self::Transfers(numbers) => chunks(plan, numbers).map(Ticket::Transfer).collect(),
            Self::Details(numbers) => chunks(plan, numbers).map(Ticket::Detail).collect(),
            Self::Reversal(number) => vec![Ticket::Reverse(number)],
            Self::HandOvers => plan.funding.ended.iter().map(|owner| Ticket::HandOver(*owner)).collect(),
            Self::Settle(number) => vec![Ticket::Settle(number)],
        }
    }
}

/// The requests in bulk calls of at most so many transfers.
fn chunks(plan: &Plan, numbers: Range<u32>) -> impl Iterator<Item = Range<u32>> {
    let mut left = numbers;
    std::iter::from_fn(move || {
        let start = left.start;
        let mut transfers = 0;
        while let Some(number) = left.clone().next() {
            transfers += plan.funding.batches[number as usize].transfers();
            if transfers > BATCH_MAX && left.start > start {
                break;
            }
            left.start += 1;
        }
        (left.start > start).then_some(start..left.start)
    })
}
