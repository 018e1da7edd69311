//! When the money of an item moves: allocated, contracted, advanced, paid, settled; carried over at each turn of the year
//! and handed over when its owner ends.

use super::{
    book::{Account, Move, Phase},
    lines::{Capital, Cell},
    owners::{OwnerNumber, Owners},
    works::Leg,
};
use crate::{
    apportion::apportion,
    days::{days_after, days_between, entered},
    dice::Dice,
    map::MERGER,
};
use api::funding::{Movement, Stage};
use kernel::{Date, date};

/// The last day of effect of what the published total counts, early enough to be entered before it was published.
const LAST_COUNTED: Date = date(2025, 10, 24);
/// When money that was not spent goes into the next year: after the payment window of the year has closed.
const CARRY_OVERS: [Date; 3] = [date(2023, 2, 1), date(2024, 2, 1), date(2025, 2, 1)];
/// A carry-over is entered after everything that was paid before it.
const CARRY_OVER_RECORDED: i8 = 20;

/// Days until a payment that was made by mistake is reversed.
pub(super) const DAYS_TO_REVERSAL: u32 = 24;

/// How fast an item gets on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// Finished within its payment window.
    Quick,
    /// Finished a year later.
    Slow,
    /// Not finished by the end.
    Going,
    /// Not begun.
    Idle,
}

impl Pace {
    /// By turns, so that every year has its share of each at every scale.
    pub(super) fn of(line: u8, vintage: i16, place: usize) -> Self {
        let turn = (place * 37 + usize::from(line) * 23 + vintage.unsigned_abs() as usize * 11) % 100;
        let (quick, slow, going) = match vintage {
            2022 => (52, 84, 100),
            2023 => (44, 70, 100),
            2024 => (24, 38, 97),
            _ => (0, 3, 78),
        };
        match turn {
            _ if turn < quick => Self::Quick,
            _ if turn < slow => Self::Slow,
            _ if turn < going => Self::Going,
            _ => Self::Idle,
        }
    }
}

/// Something that happens to the money of a leg; amounts in đồng.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Allocate,
    Commit,
    Advance(i64),
    Pay(i64),
    /// Paid by mistake and reversed [`DAYS_TO_REVERSAL`] later, so that nothing is left of it.
    PayWrongly(i64),
    Recover(i64),
    Settle,
    /// Cancels what is allocated and not contracted.
    Cancel(i64),
    /// Paid back into the budget.
    Refund(i64),
}

/// What happens to a leg, in the order of effect.
pub(super) type Course = Vec<(Date, Step)>;

/// The course of works.
pub(super) fn course(dice: &mut Dice, leg: &Leg, cell: &Cell) -> Course {
    let vintage = cell.vintage;
    let start = if vintage == 2022 { date(2022, 7, 20) } else { date(vintage, 2, 14) };
    let allocated = days_after(start, dice.below(35));
    let mut steps = vec![(allocated, Step::Allocate)];
    if leg.pace == Pace::Idle {
        later_payments(dice, leg, cell, &mut steps);
        return steps;
    }
    let contracted = days_after(allocated, 16 + dice.below(34));
    steps.push((contracted, Step::Commit));
    let first = days_after(contracted, 12 + dice.below(24));
    let advance = if cell.kind == Capital::Investment && dice.chance(760) { leg.committed / 4 } else { 0 };
    let advance = advance.min(leg.disbursed);
    if advance > 0 {
        steps.push((days_after(contracted, 6), Step::Advance(advance)));
    }
    let last = last_payment(dice, leg.pace, cell.source, vintage).max(first);
    let payments = payments(dice, leg.disbursed - advance, cell.kind);
    let span = days_between(first, last);
    let mut paid_last = first;
    for (at, &amount) in payments.iter().enumerate() {
        let whole = payments.len().saturating_sub(1).max(1) as u32;
        let day = open(days_after(first, span * at as u32 / whole), vintage);
        paid_last = paid_last.max(day);
        steps.push((day, Step::Pay(amount)));
    }
    // An advance is absorbed when four fifths of the contract are disbursed.
    if advance > 0 && leg.disbursed / 4 >= leg.committed / 5 {
        steps.push((paid_last, Step::Recover(advance)));
    }
    if matches!(leg.pace, Pace::Quick | Pace::Slow) && paid_last < date(2024, 9, 1) {
        steps.push((days_after(date(2024, 11, 4), dice.below(20)), Step::Settle));
    }
    if leg.cancelled > 0 {
        steps.push((date(2024, 12, 20), Step::Cancel(leg.cancelled)));
    }
    if leg.pace == Pace::Going {
        later_payments(dice, leg, cell, &mut steps);
    }
    steps
}

/// After the published total: some of what is left is paid by the end of 2025, and of its own year until the window closes.
fn later_payments(dice: &mut Dice, leg: &Leg, cell: &Cell, steps: &mut Course) {
    if leg.pace == Pace::Idle {
        steps.push((days_after(date(2025, 11, 3), dice.below(10)), Step::Commit));
    }
    let left = leg.committed - leg.disbursed;
    let (first, second) = (left / 1000 * i64::from(dice.between(150, 560)), left / 8);
    if first > 0 {
        steps.push((days_after(date(2025, 11, 15), dice.below(35)), Step::Pay(first)));
    }
    if second > 0 && cell.vintage == 2025 && dice.chance(400) {
        steps.push((days_after(date(2026, 1, 6), dice.below(20)), Step::Pay(second)));
    }
}

fn last_payment(dice: &mut Dice, pace: Pace, source: &str, vintage: i16) -> Date {
    match pace {
        Pace::Quick if dice.chance(300) => days_after(date(vintage + 1, 1, 3), dice.below(20)),
        Pace::Quick => days_after(date(vintage, 12, 1), dice.below(22)),
        Pace::Slow if source == "DST" && vintage == 2024 => date(2025, 6, 10),
        Pace::Slow if vintage >= 2024 => days_after(date(2025, 8, 1), dice.below(80)),
        Pace::Slow => days_after(date(vintage + 1, 5, 10), dice.below(200)),
        Pace::Going | Pace::Idle => days_after(date(2025, 8, 20), dice.below(64)),
    }
}

/// The amount in one to four payments.
fn payments(dice: &mut Dice, amount: i64, kind: Capital) -> Vec<i64> {
    let most = if kind == Capital::Investment { 3 } else { 2 };
    let count = 1 + dice.below(most);
    let weights: Vec<u64> = (0..count).map(|_| u64::from(dice.between(50, 150))).collect();
    let amount = amount.unsigned_abs();
    let parts = apportion(amount, &weights, &vec![amount; weights.len()]);
    parts.into_iter().filter(|&part| part > 0).map(|part| part as i64).collect()
}

/// The day, or the next on which money of that vintage can be paid and its owner enters things: not while books are closed
/// at the turn of the year, nor while the merger goes on.
pub(super) fn open(day: Date, vintage: i16) -> Date {
    let (year, month) = (day.year(), day.month());
    let moved = match month {
        1 if year == vintage + 1 && day.day() <= 27 => day,
        1 | 2 if year > vintage => date(year, 3, 3 + day.day() % 20),
        12 if day.day() > 22 => date(year, 12, 22),
        _ => day,
    };
    if (date(2025, 6, 27)..date(2025, 7, 13)).contains(&moved) {
        date(2025, 7, 13 + moved.day() % 6)
    } else {
        moved
    }
}

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

/// Whether the day counts for the published total.
pub(super) fn is_counted(day: Date) -> bool {
    day <= LAST_COUNTED
}

/// Whether the merger lies between the days.
fn spans_merger(from: Date, to: Date) -> bool {
    from < MERGER && to >= MERGER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_payment_falls_where_the_books_are_closed() {
        assert_eq!(open(date(2023, 1, 15), 2022), date(2023, 1, 15), "the window of its own year");
        assert_eq!(open(date(2024, 1, 15), 2022).month(), 3, "carried money waits");
        assert_eq!(open(date(2023, 2, 10), 2022).month(), 3);
        assert_eq!(open(date(2023, 2, 10), 2023), date(2023, 2, 10));
        assert_eq!(open(date(2025, 7, 1), 2024), date(2025, 7, 14));
        assert_eq!(open(date(2024, 12, 30), 2024), date(2024, 12, 22));
    }

    #[test]
    fn balances_are_taken_from_the_oldest_year() {
        let mut balances = vec![(2022, 5), (2023, 7)];
        assert_eq!(take(&mut balances, 6), [(2022, 5), (2023, 1)]);
        assert_eq!(balances, [(2023, 6)]);
    }
}
