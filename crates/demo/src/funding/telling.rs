//! Tells what happens to the money of an item as transfers: carried over at each turn of the year, and held by the successor
//! once its owner has ended.

use super::{
    book::{Account, Move, Phase},
    lines::Cell,
    owners::{OwnerNumber, Owners},
    schedule::{Course, Step},
    works::Leg,
};
use crate::{
    days::{days_between, entered},
    map::MERGER,
};
use api::funding::{Movement, Stage};
use kernel::{Date, date};

/// When money that was not spent goes into the next year: after the payment window of the year has closed.
const CARRY_OVERS: [Date; 3] = [date(2023, 2, 1), date(2024, 2, 1), date(2025, 2, 1)];
/// A carry-over is entered after everything that was paid before it.
const CARRY_OVER_RECORDED: i8 = 20;

/// Where the money of one leg stands while its course is told.
pub(super) struct Teller<'a> {
    pub(super) owners: &'a Owners,
    pub(super) moves: &'a mut Vec<Move>,
    /// Owners that still hold something when the units are merged.
    pub(super) open: &'a mut std::collections::BTreeSet<OwnerNumber>,
}

/// Balances of a leg.
#[derive(Clone, Debug)]
struct Standing {
    owner: OwnerNumber,
    executing: i16,
    allocated: i64,
    committed: i64,
    /// By executing year.
    advanced: Vec<(i16, i64)>,
    paid: Vec<(i16, i64)>,
}

impl Teller<'_> {
    /// Tells the course as moves. `late` says on which day a payment is entered that was forgotten at first.
    pub(super) fn tell(
        &mut self,
        leg: &Leg,
        cell: &Cell,
        support: Phase,
        mut course: Course,
        late: Option<Date>,
    ) {
        let vintage = cell.vintage;
        course.sort_by_key(|(day, _)| *day);
        let mut standing = Standing {
            owner: leg.owner,
            executing: vintage,
            allocated: 0,
            committed: 0,
            advanced: Vec::new(),
            paid: Vec::new(),
        };
        let mut late = late;
        let mut years = CARRY_OVERS.into_iter().filter(|day| day.year() > vintage).peekable();
        for (day, step) in course {
            while let Some(turn) = years.next_if(|turn| *turn <= day) {
                self.merge(leg, &mut standing, turn);
                self.carry_over(leg, &mut standing, turn);
            }
            self.merge(leg, &mut standing, day);
            self.step(leg, &mut standing, day, step, support, &mut late);
        }
        for turn in years {
            self.merge(leg, &mut standing, turn);
            self.carry_over(leg, &mut standing, turn);
        }
        self.merge(leg, &mut standing, date(9999, 12, 31));
    }

    /// From the merger on the successor holds the money.
    fn merge(&mut self, leg: &Leg, standing: &mut Standing, day: Date) {
        let holder = self.owners.holder(leg.owner, day);
        if holder == standing.owner {
            return;
        }
        let held = standing.allocated + standing.committed > 0
            || !standing.advanced.is_empty()
            || !standing.paid.is_empty();
        if held {
            self.open.insert(standing.owner);
        }
        standing.owner = holder;
    }

    fn carry_over(&mut self, leg: &Leg, standing: &mut Standing, turn: Date) {
        let next = turn.year();
        for (stage, amount) in
            [(Stage::Allocated, standing.allocated), (Stage::Committed, standing.committed)]
        {
            if amount > 0 {
                let from = account(leg, standing, stage);
                self.moves.push(Move {
                    movement: Movement::CarryOver,
                    from,
                    to: Account { executing: next, ..from },
                    amount,
                    effective: turn,
                    recorded: date(next, 2, CARRY_OVER_RECORDED),
                    phase: Phase::CarryOver,
                    valuation: None,
                });
            }
        }
        standing.executing = next;
    }

    fn step(
        &mut self,
        leg: &Leg,
        standing: &mut Standing,
        day: Date,
        step: Step,
        support: Phase,
        late: &mut Option<Date>,
    ) {
        let executing = standing.executing;
        match step {
            Step::Allocate => {
                let to = account(leg, standing, Stage::Allocated);
                let from = Account { stage: Stage::Assigned, detailed: false, item: None, ..to };
                standing.allocated = leg.amount;
                self.push(Movement::Allocate, from, to, leg.amount, day, support);
            }
            Step::Commit => {
                let from = account(leg, standing, Stage::Allocated);
                standing.allocated -= leg.committed;
                standing.committed = leg.committed;
                self.push(
                    Movement::Commit,
                    from,
                    from.at(Stage::Committed),
                    leg.committed,
                    day,
                    Phase::Commit,
                );
            }
            Step::Advance(amount) => {
                let from = account(leg, standing, Stage::Committed);
                standing.committed -= amount;
                add(&mut standing.advanced, executing, amount);
                self.push(Movement::Advance, from, from.at(Stage::Advanced), amount, day, Phase::Advance);
            }
            Step::Pay(amount) => {
                let from = account(leg, standing, Stage::Committed);
                standing.committed -= amount;
                add(&mut standing.paid, executing, amount);
                self.push(Movement::Pay, from, from.at(Stage::Paid), amount, day, Phase::Pay);
                let forgotten = late.filter(|late| {
                    let months_later = late.year() == day.year() && days_between(day, *late) > 60;
                    months_later && day.month() >= 5 && !spans_merger(day, *late)
                });
                if let (Some(entered), Some(payment)) = (forgotten, self.moves.last_mut()) {
                    payment.recorded = entered;
                    *late = None;
                }
            }
            Step::PayWrongly(amount) => {
                let from = account(leg, standing, Stage::Committed);
                self.push(Movement::Pay, from, from.at(Stage::Paid), amount, day, Phase::PayWrongly);
            }
            Step::Recover(amount) => {
                for (year, part) in take(&mut standing.advanced, amount) {
                    let from = Account { executing: year, ..account(leg, standing, Stage::Advanced) };
                    add(&mut standing.paid, year, part);
                    self.push(Movement::Recover, from, from.at(Stage::Paid), part, day, Phase::Recover);
                }
            }
            Step::Settle => {
                for (year, part) in std::mem::take(&mut standing.paid) {
                    let from = Account { executing: year, ..account(leg, standing, Stage::Paid) };
                    self.push(Movement::Settle, from, from.at(Stage::Settled), part, day, Phase::Settle);
                }
            }
            Step::Cancel(amount) => {
                let from = account(leg, standing, Stage::Allocated);
                standing.allocated -= amount;
                self.push(Movement::Cancel, from, from.at(Stage::Returned), amount, day, Phase::GiveBack);
            }
            Step::Refund(amount) => {
                for (year, part) in take(&mut standing.paid, amount) {
                    let from = Account { executing: year, ..account(leg, standing, Stage::Paid) };
                    self.push(Movement::Refund, from, from.at(Stage::Returned), part, day, Phase::GiveBack);
                }
            }
        }
    }

    fn push(
        &mut self,
        movement: Movement,
        from: Account,
        to: Account,
        amount: i64,
        effective: Date,
        phase: Phase,
    ) {
        let recorded = entered(effective);
        self.moves.push(Move { movement, from, to, amount, effective, recorded, phase, valuation: None });
    }
}

fn account(leg: &Leg, standing: &Standing, stage: Stage) -> Account {
    Account {
        stage,
        cell: leg.cell,
        detailed: true,
        executing: standing.executing,
        owner: standing.owner,
        item: Some(leg.item),
    }
}

fn add(balances: &mut Vec<(i16, i64)>, year: i16, amount: i64) {
    match balances.iter_mut().find(|(other, _)| *other == year) {
        Some((_, balance)) => *balance += amount,
        None => balances.push((year, amount)),
    }
}

/// Takes the amount out of the balances, the oldest first.
fn take(balances: &mut Vec<(i16, i64)>, mut amount: i64) -> Vec<(i16, i64)> {
    let mut taken = Vec::new();
    for (year, balance) in balances.iter_mut() {
        let part = amount.min(*balance);
        if part > 0 {
            taken.push((*year, part));
            *balance -= part;
            amount -= part;
        }
    }
    balances.retain(|(_, balance)| *balance > 0);
    taken
}

/// Whether the merger lies between the days.
fn spans_merger(from: Date, to: Date) -> bool {
    from < MERGER && to >= MERGER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balances_are_taken_from_the_oldest_year() {
        let mut balances = vec![(2022, 5), (2023, 7)];
        assert_eq!(take(&mut balances, 6), [(2022, 5), (2023, 1)]);
        assert_eq!(balances, [(2023, 6)]);
    }
}
